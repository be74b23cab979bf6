from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from fixtures.screen import DEADLINE, own_display, x_server
from Xlib import X, Xatom

from dictated.errors import NoDisplayError
from dictated.profiles import Look
from dictated.x11.connection import connect, disconnect
from dictated.x11.focus import Focus, focused, looked, refocus

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path
    from typing import Any

    from fixtures.screen import Screen, Window
    from Xlib.display import Display

pytestmark = pytest.mark.desktop


@pytest.fixture
def focus() -> Generator[Focus]:
    made = Focus()
    yield made
    made.close()


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy window manager is waited for."""
    monkeypatch.setattr("dictated.x11.focus._PATIENCE", DEADLINE)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Display]:
    """A connection to a server without a window manager."""
    with x_server(tmp_path) as (name, _):
        monkeypatch.setenv("DISPLAY", name)
        display = connect()
        yield display
        disconnect(display)


@pytest.mark.parametrize("kind", ["xterm", "gtk"])
def test_the_name_of_a_window_is_its_id_and_its_process(screen: Screen, focus: Focus, kind: str) -> None:
    window = screen.window(kind)
    identity, process = focus.window().split("/")
    assert (int(identity, 16), int(process)) == (window.identity, window.process.pid)


def test_a_window_is_seen_with_the_class_of_its_program_and_its_title(screen: Screen, focus: Focus) -> None:
    window = screen.window()
    screen.xdotool("set_window", "--class", "XTerm", "--name", "ünd — vim", str(window.identity))
    assert focus.look() == Look("XTerm", "ünd — vim", focus.window())


def test_without_a_window_there_is_nothing_to_be_seen(screen: Screen, focus: Focus) -> None:
    assert screen.display
    assert focus.look() == Look()


def test_a_title_and_a_class_of_any_kind_and_length_are_read_to_a_bound(bare: Display) -> None:
    window = mapped(bare, bare.screen().root)
    window.set_input_focus(X.RevertToNone, X.CurrentTime)
    seen = []
    for title in (b"\xff\xfe\0" * 9, b"e" * 100_000):
        window.change_property(bare.get_atom("_NET_WM_NAME"), bare.get_atom("UTF8_STRING"), 8, title)
        window.change_property(Xatom.WM_CLASS, Xatom.STRING, 8, title)
        seen.append(looked(bare))
    window.change_property(bare.get_atom("_NET_WM_NAME"), bare.get_atom("UTF8_STRING"), 32, [1, 2])
    seen.append(looked(bare))
    assert [len(look.title) for look in seen] == [9, 1024, 0]
    assert max(len(look.kind) for look in seen) <= 1024


def test_an_old_program_is_seen_with_its_old_title(bare: Display) -> None:
    window = mapped(bare, bare.screen().root)
    window.set_input_focus(X.RevertToNone, X.CurrentTime)
    window.change_property(Xatom.WM_NAME, Xatom.STRING, 8, "Größe".encode("latin-1"))
    assert (looked(bare).kind, looked(bare).title) == ("", "Größe")


def test_a_window_keeps_its_name_while_another_has_the_focus(screen: Screen, focus: Focus) -> None:
    first = screen.window()
    name = focus.window()
    other = screen.window()
    between = focus.window()
    other.focus()
    first.focus()
    assert (focus.window() == name, between == name) == (True, False)


def test_a_window_that_gets_the_id_of_a_closed_one_gets_another_name(screen: Screen, focus: Focus) -> None:
    first = screen.window()
    name = close(first, focus)
    second = screen.window()
    assert (second.identity == first.identity, focus.window() == name) == (True, False)


def test_no_name_is_given_while_the_window_manager_itself_has_the_focus(screen: Screen, focus: Focus) -> None:
    assert screen.display
    assert focus.window() == ""


def test_no_name_is_given_where_there_is_no_display(monkeypatch: pytest.MonkeyPatch, focus: Focus) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    assert focus.window() == ""


def test_asking_says_that_there_is_no_display(monkeypatch: pytest.MonkeyPatch, focus: Focus) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(NoDisplayError, match="DISPLAY is not set"):
        focus.ask()


def test_a_server_that_went_and_came_back_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, focus: Focus
) -> None:
    number = own_display()  # another test would take one that is free
    with x_server(tmp_path, number) as (name, _):
        monkeypatch.setenv("DISPLAY", name)
        with window_of_our_own():
            before = focus.window()
    gone = focus.window()
    with x_server(tmp_path, number), window_of_our_own():
        assert (before != "", gone, focus.window() != "") == (True, "", True)


@pytest.mark.parametrize("nobody", [X.NONE, X.PointerRoot])
def test_no_name_is_given_when_no_window_has_the_focus(bare: Display, nobody: int) -> None:
    bare.set_input_focus(nobody, X.RevertToNone, X.CurrentTime)
    assert focused(bare) == ""


def test_no_name_is_given_when_the_root_has_the_focus(bare: Display) -> None:
    bare.screen().root.set_input_focus(X.RevertToNone, X.CurrentTime)
    assert focused(bare) == ""


def test_a_field_inside_a_window_is_that_window(bare: Display) -> None:
    outer = mapped(bare, bare.screen().root)
    inner = mapped(bare, mapped(bare, outer))
    inner.set_input_focus(X.RevertToNone, X.CurrentTime)
    assert focused(bare).split("/")[0] == f"{outer.id:#x}"


@pytest.mark.parametrize(
    "place", [{"x": -100, "window_class": X.InputOutput}, {"x": 0, "window_class": X.InputOnly}]
)
def test_a_window_that_cannot_be_seen_has_no_name(bare: Display, place: dict[str, int]) -> None:
    mapped(bare, bare.screen().root, **place).set_input_focus(X.RevertToNone, X.CurrentTime)
    assert focused(bare) == ""


def test_changes_of_the_keyboard_do_not_pile_up(bare: Display) -> None:
    with window_of_our_own() as display:
        for sym in range(0x61, 0x71):
            display.change_keyboard_mapping(255, [(sym,)])
        display.sync()
    bare.sync()
    focused(bare)
    assert bare.pending_events() == 0


@pytest.mark.usefixtures("patience")
def test_a_window_gets_the_focus_again(screen: Screen, focus: Focus) -> None:
    screen.window()
    name = focus.window()
    screen.window("gtk")
    assert (refocus(name), focus.window()) == (True, name)


def test_a_window_that_got_the_id_of_a_closed_one_gets_no_focus(screen: Screen, focus: Focus) -> None:
    name = close(screen.window(), focus)
    screen.window()
    screen.window("gtk")
    now = focus.window()
    assert (refocus(name), focus.window()) == (False, now)


@pytest.mark.usefixtures("patience")
def test_a_window_put_away_gets_the_focus_again(screen: Screen, focus: Focus) -> None:
    window = screen.window()
    name = focus.window()
    screen.window("gtk")
    screen.xdotool("windowminimize", "--sync", str(window.identity))
    assert (refocus(name), focus.window()) == (True, name)


def test_a_window_gets_the_focus_again_without_a_window_manager(bare: Display) -> None:
    window = mapped(bare, bare.screen().root)
    window.set_input_focus(X.RevertToNone, X.CurrentTime)
    name = focused(bare)
    bare.set_input_focus(X.PointerRoot, X.RevertToNone, X.CurrentTime)
    bare.sync()
    assert (refocus(name), focused(bare)) == (True, name)


def test_a_window_that_has_closed_gets_no_focus(bare: Display) -> None:
    window = mapped(bare, bare.screen().root)
    window.set_input_focus(X.RevertToNone, X.CurrentTime)
    name = focused(bare)
    window.destroy()
    bare.sync()
    assert not refocus(name)


def test_a_window_that_is_not_on_the_screen_gets_no_focus(bare: Display) -> None:
    window = mapped(bare, bare.screen().root)
    window.set_input_focus(X.RevertToNone, X.CurrentTime)
    name = focused(bare)
    window.unmap()
    bare.sync()
    assert not refocus(name)


def close(window: Window, focus: Focus) -> str:
    """Close the focused window; return the name it had."""
    name = focus.window()
    window.process.terminate()
    window.process.wait()
    return name


@contextmanager
def window_of_our_own() -> Iterator[Display]:
    display = connect()
    mapped(display, display.screen().root).set_input_focus(X.RevertToNone, X.CurrentTime)
    display.sync()
    yield display
    disconnect(display)


def mapped(display: Display, parent: Any, x: int = 0, window_class: int = X.InputOutput) -> Any:
    """A plain window inside another, on the screen as soon as the server has read it."""
    depth = 0 if window_class == X.InputOnly else display.screen().root_depth
    window = parent.create_window(x, 0, 50, 50, 0, depth, window_class, override_redirect=True)
    window.map()
    return window
