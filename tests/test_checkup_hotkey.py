from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from test_hotkeys_x11 import Pressed

from dictated.checkup.finding import Finding, Grade
from dictated.checkup.hotkey import finding, look
from dictated.config import Hotkeys

if TYPE_CHECKING:
    from fixtures.screen import Screen

desktop = pytest.mark.desktop

KEY = "<ctrl>+<alt>+d"


def looked(*, runs: bool = False, environ: dict[str, str] | None = None, **keys: Any) -> list[Finding]:
    return list(look(Hotkeys(**keys), environ or {}, runs=runs))


@desktop
def test_combinations_that_nobody_has_are_free(screen: Screen) -> None:
    assert screen.display
    found = looked(cancel="<ctrl>+<alt>+c")
    assert [(one.grade, one.found) for one in found] == [
        (Grade.OK, f"toggle {KEY} is free"),
        (Grade.OK, "cancel <ctrl>+<alt>+c is free"),
    ]


@desktop
def test_looking_takes_no_combination_away(screen: Screen) -> None:
    assert screen.display
    looked()
    assert looked()[0].found == f"toggle {KEY} is free"


@desktop
@pytest.mark.parametrize(("runs", "grade"), [(False, Grade.WARN), (True, Grade.OK)])
def test_a_combination_that_is_taken_is_a_fault_unless_our_daemon_runs(
    screen: Screen,
    runs: bool,  # noqa: FBT001  (a column of the table)
    grade: Grade,
) -> None:
    assert screen.display
    other = Pressed(KEY)
    (found,) = looked(runs=runs)
    other.hotkeys.stop()
    assert found.grade == grade


@desktop
def test_several_keys_at_once_are_watched_and_not_kept(screen: Screen) -> None:
    assert screen.display
    assert looked(toggle="<f8>+<f9>")[0].found.endswith("is watched; the focused window sees it too")


@desktop
def test_in_a_wayland_session_hotkeys_are_a_warning(screen: Screen) -> None:
    assert screen.display
    (found,) = looked(environ={"WAYLAND_DISPLAY": "wayland-0"})
    assert (found.grade, "dictated toggle" in found.mend) == (Grade.WARN, True)


def test_without_a_display_hotkeys_are_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    (found,) = looked()
    assert (found.grade, 'hotkeys.toggle = ""' in found.mend) == (Grade.WARN, True)


def test_where_no_combination_is_set_no_display_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    (found,) = looked(toggle="")
    assert (found.grade, found.found.startswith("none is set")) == (Grade.OK, True)


@pytest.mark.parametrize(
    ("taken", "runs", "grade"),
    [
        (None, False, "ok"),
        (None, True, "ok"),
        (False, False, "ok"),
        (True, False, "warn"),
        (True, True, "ok"),
        (False, True, "warn"),
    ],
)
def test_a_combination_is_judged_by_who_has_it(taken: bool | None, runs: bool, grade: str) -> None:  # noqa: FBT001  (columns of the table)
    assert finding("toggle", KEY, taken=taken, runs=runs).grade == grade
