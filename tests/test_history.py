"""Rules of the history: what is noted is read, words past their time are gone, figures add up."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dictated.errors import HistoryError
from dictated.expiry import Keep
from dictated.history import MOST_DAYS, Entry, History, Spent
from dictated.records import Fate
from dictated.types import Usage

NOW = datetime(2026, 11, 21, 14, 3, 22, 123_456, timezone(timedelta(hours=1)))
DAY = timedelta(days=1)
TODAY = date(2026, 11, 21)
DIARY = "what nobody else may read"
ENTRY = Entry(
    began=NOW - timedelta(seconds=2),
    ended=NOW - timedelta(seconds=1),
    fate=Fate.DELIVERED,
    text="Bon été.",
    reason="no speech under it",
    engine="openrouter",
    took=0.25,
    generation="gen-1",
)
USAGE = Usage(seconds=5.0, tokens_in=100, tokens_out=20, cost=0.25)


class Clock:
    """Tells the time it was set to."""

    time = NOW

    def __call__(self) -> datetime:
        return self.time


def history(folder: Path, keep_text: timedelta = 30 * DAY, now: datetime = NOW) -> History:
    return History(folder / "history.sqlite3", Keep(text=keep_text), lambda: now)


def said(text: str, ended: datetime = NOW) -> Entry:
    return replace(ENTRY, text=text, ended=ended)


def texts(of: History, most: int = 100) -> list[str]:
    return [entry.text for entry in of.entries(most)]


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_an_entry_comes_back_as_it_was_with_its_number(tmp_path: Path) -> None:
    with closing(history(tmp_path)) as noted:
        noted.note(ENTRY)

        assert noted.entries(1) == [replace(ENTRY, id=1)]


def test_times_are_told_in_the_zone_of_this_place(tmp_path: Path) -> None:
    with closing(history(tmp_path)) as noted:
        noted.note(ENTRY)

        assert noted.entries(1)[0].began.utcoffset() == ENTRY.began.astimezone().utcoffset()


def test_the_newest_entries_come_oldest_first_whatever_the_clock_did(tmp_path: Path) -> None:
    with closing(history(tmp_path)) as noted:
        for text, ended in [("a", NOW), ("b", NOW + DAY), ("c", NOW - DAY), ("d", NOW)]:
            noted.note(said(text, ended))

        assert texts(noted, 3) == ["b", "c", "d"]


def test_where_nothing_was_noted_there_is_nothing_and_nothing_is_made(tmp_path: Path) -> None:
    nothing = history(tmp_path / "state")

    assert (nothing.entries(10), nothing.spent(TODAY), list(tmp_path.iterdir())) == ([], [], [])


def test_who_reads_sees_what_another_has_just_noted(tmp_path: Path) -> None:
    with closing(history(tmp_path)) as noted:
        noted.note(ENTRY)

        assert texts(history(tmp_path)) == ["Bon été."]


def test_what_was_noted_is_there_the_next_time(tmp_path: Path) -> None:
    for text in ("a", "b"):
        with closing(history(tmp_path)) as noted:
            noted.note(said(text))

    assert texts(history(tmp_path)) == ["a", "b"]


@settings(max_examples=30)  # each makes a file
@given(text=st.text(st.characters()))
def test_any_text_comes_back(text: str) -> None:
    with TemporaryDirectory() as folder, closing(history(Path(folder))) as noted:
        noted.note(said(text))

        assert texts(noted) == [text]


def test_half_a_surrogate_pair_is_replaced(tmp_path: Path) -> None:
    with closing(history(tmp_path)) as noted:
        noted.note(replace(ENTRY, text="a\ud83dz", reason="\ud83d", generation="\ud83d"))

        entry = noted.entries(1)[0]
    assert (entry.text, entry.reason, entry.generation) == ("a?z", "?", "?")


def test_words_stand_in_the_column_of_the_text_alone(tmp_path: Path) -> None:
    with closing(history(tmp_path)) as noted:
        noted.note(said(DIARY))
    with closing(sqlite3.connect(tmp_path / "history.sqlite3")) as db:
        db.execute("PRAGMA secure_delete = ON")
        db.execute("UPDATE entries SET text = NULL")
        db.commit()

    assert DIARY.encode() not in everything(tmp_path)


def test_words_past_their_time_are_gone_and_the_rest_of_the_entry_stays(tmp_path: Path) -> None:
    with closing(history(tmp_path)) as noted:
        noted.note(said(DIARY))
    with closing(history(tmp_path, now=NOW + 30 * DAY)) as noted:
        noted.note(said("new", NOW + 30 * DAY))
        noted.expiry.overdue()

        assert next(iter(noted.entries(2))) == replace(said(""), id=1)


def test_words_just_within_their_time_stay(tmp_path: Path) -> None:
    with closing(history(tmp_path)) as noted:
        noted.note(said("old"))
    with closing(history(tmp_path, now=NOW + 30 * DAY - timedelta(microseconds=1))) as noted:
        noted.note(said("new", NOW + 30 * DAY))
        noted.expiry.overdue()

        assert texts(noted) == ["old", "new"]


@pytest.mark.parametrize("length", [1, 2000])
def test_words_past_their_time_are_in_no_file(length: int, tmp_path: Path) -> None:
    clock = Clock()
    with closing(History(tmp_path / "history.sqlite3", Keep(text=DAY), clock)) as noted:
        noted.note(said(DIARY * length))
        clock.time += DAY
        noted.expiry.overdue()

        assert DIARY.encode() not in everything(tmp_path)


def test_words_can_be_forgotten_without_anything_new(tmp_path: Path) -> None:
    with closing(history(tmp_path)) as noted:
        noted.note(said(DIARY))
    with closing(history(tmp_path, now=NOW + 30 * DAY)) as later:
        later.expiry.overdue()

        assert DIARY.encode() not in everything(tmp_path)


@pytest.mark.parametrize("ended", [NOW, NOW + 1000 * DAY])
def test_with_no_time_for_words_none_is_ever_written(ended: datetime, tmp_path: Path) -> None:
    with closing(history(tmp_path, keep_text=timedelta(0))) as noted:
        noted.note(said(DIARY, ended))

        assert (DIARY.encode() in everything(tmp_path), len(noted.entries(1))) == (False, 1)


def test_words_that_are_not_written_need_no_removing(tmp_path: Path) -> None:
    with closing(history(tmp_path, keep_text=timedelta(0))) as noted:
        noted.note(said("a"))
        noted.note(said("b"))

        assert (tmp_path / "history.sqlite3-wal").stat().st_size > 0


def test_with_no_time_for_words_those_of_before_are_removed(tmp_path: Path) -> None:
    with closing(history(tmp_path)) as noted:
        noted.note(said(DIARY, NOW + 1000 * DAY))
    with closing(history(tmp_path, keep_text=timedelta(0))) as noted:
        noted.expiry.overdue()

    assert DIARY.encode() not in everything(tmp_path)


def test_words_noted_after_their_time_are_not_written(tmp_path: Path) -> None:
    with closing(history(tmp_path)) as noted:
        noted.note(said(DIARY, NOW - 30 * DAY))

        assert (DIARY.encode() in everything(tmp_path), texts(noted)) == (False, [""])


def test_of_too_many_entries_the_newest_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dictated.history.MOST_ENTRIES", 3)
    with closing(history(tmp_path)) as noted:
        for text in "abcde":
            noted.note(said(text))

        assert texts(noted) == ["c", "d", "e"]


def test_a_number_is_never_given_twice(tmp_path: Path) -> None:
    with closing(history(tmp_path)) as noted:
        noted.note(ENTRY)
        with closing(sqlite3.connect(tmp_path / "history.sqlite3")) as db:
            db.execute("DELETE FROM entries")
            db.commit()
        noted.note(ENTRY)

        assert noted.entries(1)[0].id == 2


spending = st.lists(
    st.tuples(
        st.integers(0, 3),  # a day
        st.sampled_from(["openrouter", "cloudflare", "local"]),
        st.integers(0, 10**6),  # a cost in 1/1024 dollars, which floats add up exactly
    ),
    max_size=15,
)


@settings(max_examples=30)  # each makes a file
@given(answers=spending)
def test_figures_are_the_sums_of_what_was_spent_whatever_the_order(
    answers: list[tuple[int, str, int]],
) -> None:
    with TemporaryDirectory() as folder, closing(history(Path(folder))) as spent:
        for day, engine, cost in answers:
            spent.spend(TODAY + day * DAY, engine, Usage(cost / 4, cost, 2 * cost, cost / 1024))

        found = {(one.day, one.engine): (one.answers, one.usage) for one in spent.spent(TODAY)}
    sums = {(day, engine): [] for day, engine, _ in answers}
    for day, engine, cost in answers:
        sums[day, engine].append(cost)
    assert found == {
        (TODAY + day * DAY, engine): (
            len(costs),
            Usage(sum(costs) / 4, sum(costs), 2 * sum(costs), sum(costs) / 1024),
        )
        for (day, engine), costs in sums.items()
    }


def test_figures_come_by_day_and_then_in_the_order_of_first_asking(tmp_path: Path) -> None:
    with closing(history(tmp_path)) as spent:
        for day, engine in [(1, "b"), (0, "c"), (1, "a"), (1, "b"), (0, "a")]:
            spent.spend(TODAY + day * DAY, engine, USAGE)

        order = [((one.day - TODAY).days, one.engine) for one in spent.spent(TODAY)]
    assert order == [(0, "c"), (0, "a"), (1, "b"), (1, "a")]


def test_figures_begin_with_the_day_that_is_asked_for(tmp_path: Path) -> None:
    with closing(history(tmp_path)) as spent:
        for day in range(3):
            spent.spend(TODAY + day * DAY, "local", USAGE)

        assert [one.day for one in spent.spent(TODAY + DAY)] == [TODAY + DAY, TODAY + 2 * DAY]


def test_several_answers_can_be_added_at_once(tmp_path: Path) -> None:
    with closing(history(tmp_path)) as spent:
        spent.spend(TODAY, "local", USAGE, answers=3)

        assert spent.spent(TODAY) == [Spent(TODAY, "local", 3, USAGE)]


@pytest.mark.parametrize(("days", "left"), [(MOST_DAYS - 1, 2), (MOST_DAYS, 1)])
def test_figures_of_long_ago_are_removed(days: int, left: int, tmp_path: Path) -> None:
    with closing(history(tmp_path)) as spent:
        spent.spend(TODAY, "local", USAGE)
        spent.spend(TODAY + days * DAY, "local", USAGE)

        assert len(spent.spent(TODAY)) == left


def test_the_first_days_of_the_calendar_are_days(tmp_path: Path) -> None:
    with closing(history(tmp_path)) as spent:
        spent.spend(date.min + DAY, "local", USAGE)

        assert [one.day for one in spent.spent(date.min)] == [date.min + DAY]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE entries SET fate = 'eaten'",
        "UPDATE entries SET began = 'never'",
        "UPDATE entries SET ended = 9223372036854775807",
    ],
)
def test_an_entry_that_makes_no_sense_is_told_as_damage(damage: str, tmp_path: Path) -> None:
    with closing(history(tmp_path)) as noted:
        noted.note(ENTRY)
    with closing(sqlite3.connect(tmp_path / "history.sqlite3")) as db:
        db.execute(damage)
        db.commit()

    with pytest.raises(HistoryError, match=r"\A[^\n]+ is damaged; move it away, and a new one is begun\Z"):
        noted.entries(1)


def test_an_error_does_not_quote_the_words(tmp_path: Path) -> None:
    with pytest.raises(HistoryError) as refused:
        History(tmp_path, Keep(text=DAY), lambda: NOW).note(said(DIARY))

    assert DIARY not in str(refused.value)


def test_an_entry_does_not_show_its_words_where_it_is_logged() -> None:
    assert DIARY not in repr(said(DIARY))


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=-8)), timezone(timedelta(hours=14))])
def test_the_zone_in_which_a_time_is_told_does_not_matter(zone: timezone, tmp_path: Path) -> None:
    with closing(history(tmp_path)) as noted:
        noted.note(replace(ENTRY, began=ENTRY.began.astimezone(zone)))

        assert noted.entries(1)[0].began == ENTRY.began


@pytest.mark.parametrize("fate", [Fate.HELD, Fate.FAILED])
def test_words_that_are_not_where_they_belong_are_kept_whatever_their_time(
    tmp_path: Path, fate: Fate
) -> None:
    with closing(history(tmp_path, keep_text=timedelta(0))) as noted:
        noted.note(replace(said("not there yet"), fate=fate))
        noted.expiry.overdue()
        assert texts(noted) == ["not there yet"]


def test_words_are_gone_when_they_are_where_they_belong_and_none_are_to_be_kept(tmp_path: Path) -> None:
    with closing(history(tmp_path, keep_text=timedelta(0))) as noted:
        noted.note(replace(said("not there yet"), fate=Fate.HELD))
        noted.note(replace(said("not there yet"), id=1))
        assert texts(noted) == [""]
        assert b"not there yet" not in everything(tmp_path)
