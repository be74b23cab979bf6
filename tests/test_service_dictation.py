"""The whole program with a service for its engine: what reaches the log, and what is told when it does not."""

from __future__ import annotations

import json
import signal
from functools import partial
from typing import TYPE_CHECKING

import pytest
from anyio import to_thread
from fixtures.service import Answer
from moonshine_voice import get_assets_path
from recordings import beginning

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from fixtures.daemon import Daemon, Dictated
    from fixtures.service import Received, Service

SPEECH = get_assets_path() / "beckett.wav"
SPOKEN_S = 3.5
"""Seconds of it, with two utterances, where it is played in real time."""

LOCAL_WORDS = "try again"
"""What the embedded engine understands, among the rest."""


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    return beginning(SPEECH, SPOKEN_S, tmp_path / "speech.wav")


@pytest.fixture
def cloud(dictated: Dictated, service: Service) -> Dictated:
    """The program with a key, and OpenRouter for its engine."""
    dictated.environ["OPENROUTER_API_KEY"] = "sk-or-v1-1234567890"
    configure(dictated, service)
    return dictated


def configure(dictated: Dictated, service: Service, stt: str = "", more: str = "") -> None:
    dictated.configure(
        f"{more}\n[stt]\nengine = 'openrouter'\n{stt}\n[stt.openrouter]\nbase_url = '{service.url}'\n"
    )


def speaks(request: Received) -> Answer:
    if request.method == "GET":
        return Answer(body={"data": {"label": "test"}})
    headers = {"x-generation-id": "gen-42"}
    return Answer(body={"text": " of a service ", "usage": {"seconds": 2.5, "cost": 0.01}}, headers=headers)


def refuses(_: Received) -> Answer:
    return Answer(status=401, body={"error": {"code": 401, "message": "No auth credentials found"}})


async def run(dictated: Dictated, *arguments: object) -> subprocess.CompletedProcess[str]:
    return await to_thread.run_sync(partial(dictated, *map(str, arguments)))


async def daemon(dictated: Dictated, *arguments: object) -> tuple[Daemon, int]:
    """Run the daemon to its end."""
    started = dictated.start(*map(str, arguments))
    return started, await to_thread.run_sync(started.ends)


async def test_the_words_of_a_service_reach_the_log_and_the_history_says_whose_they_are(
    cloud: Dictated, service: Service, speech: Path
) -> None:
    service.answers(speaks)
    _, code = await daemon(cloud, "--input", speech)
    noted = [json.loads(line) for line in (await run(cloud, "history", "--json")).stdout.splitlines()]
    assert (code, set(cloud.written), len(noted)) == (0, {"of a service"}, len(cloud.written))
    assert {(entry["engine"], entry["generation"]) for entry in noted} == {("openrouter", "gen-42")}


async def test_what_it_cost_is_counted_by_day_and_engine(cloud: Dictated, service: Service) -> None:
    service.answers(speaks)
    await run(cloud, "transcribe", SPEECH)
    asked = sum(request.method == "POST" for request in service.requests)
    (day,) = [json.loads(line) for line in (await run(cloud, "stats", "--json")).stdout.splitlines()]
    assert (day["engine"], day["answers"], day["cost"]) == ("openrouter", asked, pytest.approx(asked * 0.01))


async def test_a_wrong_key_is_told_when_the_daemon_starts(cloud: Dictated, service: Service) -> None:
    service.answers(refuses)
    started, code = await daemon(cloud)
    assert (code, len(started.lines), "stt.openrouter.api_key_env" in started.lines[0]) == (1, 1, True)


async def test_with_a_wrong_key_the_next_engine_is_asked_and_that_is_told_once(
    cloud: Dictated, service: Service
) -> None:
    configure(cloud, service, "fallback = ['local']")
    service.answers(refuses)
    done = await run(cloud, "transcribe", SPEECH)
    assert LOCAL_WORDS in done.stdout.lower()
    assert done.stderr.count("\n") == done.stderr.count("local is asked instead") == 1


async def test_a_network_that_is_away_does_not_keep_the_daemon_from_starting(
    cloud: Dictated, service: Service
) -> None:
    service.answers(Answer(reset=True))
    started = cloud.start()
    warning = await to_thread.run_sync(started.says, "warning: openrouter")
    await to_thread.run_sync(started.says, "ready")
    await to_thread.run_sync(started.ends, signal.SIGTERM)
    assert "the first utterance tries again" in warning


async def test_what_may_be_spent_in_a_day_is_not_passed_and_the_next_engine_goes_on(
    cloud: Dictated, service: Service
) -> None:
    configure(cloud, service, "fallback = ['local']", "[limits]\nin_flight = 1\ncost_per_day = 0.01")
    service.answers(speaks)
    done = await run(cloud, "transcribe", SPEECH)
    asked = sum(request.method == "POST" for request in service.requests)
    assert (asked, done.stdout.startswith("of a service\n"), LOCAL_WORDS in done.stdout.lower()) == (
        1,
        True,
        True,
    )
    assert "limits.cost_per_day" in done.stderr


async def test_the_limit_holds_for_the_next_program_of_that_day(cloud: Dictated, service: Service) -> None:
    configure(cloud, service, "fallback = ['local']", "[limits]\ncost_per_day = 0.01")
    service.answers(speaks)
    await run(cloud, "transcribe", SPEECH)
    before = sum(request.method == "POST" for request in service.requests)
    await run(cloud, "transcribe", SPEECH)
    assert sum(request.method == "POST" for request in service.requests) == before


async def test_a_text_with_no_speech_under_it_is_held_back_and_stands_in_the_history(
    cloud: Dictated, service: Service, speech: Path
) -> None:
    def rambles(request: Received) -> Answer:
        return speaks(request) if request.method == "GET" else Answer(body={"text": "and so on " * 200})

    service.answers(rambles)
    await daemon(cloud, "--input", speech)
    noted = [json.loads(line) for line in (await run(cloud, "history", "--json")).stdout.splitlines()]
    assert {(entry["fate"], "words in" in entry["reason"]) for entry in noted} == {("held", True)}
    assert not cloud.notes.exists()
