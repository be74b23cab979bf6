"""Rules of what profiles are made into: one sink of each kind, a look at windows where one names any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dictated import build
from dictated.configfile import parse
from dictated.gaze import Glance
from dictated.paths import Paths
from dictated.profiles import asked_ahead
from dictated.sinks.desktop import DesktopSink
from dictated.x11.ownkeys import OwnKeys

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.screen import Screen

    from dictated.parts import Parts

LOGS = '[output]\nsinks = ["log"]\n'
BY_HAND = "[profiles.code.text]\nnumbers = false\n"
TYPES = '[profiles.code.output]\nsinks = ["type", "log", "log"]\n'
WINDOWS = '[profiles.code]\nwindows = ["XTerm"]\n'


def parts(text: str, folder: Path, environ: dict[str, str] | None = None) -> Parts:
    around = build.Surroundings(Paths(folder / "config", folder, folder), environ or {}, OwnKeys())
    return build.parts(parse(text, "my.toml"), around)


@pytest.mark.parametrize(
    ("text", "usual", "code"),
    [
        (LOGS, ["log"], ["log"]),
        (LOGS + BY_HAND, ["log"], ["log"]),
        (LOGS + TYPES, ["log"], ["type", "log"]),
        (TYPES, ["type"], ["type", "log"]),
        (LOGS + WINDOWS, ["log"], ["log"]),
    ],
)
def test_words_of_a_profile_go_to_its_sinks(
    tmp_path: Path, text: str, usual: list[str], code: list[str]
) -> None:
    delivery = parts(text, tmp_path).delivery
    assert [[sink.name for sink in delivery.of(profile)] for profile in ("", "code")] == [usual, code]


def test_there_is_one_sink_of_each_kind_whoever_uses_it(tmp_path: Path) -> None:
    assert [sink.name for sink in parts(LOGS + TYPES, tmp_path).delivery.sinks] == ["log", "type"]


@pytest.mark.parametrize(("text", "looks"), [(LOGS, 0), (LOGS + BY_HAND, 0), (LOGS + WINDOWS, 1)])
def test_where_nothing_is_typed_windows_are_looked_at_for_the_sake_of_a_profile_alone(
    tmp_path: Path, text: str, looks: int
) -> None:
    made = parts(text, tmp_path)
    assert sum(isinstance(sink, DesktopSink) for sink in made.delivery.made) == looks
    assert made.looks_early is bool(looks)


async def test_without_a_screen_no_profile_is_seen(tmp_path: Path) -> None:
    assert await parts(LOGS + WINDOWS, tmp_path).glance() == Glance()


@pytest.mark.desktop
@pytest.mark.parametrize(("text", "profile"), [(WINDOWS, "code"), (BY_HAND, "")])
async def test_the_profile_of_a_window_is_seen_with_its_name(
    tmp_path: Path, screen: Screen, text: str, profile: str
) -> None:
    window = screen.window()
    made = parts(text, tmp_path / "state", {"DISPLAY": screen.display})
    seen = await made.glance()
    await made.delivery.close()
    assert (int(seen.window.split("/")[0], 16), seen.profile) == (window.identity, profile)


@pytest.mark.parametrize(
    ("text", "ahead"),
    [
        (BY_HAND, {"", "code"}),
        ('[profiles.code.stt]\nengine = "openai"\n', {""}),
        ('[stt]\nengine = "openai"\n[profiles.code.stt]\nengine = "local"\n', {"code"}),
        ('[stt]\nspeculate = "never"\n[profiles.code.stt]\nspeculate = "always"\n', {"code"}),
    ],
)
def test_a_profile_is_asked_ahead_where_its_own_engine_may_be(
    tmp_path: Path, text: str, ahead: set[str]
) -> None:
    made = parts(text, tmp_path)
    assert asked_ahead(parse(text, "my.toml")) == ahead
    assert {name for name in ("", "code") if made.speculates(name)} == ahead
    assert made.rules.speculate > 0


def test_other_keys_of_a_profile_are_other_hotkeys_and_nothing_else_is() -> None:
    usual, windows, keys = (parse(text, "my.toml") for text in ("", WINDOWS, WINDOWS + 'hotkey = "<f9>"'))
    one, other, third = build.keys(usual), build.keys(windows), build.keys(keys)
    assert (one == other, other == third) == (True, False)
