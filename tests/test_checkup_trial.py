from __future__ import annotations

import pytest

from dictated.checkup.finding import Part, missing
from dictated.checkup.sample import PLAIN, SAMPLE
from dictated.checkup.trial import NO_KEYBOARD, Trial, findings, works

ONLY = ("type",)

EXACT = Trial("virtual-keyboard", SAMPLE, SAMPLE, 0.12)
WRONG = Trial("portal", SAMPLE, SAMPLE.replace("é", "e"), 0.1)
ABSENT = Trial("paste", reason="not here: wl-paste is not installed")
BROKEN = Trial("portal", SAMPLE, "Aa", 1.0, "the window takes no more keys")
ASCII = Trial("ydotool", PLAIN, PLAIN, 1.44)
UNAIMED = Trial("paste", reason=NO_KEYBOARD)


@pytest.mark.parametrize(
    ("trial", "said"),
    [
        (EXACT, "by virtual-keyboard: all 44 characters reached a window exactly, 0.1 s"),
        (WRONG, 'by portal: a window got other characters than were typed: "e" came for "é"'),
        (ABSENT, "by paste: not here: wl-paste is not installed"),
        (BROKEN, "by portal: it broke off: the window takes no more keys"),
        (
            ASCII,
            "by ydotool: all 36 ASCII characters reached a window exactly, 1.4 s; it types no others",
        ),
    ],
)
def test_what_became_of_each_is_said(trial: Trial, said: str) -> None:
    assert findings([trial], ONLY)[0].found == said


@pytest.mark.parametrize(
    ("trials", "grades"),
    [
        ([EXACT, ABSENT], "ok ok"),
        ([EXACT, WRONG], "ok warn"),
        ([EXACT, BROKEN, UNAIMED], "ok warn ok"),
        ([ASCII], "ok"),
        ([ABSENT], "warn fail"),
        ([WRONG, ABSENT], "warn warn fail"),
        ([UNAIMED, UNAIMED], "fail"),
        ([], "fail"),
    ],
)
def test_what_does_not_work_is_no_fault_as_long_as_something_does(trials: list[Trial], grades: str) -> None:
    assert [found.grade for found in findings(trials, ONLY)] == grades.split()


@pytest.mark.parametrize(
    ("trials", "sinks", "lacks"),
    [
        ([EXACT, WRONG], ONLY, False),
        ([WRONG], ONLY, True),
        ([WRONG], ("type", "log"), True),  # the log says for itself that it is there
    ],
)
def test_words_can_be_put_somewhere_where_one_was_exact(
    trials: list[Trial],
    sinks: tuple[str, ...],
    lacks: bool,  # noqa: FBT001  (a column of the table)
) -> None:
    assert (Part.SINK in missing(findings(trials, sinks))) == lacks


def test_with_another_sink_no_typing_is_only_a_warning() -> None:
    assert [found.grade for found in findings([ABSENT], ("type", "log"))] == ["warn", "warn"]


@pytest.mark.parametrize(
    ("trials", "mend"),
    [
        ([EXACT, WRONG], "dictated doctor --apply"),
        ([WRONG], "sudo apt install wl-clipboard ydotool"),
        ([UNAIMED], "leave full screen, keep your hands off the keyboard, and try again"),
    ],
)
def test_what_mends_it_is_said(trials: list[Trial], mend: str) -> None:
    assert findings(trials, ONLY)[-1].mend == mend


@pytest.mark.parametrize(
    ("trials", "able"),
    [
        ([EXACT, WRONG, ABSENT], {"virtual-keyboard": 0.12}),
        ([ASCII, EXACT], {"virtual-keyboard": 0.12}),
        ([ASCII, WRONG], {"ydotool": 1.44}),
        ([Trial("paste", SAMPLE, SAMPLE, 1.0, "it took longer")], {}),
        ([], {}),
    ],
)
def test_what_works_brought_all_or_else_at_least_ascii(trials: list[Trial], able: dict[str, float]) -> None:
    assert works(trials) == able
