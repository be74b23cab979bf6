"""What benchmarks/latency.py makes of the texts of a run; times are seconds of the track."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

import heard
import latency
from heard import Line, Run
from track import Place, Track

RATE = 16_000


def tone(seconds: float) -> np.ndarray:
    return np.sin(2 * np.pi * 400 * np.arange(round(seconds * RATE)) / RATE)


def quiet(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE))


TRACK = Track(
    np.concatenate([quiet(1), tone(1), quiet(1), tone(1), quiet(0.2), tone(0.8), quiet(1)]),
    [Place("a", "one two", 1, 2, 1.9), Place("b", "three four", 3, 5, 5)],
)


def figures(*lines: Line, pause: float | None = 0.5) -> dict[str, object]:
    return latency.figures(TRACK, Run(list(lines), cpu_s=3, memory_mb=200, wakeups=60), pause)


def test_a_recording_is_timed_by_its_last_text() -> None:
    found = figures(
        Line(1, 2, "one two", 2.5), Line(3, 3.5, "three", 4.1), Line(4, 5, "four", 5.7), pause=None
    )

    assert found["each_end_to_text_ms"] == {"a": [500], "b": [700]}


def test_the_stages_of_a_text_add_up() -> None:
    found = figures(Line(1, 2.04, "one two", 2.64, engine=0.2))

    assert [found[stage]["p50"] for stage in ("end_to_found_ms", "end_to_emitted_ms", "end_to_text_ms")] == [
        40,
        540,
        640,
    ]
    assert found["emitted_to_text_in_log_ms"]["p50"] == 100


def test_a_recording_without_text_is_counted_with_its_words() -> None:
    found = figures(Line(1, 2, "one too", 2.5))

    assert (found["without_text"], found["word_error_rate"]) == (1, 75.0)


@pytest.mark.parametrize(("cut", "false"), [(4.0, 1), (4.98, 0)])
def test_a_cut_is_false_where_speech_goes_on_in_its_pause(cut: float, false: int) -> None:
    assert figures(Line(3, cut, "three", 4.5), Line(cut, 5, "four", 5.5))["false_cuts"] == false


def test_a_run_is_said_per_second_of_the_track() -> None:
    found = figures(Line(1, 2, "one two", 2.5))

    assert (found["of_a_core"], found["wakeups_per_s"]) == (0.5, 10)


def written(seconds: float) -> str:
    return datetime.fromtimestamp(1000 + seconds, UTC).isoformat()


def test_the_track_began_where_log_and_file_tell_of_the_same_utterance() -> None:
    said = [
        {"number": 1, "start": written(1), "end": written(2)},
        {"number": 2, "start": written(3), "end": written(3.5)},  # cut otherwise than in the file
    ]
    cut = {1: {"start": 0.5, "end": 1.5}, 2: {"start": 2.5, "end": 4.5}}

    assert heard.beginning(said, cut) == pytest.approx(1000.5)


def test_the_utterance_told_soonest_says_when_the_track_began() -> None:
    ends = {1: 2.03, 2: 4.01, 3: 6.02, 4: 7.0}  # the last is another utterance, as long by chance
    said = [{"number": n, "start": written(end - 1), "end": written(end)} for n, end in ends.items()]
    cut = {n: {"start": 2.0 * n - 1.5, "end": 2.0 * n - 0.5} for n in ends}

    assert heard.beginning(said, cut) == pytest.approx(1000.51)


def test_a_track_whose_beginning_is_unknown_has_no_figures() -> None:
    with pytest.raises(SystemExit, match="no utterance"):
        heard.beginning([{"number": 1, "start": written(1), "end": written(2)}], {})
