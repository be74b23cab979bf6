from __future__ import annotations

from contextlib import suppress
from datetime import UTC
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.config import Config
from dictated.configfile import dump, load, parse, settings
from dictated.errors import ConfigError
from dictated.sttconfig import OpenRouterEngine, Stt
from dictated.textconfig import Text

SHIPPED = Path(__file__).parents[1] / "config.toml"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.one_of(
        TEXTS,
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False),
        st.dates(),
        st.times(),
        st.datetimes(timezones=st.none() | st.just(UTC)),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
"""Whatever TOML can hold."""


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        parse(text, "my.toml")
    return caught.value.faults


def test_the_shipped_file_is_what_the_code_writes_for_its_defaults() -> None:
    assert SHIPPED.read_text(encoding="utf-8") == dump(Config())


def test_the_shipped_file_reads_back_as_the_defaults() -> None:
    assert load(SHIPPED) == Config()


def test_an_empty_file_runs() -> None:
    assert parse("", "my.toml") == Config()


def test_every_key_is_documented_in_the_shipped_file() -> None:
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    keys = [(above, line) for above, line in pairwise(lines) if "=" in line and not line.startswith("#")]
    assert [line for above, line in keys if not above.startswith("#")] == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[audio]\ndivice = 'x'", "my.toml: audio.divice: there is no such key; did you mean audio.device?"),
        ("[audoi]\n", "my.toml: audoi: there is no such key; did you mean audio?"),
        (
            "[segment]\nin_flight = 3",
            "my.toml: segment.in_flight: there is no such key; did you mean limits.in_flight?",
        ),
        ("[vad]\nmode = 7", "my.toml: vad.mode: found 7; allowed: int <= 3"),
        ("[vad]\nmode = true", "my.toml: vad.mode: found true; allowed: int, got bool"),
        ("[segment]\npause_ms = '600'", 'my.toml: segment.pause_ms: found "600"; allowed: int, got str'),
        ("[vad]\nengine = 'x'", 'my.toml: vad.engine: found "x"; allowed: "webrtc", "silero"'),
        ("audio = 3", "my.toml: audio: found 3; allowed is a table [audio]"),
        ("[output]\nsinks = []", "my.toml: output.sinks: found []; "),
        ("[output]\nsinks = ['typ']", 'my.toml: output.sinks: found ["typ"]; allowed: "type", "log"'),
        ("[limits]\ndrain_s = nan", "my.toml: limits.drain_s: found nan; allowed: float > 0.0"),
        ("[limits]\ndrain_s = inf", "my.toml: limits.drain_s: found inf; allowed: "),
        (
            "[hotkeys]\nhold = '<ctl>+d'",
            'my.toml: hotkeys.hold: "<ctl>+d" is not a key combination: there is no key <ctl>; did you mean <ctrl>?',
        ),
        ("[audio", "my.toml: this is not TOML: "),
    ],
)
def test_a_mistake_is_told_with_file_key_what_was_found_and_what_is_allowed(text: str, told: str) -> None:
    assert faults(text)[0].startswith(told)


@pytest.mark.parametrize(
    ("table", "key", "meant"),
    [
        ("", "hotky", "hotkey"),
        ("", "join", "text.join"),
        ("", "engine", "stt.engine"),
        (".text", "joyn", "text.join"),
        (".text.hook", "comand", "text.hook.command"),
        (".stt", "opnai", "stt.openai"),
        (".output", "sink", "output.sinks"),
    ],
)
def test_for_a_mistaken_key_of_a_profile_one_that_it_may_have_is_named(
    table: str, key: str, meant: str
) -> None:
    (fault,) = faults(f"[profiles.code{table}]\n{key} = 1")
    assert fault.endswith(f"{key}: there is no such key; did you mean profiles.code.{meant}?")


def test_for_a_key_that_no_profile_may_have_none_is_named() -> None:
    (fault,) = faults("[profiles.code.audio]\ndevice = 3")
    assert fault == "my.toml: profiles.code.audio: there is no such key"


def test_all_mistakes_are_told_at_once() -> None:
    text = "[vad]\nmode = 9\n[audio]\nx = 1\n[limits]\nin_flight = 0\n"
    assert [fault.split(": ")[1] for fault in faults(text)] == ["vad.mode", "audio.x", "limits.in_flight"]


def test_a_fault_is_one_line_even_where_the_value_is_not() -> None:
    assert "\n" not in faults('[vad]\nengine = """a\nb"""')[0]


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        load(tmp_path / "config.toml")


def test_the_users_own_file_need_not_be_there(tmp_path: Path) -> None:
    assert load(tmp_path / "config.toml", missing_ok=True) == Config()


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path, missing_ok=True)


def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b'x = "\xff"')
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "config.toml")


@given(st.text())
def test_any_text_is_either_a_configuration_or_told(text: str) -> None:
    with suppress(ConfigError):
        parse(text, "my.toml")


@given(TEXTS)
def test_what_is_written_reads_back_the_same(device: str) -> None:
    config = parse(dump(Config()), "my.toml")
    changed = type(config)(audio=type(config.audio)(device=device, listen_at_start=True))
    assert parse(dump(changed), "my.toml") == changed


@given(st.dictionaries(TEXTS, st.dictionaries(TEXTS, VALUES)))
def test_whatever_keys_and_values_the_user_gave_are_written_so_that_they_read_back_the_same(
    options: dict[str, dict[str, Any]],
) -> None:
    config = Config(stt=Stt(openrouter=OpenRouterEngine(provider=options)))
    assert parse(dump(config), "my.toml") == config


@pytest.mark.parametrize("key", ["smile 😀", "delete \x7f", 'quote "', "line\n"])
def test_any_key_reads_back_the_same(key: str) -> None:
    config = Config(text=Text(snippets={key: "x"}))
    assert parse(dump(config), "my.toml") == config


def test_every_key_has_a_meaning() -> None:
    text = dump(Config())
    assert all(
        f"{path.rpartition('.')[2]} =" in text or f"[{path}." in text for path, _ in settings(Config())
    )


def test_what_is_not_set_by_default_is_written_as_a_comment() -> None:
    assert ("\n# temperature =\n" in dump(Config()), "\n# provider =\n" in dump(Config())) == (True, True)


def test_options_of_providers_are_taken_as_they_are_and_written_back() -> None:
    config = parse("[stt.openrouter.provider.groq]\nprompt = 'x'\nseed = [1, 2]\n", "my.toml")
    assert parse(dump(config), "my.toml").stt.openrouter.provider == {"groq": {"prompt": "x", "seed": [1, 2]}}


def test_a_key_put_in_place_of_its_variables_name_is_not_shown() -> None:
    assert "sk-secret" not in faults("[stt.openai]\napi_key_env = 'sk-secret-1'")[0]
