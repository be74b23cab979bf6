"""Rules of the key of a clean-up: how long a text waits for it, and when it is read again."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import anyio
import pytest
from chatted import CLEANED, SAID, cleanups, refused, wrote
from doubles import transcript
from fixtures.service import Answer

from dictated.errors import TranscriberError
from dictated.secret import Secret

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from fixtures.service import Service

    from dictated.refiners.cleanup import Cleanup


@pytest.fixture
async def cleanup(service: Service) -> AsyncIterator[Callable[..., Cleanup]]:
    """Makes one that asks the service."""
    async with cleanups(service.url) as make:
        yield make


@contextmanager
def stuck() -> Iterator[tuple[Callable[[], Secret], list[int]]]:
    """A keyring that does not answer while this lasts, and how often it was asked."""
    over, asked = threading.Event(), list[int]()

    def find() -> Secret:
        asked.append(len(asked))
        over.wait(5)
        return Secret("a-key")

    try:
        yield find, asked
    finally:
        over.set()


async def test_a_key_that_is_long_in_coming_is_waited_for_as_long_as_an_answer(
    cleanup: Callable[..., Cleanup],
) -> None:
    with stuck() as (find, asked), anyio.fail_after(5):
        assert "could not be read within 0.5 s" in await refused(cleanup(find_key=find, timeout=0.5))
    assert asked == [0]


async def test_a_key_that_could_not_be_read_is_not_waited_for_again_soon(
    cleanup: Callable[..., Cleanup],
) -> None:
    with stuck() as (find, asked):
        asking = cleanup(find_key=find, timeout=0.5)
        told = {await refused(asking) for _ in range(3)}
    assert (len(told), asked) == (1, [0])


async def test_a_key_that_could_not_be_read_is_looked_for_again_after_a_while(
    monkeypatch: pytest.MonkeyPatch, service: Service, cleanup: Callable[..., Cleanup]
) -> None:
    def find() -> Secret:
        if not tries.pop():
            raise TranscriberError("no key file", lasting=True)
        return Secret("a-key")

    tries = [True, False]
    monkeypatch.setattr("dictated.refiners.cleanup.KEY_AGAIN_S", 0.0)
    service.answers(wrote(CLEANED))
    asking = cleanup(find_key=find)
    assert await refused(asking) == "no key file"
    assert await asking.refine(transcript(SAID)) == CLEANED


@pytest.mark.parametrize("status", [401, 403])
async def test_after_the_key_was_refused_it_is_read_again(
    status: int, service: Service, cleanup: Callable[..., Cleanup]
) -> None:
    service.answers(Answer(status=status), wrote(CLEANED))
    keys = [Secret("mended"), Secret("wrong")]
    asking = cleanup(find_key=keys.pop)
    await refused(asking)
    await asking.refine(transcript(SAID))
    assert [request.headers["authorization"] for request in service.requests] == [
        "Bearer wrong",
        "Bearer mended",
    ]


async def test_while_it_is_good_the_key_is_read_once(
    service: Service, cleanup: Callable[..., Cleanup]
) -> None:
    service.answers(Answer(status=500), wrote(CLEANED))
    keys = [Secret("a-key")]
    asking = cleanup(find_key=keys.pop)
    await refused(asking)
    assert await asking.refine(transcript(SAID)) == CLEANED


async def test_key_and_answer_together_take_no_longer_than_the_time_out(
    service: Service, cleanup: Callable[..., Cleanup]
) -> None:
    def find() -> None:
        threading.Event().wait(2.7)

    service.answers(Answer(stall=True))
    with anyio.fail_after(5):  # both, one after the other, would take 5.7 s
        assert "within 3 s" in await refused(cleanup(find_key=find, timeout=3))
