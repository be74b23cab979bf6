from __future__ import annotations

import signal
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from fixtures.keyboards import Inputs
from fixtures.portal import Portal
from test_hotkeys_x11 import Pressed

from dictated.checkup.finding import Finding, Grade
from dictated.checkup.hotkey import finding, look
from dictated.config import Hotkeys
from dictated.hotkeys.evdev import EvdevHotkeys

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from fixtures.notifications import Bus
    from fixtures.screen import Screen

desktop = pytest.mark.desktop

KEY = "<ctrl>+<alt>+d"
WAYLAND = {"WAYLAND_DISPLAY": "wayland-0"}


class Freezable(Portal):
    def freeze(self) -> None:
        """Stop it where it is; it ends all the same when it is told to."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def close(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)
        super().close()


@pytest.fixture
def portal(tmp_path: Path, bus: Bus) -> Generator[Freezable]:
    started = Freezable(tmp_path, bus)
    yield started
    started.close()


@pytest.fixture
def inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Inputs]:
    made = Inputs(tmp_path / "input")
    watcher = partial(EvdevHotkeys, folder=made.folder, open_device=made.open)
    monkeypatch.setattr("dictated.hotkeys.choice.EvdevHotkeys", watcher)
    yield made
    made.close()


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
def test_in_a_wayland_session_x11_hotkeys_are_a_warning(screen: Screen) -> None:
    assert screen.display
    (found,) = looked(environ={"WAYLAND_DISPLAY": "wayland-0"}, through="x11")
    assert (found.grade, "dictated toggle" in found.mend) == (Grade.WARN, True)


def test_in_a_wayland_session_the_desktop_is_asked_and_shows_no_dialog(bus: Bus, portal: Portal) -> None:
    (found,) = looked(environ=WAYLAND | bus.environ, hold="<f9>")
    said = "the desktop watches (GlobalShortcuts portal, version 1), and may have other keys"
    assert (found.grade, found.found) == (Grade.OK, f"toggle {KEY}, hold <f9>: {said}")
    assert portal.backend.told.empty()


@pytest.mark.parametrize(
    ("environ", "mend"),
    [
        (
            {"SWAYSOCK": "/run/sway.sock"},
            "put this into ~/.config/sway/config: bindsym --no-repeat Ctrl+Mod1+d exec dictated toggle",
        ),
        ({}, "bind `dictated toggle` to a key in the desktop's settings"),
    ],
)
def test_where_the_desktop_has_no_portal_its_own_binding_is_told(
    bus: Bus, environ: dict[str, str], mend: str
) -> None:
    (found,) = looked(environ=WAYLAND | environ | bus.environ)
    assert (found.grade, found.mend) == (Grade.WARN, mend)
    assert found.found.startswith("the desktop has no portal for hotkeys (")


def test_where_there_is_no_session_bus_the_binding_is_told() -> None:
    (found,) = looked(environ=WAYLAND)
    assert (found.grade, "there is no session bus" in found.found, "dictated toggle" in found.mend) == (
        Grade.WARN,
        True,
        True,
    )


def test_a_portal_that_does_not_answer_is_given_up(
    bus: Bus, portal: Freezable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dictated.checkup.hotkey._PORTAL_SECONDS", 0.2)
    portal.freeze()
    (found,) = looked(environ=WAYLAND | bus.environ)
    assert (found.grade, found.found) == (Grade.WARN, "the desktop's portal does not answer")


def test_keyboards_that_are_read_are_fine(inputs: Inputs) -> None:
    inputs.plug(0)
    (found,) = looked(through="evdev")
    said = "watched on every keyboard (evdev), each key where a US keyboard has it"
    assert (found.grade, found.found) == (Grade.OK, f"toggle {KEY}: {said}")


def test_keyboards_that_may_not_be_read_are_a_warning_that_says_what_allows_it(inputs: Inputs) -> None:
    inputs.plug(0).path.chmod(0)
    (found,) = looked(through="evdev")
    assert (found.grade, found.found) == (Grade.WARN, "the keyboards may not be read")
    assert found.mend.startswith("allow it with `sudo usermod -aG input $USER`")


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
