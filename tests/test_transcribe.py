"""`dictated transcribe` over real recordings: the figures that the README promises, held."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
from fixtures.daemon import Dictated
from recordings import FOLDER, errors, recorded, words

from dictated.types import SAMPLE_RATE

if TYPE_CHECKING:
    from pathlib import Path

Line = dict[str, str | int | float]

READING = "sonnet1.mp3"
SHORT = [
    "jfk.flac",
    *(f"sns{n}.wav" for n in ("0870", "0880", "0890", "0920", "0930")),
    *(f"sb{n}.wav" for n in (11, 13, 14, 15)),
]


@cache
def said(name: str) -> list[str]:
    recorded(name)  # or skip
    text: str = json.loads((FOLDER / "manifest.json").read_text())["files"][name]
    return text.split()


def transcribed(dictated: Dictated, *files: Path) -> list[Line]:
    run = dictated("transcribe", "--json", *files)
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> list[Line]:
    recorded(READING)  # or skip
    return transcribed(Dictated(tmp_path_factory.mktemp("reading")), FOLDER / READING)


def error_rate(dictated: Dictated, files: dict[str, Path]) -> tuple[float, list[str]]:
    """Errors over all words, and which recordings gave no text."""
    heard: dict[str, list[str]] = {str(file): [] for file in files.values()}
    for line in transcribed(dictated, *files.values()):
        heard[str(line["file"])] += words(str(line["text"]))
    wrong = sum(errors(said(name), heard[str(file)]) for name, file in files.items())
    silent = [name for name, file in files.items() if not heard[str(file)]]
    return wrong / sum(len(said(name)) for name in files), silent


def test_at_most_3_words_in_100_of_the_short_recordings_are_wrong(dictated: Dictated) -> None:
    rate, silent = error_rate(dictated, {name: FOLDER / name for name in SHORT if said(name)})
    assert (rate <= 0.03, silent) == (True, []), rate


def test_at_most_12_words_in_100_of_a_reading_are_wrong(reading: list[Line]) -> None:
    heard = words(" ".join(str(line["text"]) for line in reading))
    wrong = errors(said(READING), heard)
    assert wrong <= 0.12 * len(said(READING)), heard


def test_no_two_utterances_of_a_reading_share_a_moment(reading: list[Line]) -> None:
    times = [float(line[key]) for line in reading for key in ("start", "end")]
    assert times == sorted(times)


def test_with_noise_at_10_db_every_recording_has_text_and_at_most_8_words_in_100_wrong(
    dictated: Dictated, tmp_path: Path
) -> None:
    mixed = {name: tmp_path / f"{name}.wav" for name in SHORT}
    for name, file in mixed.items():
        speech = recorded(name)
        noise = np.resize(recorded("noise-a.wav"), speech.shape)
        gain = np.sqrt(np.mean(speech**2) / np.mean(noise**2)) * 10 ** (-10 / 20)
        soundfile.write(file, np.clip(speech + gain * noise, -1, 1), SAMPLE_RATE, subtype="PCM_16")
    rate, silent = error_rate(dictated, mixed)
    assert (rate <= 0.08, silent) == (True, []), rate


@pytest.mark.parametrize("noise", ["noise-a.wav", "noise-b.wav", "white", "silence"])
def test_half_a_minute_without_speech_has_no_text(dictated: Dictated, tmp_path: Path, noise: str) -> None:
    """Noise stands 15 dB below the mean level of the recordings."""
    samples = 30 * SAMPLE_RATE
    made = {"white": np.random.default_rng(7).standard_normal(samples), "silence": np.zeros(samples)}
    sound = np.resize(made[noise] if noise in made else recorded(noise), samples)
    level = np.sqrt(np.mean([np.mean(recorded(name) ** 2) for name in SHORT])) * 10 ** (-15 / 20)
    gain = level / np.sqrt(np.mean(sound**2)) if sound.any() else 0
    soundfile.write(tmp_path / "noise.wav", sound * gain, SAMPLE_RATE, subtype="PCM_16")
    assert transcribed(dictated, tmp_path / "noise.wav") == []


def test_a_line_of_json_has_the_promised_keys_in_their_order(dictated: Dictated) -> None:
    recorded("sb11.wav")
    line = transcribed(dictated, FOLDER / "sb11.wav")[0]
    assert list(line) == ["file", "number", "start", "end", "text", "engine"]


def test_without_json_a_line_is_the_words(dictated: Dictated) -> None:
    recorded("sb11.wav")
    assert dictated("transcribe", FOLDER / "sb11.wav").stdout == "The child almost hurt the small dog.\n"


def test_a_file_that_is_cut_short_gives_its_words_and_one_line_and_exits_with_1(
    dictated: Dictated, tmp_path: Path
) -> None:
    recorded("sb11.wav")
    (tmp_path / "cut.wav").write_bytes((FOLDER / "sb11.wav").read_bytes()[:60_000])
    run = dictated("transcribe", tmp_path / "cut.wav")
    assert (run.returncode, run.stdout[:16], run.stderr.count("\n")) == (1, "The child almost", 1)


def test_one_bad_file_does_not_keep_the_others_from_being_transcribed(
    dictated: Dictated, tmp_path: Path
) -> None:
    recorded("sb11.wav")
    (tmp_path / "bad.wav").write_text("not a WAV")
    run = dictated("transcribe", tmp_path / "bad.wav", FOLDER / "sb11.wav")
    assert (run.returncode, run.stdout.count("\n"), run.stderr.count("\n")) == (1, 1, 1)


def test_a_closed_pipe_ends_it_without_a_traceback(dictated: Dictated) -> None:
    recorded("sb11.wav")
    command = f"{dictated.executable} --config {dictated.config} transcribe {FOLDER / 'sb11.wav'} | true"
    run = subprocess.run(
        ["sh", "-c", command], env=dictated.environ, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in run.stderr


def test_nothing_is_asked_of_the_engines_of_profiles(dictated: Dictated) -> None:
    recorded("sb11.wav")
    dictated.configure(
        '[profiles.letters.stt]\nengine = "openai"\n[stt.openai]\nbase_url = "http://127.0.0.1:9/v1"\n'
    )
    run = dictated("transcribe", FOLDER / "sb11.wav")
    assert (run.stdout, run.stderr) == ("The child almost hurt the small dog.\n", "")
