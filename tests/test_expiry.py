"""Rules of what goes: past its time or beyond the limit, the oldest first, and never what is not delivered."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from doubles import SPOKEN_AT, utterance
from hypothesis import given, settings
from hypothesis import strategies as st

from dictated.expiry import Keep, Sound, surplus
from dictated.history import Entry, History
from dictated.records import Fate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
KEEP = Keep(text=30 * DAY, audio=7 * DAY)
GOOD = (Fate.DELIVERED, Fate.EMPTY)
UNDELIVERED = (Fate.HELD, Fate.FAILED)
SIZE = len(utterance(1).pcm)


class Desk:
    """A history whose clock is in the hands of the test; times are told in days from one day on."""

    def __init__(self, folder: Path, keep: Keep = KEEP) -> None:
        self.time = SPOKEN_AT
        self.folder = folder
        self.history = History(folder / "history.sqlite3", keep, lambda: self.time)

    def at(self, days: float) -> datetime:
        return SPOKEN_AT + days * DAY

    def say(self, days: float = 0, fate: Fate | None = Fate.DELIVERED, text: str = "words") -> int:
        said = replace(utterance(1), began=self.at(days) - SECOND, ended=self.at(days))
        number = self.history.records.open(said, f"{days:g}.wav")
        if fate is not None:
            self.history.note(Entry(said.began, said.ended, fate, text, id=number))
        return number

    def going(self, days: float = 0) -> list[str]:
        """What is to go that day; it is gone then."""
        self.time = self.at(days)
        gone = []
        while some := self.history.expiry.overdue():
            gone += some
            self.history.records.forget_audio(*(sound.id for sound in some))
        return [sound.audio for sound in gone]

    @property
    def texts(self) -> list[str]:
        return [entry.text for entry in self.history.entries(99)]

    @property
    def numbers(self) -> list[int]:
        return [number for (number,) in self.history._database.read("SELECT id FROM entries")]  # noqa: SLF001 (all)

    @property
    def total(self) -> int:
        return int(self.history._database.read("SELECT bytes FROM sound")[0][0])  # noqa: SLF001 (told nowhere)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    with closing(made.history):
        yield made


@pytest.mark.parametrize("fate", GOOD)
@pytest.mark.parametrize(("days", "going"), [(6.999, []), (7, ["0.wav"])])
def test_sound_goes_when_its_time_is_over(fate: Fate, days: float, going: list[str], desk: Desk) -> None:
    desk.say(fate=fate)
    assert desk.going(days) == going


@pytest.mark.parametrize("fate", [None, *UNDELIVERED])
def test_sound_that_is_not_delivered_has_no_age(fate: Fate | None, desk: Desk) -> None:
    desk.say(fate=fate)
    assert desk.going(10_000) == []


def test_what_is_delivered_late_ages_from_when_it_was_spoken(desk: Desk) -> None:
    number = desk.say(fate=Fate.HELD)
    desk.history.note(Entry(desk.at(0), desk.at(9), Fate.DELIVERED, "words", id=number))
    assert desk.going(9) == ["0.wav"]


def test_with_no_time_for_sound_it_goes_at_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path, Keep(audio=timedelta(0)))
    desk.say(1000)
    assert desk.going() == ["1000.wav"]


@pytest.mark.parametrize(("days", "kept"), [(29.999, ["words"]), (30, [""])])
def test_words_have_a_time_of_their_own(days: float, kept: list[str], desk: Desk) -> None:
    desk.say()
    desk.going(days)
    assert desk.texts == kept


def test_sound_that_is_gone_is_told_once(desk: Desk) -> None:
    desk.say()
    assert (desk.going(8), desk.going(8)) == (["0.wav"], [])


def test_what_is_dated_in_the_future_is_kept_for_its_time_from_when_that_is_noticed(desk: Desk) -> None:
    desk.say(1000, text="")
    assert [desk.going(days) for days in (0, 6.999, 7)] == [[], [], ["1000.wav"]]


def test_words_dated_in_the_future_are_kept_for_their_time_as_well(desk: Desk) -> None:
    desk.history.records.forget_audio(desk.say(1000))
    left = []
    for days in (0, 29.999, 30):
        desk.going(days)
        left += desk.texts
    assert left == ["words", "words", ""]


def test_a_clock_that_was_wrong_for_a_while_ages_nothing(desk: Desk) -> None:
    desk.say()
    assert [desk.going(days) for days in (0, -20_000, -19_999, 6.999, 7)] == [[], [], [], [], ["0.wav"]]


def test_a_clock_that_goes_back_leaves_what_is_not_delivered(desk: Desk) -> None:
    desk.say(1000, Fate.HELD)
    desk.going(0)
    assert desk.going(2000) == []


def limited(folder: Path, sounds: int) -> Desk:
    """Where so many sounds have room."""
    return Desk(folder, replace(KEEP, most_sound=sounds * SIZE))


def test_beyond_the_limit_the_oldest_delivered_sound_goes(tmp_path: Path) -> None:
    desk = limited(tmp_path, 2)
    for hour in range(5):
        desk.say(hour / 24)
    assert [f"{hour / 24:g}.wav" for hour in range(3)] == desk.going(1)


def test_sound_that_is_not_delivered_stays_beyond_any_limit(tmp_path: Path) -> None:
    desk = limited(tmp_path, 1)
    for days, fate in enumerate((None, *UNDELIVERED, Fate.DELIVERED)):
        desk.say(days, fate)
    assert desk.going(3) == ["3.wav"]


def test_up_to_the_limit_everything_stays(tmp_path: Path) -> None:
    desk = limited(tmp_path, 2)
    desk.say(0)
    desk.say(1)
    assert desk.going(1) == []


def test_words_stay_when_their_sound_goes(tmp_path: Path) -> None:
    desk = limited(tmp_path, 0)
    desk.say()
    desk.going()
    assert desk.texts == ["words"]


def test_too_much_that_must_stay_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk(tmp_path, replace(KEEP, most_sound=0))
    for _ in range(3):
        desk.say(fate=Fate.FAILED)
        desk.going()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "0 MB of sound is not delivered yet, more than limits.spool_mb (0)" in caplog.text


def test_too_much_is_told_once_though_others_are_delivered_meanwhile(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk = limited(tmp_path, 1)
    for days in range(6):
        desk.say(days, Fate.DELIVERED if days % 2 else Fate.FAILED)
        desk.going(5)
    assert len(caplog.messages) == 1


def test_too_much_is_told_again_once_there_was_room(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk(tmp_path, replace(KEEP, most_sound=0))
    for _ in range(2):
        number = desk.say(fate=Fate.FAILED)
        desk.going()
        desk.history.records.forget_audio(number)
        desk.going()
    assert len(caplog.messages) == 2


def test_sound_of_entries_that_are_too_many_goes_and_then_the_entries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dictated.expiry.MOST_ENTRIES", 2)
    monkeypatch.setattr("dictated.history.MOST_ENTRIES", 2)
    desk = Desk(tmp_path)
    for days in range(4):
        desk.say(days)
    assert (desk.going(4), desk.numbers) == (["0.wav", "1.wav"], [1, 2, 3, 4])
    desk.say(4)
    assert desk.numbers == [3, 4, 5]  # there is still sound of number 3


def test_more_than_go_at_once_go_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dictated.expiry.BATCH", 2)
    desk = limited(tmp_path, 1)
    for days in range(6):
        desk.say(days)
    assert desk.going(6) == [f"{days}.wav" for days in range(5)]


steps = st.lists(
    st.tuples(
        st.sampled_from(["open", "note", "drop", "remove", "adopt"]), st.integers(1, 8), st.sampled_from(Fate)
    ),
    max_size=25,
)


@settings(max_examples=40)  # each makes a file
@given(steps)
def test_the_sum_is_that_of_all_sound_whatever_was_done(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, Fate]]
) -> None:
    desk = Desk(tmp_path_factory.mktemp("sum"))
    records = desk.history.records
    with closing(desk.history):
        desk.say(fate=None)
        for step, number, fate in steps:
            match step:
                case "open":
                    records.open(utterance(1, frames=number), "1.wav")
                case "adopt":
                    records.adopt(utterance(1, frames=number), "1.wav")
                case "note":
                    desk.history.note(Entry(SPOKEN_AT, SPOKEN_AT, fate, "words", id=number))
                case "drop":
                    records.forget_audio(number)
                case _:
                    desk.history.remove({fate})
        rows = desk.history._database.read("SELECT sum(size) FROM entries WHERE audio != ''")  # noqa: SLF001
        assert desk.total == (rows[0][0] or 0)


def test_sound_that_is_found_again_counts(desk: Desk) -> None:
    desk.history.note(Entry(SPOKEN_AT, SPOKEN_AT, Fate.FAILED))
    assert (desk.history.records.adopt(utterance(1), "1.wav"), desk.total) == (1, SIZE)


def test_an_entry_goes_only_after_its_sound(desk: Desk) -> None:
    desk.say()
    assert (desk.history.remove({Fate.DELIVERED}), desk.texts) == ((0, 1), ["words"])


sounds = st.lists(st.builds(Sound, st.integers(1, 99), st.just("1.wav"), st.integers(0, 100)))


@given(sounds, st.integers(-50, 500))
def test_what_makes_room_is_the_oldest_and_no_more_than_is_needed(oldest: list[Sound], excess: int) -> None:
    going = surplus(oldest, excess)
    assert going == oldest[: len(going)]
    assert sum(sound.size for sound in going[:-1]) < excess or not going
    assert sum(sound.size for sound in going) >= excess or going == oldest


@pytest.mark.parametrize(
    ("said", "now", "due"),
    [([], 0, None), ([0], 0, 7), ([2, 0, 1], 2, 5), ([0], 7.5, 22.5), ([0], 40, None)],
)
def test_it_is_known_when_the_next_is_due(
    said: list[float], now: float, due: float | None, desk: Desk
) -> None:
    for days in said:
        desk.say(days)
    desk.going(now)
    assert desk.history.expiry.due_s() == (
        pytest.approx(due * 86400) if due else pytest.approx(2**63 / 1e6, rel=0.1)
    )


def test_what_is_not_delivered_is_never_due(desk: Desk) -> None:
    desk.say(fate=Fate.HELD)
    assert desk.history.expiry.due_s() > 10**10
