from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dictated.checkup.finding import Grade
from dictated.checkup.soundserver import Info, finding, look

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.sound import SoundServer


@pytest.mark.desktop
def test_the_sound_server_is_told_with_its_default_source(
    sound_server: SoundServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in sound_server.env.items():
        monkeypatch.setenv(name, value)
    (found,) = look()
    assert (found.grade, found.found.startswith("pulseaudio "), "source vmic" in found.found) == (
        Grade.OK,
        True,
        True,
    )


@pytest.mark.desktop
def test_a_sound_server_that_is_not_there_is_a_warning(
    sound_server: SoundServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in sound_server.env.items():
        monkeypatch.setenv(name, value)
    sound_server.stop()
    (found,) = look()
    assert (found.grade, found.found) == (Grade.WARN, "neither PipeWire nor PulseAudio answers")


def test_without_pactl_its_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (found,) = look()
    assert (found.grade, found.mend) == (Grade.WARN, "sudo apt install pulseaudio-utils")


@pytest.mark.parametrize(
    ("source", "grade"),
    [("alsa_input.usb", Grade.OK), ("", Grade.OK), ("alsa_output.hdmi.monitor", Grade.WARN)],
)
def test_a_default_source_that_hears_the_loudspeaker_is_a_warning(source: str, grade: Grade) -> None:
    assert finding(Info("PulseAudio (on PipeWire 1.0.5)", "15.0.0", source)).grade == grade
