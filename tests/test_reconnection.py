"""A microphone that goes away under the whole program: the words before it and after it are written down."""

from __future__ import annotations

import signal
import wave
from typing import TYPE_CHECKING

import pytest
from moonshine_voice import get_assets_path
from recordings import words

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.daemon import Daemon, Dictated
    from fixtures.sound import SoundServer

pytestmark = pytest.mark.desktop

SPOKEN_S = 3.5
SILENCE_S = 2  # more than the virtual loudspeaker keeps back
SAID = ["ever", "tried", "ever", "failed"]
LOST = "listening goes on by itself once the microphone is back"


@pytest.fixture
def desk(dictated: Dictated, sound_server: SoundServer) -> Dictated:
    """The program with a sound server, and what it says at debug level."""
    dictated.environ |= {name: value for name, value in sound_server.env.items() if name.startswith("PULSE")}
    dictated.configure('[feedback]\nlog_level = "debug"')
    return dictated


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    """The beginning of a recording, "Ever tried, ever failed.", and then silence."""
    path = tmp_path / "speech.wav"
    with wave.open(str(get_assets_path() / "beckett.wav")) as whole, wave.open(str(path), "wb") as part:
        part.setparams(whole.getparams())
        part.writeframes(whole.readframes(int(SPOKEN_S * whole.getframerate())))
        part.writeframes(
            bytes(SILENCE_S * whole.getframerate() * whole.getsampwidth() * whole.getnchannels())
        )
    return path


def listening(desk: Dictated) -> Daemon:
    """The daemon, once it listens."""
    daemon = desk.start()
    daemon.says("ready")
    desk("start")
    daemon.says(": listening")
    return daemon


def written(desk: Dictated, daemon: Daemon) -> list[str]:
    """End the daemon and return the words it wrote down."""
    daemon.ends(signal.SIGTERM)
    return words(" ".join(desk.written))


def plug_in(sound: SoundServer) -> None:
    """Give the server its loudspeaker and its microphone again."""
    sound.pactl("load-module", "module-null-sink", "sink_name=vspk", "rate=48000", "norewinds=1")
    sound.pactl("load-module", "module-remap-source", "source_name=vmic", "master=vspk.monitor")


def test_a_sound_server_that_is_started_anew_costs_no_word_said_before_or_after(
    desk: Dictated, sound_server: SoundServer, speech: Path
) -> None:
    daemon = listening(desk)
    sound_server.play(speech).wait()
    sound_server.process.kill()
    daemon.says(LOST)
    sound_server.restart()
    daemon.says(": listening")
    sound_server.play(speech).wait()
    assert written(desk, daemon) == SAID * 2


def test_a_sentence_that_the_loss_cuts_off_is_written_down_as_far_as_it_came(
    desk: Dictated, sound_server: SoundServer, speech: Path
) -> None:
    desk.configure(
        '[segment]\npause_ms = 15000\n[feedback]\nlog_level = "debug"'
    )  # so it is open at the loss
    daemon = listening(desk)
    sound_server.play(speech).wait()
    sound_server.process.kill()
    daemon.says(LOST)
    daemon.has_said("delivered")
    assert written(desk, daemon) == SAID


def test_the_only_microphone_unplugged_and_plugged_in_again_costs_no_word_said_before_or_after(
    desk: Dictated, sound_server: SoundServer, speech: Path
) -> None:
    desk.configure('[audio]\ndevice = "vmic"\n[feedback]\nlog_level = "debug"')
    daemon = listening(desk)
    sound_server.play(speech).wait()
    sound_server.pactl("unload-module", "module-null-sink")
    daemon.says(LOST)
    plug_in(sound_server)
    daemon.says(": listening")
    sound_server.play(speech).wait()
    assert written(desk, daemon) == SAID * 2


def test_a_microphone_whose_place_another_takes_is_recorded_from_again_when_it_is_back(
    desk: Dictated, sound_server: SoundServer, speech: Path
) -> None:
    daemon = listening(desk)
    sound_server.play(speech).wait()
    sound_server.pactl("unload-module", "module-remap-source")  # the monitor takes its place
    sound_server.pactl("load-module", "module-remap-source", "source_name=vmic", "master=vspk.monitor")
    sound_server.play(speech).wait()
    assert written(desk, daemon) == SAID * 2


def test_a_microphone_that_was_suspended_is_recorded_from_again(
    desk: Dictated, sound_server: SoundServer, speech: Path
) -> None:
    daemon = listening(desk)
    sound_server.pactl("suspend-source", "vmic", "1")
    daemon.says(LOST)
    sound_server.pactl("suspend-source", "vmic", "0")
    daemon.says(": listening")
    sound_server.play(speech).wait()
    assert written(desk, daemon) == SAID


def test_a_sound_server_that_hung_is_recorded_from_again(
    desk: Dictated, sound_server: SoundServer, speech: Path
) -> None:
    daemon = listening(desk)
    sound_server.process.send_signal(signal.SIGSTOP)
    daemon.says(LOST)
    sound_server.process.send_signal(signal.SIGCONT)
    daemon.says(": listening")
    sound_server.play(speech).wait()
    assert written(desk, daemon) == SAID


def test_a_default_microphone_that_is_changed_is_followed(
    desk: Dictated, sound_server: SoundServer, speech: Path
) -> None:
    daemon = listening(desk)
    sound_server.play(speech).wait()
    sound_server.pactl("load-module", "module-remap-source", "source_name=other", "master=vspk.monitor")
    sound_server.pactl("set-default-source", "other")
    sound_server.pactl("set-source-mute", "vmic", "1")
    sound_server.play(speech).wait()
    assert written(desk, daemon) == SAID * 2


def test_status_tells_that_there_is_no_microphone_and_stop_ends_the_waiting(
    desk: Dictated, sound_server: SoundServer
) -> None:
    daemon = listening(desk)
    sound_server.stop()
    daemon.says(LOST)
    assert [desk.status()["state"], desk("stop").stdout] == ["no microphone", "off\n"]


def test_who_listens_from_the_start_waits_for_the_sound_server(
    desk: Dictated, sound_server: SoundServer, speech: Path
) -> None:
    desk.configure("[audio]\nlisten_at_start = true")
    sound_server.stop()
    daemon = desk.start()
    daemon.says(LOST)
    sound_server.restart()
    daemon.says(": listening")
    sound_server.play(speech).wait()
    assert written(desk, daemon) == SAID


def test_a_muted_microphone_is_told_and_so_is_its_sound(
    desk: Dictated, sound_server: SoundServer, speech: Path
) -> None:
    desk.configure("[limits]\nsilence_s = 1")
    sound_server.pactl("set-source-mute", "vmic", "1")
    daemon = listening(desk)
    sound_server.play(speech)
    daemon.says("is it muted?")
    sound_server.pactl("set-source-mute", "vmic", "0")
    sound_server.play(speech)
    assert daemon.says("gives sound again")
