"""Rules of `dictated stats`: a row a day and engine, sums below, no cost rounded to nothing, then the stages."""

from __future__ import annotations

import json
from argparse import Namespace
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from dictated.cli import main
from dictated.commands.stats import run
from dictated.errors import DictatedError, HistoryError, UsageError
from dictated.history import Entry, History
from dictated.ledger import today
from dictated.paths import Paths
from dictated.records import Fate
from dictated.stages import Stages
from dictated.types import Usage

if TYPE_CHECKING:
    from pathlib import Path

TODAY = today()
DAY = timedelta(days=1)
NOTHING = Usage()
DIARY = "what nobody else may read"


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setattr("dictated.commands.stats.today", lambda: TODAY)  # midnight may come
    monkeypatch.setenv("COLUMNS", "60")
    return Paths(tmp_path / "config", tmp_path / "state", tmp_path / "run")


def spend(paths: Paths, *answers: tuple[date, str, Usage]) -> None:
    with closing(History(paths.history_file)) as history:
        for day, engine, usage in answers:
            history.spend(day, engine, usage)


def asked(days: int = 7, *, as_json: bool = False, html: str | None = None) -> Namespace:
    return Namespace(days=days, json=as_json, html=html)


def deliver(paths: Paths, *whole_ms: float, engine: str = "local", days_ago: int = 0) -> None:
    """Note utterances that took so long from end to end, a tenth of it in the engine."""
    ended = datetime.now(UTC) - days_ago * DAY
    with closing(History(paths.history_file)) as history:
        for ms in whole_ms:
            entry = Entry(ended, ended, Fate.DELIVERED, DIARY, DIARY, engine, ms / 10_000, DIARY)
            history.note(entry, Stages(pause=ms / 2000, wait=ms / 4000, delivery=ms / 4000, sound=2.0))


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


def test_the_stages_stand_below_with_a_histogram(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    spend(paths, (TODAY, "local", Usage(60)))
    deliver(paths, *[500] * 8, *[520] * 4, 2000)

    run(asked(), paths)

    assert capsys.readouterr().out.splitlines()[3:] == [
        "",
        "stage                p50      p95      max  utterances",
        "pause             250 ms  1000 ms  1000 ms          13",
        "wait for words    125 ms   500 ms   500 ms          13",
        "delivery          125 ms   500 ms   500 ms          13",
        "end to end        500 ms  2000 ms  2000 ms          13",
        "engine             50 ms   200 ms   200 ms          13",
        "real-time factor   0.025    0.100    0.100          13",
        "",
        "end to end, local:",
        " 400 –  600 ms  12  " + "█" * 40,  # noqa: RUF001 (what is shown)
        *(f"{low:>4} – {low + 200:>4} ms   0" for low in range(600, 2000, 200)),  # noqa: RUF001
        "2000 – 2200 ms   1  ███▍",  # noqa: RUF001
    ]


def test_each_engine_has_its_own_stages_and_histogram(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(paths, 500, engine="local")
    deliver(paths, 900, engine="openrouter")

    run(asked(), paths)

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "engine      stage                p50     p95     max  utterances"
    assert [line.split("  ")[0] for line in lines[1:13]] == ["local"] * 6 + ["openrouter"] * 6
    assert [line for line in lines if line.endswith(":")] == ["end to end, local:", "end to end, openrouter:"]


def test_only_the_days_asked_for_are_in_the_stages(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    deliver(paths, 500, days_ago=8)
    deliver(paths, 600, days_ago=1)

    run(asked(as_json=True), paths)

    stages = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {stage["count"] for stage in stages} == {1}


def test_json_has_an_object_a_stage_after_those_of_the_days(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    spend(paths, (TODAY, "local", Usage(60)))
    deliver(paths, 500, 600, 700)

    run(asked(as_json=True), paths)

    day, *stages = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert ("day" in day, "stage" in day, any("day" in stage for stage in stages)) == (True, False, False)
    assert [stage["stage"] for stage in stages] == [
        "pause",
        "wait_for_words",
        "delivery",
        "end_to_end",
        "engine",
        "real_time_factor",
    ]
    assert stages[3] == {
        "stage": "end_to_end",
        "engine": "local",
        "count": 3,
        "p50": 0.6,
        "p95": 0.7,
        "max": 0.7,
    }


@pytest.mark.parametrize("form", [{}, {"as_json": True}, {"html": "-"}])
def test_no_word_that_was_said_is_in_the_figures(
    form: dict[str, Any], paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(paths, 500)

    run(asked(**form), paths)

    shown = capsys.readouterr().out
    assert ("500" in shown or "0.5" in shown, DIARY in shown) == (True, False)


def test_the_page_is_written_to_the_file_in_place_of_what_was_there(paths: Paths, tmp_path: Path) -> None:
    deliver(paths, 500)
    file = tmp_path / "report.html"
    file.write_text("old" * 100_000)

    run(asked(html=str(file)), paths)

    assert file.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert file.read_text(encoding="utf-8").endswith("</html>\n")


def test_a_page_that_cannot_be_written_is_an_error_in_one_line(paths: Paths, tmp_path: Path) -> None:
    with pytest.raises(DictatedError, match=r"\A[^\n]+nowhere[^\n]+\Z"):
        run(asked(html=str(tmp_path / "nowhere" / "report.html")), paths)


@pytest.mark.parametrize("arguments", [["--html"], ["--html", "report.html"]])
def test_the_page_goes_to_standard_output_where_no_file_is_named(
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    main(["stats", *arguments])

    assert capsys.readouterr().out.startswith("<!DOCTYPE html>") is not (tmp_path / "report.html").exists()


def test_json_and_a_page_at_once_is_wrong_use() -> None:
    with pytest.raises(SystemExit) as left:
        main(["stats", "--json", "--html"])
    assert left.value.code == 2
