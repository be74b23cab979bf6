from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import pytest
from fixtures.screen import DEADLINE

from dictated.checkup import screen as typing
from dictated.checkup import xkbcommon
from dictated.checkup.finding import Finding, Grade, Part, missing
from dictated.checkup.sample import SAMPLE, differences
from dictated.checkup.screen import Typing, finding
from dictated.config import Config
from dictated.outputconfig import Output

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.screen import Screen
    from fixtures.sway import Session

desktop = pytest.mark.desktop


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is waited for: nothing here is about the time."""
    monkeypatch.setattr("dictated.checkup.window.SHOWN_S", DEADLINE)
    monkeypatch.setattr("dictated.x11.focus._PATIENCE", DEADLINE)


def look(*sinks: Any, **environ: str) -> Finding:
    (found,) = Typing(configured(*sinks), environ).look()
    return found


def configured(*sinks: Any) -> Config:
    return Config(output=Output(sinks=sinks or ("type",)))


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


@desktop
def test_on_wayland_each_way_is_tried_and_those_that_work_are_known(session: Session) -> None:
    tried = Typing(configured(), session.env)
    said = [found.found.split(",")[0] for found in tried.look()]
    assert [f"by {name}: all 44 characters reached a window exactly" in said for name in tried.works] == [
        True
    ] * 2
    assert set(tried.works) == {"virtual-keyboard", "paste"}


@pytest.mark.parametrize(("sinks", "grade"), [(("type",), "fail"), (("type", "log"), "warn")])
def test_a_compositor_that_is_away_is_as_bad_as_there_is_no_other_sink(
    sinks: tuple[str, ...], grade: str, tmp_path: Path
) -> None:
    found = look(*sinks, WAYLAND_DISPLAY=str(tmp_path / "nobody"))
    assert (found.grade, found.found.startswith("no compositor listens on")) == (grade, True)


@desktop
def test_without_the_library_that_reads_keymaps_it_cannot_be_tried(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xkbcommon, "LIBRARY", "libxkbcommon.so.none")
    monkeypatch.setattr(typing, "LIBRARY", "libxkbcommon.so.none")
    found = look(**session.env)
    assert (found.grade, "cannot be tried" in found.found, found.part) == (Grade.WARN, True, Part.SINK)


@pytest.mark.parametrize(("environ", "chooses"), [({}, False), ({"WAYLAND_DISPLAY": "wayland-0"}, True)])
def test_only_on_wayland_there_is_a_choice_which_takes_longer(
    environ: dict[str, str],
    chooses: bool,  # noqa: FBT001  (a column of the table)
) -> None:
    tried = Typing(configured(), environ)
    assert (tried.chooses, tried.within_s > typing.WITHIN_S) == (chooses, chooses)


def test_on_wayland_nothing_is_typed_where_typing_is_not_asked_for() -> None:
    assert "not tried" in look("log", WAYLAND_DISPLAY="nobody").found


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
