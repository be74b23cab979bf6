from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from dictated.breaker import MOST_PATIENCE_S, MOST_SKIPS, PATIENCE_S, SOLE_S, Breaker, Pass
from dictated.errors import TranscriberError

BUSY = TranscriberError("one is busy", retryable=True)
FAULTS = {
    "f": BUSY,
    "s": TranscriberError("one is busy", retryable=True, retry_after=1.0),
    "l": TranscriberError("one is busy", retryable=True, retry_after=3.0),
    "y": TranscriberError("one is busy", retryable=True, retry_after=3e7),
    "x": TranscriberError("one: wrong key", lasting=True),
    "u": TranscriberError("one: no such sound"),
}


def history(outcomes: str, *, skip_s: float = 4.0, sole: bool = False) -> str:
    """What becomes of one who asks each second: `a` may ask, `t` tries, `-` is refused.

    What asking would come to is `o` for an answer, `c` for cancelled, else one of the faults; `.` asks not.
    """
    breaker = Breaker(skip_after=3, skip_s=skip_s)
    picture = ""
    for now, outcome in enumerate(outcomes):
        permit = breaker.admit(now) if outcome != "." else None
        picture += "." if outcome == "." else "-" if not permit else "t" if breaker.is_trial(permit) else "a"
        if permit and outcome == "o":
            breaker.succeed()
        elif permit and outcome == "c":
            breaker.abandon(permit)
        elif permit:
            breaker.fail(permit, FAULTS[outcome], now, sole=sole)
    return picture


@pytest.mark.parametrize(
    ("law", "outcomes", "picture"),
    [
        ("three failures in a row open it", "ffffff", "aaa---"),
        ("an answer between them starts the count anew", "ffoffo", "aaaaaa"),
        ("a fault of the utterance alone counts for nothing", "ffuuuu", "aaaaaa"),
        ("nor does it start the count anew", "ffuff", "aaaa-"),
        ("what is cancelled counts for nothing", "ffccccfo", "aaaaaaa-"),
        ("a lasting fault opens it at once", "xooo", "a---"),
        ("when the time is over, one utterance tries it", "fffoooo", "aaa---t"),
        ("a trial that succeeds closes it", "fffooooo", "aaa---ta"),
        ("and then its failures are forgotten", "fffooooffo", "aaa---taaa"),
        ("and how long it was skipped", "fff...f.......offfoooo", "aaa...t.......taaa---t"),
        ("a trial that fails opens it for twice as long", "fff...foooooooo", "aaa...t-------t"),
        ("a trial that is cancelled leaves that to the next", "fff...cco", "aaa...ttt"),
        ("a trial through the utterance's own fault does too", "fff...uuo", "aaa...ttt"),
        ("a service that wants a little time is only counted", "ssso", "aaa-"),
        ("one that wants more is given it at once, and no more", "loooo", "a--ta"),
        ("but not for ever", "y" + 40 * "o", "a" + 39 * "-" + "t"),
    ],
)
def test_a_breaker_over_time(law: str, outcomes: str, picture: str) -> None:
    assert history(outcomes) == picture, law


def test_a_sole_engine_is_soon_tried_again_however_often_that_fails() -> None:
    assert history("fff....f....fooooo", skip_s=30, sole=True) == "aaa....t....t----t"


def test_a_lasting_fault_of_a_sole_engine_is_not_asked_about_sooner() -> None:
    assert history("x" + 30 * "o", skip_s=30, sole=True) == "a" + 29 * "-" + "t"


def test_but_more_and_more_seldom() -> None:
    assert history("x...x" + 8 * "o", sole=True) == "a...t" + 7 * "-" + "t"


def test_only_one_utterance_tries_an_engine_at_a_time() -> None:
    breaker = opened()
    trial = breaker.admit(4)
    assert (breaker.is_trial(trial), breaker.admit(4), breaker.refuses(99)) == (True, None, True)


def test_a_late_failure_from_before_the_outage_changes_nothing() -> None:
    breaker = Breaker(1, 4)
    late = breaker.admit(0)
    breaker.fail(breaker.admit(0), BUSY, 0, sole=False)
    breaker.fail(late, BUSY, 3, sole=False)
    assert not breaker.refuses(4)


def test_a_late_failure_from_before_the_outage_does_not_end_a_trial() -> None:
    breaker = Breaker(1, 4)
    late = breaker.admit(0)
    breaker.fail(breaker.admit(0), BUSY, 0, sole=False)
    breaker.admit(4)
    breaker.fail(late, BUSY, 5, sole=False)
    assert breaker.tried


def test_a_late_answer_from_before_the_outage_shows_that_the_engine_works() -> None:
    breaker = opened()
    breaker.succeed()
    assert not breaker.refuses(0)


def test_a_lasting_fault_found_out_beside_is_told_and_moves_no_time() -> None:
    breaker = opened()
    breaker.fail(None, FAULTS["x"], 1, sole=False)
    assert breaker.outage is not None
    assert (breaker.outage.reason, breaker.outage.lasting, breaker.outage.until) == (
        "one: wrong key",
        True,
        4,
    )


def test_patience_with_trials_grows_with_their_failures_up_to_a_bound() -> None:
    breaker = opened()
    patience = []
    for hour in range(3600, 5 * 3600, 3600):
        patience.append(breaker.patience)
        breaker.fail(breaker.admit(hour), BUSY, hour, sole=False)
    assert patience == [PATIENCE_S, 2 * PATIENCE_S, 4 * PATIENCE_S, MOST_PATIENCE_S]


def opened() -> Breaker:
    """Open from 0 to 4 s."""
    breaker = Breaker(1, 4)
    breaker.fail(breaker.admit(0), BUSY, 0, sole=False)
    return breaker


class Engine(RuleBasedStateMachine):
    """Many attempts at once, ended in any order."""

    attempts = Bundle("attempts")

    def __init__(self) -> None:
        super().__init__()
        self.breaker = Breaker(skip_after=2, skip_s=4)
        self.now = 0.0

    @rule(seconds=st.floats(0, 50))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(target=attempts)
    def ask(self) -> Pass | None:
        refused, down = self.breaker.refuses(self.now), self.breaker.outage is not None
        permit = self.breaker.admit(self.now)
        assert (permit is None) == refused
        assert self.breaker.is_trial(permit) == (down and not refused)
        return permit

    @rule(permit=consumes(attempts))
    def answer(self, permit: Pass | None) -> None:
        if permit:
            self.breaker.succeed()
            assert not self.breaker.refuses(self.now)

    @rule(permit=consumes(attempts))
    def cancel(self, permit: Pass | None) -> None:
        before = self.breaker.outage
        self.breaker.abandon(permit)
        assert self.breaker.outage is before
        assert not self.breaker.is_trial(permit)

    @rule(permit=consumes(attempts), kind=st.sampled_from("fslyxu"), sole=st.booleans())
    def fail(self, permit: Pass | None, kind: str, *, sole: bool) -> None:
        decides = self.breaker.outage is None or self.breaker.is_trial(permit)
        self.breaker.fail(permit, FAULTS[kind], self.now, sole=sole)
        assert not self.breaker.is_trial(permit)
        if decides and kind == "x":
            assert self.breaker.refuses(self.now)

    @invariant()
    def nobody_is_refused_for_longer_than_the_longest_skip(self) -> None:
        outage = self.breaker.outage
        assert outage is None or outage.until <= self.now + 4 * MOST_SKIPS

    @invariant()
    def there_is_no_trial_of_an_engine_that_works(self) -> None:
        assert not (self.breaker.tried and self.breaker.outage is None)

    @invariant()
    def an_outage_has_a_reason(self) -> None:
        assert self.breaker.outage is None or self.breaker.outage.reason


TestAnyHistory = Engine.TestCase
TestAnyHistory.settings = settings(max_examples=50, deadline=None)


def test_a_sole_engine_is_not_skipped_for_longer_than_words_can_wait() -> None:
    breaker = Breaker(1, 3600)
    breaker.fail(breaker.admit(0), BUSY, 0, sole=True)
    assert not breaker.refuses(SOLE_S)
