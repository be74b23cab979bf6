"""Rules of where the rest of words goes whose beginning stands in a window, and where a beginning may."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

import pytest
from doubles import utterance

from dictated import outputconfig
from dictated.errors import DictatedError, HeldError, SinkError
from dictated.sinks.aim import ElsewhereError, check_glimpse, must_return, reason_to_hold, settled
from dictated.sinks.appearing import Appearing
from dictated.typed import Typed

if TYPE_CHECKING:
    from dictated.types import Utterance

Policy = Literal["hold", "type", "refocus"]

HERE, THERE = "0x60000e/1234", "0x80000e/77"


def spoken(window: str = "", *, age: float = 0) -> Utterance:
    return replace(utterance(1), ended=datetime.now(tz=UTC) - timedelta(seconds=age), window=window)


def settings(policy: Policy = "hold") -> outputconfig.TypeSink:
    return outputconfig.TypeSink(on_focus_change=policy)


@pytest.mark.parametrize(
    ("age", "same", "held"),
    [
        (0.3, False, ""),
        (9.9, False, ""),
        (10.1, False, "the words came 10 s after they were spoken; output.type.max_delay is 10"),
        (10.1, True, "the words came 10 s after they were spoken; output.type.max_delay is 10"),
        (-0.9, False, ""),
        (-3600, True, ""),
        (-3600, False, "the clock was set back, so how old the words are is not known"),
    ],
)
def test_words_are_held_when_late_or_when_their_age_is_unknown_and_their_window_not_there(
    age: float,
    same: bool,  # noqa: FBT001  (a column of the table)
    held: str,
) -> None:
    now = datetime.now(tz=UTC)
    assert reason_to_hold(now - timedelta(seconds=age), now, 10, same=same) == held


@pytest.mark.parametrize(
    ("policy", "window", "begun", "back"),
    [
        ("hold", HERE, False, False),
        ("hold", THERE, False, HeldError),
        ("hold", None, False, HeldError),
        ("hold", HERE, True, False),
        ("hold", THERE, True, SinkError),
        ("type", HERE, False, False),
        ("type", THERE, False, ElsewhereError),
        ("type", THERE, True, ElsewhereError),
        ("refocus", HERE, False, False),
        ("refocus", THERE, False, True),
        ("refocus", THERE, True, SinkError),
    ],
)
def test_the_rest_goes_where_the_policy_says_when_another_window_has_the_focus(
    policy: Policy,
    window: str | None,
    begun: bool,  # noqa: FBT001  (a column of the table)
    back: bool | type[DictatedError],  # noqa: FBT001  (a column of the table)
) -> None:
    found: bool | type[Exception]
    try:
        found = must_return(spoken(HERE), HERE, window, settings(policy), begun=begun)
    except SinkError as error:
        found = type(error)
    assert found == back


@pytest.mark.parametrize(
    ("policy", "began", "window"),
    [
        ("hold", False, HERE),
        ("refocus", False, HERE),
        ("type", False, ""),
        ("hold", True, THERE),
        ("type", True, THERE),
    ],
)
def test_words_go_where_they_began_or_were_spoken_to_unless_they_are_to_follow_the_focus(
    policy: Policy,
    began: bool,  # noqa: FBT001  (a column of the table)
    window: str,
) -> None:
    said, appearing = spoken(HERE), Appearing(Typed())
    if began:
        appearing.touch(said, THERE)
    assert settled(said, appearing, policy) == window


def test_late_words_are_not_completed_even_where_they_began() -> None:
    with pytest.raises(HeldError, match="11 s after"):
        must_return(spoken(HERE, age=11), HERE, HERE, settings(), begun=False)


@pytest.mark.parametrize("policy", ["hold", "refocus"])
def test_no_word_appears_first_in_another_window_than_was_spoken_to(policy: Policy) -> None:
    with pytest.raises(HeldError, match="another window"):
        check_glimpse(spoken(HERE), THERE, settings(policy), Appearing(Typed()))


def test_words_appear_in_another_window_where_they_are_to_be_typed_there() -> None:
    check_glimpse(spoken(HERE), THERE, settings("type"), Appearing(Typed()))


def test_no_late_word_appears() -> None:
    with pytest.raises(HeldError, match="11 s after"):
        check_glimpse(spoken(HERE, age=11), HERE, settings(), Appearing(Typed()))


def test_nothing_is_corrected_long_after_it_was_said() -> None:
    appearing = Appearing(Typed())
    appearing.touch(spoken(HERE), HERE)
    appearing.put("Ask")
    with pytest.raises(HeldError, match="11 s after"):
        check_glimpse(spoken(HERE, age=11), HERE, settings(), appearing)


def test_nothing_appears_where_the_window_is_not_known() -> None:
    with pytest.raises(HeldError, match="not known"):
        check_glimpse(spoken(), None, settings("type"), Appearing(Typed()))
