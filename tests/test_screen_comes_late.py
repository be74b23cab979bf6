"""The whole program, older than its screen, or outliving it: real servers, a real microphone."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import fixtures.daemon
import pytest
from fixtures.screen import Screen, x_server
from recordings import beginning, words
from test_dictation import HOTKEY, SPEECH, play
from test_hotkeys_x11 import own_number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fixtures.daemon import Daemon, Dictated
    from fixtures.sound import SoundServer

pytestmark = pytest.mark.desktop

SPOKEN_S, SAID = 3.5, ["ever", "tried", "ever", "failed"]
"""Seconds of the recording."""


@pytest.fixture
def desk(dictated: Dictated, sound_server: SoundServer) -> Dictated:
    """The program with a microphone and no screen."""
    dictated.environ |= {name: value for name, value in sound_server.env.items() if name.startswith("PULSE")}
    dictated.configure('[feedback]\nlog_level = "debug"', sinks='["type"]')
    return dictated


@contextmanager
def screen_on(folder: Path, number: str = own_number()) -> Iterator[Screen]:
    """Open a screen, the same each time if not told otherwise."""
    folder.mkdir()
    with x_server(folder, number) as (display, _), ExitStack() as stack:
        opened = Screen(display, folder, stack)
        opened.start_window_manager()
        yield opened


def dictated_into(screen: Screen, daemon: Daemon, sound: SoundServer, folder: Path) -> list[str]:
    """Speak into a window between two presses of the hotkey; return the words it got."""
    window = screen.window()
    screen.xdotool(*HOTKEY)
    daemon.says(": listening")
    play(sound, beginning(SPEECH, SPOKEN_S, folder / "speech.wav"), folder)
    screen.xdotool(*HOTKEY)
    daemon.says("not listening")
    return words(window.read(len("Ever tried. Ever failed.")) + window.rest(1))


def test_a_daemon_older_than_its_screen_types_there_and_has_its_hotkey_when_it_comes(
    desk: Dictated, sound_server: SoundServer, tmp_path: Path
) -> None:
    daemon = desk.start(environ={"DISPLAY": f":{own_number()}"})
    daemon.says("no hotkey: no X server answers")
    with screen_on(tmp_path / "screen") as screen:
        daemon.says("hotkeys work now")
        got = dictated_into(screen, daemon, sound_server, tmp_path)
    assert got == SAID


def test_typing_and_the_hotkey_come_back_with_an_x_server_that_was_killed(
    desk: Dictated, sound_server: SoundServer, tmp_path: Path
) -> None:
    with screen_on(tmp_path / "before") as screen:
        daemon = desk.start(environ={"DISPLAY": screen.display})
        daemon.says("ready")
        before = dictated_into(screen, daemon, sound_server, tmp_path)
    daemon.says("hotkey: the X server is gone")
    with screen_on(tmp_path / "after") as screen:
        daemon.says("hotkeys work again")
        after = dictated_into(screen, daemon, sound_server, tmp_path)
    assert (before, after) == (SAID, SAID)


def test_what_is_said_while_there_is_no_screen_is_in_the_log(
    desk: Dictated, sound_server: SoundServer, tmp_path: Path
) -> None:
    daemon = desk.start(environ={"DISPLAY": f":{own_number()}"})
    daemon.says("ready")
    desk("start")
    play(sound_server, beginning(SPEECH, SPOKEN_S, tmp_path / "speech.wav"), tmp_path)
    desk("stop")
    daemon.ends(15)
    assert words(" ".join(desk.written)) == SAID


def test_a_service_finds_its_screen_by_the_word_of_systemd_and_so_the_next_one(
    desk: Dictated, sound_server: SoundServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = as_a_service(desk, tmp_path, monkeypatch)
    daemon = desk.start()
    daemon.says("no hotkey: there is no X display")
    with screen_on(tmp_path / "next", own_number(1)) as following:
        with screen_on(tmp_path / "first") as screen:
            session.write_text(f"DISPLAY={screen.display}\n")
            daemon.says("hotkeys work now")
        session.write_text(f"DISPLAY={following.display}\n")
        daemon.says("hotkeys work again")
        got = dictated_into(following, daemon, sound_server, tmp_path)
    assert got == SAID


def as_a_service(desk: Dictated, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Start the program as systemd would, with a stand-in for systemctl; return the file that it prints."""
    session, programs = folder / "session", folder / "programs"
    session.touch()
    programs.mkdir()
    service = f'SYSTEMD_EXEC_PID=$$ exec {fixtures.daemon.DICTATED} "$@"'
    for name, script in (("systemctl", f"exec cat {session}"), ("service", service)):
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o700)
    desk.environ["PATH"] = f"{programs}:{desk.environ['PATH']}"
    monkeypatch.setattr(fixtures.daemon, "DICTATED", programs / "service")
    return session
