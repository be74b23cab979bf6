"""Rules of the ledger: every answer counts at once and is written once, a day at a time."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dictated.history import History, Spent
from dictated.ledger import MOST, MOST_DAYS, Ledger, today
from dictated.types import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TODAY = date(2026, 11, 21)
DAY = timedelta(days=1)
USAGE = Usage(seconds=5.0, tokens_in=100, tokens_out=20, cost=0.25)


class Calendar:
    """Tells the day it was set to."""

    day = TODAY

    def __call__(self) -> date:
        return self.day


class SlowHistory(History):
    """Writes when it is let; says when it has written."""

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.begun, self.let, self.written = anyio.Event(), anyio.Event(), anyio.Event()

    def spend(self, day: date, engine: str, usage: Usage, answers: int = 1) -> None:
        anyio.from_thread.run_sync(self.begun.set)
        anyio.from_thread.run(self.let.wait)
        super().spend(day, engine, usage, answers)
        anyio.from_thread.run_sync(self.written.set)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with closing(History(tmp_path / "history.sqlite3")) as history:
        yield history


def cost(dollars: float) -> Usage:
    return Usage(cost=dollars)


def ledger(history: History, cost_per_day: float = 0.0, day: Calendar | None = None) -> Ledger:
    return Ledger(history, cost_per_day, day or Calendar(), behind_s=0)


async def test_an_answer_counts_at_once(history: History) -> None:
    kept = ledger(history)

    await kept.spend("openrouter", USAGE)

    assert kept.figures() == [Spent(TODAY, "openrouter", 1, USAGE)]


async def test_engines_are_told_in_the_order_they_were_first_asked(history: History) -> None:
    kept = ledger(history)

    for engine in ("b", "a", "b", "c"):
        await kept.spend(engine, USAGE)

    assert [(spent.engine, spent.answers) for spent in kept.figures()] == [("b", 2), ("a", 1), ("c", 1)]


async def test_an_answer_is_not_written_before_its_words_have_had_time_to_go(history: History) -> None:
    kept = Ledger(history, 0.0, Calendar(), behind_s=60)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(kept.run)
        await kept.spend("openrouter", USAGE)
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
    assert history.spent(TODAY) == []


async def test_what_is_left_is_written_at_the_end(history: History) -> None:
    kept = ledger(history)
    for _ in range(3):
        await kept.spend("openrouter", USAGE)

    await kept.close()

    assert (
        history.spent(TODAY) == kept.figures() == [Spent(TODAY, "openrouter", 3, Usage(15.0, 300, 60, 0.75))]
    )


async def test_what_is_left_is_written_even_where_all_is_cancelled(history: History) -> None:
    kept = ledger(history)
    await kept.spend("openrouter", USAGE)

    with anyio.CancelScope() as scope:
        scope.cancel()
        await kept.close()

    assert history.spent(TODAY) == [Spent(TODAY, "openrouter", 1, USAGE)]


async def test_a_ledger_that_had_nothing_to_write_makes_no_file(history: History, tmp_path: Path) -> None:
    kept = ledger(history)
    await kept.open()

    await kept.close()

    assert list(tmp_path.iterdir()) == []


async def test_answers_are_written_while_it_runs(tmp_path: Path) -> None:
    history = SlowHistory(tmp_path / "history.sqlite3")
    history.let.set()
    kept = ledger(history)
    async with anyio.create_task_group() as tasks:
        await tasks.start(kept.run)
        await kept.spend("openrouter", USAGE)
        with anyio.fail_after(5):
            await history.written.wait()
        tasks.cancel_scope.cancel()

    assert history.spent(TODAY) == [Spent(TODAY, "openrouter", 1, USAGE)]


async def test_a_slow_disk_delays_no_answer_and_none_is_written_twice(tmp_path: Path) -> None:
    history = SlowHistory(tmp_path / "history.sqlite3")
    kept = ledger(history)
    async with anyio.create_task_group() as tasks:
        await tasks.start(kept.run)
        await kept.spend("openrouter", USAGE)
        await history.begun.wait()
        await kept.spend("openrouter", USAGE)
        await kept.spend("local", USAGE)
        counted = [spent.answers for spent in kept.figures()]
        history.let.set()
        tasks.cancel_scope.cancel()
    await kept.close()

    assert (counted, [spent.answers for spent in history.spent(TODAY)]) == ([2, 1], [2, 1])


async def test_with_nothing_to_write_it_waits(history: History) -> None:
    kept = ledger(history)
    await kept.spend("openrouter", USAGE)
    await kept.close()

    async with anyio.create_task_group() as tasks:
        await tasks.start(kept.run)
        with anyio.fail_after(5):
            await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()


async def test_the_end_waits_for_what_is_just_being_written(tmp_path: Path) -> None:
    history = SlowHistory(tmp_path / "history.sqlite3")
    kept = ledger(history)
    ended = anyio.Event()

    async def end() -> None:
        await kept.close()
        ended.set()

    async with anyio.create_task_group() as tasks:
        await tasks.start(kept.run)
        await kept.spend("openrouter", USAGE)
        await history.begun.wait()
        tasks.start_soon(end)
        with anyio.move_on_after(0.1):  # without a turn to wait for, it would be over by now
            await ended.wait()
        early = ended.is_set()
        history.let.set()
        tasks.cancel_scope.cancel()

    assert not early


async def test_reading_does_not_miss_what_is_just_being_written(tmp_path: Path) -> None:
    history = SlowHistory(tmp_path / "history.sqlite3")
    kept = ledger(history)
    async with anyio.create_task_group() as tasks:
        await tasks.start(kept.run)
        await kept.spend("openrouter", USAGE)
        await history.begun.wait()
        with anyio.move_on_after(0.1):  # without a turn to wait for, it would be over by now
            await kept.open()
        figures = kept.figures()
        history.let.set()
        tasks.cancel_scope.cancel()

    assert figures == [Spent(TODAY, "openrouter", 1, USAGE)]


async def test_the_figures_of_today_are_read_at_the_start(history: History) -> None:
    history.spend(TODAY - DAY, "local", USAGE)
    history.spend(TODAY, "openrouter", USAGE)
    history.spend(TODAY + DAY, "local", USAGE)
    kept = ledger(history)

    await kept.open()

    assert kept.figures() == [Spent(TODAY, "openrouter", 1, USAGE)]


async def test_what_was_spent_before_the_figures_were_read_counts_as_well(history: History) -> None:
    history.spend(TODAY, "openrouter", USAGE)
    kept = ledger(history)
    await kept.spend("openrouter", USAGE)

    await kept.open()

    assert kept.figures() == [Spent(TODAY, "openrouter", 2, Usage(10.0, 200, 40, 0.5))]


async def test_what_another_program_spent_counts_with_the_next_write(history: History) -> None:
    kept = ledger(history, cost_per_day=0.75)
    history.spend(TODAY, "openrouter", cost(0.5))

    await kept.spend("openrouter", cost(0.25))
    await kept.close()

    assert (kept.may_ask("openrouter"), kept.figures()[0].answers) == (False, 2)


@pytest.mark.parametrize(
    ("limit", "spent", "verdict"),
    [
        (0, [], "may"),
        (0, [1000.0], "may"),
        (1, [], "may"),
        (1, [0.75], "may"),
        (1, [0.75, 0.25], "may not"),
        (1, [2.0], "may not"),
    ],
)
async def test_an_engine_is_asked_until_the_day_s_money_is_spent(
    limit: float, spent: list[float], verdict: str, history: History
) -> None:
    kept = ledger(history, limit)

    for dollars in spent:
        await kept.spend("openrouter", cost(dollars))

    assert kept.may_ask("openrouter") is (verdict == "may")


async def test_each_engine_has_its_own_money(history: History) -> None:
    kept = ledger(history, cost_per_day=1)

    await kept.spend("openrouter", cost(1))

    assert (kept.may_ask("openrouter"), kept.may_ask("cloudflare")) == (False, True)


async def test_at_midnight_all_begins_anew(history: History) -> None:
    calendar = Calendar()
    kept = ledger(history, 1, calendar)
    await kept.spend("openrouter", cost(1))

    calendar.day += DAY

    assert (kept.may_ask("openrouter"), kept.figures()) == (True, [])


async def test_an_answer_is_written_to_the_day_it_was_given(history: History) -> None:
    calendar = Calendar()
    kept = ledger(history, day=calendar)
    await kept.spend("openrouter", USAGE)
    calendar.day += DAY

    await kept.close()

    assert (history.spent(TODAY), kept.figures()) == ([Spent(TODAY, "openrouter", 1, USAGE)], [])


async def test_a_clock_that_is_set_back_finds_what_that_day_has_spent(history: History) -> None:
    calendar = Calendar()
    kept = ledger(history, 1, calendar)
    await kept.spend("openrouter", cost(1))
    calendar.day += DAY
    kept.figures()

    calendar.day -= DAY

    assert kept.may_ask("openrouter") is False


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -1.0, 2 * MOST, 10**400])
async def test_a_number_that_cannot_be_true_spoils_no_figure(wrong: float, history: History) -> None:
    kept = ledger(history)
    await kept.spend("openrouter", Usage(wrong, wrong, wrong, wrong))  # type: ignore[arg-type]  # what services send
    await kept.spend("openrouter", USAGE)

    await kept.close()

    assert history.spent(TODAY) == [Spent(TODAY, "openrouter", 2, USAGE)]


@pytest.mark.parametrize(("limit", "told"), [(1.0, [logging.WARNING]), (0.0, [])])
async def test_a_history_that_cannot_be_read_counts_as_nothing_and_is_told_where_there_is_a_limit(
    limit: float, told: list[int], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept = ledger(History(tmp_path), limit)

    await kept.open()

    assert (kept.figures(), [record.levelno for record in caplog.records]) == ([], told)


async def test_a_history_that_cannot_be_written_is_told_once_and_counting_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept = ledger(History(tmp_path))

    for _ in range(3):
        await kept.spend("openrouter", USAGE)
        await kept.close()

    told = [record.getMessage() for record in caplog.records]
    assert (kept.figures()[0].answers, told) == (
        3,
        [f"what the engines cost is counted, but not kept: {tmp_path} is a folder; give the name of a file"],
    )


async def test_that_answers_without_a_price_cannot_be_written_is_not_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept = ledger(History(tmp_path))
    await kept.spend("local", Usage(seconds=2.0))
    await kept.close()

    assert (kept.figures()[0].answers, caplog.records) == (1, [])


async def test_what_could_not_be_written_is_written_once_it_can_be(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    (tmp_path / "history").mkdir()
    kept = ledger(history)
    await kept.spend("openrouter", USAGE)
    await kept.close()
    (tmp_path / "history").rmdir()

    await kept.spend("local", USAGE)
    await kept.close()

    assert {spent.engine: spent.answers for spent in history.spent(TODAY)} == {"openrouter": 1, "local": 1}


async def test_a_second_outage_is_told_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    kept = ledger(History(tmp_path / "history"))
    for _ in range(2):
        (tmp_path / "history").mkdir()
        await kept.spend("openrouter", USAGE)
        await kept.close()
        (tmp_path / "history").rmdir()
        await kept.close()
        for path in tmp_path.iterdir():
            path.unlink()

    assert len(caplog.records) == 2


async def test_a_file_that_another_program_holds_delays_no_answer(history: History, tmp_path: Path) -> None:
    history.spend(TODAY, "openrouter", USAGE)
    kept = ledger(history)
    with closing(sqlite3.connect(tmp_path / "history.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with anyio.create_task_group() as tasks:
            await tasks.start(kept.run)
            with anyio.fail_after(1):
                await kept.spend("openrouter", USAGE)
            other.execute("COMMIT")
            tasks.cancel_scope.cancel()
    await kept.close()

    assert history.spent(TODAY)[0].answers == 2


steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["openrouter", "cloudflare", "local"]), st.integers(0, 10**6)),
        st.integers(-2, 2),  # the day changes by so many
        st.just("write"),
    ),
    max_size=20,
)


@settings(max_examples=30)  # each makes a file
@given(steps=steps)
def test_figures_are_the_sums_of_what_was_spent_whatever_the_days_and_engines(
    steps: list[tuple[str, int] | int | str],
) -> None:
    calendar = Calendar()
    spent: dict[tuple[date, str], list[int]] = {}

    async def live(kept: Ledger) -> list[Spent]:
        for step in steps:
            match step:
                case (engine, units):
                    spent.setdefault((calendar.day, engine), []).append(units)
                    await kept.spend(engine, cost(units / 1024))  # which floats add up exactly
                case "write":
                    await kept.close()
                case days:
                    calendar.day += days * DAY
        await kept.close()
        return kept.figures()

    with TemporaryDirectory() as folder, closing(History(Path(folder) / "history")) as history:
        figures = anyio.run(live, ledger(history, day=calendar))
        written = history.spent(date.min)
    sums = {key: (len(units), sum(units)) for key, units in spent.items()}
    assert added(written) == sums
    assert added(figures) == {key: sums[key] for key in sums if key[0] == calendar.day}


def added(figures: Sequence[Spent]) -> dict[tuple[date, str], tuple[int, float]]:
    return {(one.day, one.engine): (one.answers, one.usage.cost * 1024) for one in figures}


async def test_figures_of_many_days_do_not_pile_up(history: History) -> None:
    calendar = Calendar()
    kept = ledger(history, day=calendar)
    for _ in range(MOST_DAYS):
        await kept.spend("openrouter", USAGE)
        calendar.day += DAY
    kept.figures()

    calendar.day = TODAY

    assert kept.figures() == []


def test_the_day_is_the_one_it_is_here() -> None:
    before = datetime.now(UTC).astimezone().date()

    assert before <= today() <= before + DAY
