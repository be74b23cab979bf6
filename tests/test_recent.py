"""Rules of what is told of the last utterances."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dictated.details import LONGEST_TEXT, MOST_PAST
from dictated.history import Entry, History
from dictated.records import Fate
from dictated.stages import Stages

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime.now(UTC)


def entry(text: str = "Hello.", fate: Fate = Fate.DELIVERED) -> Entry:
    return Entry(NOW, NOW + timedelta(seconds=1), fate, text, engine="local")


def test_only_the_newest_are_told_oldest_first(tmp_path: Path) -> None:
    history = History(tmp_path / "history.sqlite3")
    for number in range(MOST_PAST + 2):
        history.note(entry(str(number)))
    assert [past.text for past in history.recent()] == [str(number) for number in range(2, MOST_PAST + 2)]
    history.close()


def test_the_latency_is_that_of_all_stages(tmp_path: Path) -> None:
    history = History(tmp_path / "history.sqlite3")
    history.note(entry(), Stages(0.6, 0.3, 0.1, 2.0))
    assert [(past.latency_ms, past.engine, past.fate) for past in history.recent()] == [
        (1000, "local", "delivered")
    ]
    history.close()


def test_words_that_are_not_kept_are_not_told(tmp_path: Path) -> None:
    history = History(tmp_path / "history.sqlite3")
    history.note(entry(fate=Fate.CANCELLED))
    assert [(past.text, past.fate) for past in history.recent()] == [("", "cancelled")]
    history.close()


def test_a_very_long_text_is_cut(tmp_path: Path) -> None:
    history = History(tmp_path / "history.sqlite3")
    history.note(entry("a" * (LONGEST_TEXT + 1)))
    assert [len(past.text) for past in history.recent()] == [LONGEST_TEXT]
    history.close()


def test_each_note_is_told(tmp_path: Path) -> None:
    history, told = History(tmp_path / "history.sqlite3"), list[str]()
    history.listeners.add(lambda: told.append("noted"))
    history.note(entry())
    assert told == ["noted"]
    history.close()
