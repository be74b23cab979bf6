"""Finds words in texts: an index in memory, made for one search and gone after it."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from dictated.errors import DictatedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

OPENS, CLOSES = "\x02", "\x03"
"""What stands around each match in a text that was found."""

MOST_PHRASES = 100
"""Words and phrases that one search looks for; more are not looked at."""

_APART = "\x1f"  # stands around each character of an unspaced script, which makes it a word

_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Tibetan, Burmese, Khmer
    "\u1100-\u11ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\uac00-\ud7a3"  # Hangul (its particles), kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"  # Han
)
"""Where a word ends is not written in these scripts: each character counts as one, a word is a phrase."""

_CONTROLS = dict.fromkeys(range(0x20), " ")

_QUOTED = re.compile(r'"([^"]*)"?|([^\s"]+)')

# Marks (Mn, Mc) are part of a word in Indic scripts; the default takes them for its end.
_CREATE = """CREATE VIRTUAL TABLE texts USING fts5 (text,
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'")"""

_ROOM = "INSERT INTO texts (texts, rank) VALUES ('hashsize', 67108864)"
"""Bytes gathered before a part of the index is written: as good as all (sqlite.org/fts5.html, 6.7)."""

_FIND = f"""SELECT rowid, highlight(texts, 0, '{OPENS}', '{CLOSES}') FROM texts
    WHERE texts MATCH ? ORDER BY rowid DESC LIMIT ?"""  # noqa: S608 (ours)


def phrases(wanted: Iterable[str]) -> list[str]:
    """Return what is looked for: an argument with a space in it is a phrase, and so is what is in quotes."""
    found: list[str] = []
    for argument in wanted:
        found += [a or b for a, b in _QUOTED.findall(argument)] if '"' in argument else [argument]
    return found[-MOST_PHRASES:]


def search(texts: Iterable[tuple[int, str]], wanted: Sequence[str], most: int) -> dict[int, str]:
    """Return the last texts that have all the phrases, by their numbers, each with its matches marked.

    Texts come with their numbers. The last phrase may be the beginning of more; case and accents do not
    count. Nothing of the texts is written anywhere but in memory.

    Raises:
        DictatedError: SQLite cannot search here.
    """
    query = " ".join(f'"{_words_apart(phrase)}"' for phrase in phrases(wanted))
    if not query:
        return {}
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        _prepare(db)
        db.execute("BEGIN")
        db.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", _rows(texts))
        rows = db.execute(_FIND, (f"{query}*", most)).fetchall()
    return {number: text.replace(_APART, "") for number, text in reversed(rows)}


def _prepare(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA temp_store = MEMORY")
    try:
        db.execute(_CREATE)
    except sqlite3.OperationalError as error:  # it was compiled without
        raise DictatedError(
            "the SQLite of this Python has no full-text search (FTS5); use a Python whose SQLite has it"
        ) from error
    db.execute(_ROOM)


def _rows(texts: Iterable[tuple[int, str]]) -> Iterable[tuple[int, str]]:
    return ((number, _words_apart(text)) for number, text in texts)


def _words_apart(text: str) -> str:
    """Return it with characters of unspaced scripts apart, and none that marks something here."""
    whole = text.translate(_CONTROLS).encode(errors="replace").decode()
    return whole if whole.isascii() else _UNSPACED.sub(rf"{_APART}\1{_APART}", whole)
