from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

import pytest
import signals
from second_ear import play

from dictated.checkup.finding import Finding, Grade, Part
from dictated.checkup.microphone import UNMUTE, Level, finding, look
from dictated.config import Audio, Config
from dictated.types import FRAME_SAMPLES, Frame

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.sound import SoundServer

desktop = pytest.mark.desktop


def level(*samples: int) -> Level:
    """The level of frames, each of one sample again and again."""
    heard = Level()
    for sample in samples:
        heard.hear(Frame(array("h", [sample] * FRAME_SAMPLES).tobytes()))
    return heard


def looked(device: str = "", *, listens: bool = False) -> Finding:
    (found,) = look(Config(audio=Audio(device=device)), listens=listens)
    return found


@pytest.fixture
def server(sound_server: SoundServer, monkeypatch: pytest.MonkeyPatch) -> SoundServer:
    for name, value in sound_server.env.items():
        monkeypatch.setenv(name, value)
    return sound_server


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        ([0], "level -inf dBFS, peak -inf dBFS"),
        ([], "level -inf dBFS, peak -inf dBFS"),
        ([-32768], "level 0 dBFS, peak 0 dBFS"),
        ([16384, -16384], "level -6 dBFS, peak -6 dBFS"),
        ([0, 0, 0, -3277], "level -26 dBFS, peak -20 dBFS"),
    ],
)
def test_a_level_is_told_against_full_scale(samples: list[int], said: str) -> None:
    assert str(level(*samples)) == said


@pytest.mark.parametrize(
    ("samples", "grade"), [([0], "warn"), ([1, -1], "warn"), ([0, -2], "ok"), ([], "warn")]
)
def test_only_digital_silence_is_taken_for_muted(samples: list[int], grade: str) -> None:
    found = finding("it", level(*samples))
    assert (found.grade, found.mend) == (grade, UNMUTE if grade == "warn" else "")


@desktop
def test_a_microphone_that_hears_something_is_told_with_its_level(
    server: SoundServer, tmp_path: Path
) -> None:
    play(server, signals.write(tmp_path / "tone.wav", signals.tone(20, 440, 48_000), 48_000))
    found = looked("vmic")
    assert (found.grade, found.found) == (Grade.OK, '"vmic": level -9 dBFS, peak -6 dBFS')


@desktop
def test_a_muted_microphone_is_a_warning_that_says_how_to_unmute_it(server: SoundServer) -> None:
    server.pactl("set-source-mute", "vmic", "1")
    found = looked()
    assert (found.grade, found.mend, found.part) == (Grade.WARN, UNMUTE, Part.MICROPHONE)


@desktop
def test_the_microphone_is_closed_again(server: SoundServer) -> None:
    assert looked().mend == UNMUTE  # it was open: silence was heard
    assert server.recording == []


@desktop
def test_a_microphone_that_is_not_there_fails(server: SoundServer) -> None:
    assert server.process
    found = looked("none")
    assert (found.grade, found.found, found.part) == (
        Grade.FAIL,
        'no microphone is called "none"',
        Part.MICROPHONE,
    )


@desktop
def test_one_that_does_not_open_while_our_daemon_listens_is_no_fault(server: SoundServer) -> None:
    assert server.process
    assert looked("none", listens=True).grade == Grade.OK
