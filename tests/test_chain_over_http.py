"""The way of words through pipeline, chain and real engines, to a service on loopback that has its moods."""

from __future__ import annotations

import base64
import logging
import random
import re
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import pytest
from anyio.abc import SocketAttribute
from doubles import ListHistory, ListSink, ListSpool, utterance
from engines import TERMS
from fixtures.service import Answer

from dictated.archive import DiskArchive, Tally
from dictated.chain import Chain, lanes
from dictated.delivery import Delivery
from dictated.history import History
from dictated.ledger import Ledger
from dictated.pipeline import Pipeline
from dictated.secret import Secret
from dictated.sttconfig import OpenAIEngine, OpenRouterEngine
from dictated.transcribers.openai import OpenAI
from dictated.transcribers.openrouter import OpenRouter
from dictated.types import NO_HINTS
from dictated.wire.link import Link

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from anyio.abc import SocketStream
    from fixtures.service import Received, Service

    from dictated.chain import Terms
    from dictated.types import Utterance

FAILED = Answer(status=500, body={"error": {"code": 500, "message": "oh"}})
FAULTS = [
    FAILED,
    Answer(status=429, body={"error": {"code": 429, "message": "wait"}}, headers={"Retry-After": "0"}),
    Answer(reset=True),
    Answer(body={"text": "half a"}, cut=5),
    Answer(body={"error": {"code": 502, "message": "no provider"}}),
]


def spoken(number: int) -> Utterance:
    """One whose sound says its number to the service."""
    one = utterance(number)
    return replace(one, segment=replace(one.segment, pcm=b"number=%06d;" % number + one.pcm))


def heard(received: Received) -> int:
    """Which utterance it is."""
    is_json = received.headers["content-type"] == "application/json"
    sound = base64.b64decode(received.json["input_audio"]["data"]) if is_json else received.body
    found = re.search(rb"number=(\d{6});", sound)
    assert found
    return int(found[1])


def understood(received: Received) -> Answer:
    """Answers with the utterance's number in words."""
    return Answer(body={"text": f"words {heard(received)}"})


class Moody:
    """Takes its time, and fails one time in five."""

    def __init__(self) -> None:
        self._chance = random.Random(3)
        self.failed = 0

    def __call__(self, received: Received) -> Answer:
        delay = self._chance.uniform(0, 0.02)
        if self._chance.random() < 0.2:
            self.failed += 1
            return replace(self._chance.choice(FAULTS), delay=delay)
        return replace(understood(received), delay=delay)


class Line:
    """A pipeline over a chain of the real engines `openrouter` and `openai`, each where the test says."""

    def __init__(self, terms: Terms, openrouter: str, openai: str = "") -> None:
        self.link = Link()
        engines: list[OpenRouter | OpenAI] = [
            OpenRouter(OpenRouterEngine(base_url=openrouter), self.link, lambda: Secret("a key"))
        ]
        if openai:
            engines.append(OpenAI(OpenAIEngine(base_url=openai), self.link, lambda: None))
        ledger = Ledger(History(Path("never written")), 0.0)
        self.chain = Chain(lanes(engines, terms, ledger), terms, NO_HINTS, ledger)
        self.sink, self.spool, self.history = ListSink(), ListSpool(), ListHistory()
        archive = DiskArchive(Tally(), self.spool, self.history)
        delivery = Delivery([self.sink], ListSink("log"))
        self.pipeline = Pipeline(self.chain, delivery, archive, backlog=300)

    @asynccontextmanager
    async def speaking(self, *numbers: int) -> AsyncIterator[Pipeline]:
        """Put the utterances; at the end, wait until all are delivered."""
        async with anyio.create_task_group() as tasks:
            await tasks.start(self.pipeline.run)
            for number in numbers:
                await self.pipeline.put(spoken(number))
            yield self.pipeline
            self.pipeline.finish()
        await self.chain.close()

    async def say(self, *numbers: int) -> None:
        async with self.speaking(*numbers):
            pass


class Silence:
    """A service that takes a request, never answers, and notices when the client has left."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.asked = anyio.Event()
        self.left = anyio.Event()

    async def converse(self, stream: SocketStream) -> None:
        async with stream:
            with suppress(anyio.EndOfStream, anyio.BrokenResourceError):
                while await stream.receive():
                    self.asked.set()
            self.left.set()


@pytest.fixture
async def silence() -> AsyncIterator[Silence]:
    async with (
        await anyio.create_tcp_listener(local_host="127.0.0.1") as listener,
        anyio.create_task_group() as tasks,
    ):
        silence = Silence(listener.extra(SocketAttribute.local_port))  # noqa: S610 (nothing of Django)
        tasks.start_soon(listener.serve, silence.converse)
        yield silence
        tasks.cancel_scope.cancel()


async def test_of_200_utterances_every_word_comes_in_order_and_none_twice_though_one_answer_in_five_fails(
    service: Service,
) -> None:
    moody = Moody()
    service.answers(moody)
    line = Line(replace(TERMS, tries=10, skip_s=0.05), service.url)
    with anyio.fail_after(30):
        await line.say(*range(1, 201))
    assert line.sink.texts == [f"words {number}" for number in range(1, 201)]
    assert moody.failed > 25


async def test_they_come_in_order_too_when_two_services_with_moods_share_them(service: Service) -> None:
    service.answers(Moody())
    terms = replace(TERMS, tries=5, skip_s=0.05, hedge_after=0.015)
    line = Line(terms, f"{service.url}/a", f"{service.url}/b")
    with anyio.fail_after(30):
        await line.say(*range(1, 201))
    assert line.sink.texts == [f"words {number}" for number in range(1, 201)]
    assert {received.path[:2] for received in service.requests} == {"/a", "/b"}


async def test_when_a_service_fails_the_next_one_is_asked_and_the_history_says_who_wrote_what(
    service: Service,
) -> None:
    service.answers(
        lambda received: (
            FAILED if received.path[:2] == "/a" and heard(received) == 2 else understood(received)
        )
    )
    line = Line(TERMS, f"{service.url}/a", f"{service.url}/b")
    await line.say(1, 2, 3)
    assert [(entry.text, entry.engine) for entry in line.history.entries] == [
        ("words 1", "openrouter"),
        ("words 2", "openai"),
        ("words 3", "openrouter"),
    ]


async def test_what_no_service_understands_is_kept_with_the_reason_of_each(service: Service) -> None:
    service.answers(FAILED)
    line = Line(TERMS, f"{service.url}/a", f"{service.url}/b")
    await line.say(1)
    assert line.spool.kept == [1]
    assert re.match(r"openrouter: .*500.*; then openai: .*500", line.history.entries[0].reason)


async def test_a_wrong_key_is_told_when_the_engines_are_warmed_and_the_next_one_is_asked(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    service.answers(
        lambda received: (
            Answer(status=401, body={"error": {"code": 401, "message": "no"}})
            if received.path[:2] == "/a"
            else Answer(body={"data": []})
            if received.method == "GET"
            else understood(received)
        )
    )
    line = Line(TERMS, f"{service.url}/a", f"{service.url}/b")
    with caplog.at_level(logging.WARNING, "dictated"):
        await line.chain.warm()
    await line.say(1)
    assert re.match(r"openrouter: .*key.*; openai is asked instead$", caplog.messages[0])
    assert [received.path for received in service.requests if received.method == "POST"] == [
        "/b/audio/transcriptions"
    ]


async def test_a_hedge_closes_the_connection_of_the_loser(service: Service, silence: Silence) -> None:
    service.answers(understood)
    line = Line(replace(TERMS, hedge_after=0.05), silence.url, service.url)
    await line.say(1)
    with anyio.fail_after(5):
        await silence.left.wait()
    assert line.sink.texts == ["words 1"]


async def test_cancelling_closes_the_connections_of_what_is_under_way(silence: Silence) -> None:
    line = Line(TERMS, silence.url)
    with anyio.fail_after(5):
        async with line.speaking(1) as pipeline:
            await silence.asked.wait()
            pipeline.cancel()
        await silence.left.wait()
    assert (line.sink.texts, line.spool.kept) == ([], [])
