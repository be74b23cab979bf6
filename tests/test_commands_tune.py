"""`dictated tune` on recordings for the microphone, and on a microphone of a real sound server."""

from __future__ import annotations

import os
import pty
import subprocess
import tomllib
from typing import TYPE_CHECKING

import numpy as np
import pytest
import signals
from recordings import FOLDER, recorded

from dictated.commands.tune import ways
from dictated.config import VadSettings
from dictated.types import SAMPLE_RATE

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.daemon import Dictated
    from fixtures.sound import SoundServer

READING = "sonnet1.mp3"


def test_it_shows_what_was_heard_and_says_that_all_is_well(dictated: Dictated) -> None:
    recorded("jfk.flac")
    run = dictated("tune", "--input", FOLDER / "jfk.flac")
    assert (run.returncode, run.stderr, run.stdout.splitlines()[-1]) == (
        0,
        "",
        "Nothing to change: the settings fit.",
    )


def test_a_speaker_who_pauses_long_is_proposed_a_longer_pause(dictated: Dictated) -> None:
    recorded(READING)
    assert "- segment.pause_ms: 600 -> 1050  (" in dictated("tune", "--input", FOLDER / READING).stdout


def test_apply_writes_what_is_proposed_and_keeps_the_rest(dictated: Dictated) -> None:
    recorded(READING)
    dictated.config.write_text("# mine\n[segment]\npause_ms = 500  # short\n")
    run = dictated("tune", "--apply", "--input", FOLDER / READING)
    written = dictated.config.read_text()
    assert (tomllib.loads(written), written.count("# ")) == ({"segment": {"pause_ms": 1050}}, 2)
    assert run.stdout.endswith("segment.pause_ms: 500 -> 1050\n")


def test_without_apply_the_configuration_stays_as_it_is(dictated: Dictated) -> None:
    recorded(READING)
    before = dictated.config.read_text()
    dictated("tune", "--input", FOLDER / READING)
    assert dictated.config.read_text() == before


def test_while_the_microphone_is_too_quiet_nothing_else_is_proposed(
    dictated: Dictated, tmp_path: Path
) -> None:
    quiet = signals.write(tmp_path / "quiet.wav", 0.01 * recorded("jfk.flac"), SAMPLE_RATE)
    told = [line for line in dictated("tune", "--input", quiet).stdout.splitlines() if line.startswith("- ")]
    assert (len(told), "pactl set-source-volume @DEFAULT_SOURCE@ +20dB" in told[0]) == (1, True)


def test_digital_silence_is_a_muted_microphone(dictated: Dictated, tmp_path: Path) -> None:
    silence = signals.write(tmp_path / "silence.wav", np.zeros(SAMPLE_RATE), SAMPLE_RATE)
    assert "pactl set-source-mute @DEFAULT_SOURCE@ 0" in dictated("tune", "--input", silence).stdout


@pytest.mark.parametrize(("name", "begins"), [("plot.png", b"\x89PNG"), ("plot.svg", b"<svg")])
def test_a_picture_is_drawn(dictated: Dictated, tmp_path: Path, name: str, begins: bytes) -> None:
    recorded("sb11.wav")
    dictated("tune", "--input", FOLDER / "sb11.wav", "--plot", tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(begins)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (("--plot", "a.gif"), 2),
        (("--plot", "no/such/a.png"), 2),
        (("--seconds", "301"), 2),
        (("--input", "none.wav"), 1),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(dictated: Dictated, wrong: tuple[str, ...], code: int) -> None:
    run = dictated("tune", *wrong)
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (code, "", 1)


def test_the_settings_in_use_are_tried_first_and_none_twice() -> None:
    tried = ways(VadSettings(mode=1))
    assert (tried[0], len(tried), len(set(tried))) == (VadSettings(mode=1), 13, 13)


@pytest.mark.desktop
def test_it_listens_to_the_microphone_for_as_long_as_it_is_told(
    dictated: Dictated, sound_server: SoundServer, tmp_path: Path
) -> None:
    dictated.environ |= sound_server.env
    sound_server.play(signals.write(tmp_path / "tone.wav", signals.tone(20, 440, 48_000), 48_000))
    run = dictated("tune", "--seconds", "2")
    assert (run.returncode, "\n2.0 s heard, " in run.stdout, "Be silent" in run.stderr) == (0, True, True)


def test_what_apply_writes_is_a_configuration_that_can_be_read(dictated: Dictated) -> None:
    recorded(READING)
    dictated.config.write_text("[segment]\npause_most_ms = 1000\n")
    dictated("tune", "--apply", "--input", FOLDER / READING)
    written = tomllib.loads(dictated.config.read_text())["segment"]
    assert (written, dictated("config").returncode) == ({"pause_most_ms": 1000, "pause_ms": 1000}, 0)


def test_where_there_are_no_block_characters_the_rest_is_said(dictated: Dictated) -> None:
    recorded("jfk.flac")
    dictated.environ["PYTHONIOENCODING"] = "latin-1"
    run = dictated("tune", "--input", FOLDER / "jfk.flac")
    assert (run.returncode, run.stdout.splitlines()[0][:11], "heard, " in run.stdout) == (
        0,
        "(no picture",
        True,
    )


def test_who_ends_the_input_instead_of_pressing_enter_is_told_in_a_line(dictated: Dictated) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, b"\x04")
    command = [dictated.executable, "--config", dictated.config, "tune"]
    with os.fdopen(theirs, "rb") as stdin:
        run = subprocess.run(
            command,
            stdin=stdin,
            env=dictated.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
    os.close(ours)
    assert (run.returncode, "Traceback" in run.stderr, "press Enter to begin" in run.stderr) == (
        2,
        False,
        True,
    )
