"""How much of a text another one has changed: whether it is a light edit of it, or something else."""

from __future__ import annotations

import unicodedata
from difflib import SequenceMatcher

import regex

from dictated.text.scripts import UNSPACED

ALIKE = 0.6
"""From here on two words are one word, spelled or inflected otherwise (`difflib`'s own "close match")."""

MOST_WORDS = 400
"""Words that are compared: two minutes and more, or one of a script without spaces. The time grows with their
square: a second at the very most.

A longer text counts as all changed.
"""

_UNSPACED_FILLERS = frozenset({"嗯", "呃", "えーと", "えっと", "ええと"})

_FILLERS = _UNSPACED_FILLERS | frozenset(
    "ah äh ähm eh er erm euh eh este hm hmm mhm uh uhm um öh ben bah halt".split()  # noqa: SIM905 (a list to read)
)
"""Words that say nothing: losing them is no change."""

_UNSPACED_NEGATIONS = frozenset(
    {"ません", "なかった", "ない", "無", "没有", "沒有", "不", "没", "沒", "未", "无", "别", "別", "ไม่"}
)
"""What denies in Japanese, Chinese and Thai, be it a word or a part of one."""

_NEGATIONS = _UNSPACED_NEGATIONS | frozenset(
    "aint arent cannot cant couldnt didnt doesnt dont hadnt hasnt havent isnt mustnt neither never no"  # noqa: SIM905 (a list to read)
    " nobody none nor not nothing shouldnt wasnt werent without wont wouldnt"
    " kein keine keinem keinen keiner keines nicht nichts nie niemals niemand ohne"
    " aucun aucune jamais ni pas rien sans"
    " jamás nada nadie ningún ninguna nunca sin tampoco"
    " mai nessun nessuna nessuno niente non nulla senza"
    " geen niemand niet niets nooit zonder"
    " não nem nenhum nenhuma ninguém sem"
    " aldrig aldri ikke ingen ingenting inte uden uten utan"
    " bez nic nigdy nikt"
    " fără nimeni nimic niciodată nu"
    " без не нет никогда никто ничего ні ніколи ніхто нічого"
    " değil hiç yok δεν μην χωρίς không đừng 안 못".split()
)
"""Words that deny, without apostrophes: en, de, fr, es; it, nl, pt, da/nb/sv, pl, ro, ru/uk, tr, el, vi, ko.

No "ne": in French it comes and goes beside "pas".
"""

_APOSTROPHE = regex.compile("['\u2019]")

_LETTER = rf"[[^\W_]--[{UNSPACED}]]"
_WHOLE = "|".join(sorted(_UNSPACED_FILLERS | _UNSPACED_NEGATIONS, key=lambda word: (-len(word), word)))
_WORD = regex.compile(
    rf"(?V1)(?=[{UNSPACED}])(?:{_WHOLE}|.)|{_LETTER}+(?:(?:['\u2019]|(?<=\d)[.,](?=\d)){_LETTER}+)*"
)
"""Where no space parts words, each character is one, but for those that deny or say nothing."""

_THOUSANDS = regex.compile(r"(?<=\d)[.,](?=\d{3}(?!\d))")


def change(before: str, after: str) -> float:
    """Return the part of `before` that `after` has changed: 0 for case and punctuation alone, 1 for all.

    Counted are words that are gone and words that are new, whichever are more, of the words there were. A
    "not" that comes or goes is all of it. Fillers may go for nothing, and words said twice of which one
    stays. Where all letters and figures are the same, nothing is changed: "every thing", "well-known".
    """
    mine, other = _words(before), _words(after)
    if _negations(mine) != _negations(other):
        return 1.0
    if "".join(mine) == "".join(other):
        return 0.0
    if max(len(mine), len(other)) > MOST_WORDS:
        return 1.0
    gone, new = _unlike(mine, other)
    missed = [word for place, word in gone if not (word in _FILLERS or _stays(mine, place, other))]
    return min(1.0, max(len(missed), len(new)) / max(1, len(mine)))


def _words(text: str) -> list[str]:
    text = unicodedata.normalize("NFKC", text).casefold()
    return [_THOUSANDS.sub("", word).replace(",", ".") for word in _WORD.findall(text)]


def _negations(words: list[str]) -> int:
    """Count the words that deny, one said twice in a row once."""
    denying = [_APOSTROPHE.sub("", word) in _NEGATIONS for word in words]
    return sum(
        denies and (not place or words[place - 1] != words[place]) for place, denies in enumerate(denying)
    )


def _stays(mine: list[str], place: int, other: list[str]) -> bool:
    """Say whether the word stands beside itself, and not in vain."""
    beside = mine[max(0, place - 2) : place] + mine[place + 1 : place + 3]
    return mine[place] in beside and mine[place] in other


def _unlike(mine: list[str], other: list[str]) -> tuple[list[tuple[int, str]], list[str]]:
    """Return the words of each that have none like them in the other, at their place."""
    gone: list[tuple[int, str]] = []
    new: list[str] = []
    for what, a, b, c, d in SequenceMatcher(None, mine, other, autojunk=False).get_opcodes():
        if what != "equal":
            left, right = _paired(mine[a:b], other[c:d])
            gone += [(a + place, mine[a + place]) for place in left]
            new += [other[c + place] for place in right]
    return gone, new


def _paired(mine: list[str], other: list[str]) -> tuple[list[int], list[int]]:
    """Pair words alike, in order; return the places of those that are left over."""
    left, right, start = [], list(range(len(other))), 0
    for place, word in enumerate(mine):
        found = next((at for at in range(start, len(other)) if _are_alike(word, other[at])), None)
        if found is None:
            left.append(place)
        else:
            right.remove(found)
            start = found + 1
    return left, right


def _are_alike(one: str, other: str) -> bool:
    """Say whether two words are one, spelled or inflected otherwise; with figures in them, they are not."""
    if any(char.isdecimal() for char in one + other):
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= ALIKE
