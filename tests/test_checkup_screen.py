from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import pytest

from dictated.checkup import screen as typing
from dictated.checkup.finding import Finding, Grade, Part, missing
from dictated.checkup.screen import SAMPLE, differences, finding
from dictated.config import Config, Output

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.screen import Screen
    from fixtures.sway import Session

desktop = pytest.mark.desktop


def look(*sinks: Any, **environ: str) -> Finding:
    (found,) = typing.look(Config(output=Output(sinks=sinks or ("type",))), environ)
    return found


@desktop
@pytest.mark.parametrize("layout", ["us", "fr", "us,ru"])
def test_the_sample_reaches_the_window_exactly_under_every_layout(screen: Screen, layout: str) -> None:
    screen.layout(layout)
    found = look()
    assert (found.grade, found.found.split(", ")[0], found.part) == (
        Grade.OK,
        f"all {len(SAMPLE)} characters reached a window exactly",
        Part.SINK,
    )


@desktop
async def test_nothing_of_the_sample_goes_to_the_window_that_has_the_focus(screen: Screen) -> None:
    window = screen.window()
    await anyio.to_thread.run_sync(look)
    assert await anyio.to_thread.run_sync(window.rest) == ""


@desktop
def test_a_window_that_takes_the_focus_meanwhile_gets_nothing_and_the_check_says_so(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = screen.window()
    taking = typing._deliver  # noqa: SLF001  (the moment before the first key)

    async def deliver(*arguments: Any) -> Any:
        window.focus()
        return await taking(*arguments)

    monkeypatch.setattr(typing, "_deliver", deliver)
    found = look()
    assert (found.grade, "another window has the focus" in found.found, window.rest()) == ("fail", True, "")


@pytest.mark.parametrize(
    ("sinks", "grade", "works"),
    [(("type",), "fail", False), (("type", "log"), "warn", False), (("log",), "ok", False)],
)
def test_no_display_is_as_bad_as_there_is_no_other_sink(
    sinks: tuple[str, ...],
    grade: str,
    works: bool,  # noqa: FBT001  (a column of the table)
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    found = look(*sinks)
    assert (found.grade, Part.SINK not in missing([found])) == (grade, works)


@pytest.mark.parametrize(
    ("programs", "grade", "said"),
    [
        ((), "fail", "nothing types there"),
        (("wl-copy",), "fail", "nothing types there"),
        (("ydotool",), "ok", "ydotool can be tried"),
        (("ydotool", "wl-copy", "wl-paste"), "ok", "paste, ydotool can be tried"),
    ],
)
def test_on_wayland_the_programs_that_type_are_looked_for(
    programs: tuple[str, ...], grade: str, said: str, tmp_path: Path
) -> None:
    for program in programs:
        (tmp_path / program).touch(mode=0o700)
    found = look(WAYLAND_DISPLAY="wayland-0", PATH=str(tmp_path))
    assert (found.grade, said in found.found) == (grade, True)


@desktop
def test_a_compositor_with_virtual_keyboards_is_seen(session: Session) -> None:
    found = look(**session.env | {"PATH": ""})
    assert (found.grade, "virtual-keyboard can be tried" in found.found) == (Grade.OK, True)


def test_the_sample_has_what_typing_gets_wrong() -> None:
    assert set("éßя你🙂€") | set('"{}@#?!') <= set(SAMPLE)


@pytest.mark.parametrize(
    ("typed", "came", "wrong"),
    [
        ("abc", "abc", []),
        ("aéb", "ab", ['"é" did not come']),
        ("aéb", "aeb", ['"e" came for "é"']),
        ("ab", "aab", ['"a" came unasked']),
        ("é ß 你", "e ß", ['"e" came for "é"', '" 你" did not come']),
        ("abc", "", ['"abc" did not come']),
    ],
)
def test_what_did_not_arrive_as_it_was_is_named(typed: str, came: str, wrong: list[str]) -> None:
    assert differences(typed, came) == wrong


def test_a_character_that_came_as_another_fails() -> None:
    found = finding(SAMPLE.replace("你", "?"), 0.5)
    assert (found.grade, '"?" came for "你"' in found.found) == (Grade.FAIL, True)
