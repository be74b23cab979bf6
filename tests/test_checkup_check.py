from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest

from dictated.checkup.check import Check, Checkup
from dictated.checkup.finding import Finding, Grade, Part
from dictated.errors import SinkError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

GOOD = Finding("good", Grade.OK, "well")


@pytest.fixture
def hang() -> Iterator[Callable[[], Sequence[Finding]]]:
    """What hangs till the test is over."""
    over = threading.Event()

    def look() -> Sequence[Finding]:
        over.wait()
        return [GOOD]

    yield look
    over.set()


def fall(error: Exception) -> Sequence[Finding]:
    raise error


async def found(*checks: Check) -> list[Finding]:
    told: list[Finding] = []
    await Checkup().run(checks, told.append)
    return told


async def test_findings_are_told_in_the_order_of_the_checks() -> None:
    bad = Finding("bad", Grade.FAIL, "ill")
    assert await found(Check("a", lambda: [bad, GOOD], 5), Check("b", lambda: [bad], 5)) == [bad, GOOD, bad]


@pytest.mark.parametrize("error", [SinkError("it broke; mend it"), OSError("broke"), TimeoutError("broke")])
async def test_a_check_that_fails_is_told_and_stops_not_the_next(error: Exception) -> None:
    told = await found(Check("bad", partial(fall, error), 5, Part.SINK), Check("good", lambda: [GOOD], 5))
    assert [(one.what, one.grade, one.part) for one in told] == [
        ("bad", Grade.FAIL, Part.SINK),
        ("good", Grade.OK, None),
    ]


async def test_a_check_that_hangs_is_given_up_and_stops_not_the_next(
    hang: Callable[[], Sequence[Finding]],
) -> None:
    told = await found(Check("bad", hang, 0.05, Part.ENGINE), Check("good", lambda: [GOOD], 5))
    said = "it does not answer: given up after 0.05 s"
    assert told == [Finding("bad", Grade.FAIL, said, part=Part.ENGINE), GOOD]


async def test_a_check_that_hangs_leaves_a_thread_behind_and_says_so(
    hang: Callable[[], Sequence[Finding]],
) -> None:
    checkup = Checkup()
    before = checkup.stuck
    await checkup.run([Check("bad", hang, 0.05)], lambda _: None)
    assert (before, checkup.stuck) == (False, True)


async def test_a_fault_of_the_program_is_not_taken_for_one_of_the_desktop() -> None:
    with pytest.raises(ZeroDivisionError):
        await found(Check("bad", partial(fall, ZeroDivisionError()), 5))
