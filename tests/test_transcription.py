"""Rules of what is asked for words: an engine is one for all profiles, as long as its settings are."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from chatted import wrote
from doubles import utterance
from fixtures.service import Answer

from dictated.config import Config
from dictated.configfile import parse
from dictated.errors import TranscriberError
from dictated.history import History
from dictated.ledger import Ledger
from dictated.sttconfig import LocalEngine, OpenAIEngine
from dictated.transcription import Engines, transcriber
from dictated.types import Usage

if TYPE_CHECKING:
    from fixtures.service import Received, Service

    from dictated.router import Router
    from dictated.transcription import Status

KEY = {"OPENAI_API_KEY": "secret"}
OTHERWISE = """
[profiles.code.text]
vocabulary = ["Kubernetes"]
[profiles.mail.stt]
prompt = "Dear all,"
[profiles.notes.text]
join = "none"
"""
"""Three profiles: each has hints, or edits, of its own, and none an engine."""


def made(text: str, cost_per_day: float = 0.0) -> tuple[Router, Status, Ledger]:
    ledger = Ledger(History(Path("never written")), cost_per_day)
    return *transcriber(parse(text, "my.toml"), ledger, KEY), ledger


def openai(service: Service, text: str = "") -> str:
    """A configuration that has this service transcribe."""
    return f'[stt]\nengine = "openai"\n[stt.openai]\nbase_url = "{service.url}/v1"\n{text}'


def heard(received: Received) -> Answer:
    return Answer(body={"data": []} if received.method == "GET" else {"text": "words"}, delay=0.01)


def refused(received: Received) -> Answer:
    """A server that has one wrong door."""
    return Answer(status=401) if received.path.startswith("/wrong") else heard(received)


@pytest.mark.parametrize(
    ("name", "one", "other", "same"),
    [
        ("local", LocalEngine(), LocalEngine(), True),
        ("local", LocalEngine(), LocalEngine(model="whisper:base"), False),
        ("openai", OpenAIEngine(), OpenAIEngine(), True),
        ("openai", OpenAIEngine(), OpenAIEngine(languages=("de",)), False),
    ],
)
def test_who_asks_for_the_same_settings_shares_the_engine_and_the_turns_at_it(
    name: Any, one: object, other: object, *, same: bool
) -> None:
    engines = Engines(Config(), {})
    pairs = zip(engines.of(name, one), engines.of(name, other), strict=True)
    assert [first is second for first, second in pairs] == [same, same]


async def test_a_local_model_is_loaded_once_for_profiles_with_other_hints(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "dictated.transcribers.local")
    router, _, _ = made(OTHERWISE)
    await router.warm()
    await router.close()
    assert len(caplog.messages) == 1


async def test_a_service_is_asked_once_whether_it_lets_us_in_for_all_profiles(service: Service) -> None:
    service.answers(heard)
    router, _, _ = made(openai(service, OTHERWISE))
    await router.warm()
    await router.close()
    assert [received.path for received in service.requests] == ["/v1/models"]


async def test_a_service_that_lets_nobody_in_is_asked_and_told_once_for_all_profiles(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    service.answers(Answer(status=401))
    router, _, _ = made(openai(service, OTHERWISE))
    with pytest.raises(TranscriberError, match="the key is missing or wrong"):
        await router.warm()
    await router.close()
    assert (len(service.requests), caplog.messages) == (1, [])


async def test_an_engine_that_is_found_to_be_down_is_told_once_and_with_no_profile_asked(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    service.answers(heard, Answer(status=401))
    router, _, _ = made(
        openai(service, OTHERWISE).replace("[stt.openai]", 'fallback = ["local"]\n[stt.openai]')
    )
    await router.warm()
    for number, profile in enumerate(("", "code", "mail", "notes")):
        await router.transcribe(replace(utterance(number), profile=profile))
    await router.close()
    assert (len(service.requests), len(caplog.messages)) == (2, 1)


@pytest.mark.parametrize(("in_flight", "connections"), [(1, 1), (3, 3)])
async def test_an_engine_is_asked_by_all_profiles_together_no_more_often_than_it_may_be_at_once(
    service: Service, in_flight: int, connections: int
) -> None:
    service.answers(heard)
    otherwise = OTHERWISE.replace("[profiles.mail.stt]", '[profiles.mail.stt]\nfallback = ["local"]')
    router, _, _ = made(openai(service, f"[limits]\nin_flight = {in_flight}\n{otherwise}"))
    async with anyio.create_task_group() as tasks:
        for number, profile in enumerate(("code", "mail", "notes")):
            tasks.start_soon(router.transcribe, replace(utterance(number), profile=profile))
    await router.close()
    assert service.connections == connections


async def test_what_cleans_texts_up_has_one_client_for_all_profiles(service: Service) -> None:
    service.answers(lambda received: heard(received) if b"wav" in received.body else wrote("Words."))
    cleanup = f'[text.cleanup]\nmodel = "m"\nbase_url = "{service.url}/v1"\n{OTHERWISE}'
    router, _, _ = made(openai(service, cleanup))
    for number, profile in enumerate(("code", "mail", "notes")):
        await router.transcribe(replace(utterance(number), profile=profile))
    await router.close()
    assert service.connections == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", [("local", ["default"])]),
        (OTHERWISE, [("local", ["default", "code", "mail", "notes"])]),
        (
            '[stt]\nfallback = ["openai"]\n[profiles.code.stt]\nengine = "openai"\nfallback = []\n',
            [("local", ["default"]), ("openai", ["default", "code"])],
        ),
        (
            '[profiles.code.stt]\nengine = "openai"\n',
            [("local", ["default"]), ("openai", ["code"])],
        ),
    ],
)
def test_each_engine_is_told_of_with_the_profiles_it_is_asked_with(
    text: str, told: list[tuple[str, list[str]]]
) -> None:
    _, status, _ = made(text)
    assert [(engine["name"], engine["profiles"]) for engine in status()] == told


async def test_an_engine_of_a_profile_that_is_over_budget_is_told_with_what_it_cost() -> None:
    _, status, ledger = made('[profiles.code.stt]\nengine = "openai"\n', cost_per_day=0.5)
    await ledger.spend("openai", Usage(cost=0.6))
    assert [(engine["state"], engine["cost"]) for engine in status()] == [("ok", 0.0), ("over budget", 0.6)]


async def test_an_engine_that_cannot_work_as_one_profile_sets_it_is_told_apart(service: Service) -> None:
    service.answers(refused)
    wrong = f'[profiles.code.stt.openai]\nbase_url = "{service.url}/wrong"\n'
    router, status, _ = made(openai(service, wrong))
    await router.warm()
    await router.close()
    assert [(engine["state"], engine["profiles"]) for engine in status()] == [
        ("ok", ["default"]),
        ("broken", ["code"]),
    ]
