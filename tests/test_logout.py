"""The desktop under a daemon goes, or sleeps: nothing that was said is lost."""

from __future__ import annotations

import signal
import subprocess
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from fixtures.screen import needs, open_screen
from moonshine_voice import get_assets_path
from recordings import repeated, words
from second_ear import Ear

from dictated.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.daemon import Daemon, Dictated
    from fixtures.sound import SoundServer

pytestmark = pytest.mark.desktop

SPEECH = get_assets_path() / "two_cities.wav"
SECOND_S = 1.5
"""Seconds that it goes on once the first sentence is delivered, to the middle of the second."""

SAID = "it was the best of times it was the worst of times it was the age".split()  # noqa: SIM905 (a sentence)

BRISK, TIMES = get_assets_path() / "beckett.wav", 3
"""Short sentences in 10 s, "Ever tried." the first, and how often they are said."""


@pytest.fixture
def desk(dictated: Dictated, sound_server: SoundServer) -> Dictated:
    """The program with a microphone."""
    dictated.environ |= {name: value for name, value in sound_server.env.items() if name.startswith("PULSE")}
    return dictated


def listening(desk: Dictated, sinks: str = '["log"]') -> Daemon:
    desk.configure("[audio]\nlisten_at_start = true\n[feedback]\nlog_level = 'debug'", sinks=sinks)
    daemon = desk.start()
    daemon.says(": listening")
    return daemon


def session_bus(stack: ExitStack) -> str:
    """Start a session bus that ends with the block; return its address."""
    needs("dbus-daemon", "dbus")
    command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
    bus = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    stack.callback(bus.kill)
    assert bus.stdout
    return bus.stdout.readline().strip()


def test_at_logout_all_goes_at_once_and_the_sentence_is_delivered_in_good_time(
    desk: Dictated, sound_server: SoundServer, tmp_path: Path
) -> None:
    (tmp_path / "screen").mkdir()
    with ExitStack() as desktop:
        screen = desktop.enter_context(open_screen(tmp_path / "screen"))
        screen.window()
        desk.environ |= {"DISPLAY": screen.display, "DBUS_SESSION_BUS_ADDRESS": session_bus(desktop)}
        daemon = listening(desk, '["type", "log"]')
        sound_server.play(SPEECH)
        daemon.says("utterance 1 delivered")
        hear(sound_server, SECOND_S)
        told = time.monotonic()
        daemon.process.send_signal(signal.SIGTERM)
        sound_server.process.kill()
    code = daemon.ends()
    assert (code, time.monotonic() - told < Limits().drain_s) == (0, True)
    assert words(" ".join(desk.written))[: len(SAID)] == SAID, daemon.lines
    assert "Traceback" not in "\n".join(daemon.lines)


def hear(sound: SoundServer, seconds: float) -> None:
    """Return when so much more has been spoken."""
    ear = Ear(sound)
    ear.hear(seconds)
    ear.close()


@pytest.mark.alone
@pytest.mark.parametrize("asleep_s", [0.5, 3])
def test_stopped_and_continued_it_listens_on_by_itself(
    desk: Dictated, sound_server: SoundServer, tmp_path: Path, asleep_s: float
) -> None:
    daemon = listening(desk)
    sound_server.play(repeated(BRISK, TIMES, tmp_path / "brisk.wav"))
    daemon.says("utterance 1 delivered")
    daemon.process.send_signal(signal.SIGSTOP)
    hear(sound_server, asleep_s)
    daemon.process.send_signal(signal.SIGCONT)
    daemon.says("utterance 3 delivered")
    assert (desk.status()["state"], daemon.ends(signal.SIGTERM)) == ("listening", 0)
    assert words(" ".join(desk.written))[:2] == ["ever", "tried"]
