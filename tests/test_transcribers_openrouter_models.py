from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from anyio import to_thread
from fixtures.service import Answer
from openrouter import OpenRouter as OfficialSdk

from dictated.errors import TranscriberError
from dictated.secret import Secret
from dictated.sttconfig import OpenRouterEngine
from dictated.transcribers import openrouter_models
from dictated.transcribers.openrouter import OpenRouter
from dictated.transcribers.openrouter_models import price
from dictated.types import Model
from dictated.wire.link import Link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fixtures.service import Received, Service

TOKENS = {"prompt": "0.0000025", "completion": "0.00001"}
MINUTES = {"prompt": "0.006", "completion": "0"}


def entry(name: str, /, **more: Any) -> dict[str, Any]:
    """A model with every field that the official SDK demands."""
    return {
        "id": name,
        "canonical_slug": name,
        "name": name.title(),
        "created": 1,
        "pricing": TOKENS,
        "context_length": None,
        "default_parameters": None,
        "per_request_limits": None,
        "supported_parameters": [],
        "supported_voices": None,
        "top_provider": {"context_length": None, "max_completion_tokens": None, "is_moderated": False},
        "links": {"details": f"/api/v1/models/{name}/endpoints"},
        "architecture": {
            "modality": "audio->transcription",
            "input_modalities": ["audio"],
            "output_modalities": ["transcription"],
            "tokenizer": "Other",
            "instruct_type": None,
        },
        **more,
    }


def page(*entries: Any, following: Any = None) -> Answer:
    return Answer(body={"data": list(entries), "links": {"next": following}, "total_count": len(entries)})


async def listed(service: Service, key: str | None = "sk-or-1") -> Sequence[Model]:
    link = Link()
    settings = OpenRouterEngine(base_url=f"{service.url}/api/v1")
    try:
        return await OpenRouter(settings, link, lambda: Secret(key) if key else None).models()
    finally:
        await link.close()


async def test_only_models_that_transcribe_are_asked_for(service: Service) -> None:
    service.answers(page(entry("openai/whisper-1")))
    await listed(service)
    (request,) = service.requests
    assert (request.path, request.query) == ("/api/v1/models", {"output_modalities": "transcription"})


async def test_models_are_listed_by_name_with_price_and_note(service: Service) -> None:
    service.answers(
        page(
            entry("openai/whisper-1", pricing=MINUTES, expiration_date="2027-02-26"),
            entry("google/chirp-3"),
        )
    )
    assert await listed(service) == [
        Model("google/chirp-3", "$2.50 in, $10.00 out per million tokens", "Google/Chirp-3"),
        Model("openai/whisper-1", "$0.006, its unit is not told", "Openai/Whisper-1; ends on 2027-02-26"),
    ]


async def test_the_list_can_be_read_without_a_key(service: Service) -> None:
    service.answers(page(entry("openai/whisper-1")))
    assert len(await listed(service, key=None)) == 1


async def test_chat_models_are_left_out_where_a_server_does_not_filter(service: Service) -> None:
    service.answers(page(entry("a/chat", architecture={"output_modalities": ["text"]}), entry("a/whisper")))
    assert [model.name for model in await listed(service)] == ["a/whisper"]


async def test_entries_of_another_shape_are_left_out(service: Service) -> None:
    odd = {"id": "a/bare", "name": 3, "pricing": [], "architecture": None, "expiration_date": []}
    service.answers(page(None, "model", {"name": "nameless"}, {"id": 7}, odd))
    assert await listed(service) == [Model("a/bare")]


async def test_what_a_service_writes_cannot_steer_the_terminal(service: Service) -> None:
    service.answers(page(entry("a/b\x1b[2J", name="A\nB")))
    assert await listed(service) == [Model("a/b[2J", "$2.50 in, $10.00 out per million tokens", "A B")]


@pytest.mark.parametrize(
    "following", ["{url}/api/v1/models?offset=1", "/api/v1/models?offset=1", "models?offset=1", "?offset=1"]
)
async def test_every_page_is_read(service: Service, following: str) -> None:
    service.answers(page(entry("a/b"), following=following.format(url=service.url)), page(entry("a/c")))
    assert [model.name for model in await listed(service)] == ["a/b", "a/c"]
    assert service.requests[1].query == {"offset": "1"}


@pytest.mark.parametrize(
    "following", ["https://example.org/api/v1/models", "/other/models", "//example.org/models", "http://["]
)
async def test_a_page_at_another_address_is_not_asked_for(
    service: Service, following: str, caplog: pytest.LogCaptureFixture
) -> None:
    service.answers(page(entry("a/b"), following=following))
    assert [model.name for model in await listed(service)] == ["a/b"]
    assert (len(service.requests), caplog.records[0].levelno) == (1, logging.WARNING)


async def test_a_list_without_end_is_left(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    def endless(request: Received) -> Answer:
        here = int(request.query.get("offset", 0))
        return page(entry(f"a/{here}"), following=f"{service.url}/api/v1/models?offset={here + 1}")

    service.answers(endless)
    assert len(await listed(service)) == len(service.requests) == openrouter_models.PAGES
    assert "left out" in caplog.text


@pytest.mark.parametrize("body", ["<html>", "[]", "{}", '{"data": {}}'])
async def test_what_is_no_list_of_models_is_an_error(service: Service, body: str) -> None:
    service.answers(Answer(body=body))
    with pytest.raises(TranscriberError, match="openrouter"):
        await listed(service)


@pytest.mark.parametrize(
    ("pricing", "description", "words"),
    [
        (TOKENS, "", "$2.50 in, $10.00 out per million tokens"),
        (TOKENS | {"audio": "0.000006"}, "", "$2.50 in, $6.00 audio in, $10.00 out per million tokens"),
        ({"prompt": "0.000001", "audio": "0.000006"}, "", "$1.00 in, $6.00 audio in per million tokens"),
        ({"prompt": "0", "completion": "0.00000125"}, "", "$1.25 out per million tokens"),
        (MINUTES, "Priced per minute of audio duration, billed to the nearest second.", "$0.006 per minute"),
        ({"prompt": "0.04"}, "Billed per audio hour.", "$0.04 per hour"),
        ({"prompt": "0.0001"}, "Sold by the second.", "$0.0001, its unit is not told"),
        ({"prompt": "12"}, "", "$12.00, its unit is not told"),
        ({"prompt": "0", "completion": "0"}, "", ""),
        ({"prompt": "-1", "completion": "-1"}, "", ""),
        ({"prompt": "NaN"}, "", ""),
        ({"prompt": "Infinity"}, "", ""),
        ({"prompt": "1e999999"}, "", ""),
        ({"prompt": "cheap"}, "", ""),
        ({"prompt": 0.006}, "", ""),
        ({}, "Priced per minute.", ""),
        (None, "", ""),
    ],
)
def test_a_price_is_told_in_the_unit_that_is_known(pricing: Any, description: str, words: str) -> None:
    assert price(pricing, description) == words


def list_officially(url: str) -> Any:
    # One of its own it would close whenever it is collected, in another test's loop.
    theirs = httpx.AsyncClient()
    with OfficialSdk(api_key="sk-or-1", server_url=f"{url}/api/v1", async_client=theirs) as sdk:
        return sdk.models.list(output_modalities="transcription", retries=None).result


async def test_the_official_sdk_asks_for_the_same_and_reads_the_list_of_these_tests(service: Service) -> None:
    service.answers(page(entry("openai/whisper-1")))
    await listed(service)
    official = await to_thread.run_sync(list_officially, service.url)
    ours, theirs = service.requests
    assert (ours.path, ours.query.items() <= theirs.query.items()) == (theirs.path, True)
    assert [model.id for model in official.data] == ["openai/whisper-1"]
