"""Rules of profiles: which holds in a window, and what the configuration is then."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.config import Config
from dictated.configfile import dump, parse
from dictated.errors import ConfigError
from dictated.profileconfig import Profile
from dictated.profiles import Look, effective, merged, profile_in

PROFILES = {
    "mail": Profile(windows=("thunderbird", "*— Mail*")),
    "code": Profile(windows=("*vim*", "Code", "x?erm")),
    "none": Profile(),
    "new": Profile(windows=("[No Name]*", "a[bc]d", "[!x]?")),
}
TABLES = st.recursive(
    st.integers() | st.lists(st.integers(), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
).filter(lambda table: isinstance(table, dict))


@pytest.mark.parametrize(
    ("window", "profile"),
    [
        (Look("thunderbird", "Inbox"), "mail"),
        (Look("Thunderbird", "notes.txt - vim"), "mail"),
        (Look("xterm", "NeoVim"), "code"),
        (Look("xterm", ""), "code"),
        (Look("firefox", "Inbox — Mail — Firefox"), "mail"),
        (Look("codeblocks", ""), ""),
        (Look("", ""), ""),
        (Look("[a]", "*"), ""),
        (Look("gedit", "[No Name] - Gedit"), "new"),
        (Look("gedit", "[no name]"), "new"),
        (Look("gedit", "N"), ""),
        (Look("A[BC]D", ""), "new"),
        (Look("abd", ""), ""),
        (Look("[!x]y", ""), "new"),
        (Look("yy", ""), ""),
    ],
)
def test_the_first_profile_that_names_the_class_or_the_title_of_a_window_holds(
    window: Look, profile: str
) -> None:
    assert profile_in(window, PROFILES) == profile


def test_a_profile_changes_what_it_names_and_nothing_else() -> None:
    config = parse('[text]\nlanguage = "de"\n[profiles.code.text]\njoin = "none"\n', "a file")
    changed = effective(config, "code")
    assert (changed.text.join, changed.text.language, changed.stt) == ("none", "de", config.stt)


def test_a_table_within_a_table_is_changed_key_by_key() -> None:
    config = parse('[stt.openai]\nlanguage = "de"\n[profiles.x.stt.openai]\nmodel = "m"\n', "a file")
    assert (effective(config, "x").stt.openai.model, effective(config, "x").stt.openai.language) == (
        "m",
        "de",
    )


@given(TABLES, TABLES)
def test_what_is_merged_has_every_override_and_every_other_key(table: dict, overrides: dict) -> None:  # type: ignore[type-arg]
    both = merged(table, overrides)
    assert both.keys() == table.keys() | overrides.keys()
    assert merged(both, overrides) == both


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[profiles.Code]", 'profiles: found "Code"; allowed: str matching regex'),
        ("[profiles.default]", "profiles.default: is what holds without a profile; call it otherwise"),
        ('[profiles.code.text]\njoin = "nope"', 'profiles.code.text.join: found "nope"; allowed: "smart"'),
        ("[profiles.code.audio]", "profiles.code.audio: there is no such key"),
        ("[profiles]\ncode = 3", "profiles.code: found 3; allowed is a table"),
        ('[profiles.code.stt]\nengine = "cloudflare"', "profiles.code.stt.cloudflare.account_id: is not set"),
    ],
)
def test_a_profile_that_cannot_hold_is_told_when_the_file_is_read(text: str, fault: str) -> None:
    with pytest.raises(ConfigError) as told:
        parse(text, "file")
    assert [line for line in told.value.faults if line.startswith(f"file: {fault}")]


def test_a_fault_of_the_file_is_not_told_again_for_each_profile() -> None:
    with pytest.raises(ConfigError) as told:
        parse("[stt]\nhedge_after = 1.0\n[profiles.a]\n[profiles.b]\n", "file")
    assert len(told.value.faults) == 1


def test_profiles_are_written_out_as_they_were_read() -> None:
    config = parse('[profiles.code]\nwindows = ["*vim*"]\n[profiles.code.text]\njoin = "none"\n', "file")
    assert parse(dump(config), "file") == config


def test_a_file_without_profiles_shows_how_one_is_written() -> None:
    assert "# [profiles.name]" in dump(Config())
