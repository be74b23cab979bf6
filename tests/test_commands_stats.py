"""Rules of `dictated stats`: a row a day and engine, sums below, and no cost rounded to nothing."""

from __future__ import annotations

import json
from argparse import Namespace
from contextlib import closing
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from dictated.commands.stats import run
from dictated.errors import HistoryError, UsageError
from dictated.history import History
from dictated.ledger import today
from dictated.paths import Paths
from dictated.types import Usage

if TYPE_CHECKING:
    from pathlib import Path

TODAY = today()
DAY = timedelta(days=1)
NOTHING = Usage()


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setattr("dictated.commands.stats.today", lambda: TODAY)  # midnight may come
    return Paths(tmp_path / "config", tmp_path / "state", tmp_path / "run")


def spend(paths: Paths, *answers: tuple[date, str, Usage]) -> None:
    with closing(History(paths.history_file)) as history:
        for day, engine, usage in answers:
            history.spend(day, engine, usage)


def asked(days: int = 7, *, as_json: bool = False) -> Namespace:
    return Namespace(days=days, json=as_json)


def test_each_day_and_engine_is_a_row_with_sums_below(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    spend(
        paths,
        (TODAY - DAY, "openrouter", Usage(90, 1000, 200, 0.0042)),
        (TODAY, "openrouter", Usage(30, 300, 50, 0.0011)),
        (TODAY, "openrouter", Usage(30, 300, 50, 10.0)),
        (TODAY, "local", Usage(12)),
    )

    run(asked(), paths)

    assert capsys.readouterr().out.splitlines() == [
        "day         engine      answers  minutes  tokens      cost",
        f"{TODAY - DAY}  openrouter        1      1.5    1200   $0.0042",
        f"{TODAY}  openrouter        2      1.0     700  $10.0011",
        f"{TODAY}  local             1      0.2       0   $0.0000",
        "sum         openrouter        3      2.5    1900  $10.0053",
        "sum         local             1      0.2       0   $0.0000",
        "sum                           4      2.7    1900  $10.0053",
    ]


def test_one_engine_has_one_sum(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    spend(paths, (TODAY, "local", Usage(60)))

    run(asked(), paths)

    assert capsys.readouterr().out.splitlines()[2:] == [
        "sum         local         1      1.0       0  $0.0000"
    ]


@pytest.mark.parametrize(
    ("cost", "shown"),
    [
        (0.0, "$0.0000"),
        (12.5, "$12.5000"),
        (0.0042, "$0.0042"),
        (0.00042, "$0.00042"),
        (0.000036333, "$0.000036"),
        (1e-8, "$0.000000010"),
        (1e-12, "$0.000000000"),
    ],
)
def test_a_small_cost_has_digits_enough(
    cost: float, shown: str, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    spend(paths, (TODAY, "openrouter", Usage(cost=cost)))

    run(asked(), paths)

    assert capsys.readouterr().out.splitlines()[1].split()[-1] == shown


@pytest.mark.parametrize(("days", "rows"), [(1, 1), (2, 2), (7, 3), (10**9, 3), (10**30, 3)])
def test_so_many_days_are_shown_as_are_asked_for(
    days: int, rows: int, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    spend(paths, *((TODAY - back * DAY, "local", NOTHING) for back in (0, 1, 6)))

    run(asked(days, as_json=True), paths)

    assert capsys.readouterr().out.count("\n") == rows


def test_json_is_an_object_a_line(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    spend(paths, (TODAY, "openrouter", Usage(30, 300, 50, 0.5)), (TODAY, "local", NOTHING))

    run(asked(as_json=True), paths)

    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first, second["engine"]) == (
        {
            "day": TODAY.isoformat(),
            "engine": "openrouter",
            "answers": 1,
            "seconds": 30.0,
            "tokens_in": 300,
            "tokens_out": 50,
            "cost": 0.5,
        },
        "local",
    )


@pytest.mark.parametrize(("days", "when"), [(7, "in the last 7 days"), (1, "today")])
def test_where_nothing_was_asked_it_says_so(
    days: int, when: str, paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(asked(days), paths)

    assert (code, capsys.readouterr().out) == (0, f"no engine has been asked {when}\n")


def test_looking_makes_no_file(paths: Paths) -> None:
    run(asked(as_json=True), paths)

    assert not paths.state_dir.exists()


@pytest.mark.parametrize("days", [0, -1])
def test_fewer_than_one_day_is_wrong_use(days: int, paths: Paths) -> None:
    with pytest.raises(UsageError, match="--days takes a number from 1"):
        run(asked(days), paths)


def test_a_history_that_cannot_be_read_is_an_error(paths: Paths) -> None:
    paths.history_file.mkdir(parents=True)

    with pytest.raises(HistoryError, match="is a folder"):
        run(asked(), paths)
