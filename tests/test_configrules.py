from __future__ import annotations

import sys

import pytest

from dictated.configfile import parse
from dictated.errors import ConfigError


def faults(text: str) -> list[str]:
    try:
        parse(text, "my.toml")
    except ConfigError as error:
        return [fault.removeprefix("my.toml: ") for fault in error.faults]
    return []


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/v1",
        "http://localhost:8000/v1",
        "http://127.0.0.1:8000",
        "http://127.9.9.9",
        "http://[::1]:8000/v1",
        "http://stt.localhost/v1",
    ],
)
def test_an_address_is_https_or_this_machine(address: str) -> None:
    assert faults(f"[stt.openai]\nbase_url = '{address}'") == []


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://example.org/v1", "http:// sends your speech and key in plain text to example.org"),
        ("http://192.168.1.5:8000", "in plain text to 192.168.1.5"),
        ("http://localhost.example.org", "in plain text to localhost.example.org"),
        ("http://127.0.0.1.example.org", "in plain text"),
        ("HTTP://example.org", "in plain text"),
        ("ftp://example.org", "is no address"),
        ("example.org/v1", "is no address"),
        ("https://", "is no address"),
        ("https://[::1", "is no address"),
        ("https://example.org:port", "is no address"),
        ("https://me:pass@example.org", "for the key see api_key_env"),
        ("https://example.org/?key=1", "for the key see api_key_env"),
    ],
)
def test_any_other_address_is_told(address: str, told: str) -> None:
    (fault,) = faults(f"[stt.openai]\nbase_url = '{address}'")
    assert told in fault


def test_plain_text_to_another_machine_can_be_allowed() -> None:
    assert faults("[stt.openai]\nbase_url = 'http://example.org'\nallow_plaintext = true") == []


def test_a_password_in_an_address_is_not_shown() -> None:
    assert "hunter2" not in faults("[stt.openai]\nbase_url = 'https://me:hunter2@example.org'")[0]


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("fallback = ['local']", "stt.fallback: names an engine twice"),
        ("engine = 'openai'\nfallback = ['local', 'local']", "stt.fallback: names an engine twice"),
        ("hedge_after = 2", "stt.hedge_after: asks the next engine, and there is none"),
        ("engine = 'cloudflare'", "stt.cloudflare.account_id: is not set"),
        ("fallback = ['cloudflare']", "stt.cloudflare.account_id: is not set"),
    ],
)
def test_engines_that_could_not_be_asked_are_told(keys: str, told: str) -> None:
    (fault,) = faults(f"[stt]\n{keys}")
    assert fault.startswith(told)


def test_one_combination_for_two_things_is_told() -> None:
    (fault,) = faults("[hotkeys]\ntoggle = '<ctrl>+<alt>+d'\nundo = '<alt>+<ctrl_l>+D'")
    assert fault == "hotkeys.undo: is the combination of hotkeys.toggle too; give each its own"


@pytest.mark.parametrize(
    ("hotkey", "told"),
    [
        (
            "<alt>+<ctrl_l>+D",
            "profiles.a.hotkey: is the combination of hotkeys.toggle too; give each its own",
        ),
        ("<f7>", "profiles.b.hotkey: is the combination of profiles.a.hotkey too; give each its own"),
        ("<f77>", "profiles.a.hotkey: "),
    ],
)
def test_the_combination_of_a_profile_is_its_own_and_can_be_read(hotkey: str, told: str) -> None:
    (fault,) = faults(f"[profiles.a]\nhotkey = '{hotkey}'\n[profiles.b]\nhotkey = '<f7>'")
    assert fault.startswith(told)


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("sinks = ['log']", []),
        ("log = { format = 'jsonl' }", ["log"]),
        ("sinks = ['log']\ntype = { live = true }", ["type"]),
    ],
)
def test_of_the_output_a_profile_changes_the_sinks_alone(output: str, told: list[str]) -> None:
    same = "is the same with every profile; only sinks may differ"
    assert faults(f"[profiles.a.output]\n{output}") == [f"profiles.a.output.{key}: {same}" for key in told]


@pytest.mark.parametrize(("through", "count"), [("evdev", 1), ("auto", 0)])
def test_a_key_that_evdev_cannot_know_is_told_where_evdev_is_chosen(through: str, count: int) -> None:
    found = faults(f"[hotkeys]\ntoggle = '<ctrl>+é'\nthrough = '{through}'")
    assert [fault.split(":")[0] for fault in found] == ["hotkeys.toggle"] * count


def test_what_is_no_combination_is_not_read_as_one() -> None:
    keys = "toggle = ''\nhold = '<f7>'\ntap_or_hold = '<f8>'\ncancel = '<f9>'\nundo = '<shift>+<f9>'"
    assert faults(f"[hotkeys]\n{keys}\ntap_ms = 200\nthrough = 'evdev'") == []


def test_every_fault_of_meaning_is_told_at_once() -> None:
    text = "[stt]\nhedge_after = 1\n[stt.openai]\nbase_url = 'x'\n[hotkeys]\nhold = '<ctl>+d'"
    assert [fault.split(":")[0] for fault in faults(text)] == [
        "hotkeys.hold",
        "stt.hedge_after",
        "stt.openai.base_url",
    ]


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("replacements = [{ find = 'a', put = '' }, { find = '(', put = '', match = 'regex' }]", "text.replacements[1].find: is no regular expression: missing )"),
        ("replacements = [{ find = 'a', put = '\\2', match = 'regex' }]", "text.replacements[0].put: \\2 is a group that find does not have"),
        ('replacements = [{ find = "a", put = "\\u001b[31m" }]', "text.replacements[0].put: holds a control character"),
        ("replacements = [{ find = 'a', putt = 'b' }]", "text.replacements: found "),
        ("replacements = [{ find = '', put = 'b' }]", "text.replacements: found "),
        ("snippets = { 'ok' = 'a', '…' = 'b' }", 'text.snippets."…": has no word that could be said'),
        ("snippets = { 'My address' = 'a', 'my-address' = 'b' }", 'text.snippets."my-address": sounds like "My address"'),
        ('snippets = { "a" = "\\u202e" }', 'text.snippets."a": holds a control character'),
        ("numbers = true\nlanguage = 'xx'", 'text.numbers: cannot be read in text.language = "xx"; known are da, de, en'),
    ],
)  # fmt: skip
def test_rules_for_words_that_cannot_be_carried_out_are_told(keys: str, told: str) -> None:
    (fault,) = faults(f"[text]\n{keys}")
    assert fault.startswith(told)


def test_numbers_without_the_package_that_reads_them_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "text_to_num", None)
    assert faults("[text]\nnumbers = true") == [
        "text.numbers: needs a package; get it with: pip install 'dictated[numbers]'"
    ]


def test_rules_for_words_that_can_be_carried_out_are_taken() -> None:
    text = """[text]
vocabulary = ["Kubernetes"]
near_miss = 86
numbers = true
replacements = [{ find = "heart", put = "🩷" }, { find = "new line", put = "\\n" }, { find = '(\\w+)!', put = '\\1.', match = "regex" }]
snippets = { "my address" = "1 High Street\\nHull", "greeting" = "Dear" }
"""
    assert faults(text) == []


OPENAI = "[stt]\nengine = 'openai'\n"


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("pause_least_ms = 700", ["pause_least_ms: is more than segment.pause_ms"]),
        ("pause_most_ms = 500", ["pause_most_ms: is less than segment.pause_ms"]),
        ("pause_least_ms = 150", ["pause_least_ms: needs words by then"]),
        ("pause_least_ms = 300\nspeculate_ms = 0", ["pause_least_ms: needs words by then"]),
        ("pause_most_ms = 900\nspeculate_ms = 600", ["pause_most_ms: needs words by the end"]),
        ("pause_most_ms = 900\nspeculate_ms = 0", ["pause_most_ms: needs words by the end"]),
        ("pause_least_ms = 160\npause_most_ms = 600", []),
        ("pause_least_ms = 600\npause_most_ms = 60000", []),
        ("pause_ms = 100\nspeculate_ms = 0", []),
        (f"pause_most_ms = 1000\n{OPENAI}", ["pause_most_ms: needs words ahead of time"]),
        (f"pause_least_ms = 300\n{OPENAI}", ["pause_least_ms: needs words ahead of time"]),
        ("pause_most_ms = 1000\n[stt]\nspeculate = 'never'", ["pause_most_ms: needs words ahead of time"]),
        (f"pause_most_ms = 1000\n{OPENAI}speculate = 'always'\n", []),
        (f"pause_most_ms = 1000\n{OPENAI}[profiles.code.stt]\nengine = 'local'", []),
        ("pause_most_ms = 1000\n[profiles.code.stt]\nengine = 'openai'", []),
        (
            f"pause_most_ms = 1000\n{OPENAI}[profiles.code.text]\njoin = 'none'",
            ["pause_most_ms: needs words ahead"],
        ),
        (f"speculate_ms = 0\n{OPENAI}", []),
    ],
)
def test_the_pause_lies_between_its_bounds_and_words_come_before_them(keys: str, told: list[str]) -> None:
    found = faults(f"[segment]\n{keys}")
    assert [fault.partition(": ")[0] for fault in found] == [
        f"segment.{fault.partition(': ')[0]}" for fault in told
    ]
    assert all(part.partition(": ")[2] in fault for part, fault in zip(told, found, strict=True))


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("text.hook.command = ['~no-such-user/tidy']", ['text.hook.command[0]: there is no home "~no-such-user" here; write the whole path']),
        ("stt.local.model = '~no-such-user'", ['stt.local.model: there is no home "~no-such-user" here; write the whole path']),
        ('stt.local.model = "~root\\u0000/base"', ['stt.local.model: there is no home "~root\\u0000" here; write the whole path']),
        ('text.hook.command = ["t\\u0000", "~no-such-user", "\\u0000"]', [f"text.hook.command[{n}]: holds a NUL, which no program can be given; take it out" for n in (0, 2)]),
        ("text.hook.command = ['~/tidy', '~no-such-user']\nstt.local.model = '~root/base'", []),
        ("[profiles.a]\ntext.hook.command = ['~no-such-user/tidy']", ['profiles.a.text.hook.command[0]: there is no home "~no-such-user" here; write the whole path']),
    ],
)  # fmt: skip
def test_a_program_and_a_model_that_could_not_even_be_looked_for_are_told(keys: str, told: list[str]) -> None:
    assert faults(keys) == told


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ('[text]\njoin = "line"', ['text.join: "line" presses Enter after each utterance; set text.commands.enter = true']),
        ('[text]\njoin = "line"\ncommands.enter = true', []),
        (
            '[output.log]\nlink_audio = true\n[history]\nkeep_audio = "0"',
            ["output.log.link_audio: links to sound, and history.keep_audio keeps none; set one otherwise"],
        ),
        ('[text.commands.words.en]\n"hop" = "@jump"', ['text.commands.words.en."hop": no such action; there are @caps-off, ']),
    ],
)  # fmt: skip
def test_keys_that_contradict_each_other_are_told(keys: str, told: list[str]) -> None:
    found = faults(keys)
    assert len(found) == len(told)
    assert all(fault.startswith(start) for fault, start in zip(found, told, strict=True))
