from __future__ import annotations

import base64
import logging
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest
from anyio import to_thread
from doubles import utterance
from fixtures.service import Answer
from openrouter import OpenRouter as OfficialSdk
from openrouter import components, errors

from dictated import wav
from dictated.errors import TranscriberError
from dictated.secret import Secret
from dictated.sttconfig import OpenRouterEngine
from dictated.transcribers import openrouter
from dictated.transcribers.openrouter import OpenRouter
from dictated.types import NO_HINTS, Evidence, Hints, Usage
from dictated.wire import admission
from dictated.wire.link import Link

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from fixtures.service import Service

    Engines = Callable[..., OpenRouter]

KEY = "sk-or-v1-a-key-of-no-account"
HINTS = Hints("Digits.", ("PipeWire", " "), "and then")
SAID = Answer(body={"text": " So it\nwas. ", "usage": {"seconds": 0.2, "cost": 0.0001}})


@pytest.fixture
async def engines(service: Service) -> AsyncIterator[Engines]:
    link = Link()

    def make(key: str | None = KEY, **settings: Any) -> OpenRouter:
        chosen = OpenRouterEngine(base_url=f"{service.url}/api/v1/", **settings)
        return OpenRouter(chosen, link, lambda: Secret(key) if key else None)

    service.answers(SAID)
    yield make
    await link.close()


def refusal(status: int, message: str = "No.", **metadata: Any) -> Answer:
    error: dict[str, Any] = {"code": status, "message": message}
    return Answer(status=status, body={"error": error | ({"metadata": metadata} if metadata else {})})


def options(prompt: str, *slugs: str) -> dict[str, Any]:
    return {"provider": {"options": {slug: {"prompt": prompt} for slug in slugs}}}


REQUESTS: list[tuple[dict[str, Any], Hints, dict[str, Any]]] = [
    ({}, NO_HINTS, {}),
    ({"temperature": 0.0}, NO_HINTS, {"temperature": 0.0}),
    ({"language": "it"}, NO_HINTS, {"language": "it"}),
    ({"response_format": "verbose_json"}, NO_HINTS, {"response_format": "verbose_json"}),
    ({"data_collection": "deny"}, NO_HINTS, {"provider": {"data_collection": "deny"}}),
    ({"zdr": True}, NO_HINTS, {"provider": {"zdr": True}}),
    (
        {"provider": {"deepgram": {"smart": 1}}},
        NO_HINTS,
        {"provider": {"options": {"deepgram": {"smart": 1}}}},
    ),
    ({"keyterms": True}, NO_HINTS, {}),
    ({}, HINTS, options("Digits. Glossary: PipeWire. and then", "openai")),
    ({"keyterms": True}, HINTS, {"keyterms": ["PipeWire"], **options("Digits. and then", "openai")}),
    ({"keyterms": True}, Hints(vocabulary=("PipeWire",)), {"keyterms": ["PipeWire"]}),
    ({"model": "~openai/latest"}, Hints("Digits."), options("Digits.", "openai")),
    ({"model": "nobodys"}, HINTS, {}),
    ({"prompt_providers": ("groq", "together")}, Hints("Digits."), options("Digits.", "groq", "together")),
    ({"provider": {"openai": {"prompt": "My own."}}}, HINTS, options("My own.", "openai")),
]


@pytest.mark.parametrize(("settings", "hints", "besides"), REQUESTS)
async def test_a_request_holds_the_model_the_sound_and_what_the_user_set(
    engines: Engines, service: Service, settings: dict[str, Any], hints: Hints, besides: dict[str, Any]
) -> None:
    await engines(**settings).transcribe(utterance(1), hints)
    sound = {"data": base64.b64encode(wav.encode(utterance(1).pcm)).decode(), "format": "wav"}
    model = settings.get("model", "openai/gpt-4o-transcribe")
    assert service.requests[-1].json == {"model": model, "input_audio": sound, **besides}


@pytest.mark.parametrize(("settings", "hints", "_"), REQUESTS)
async def test_the_official_sdk_finds_nothing_in_a_request_that_it_does_not_know(
    engines: Engines, service: Service, settings: dict[str, Any], hints: Hints, _: Any
) -> None:
    await engines(**settings).transcribe(utterance(1), hints)
    sent = service.requests[-1].json
    read = components.STTRequest.model_validate(sent)
    assert read.model_dump(by_alias=True, mode="json", exclude_unset=True) == sent


async def test_the_prompt_of_one_utterance_is_not_that_of_the_next(
    engines: Engines, service: Service
) -> None:
    engine = engines(provider={"openai": {"speed": 1}})
    await engine.transcribe(utterance(1), Hints("Digits."))
    await engine.transcribe(utterance(2), Hints("Words."))
    assert service.requests[-1].json["provider"]["options"]["openai"]["prompt"] == "Words."


@pytest.mark.parametrize(
    ("language", "sent"),
    [("auto", None), ("AUTO", None), ("en-US", "en"), ("pt_BR", "pt"), ("DE", "de"), (" ", None)],
)
async def test_a_language_is_sent_as_two_letters_or_not_at_all(
    engines: Engines, service: Service, language: str, sent: str | None
) -> None:
    await engines(language=language).transcribe(utterance(1))
    assert service.requests[-1].json.get("language") == sent


async def test_a_request_goes_to_the_documented_path_with_the_key(engines: Engines, service: Service) -> None:
    await engines().transcribe(utterance(1))
    (request,) = service.requests
    assert (request.method, request.path) == ("POST", "/api/v1/audio/transcriptions")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["content-type"] == "application/json"


async def test_nobody_is_told_who_asks_unless_the_user_wants_it(engines: Engines, service: Service) -> None:
    await engines().transcribe(utterance(1))
    assert not {"http-referer", "x-openrouter-title"} & set(service.requests[-1].headers)


async def test_referer_and_title_are_sent_when_set(engines: Engines, service: Service) -> None:
    await engines(referer="https://example.org", title="Zürich\ndictates").transcribe(utterance(1))
    headers = service.requests[-1].headers
    assert headers["http-referer"] == "https://example.org"
    assert headers["x-openrouter-title"].encode("latin-1").decode() == "Zürich dictates"


@pytest.mark.parametrize(("form", "magic"), [("wav", b"RIFF"), ("flac", b"fLaC"), ("ogg", b"OggS")])
async def test_the_sound_goes_in_the_format_that_is_set(
    engines: Engines, service: Service, form: str, magic: bytes
) -> None:
    await engines(format=form).transcribe(utterance(1))
    sound = service.requests[-1].json["input_audio"]
    assert (sound["format"], base64.b64decode(sound["data"])[:4]) == (form, magic)


async def test_the_text_of_an_answer_is_one_tidy_line(engines: Engines) -> None:
    answer = await engines().transcribe(utterance(7))
    assert (answer.text, answer.engine, answer.utterance.number) == ("So it was.", "openrouter", 7)


async def test_the_time_to_the_answer_is_told(engines: Engines, service: Service) -> None:
    service.answers(Answer(body={"text": "late"}, delay=0.05))
    assert 0.05 <= (await engines().transcribe(utterance(1))).seconds < 5


async def test_silence_is_an_empty_text(engines: Engines, service: Service) -> None:
    service.answers(Answer(body={"text": "", "error": None}))
    assert (await engines().transcribe(utterance(1))).text == ""


@pytest.mark.parametrize(
    ("told", "usage"),
    [
        ({"seconds": 9.2, "cost": 0.000508}, Usage(9.2, 0, 0, 0.000508)),
        ({"total_tokens": 119, "input_tokens": 83, "output_tokens": 30, "cost": 0.5}, Usage(0, 83, 30, 0.5)),
        ({"total_tokens": 113, "output_tokens": 30, "cost": 0}, Usage(0, 83, 30, 0.0)),
        ({"total_tokens": 113, "cost": 0}, Usage(0, 113, 0, 0.0)),
        ({"total_tokens": 5, "output_tokens": 9, "cost": 0}, Usage(0, 0, 9, 0.0)),
        ({"seconds": 9.2}, Usage(9.2, cost=pytest.approx(0.006 * 0.2 / 60))),
        ({"seconds": "9.2", "cost": True, "input_tokens": -1}, Usage(cost=pytest.approx(0.006 * 0.2 / 60))),
        ([], Usage(cost=pytest.approx(0.006 * 0.2 / 60))),
        (None, Usage(cost=pytest.approx(0.006 * 0.2 / 60))),
    ],
)
async def test_usage_is_what_the_service_tells_and_else_the_price_that_is_set(
    engines: Engines, service: Service, told: Any, usage: Usage
) -> None:
    service.answers(Answer(body={"text": "so", "usage": told}))
    answer = await engines(price_per_minute=0.006).transcribe(utterance(1, frames=10))
    assert answer.usage == usage


async def test_the_services_own_name_for_an_answer_is_kept(engines: Engines, service: Service) -> None:
    service.answers(Answer(body={"text": "so"}, headers={"X-Generation-Id": "gen-stt-1795267200-Ab3"}))
    assert (await engines().transcribe(utterance(1))).generation == "gen-stt-1795267200-Ab3"


async def test_a_name_without_end_is_cut(engines: Engines, service: Service) -> None:
    service.answers(Answer(body={"text": "so"}, headers={"X-Generation-Id": "g" * 5000}))
    assert len((await engines().transcribe(utterance(1))).generation) == openrouter.LONGEST_GENERATION


async def test_a_verbose_answer_tells_how_sure_the_model_is(engines: Engines, service: Service) -> None:
    segment = {"id": 0, "start": 0, "end": 2, "text": "so", "avg_logprob": -0.3, "no_speech_prob": 0.1}
    service.answers(Answer(body={"text": "so", "language": "en", "segments": [segment]}))
    answer = await engines(response_format="verbose_json").transcribe(utterance(1))
    assert answer.evidence == Evidence(no_speech=0.1, logprob=-0.3)


@pytest.mark.parametrize(
    "body",
    ["", "<html>so it was</html>", "[]", '"so it was"', "null", "{}", '{"text": null}', '{"text": [1]}'],
)
async def test_an_answer_that_is_no_transcription_is_an_error(
    engines: Engines, service: Service, body: str
) -> None:
    service.answers(Answer(body=body))
    with pytest.raises(TranscriberError, match="openrouter") as fault:
        await engines().transcribe(utterance(1))
    assert "so it was" not in str(fault.value)


@pytest.mark.parametrize(
    ("error", "retryable", "lasting"),
    [
        ({"code": 429, "message": "Slow down"}, True, False),
        ({"code": 401, "message": "No auth"}, False, True),
        ({"code": 402, "message": "No credit"}, False, True),
        ({"message": "Down", "error_type": "provider_overloaded", "http_status": 503}, True, False),
        ({"message": "Something happened"}, True, False),
        ({"code": "odd", "message": "Something happened"}, True, False),
        ("Something happened", True, False),
    ],
)
async def test_an_error_inside_a_good_status_is_an_error(
    engines: Engines, service: Service, error: Any, *, retryable: bool, lasting: bool
) -> None:
    service.answers(Answer(body={"error": error, "text": "so it was"}))
    with pytest.raises(TranscriberError) as fault:
        await engines().transcribe(utterance(1))
    assert (fault.value.retryable, fault.value.lasting) == (retryable, lasting)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 524, 529])
async def test_trying_again_is_left_to_others(engines: Engines, service: Service, status: int) -> None:
    service.answers(refusal(status), SAID)
    with pytest.raises(TranscriberError) as fault:
        await engines().transcribe(utterance(1))
    assert (len(service.requests), fault.value.retryable) == (1, True)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422])
async def test_a_refusal_that_stays_is_not_worth_another_try(
    engines: Engines, service: Service, status: int
) -> None:
    service.answers(refusal(status))
    with pytest.raises(TranscriberError) as fault:
        await engines().transcribe(utterance(1))
    assert not fault.value.retryable


async def test_after_a_provider_refused_the_format_wav_is_sent(
    engines: Engines, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    service.answers(refusal(400, "Audio format ogg is not supported"), SAID)
    engine = engines(format="ogg")
    with pytest.raises(TranscriberError) as fault:
        await engine.transcribe(utterance(1))
    await engine.transcribe(utterance(1))
    assert [request.json["input_audio"]["format"] for request in service.requests] == ["ogg", "wav"]
    assert (fault.value.retryable, [record.levelno for record in caplog.records]) == (True, [logging.WARNING])


async def test_every_utterance_under_way_may_be_tried_again_and_one_warning_is_enough(
    engines: Engines, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    service.answers(SAID, refusal(400, "Unrecognized file format. Supported formats: ['wav']"))
    engine, retryable = engines(format="flac"), []
    await engine.warm()  # so that all three have chosen the format before the first is refused

    async def speak(number: int) -> None:
        with pytest.raises(TranscriberError) as fault:
            await engine.transcribe(utterance(number))
        retryable.append(fault.value.retryable)

    async with anyio.create_task_group() as tasks:
        for number in range(3):
            tasks.start_soon(speak, number)
    assert (retryable, len(caplog.records)) == ([True] * 3, 1)


async def test_wav_that_is_refused_stays_refused(engines: Engines, service: Service) -> None:
    service.answers(refusal(400, "Invalid audio format"))
    with pytest.raises(TranscriberError) as fault:
        await engines().transcribe(utterance(1))
    assert not fault.value.retryable


async def test_warming_asks_whether_the_key_is_good(engines: Engines, service: Service) -> None:
    service.answers(Answer(body={"data": {"label": "sk-or-v1-…", "limit": None}}))
    await engines().warm()
    (request,) = service.requests
    assert (request.method, request.path) == ("GET", "/api/v1/key")
    assert request.headers["authorization"] == f"Bearer {KEY}"


async def test_a_wrong_key_is_told_before_anybody_speaks(engines: Engines, service: Service) -> None:
    service.answers(refusal(401, "User not found."))
    with pytest.raises(TranscriberError) as fault:
        await engines().warm()
    assert (fault.value.lasting, KEY in str(fault.value)) == (True, False)


@pytest.mark.parametrize("act", ["warm", "transcribe"])
async def test_without_a_key_nothing_is_sent_and_the_places_for_it_are_told(
    engines: Engines, service: Service, act: str
) -> None:
    engine = engines(key=None)
    with pytest.raises(TranscriberError, match="OPENROUTER_API_KEY") as fault:
        await (engine.warm() if act == "warm" else engine.transcribe(utterance(1)))
    assert (fault.value.lasting, service.requests) == (True, [])


async def test_what_is_warm_is_not_asked_again(engines: Engines, service: Service) -> None:
    engine = engines()
    await engine.warm()
    await engine.warm()
    assert len(service.requests) == 1


async def test_an_answer_to_an_utterance_keeps_the_engine_warm(engines: Engines, service: Service) -> None:
    engine = engines()
    await engine.transcribe(utterance(1))
    await engine.warm()
    assert [request.method for request in service.requests] == ["POST"]


async def test_warmth_does_not_last(
    engines: Engines, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "FRESH_S", 0.0)
    engine = engines()
    await engine.warm()
    await engine.warm()
    assert len(service.requests) == 2


async def test_an_utterance_after_warming_opens_no_connection(engines: Engines, service: Service) -> None:
    engine = engines()
    await engine.warm()
    await engine.transcribe(utterance(1))
    await engine.transcribe(utterance(2))
    assert service.connections == 1


async def test_a_service_that_says_nothing_does_not_hold_up_who_wants_to_speak(
    engines: Engines, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "WARM_S", 0.05)
    service.answers(Answer(stall=True))
    with anyio.fail_after(2), pytest.raises(TranscriberError) as fault:
        await engines(timeout=60).warm()
    assert fault.value.retryable


SDK_ERRORS = {
    400: errors.BadRequestResponseError,
    401: errors.UnauthorizedResponseError,
    402: errors.PaymentRequiredResponseError,
    403: errors.ForbiddenResponseError,
    404: errors.NotFoundResponseError,
    413: errors.PayloadTooLargeResponseError,
    429: errors.TooManyRequestsResponseError,
    500: errors.InternalServerResponseError,
    502: errors.BadGatewayResponseError,
    503: errors.ServiceUnavailableResponseError,
    504: errors.GatewayTimeoutResponseError,
    524: errors.EdgeNetworkTimeoutResponseError,
    529: errors.ProviderOverloadedResponseError,
}


def ask_officially(url: str) -> components.STTResponse:
    sound = components.STTInlineInputAudio(data="AAAA", format="wav")
    # One of its own it would close whenever it is collected, in another test's loop.
    theirs = httpx.AsyncClient()
    with OfficialSdk(api_key=KEY, server_url=f"{url}/api/v1", async_client=theirs) as sdk:
        return sdk.stt.create_transcription(input_audio=sound, model="openai/whisper-1", retries=None)


@pytest.mark.parametrize(("status", "kind"), SDK_ERRORS.items())
async def test_the_refusals_of_these_tests_are_those_the_official_sdk_knows(
    service: Service, status: int, kind: type[Exception]
) -> None:
    service.answers(refusal(status, "No.", limit_source="x"))
    with pytest.raises(kind) as fault:
        await to_thread.run_sync(ask_officially, service.url)
    told = fault.value.data.error  # type: ignore[attr-defined]
    assert (told.code, told.message, told.metadata) == (status, "No.", {"limit_source": "x"})


async def test_the_answer_of_these_tests_is_one_the_official_sdk_reads(service: Service) -> None:
    service.answers(SAID)
    answer = await to_thread.run_sync(ask_officially, service.url)
    assert answer.model_dump(mode="json", exclude_unset=True) == SAID.body
