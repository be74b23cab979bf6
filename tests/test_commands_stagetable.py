"""Rules of the table of the stages: an engine in the order it first answered, with a row a stage."""

from __future__ import annotations

from datetime import date

from dictated.commands.stagetable import HEADING, MEANING, milliseconds, rows, table
from dictated.stages import Latency, Stages


def latency(engine: str = "local", sound: float = 4.0) -> Latency:
    return Latency(date(2026, 11, 21), engine, 0.1, Stages(0.5, 0.0024, 0.03, sound))


def test_each_engine_has_a_row_a_stage_in_the_order_they_first_answered() -> None:
    made = rows([latency("openrouter"), latency("local"), latency("openrouter")])
    assert [(row.engine, row.stage) for row in made] == [
        (engine, stage) for engine in ("openrouter", "local") for stage in MEANING
    ]
    assert [row.figures.count for row in made] == [2] * 6 + [1] * 6


def test_times_are_in_milliseconds_and_the_real_time_factor_is_none() -> None:
    assert table([latency()]) == [
        HEADING,
        ("pause", "500 ms", "500 ms", "500 ms", "1"),
        ("wait for words", "2 ms", "2 ms", "2 ms", "1"),
        ("delivery", "30 ms", "30 ms", "30 ms", "1"),
        ("end to end", "532 ms", "532 ms", "532 ms", "1"),
        ("engine", "100 ms", "100 ms", "100 ms", "1"),
        ("real-time factor", "0.025", "0.025", "0.025", "1"),
    ]


def test_several_engines_stand_in_a_column_of_their_own() -> None:
    assert [row[0] for row in table([latency("local"), latency("openrouter")])[::6]] == [
        "engine",
        "local",
        "openrouter",
    ]


def test_an_utterance_without_sound_has_no_real_time_factor() -> None:
    assert rows([latency(sound=0.0)])[-1].figures.max == 0.0


def test_one_stage_of_all_is_told_in_milliseconds() -> None:
    assert milliseconds([latency(), latency()], "pause") == [500.0, 500.0]
