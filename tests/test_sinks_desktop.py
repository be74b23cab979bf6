"""Rules of the choice between X11 and Wayland: for each text, by the session there is at that moment."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

import pytest
from doubles import SPACED
from fixtures.accessibility import reading
from fixtures.screen import DEADLINE
from test_sinks_wayland import transcript
from test_x11_display import systemctl

from dictated import outputconfig
from dictated.accessibility.reader import Reader
from dictated.errors import NoDisplayError, SinkError
from dictated.sinks.desktop import DesktopSink
from dictated.x11 import display
from dictated.x11.ownkeys import OwnKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fixtures.accessibility import Accessible, Desk
    from fixtures.screen import Screen
    from fixtures.sway import Session

    Systemctl = Callable[[str], None]

__all__ = ["systemctl"]

desktop = pytest.mark.desktop


@pytest.fixture(autouse=True)
def no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave nothing of the session the tests run in; what a test takes over is given back."""
    for name in (*display.VARIABLES, "SYSTEMD_EXEC_PID"):
        monkeypatch.setenv(name, "")  # so that it is put back, whoever changes it
        monkeypatch.delenv(name)


def sink(environ: Mapping[str, str], reader: Reader | None = None) -> DesktopSink:
    return DesktopSink(outputconfig.TypeSink(), SPACED, OwnKeys(), environ, reader)


def telling(environ: dict[str, str]) -> str:
    """Return a script that prints of this environment what tells of the screen."""
    named = [f"{name}={environ[name]}" for name in display.VARIABLES if name in environ]
    return f"printf '%s\\n' {shlex.join(named)}"


@desktop
async def test_words_are_typed_into_the_wayland_session_that_the_environment_names(session: Session) -> None:
    window, to = session.terminal(), sink(session.env)
    await to.deliver(transcript("é"))
    assert (await window.read(2), await to.undo()) == ("é ", 2)
    await to.close()


@desktop
async def test_words_are_typed_into_the_screen_that_the_environment_names(screen: Screen) -> None:
    window, to = screen.window(), sink({"DISPLAY": screen.display})
    await to.deliver(transcript("é"))
    assert await window.wait_for_text(2) == "é "
    await to.close()


@desktop
async def test_a_service_older_than_its_session_types_once_there_is_one(
    session: Session, systemctl: Systemctl
) -> None:
    window = session.terminal()
    to = sink({"XDG_RUNTIME_DIR": session.env["XDG_RUNTIME_DIR"], "PATH": session.env["PATH"]})
    with pytest.raises(NoDisplayError):
        await to.deliver(transcript("before"))
    systemctl(telling(session.env))
    await to.deliver(transcript("after"))
    assert (await window.rest(), os.environ["WAYLAND_DISPLAY"]) == ("after ", session.env["WAYLAND_DISPLAY"])


@desktop
async def test_a_compositor_that_went_gives_way_to_the_one_that_came(
    session: Session, systemctl: Systemctl
) -> None:
    window = session.terminal()
    systemctl(telling(session.env))
    await sink(session.env | {"WAYLAND_DISPLAY": "gone"}).deliver(transcript("words"))
    assert await window.rest() == "words "


@desktop
async def test_systemd_is_not_asked_while_the_session_answers(
    session: Session, systemctl: Systemctl, tmp_path: object
) -> None:
    session.terminal()
    systemctl(f"touch {tmp_path}/asked")
    await sink(session.env).deliver(transcript("words"))
    assert not os.path.exists(f"{tmp_path}/asked")  # noqa: PTH110  (one look, after the text was typed)


async def test_a_session_that_systemd_names_and_is_not_there_is_not_taken(systemctl: Systemctl) -> None:
    systemctl("echo WAYLAND_DISPLAY=/nobody/wayland-9")
    with pytest.raises(NoDisplayError):
        await sink({}).deliver(transcript("words"))
    assert "WAYLAND_DISPLAY" not in os.environ


async def test_a_compositor_that_went_and_none_that_came_is_told() -> None:
    with pytest.raises(SinkError, match="no compositor listens"):
        await sink({"WAYLAND_DISPLAY": "/nobody/wayland-9"}).deliver(transcript("words"))


async def test_which_window_has_the_keyboard_is_not_known_where_there_is_no_session() -> None:
    assert await sink({}).window() == ""


async def test_nothing_was_typed_so_nothing_is_taken_back() -> None:
    with pytest.raises(SinkError):
        await sink({}).undo()


@desktop
async def test_words_that_the_window_shows_are_delivered(desk: Desk) -> None:
    desk.window("entry")
    async with reading(Reader(desk.env, ask_s=DEADLINE, settle_s=DEADLINE)) as reader:
        to = sink(desk.env, reader)
        await to.deliver(transcript("Grüße"))
        assert await to.undo() == 6
        await to.close()


@desktop
async def test_words_that_the_window_does_not_show_are_not_delivered_and_not_taken_back(desk: Desk) -> None:
    desk.window("full")
    async with reading(Reader(desk.env, ask_s=DEADLINE)) as reader:
        to = sink(desk.env, reader)
        with pytest.raises(SinkError, match="shows none of them"):
            await to.deliver(transcript("more"))
        with pytest.raises(SinkError, match="nothing that was typed"):
            await to.undo()
        await to.close()


@desktop
async def test_on_wayland_words_that_the_window_does_not_show_are_not_delivered(
    wayland_desk: Accessible,
) -> None:
    wayland_desk.window("full")
    async with reading(Reader(wayland_desk.env, ask_s=DEADLINE)) as reader:
        to = sink(wayland_desk.env, reader)
        with pytest.raises(SinkError, match="shows none of them"):
            await to.deliver(transcript("more"))
        await to.close()


async def test_where_nothing_was_typed_nothing_is_taken_back() -> None:
    with pytest.raises(SinkError, match="nothing that was typed"):
        await sink({}).undo()
