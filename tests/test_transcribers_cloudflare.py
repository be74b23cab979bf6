"""Cloudflare against a real server on loopback, and beside Cloudflare's own SDK as its client."""

from __future__ import annotations

import base64
import io
import wave
from typing import TYPE_CHECKING, Any

import anyio
import cloudflare as official
import doubles
import pytest
from fixtures.service import Answer

from dictated.errors import TranscriberError
from dictated.secret import Secret
from dictated.sttconfig import CloudflareEngine
from dictated.transcribers import cloudflare
from dictated.transcribers.cloudflare import Cloudflare
from dictated.types import Evidence, Hints, Model, Usage
from dictated.wire import admission
from dictated.wire.link import Link

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from fixtures.service import Service

TOKEN = "cf-token-0123456789abcdef"  # noqa: S105 (of a test)
UTTERANCE = doubles.utterance(1, frames=50)
TURBO = "@cf/openai/whisper-large-v3-turbo"
WHISPER = "@cf/openai/whisper"
SAID = {"success": True, "errors": [], "messages": [], "result": {"text": "Hello there."}}
UNIFIED = {
    "gatewayMetadata": {"keySource": "Unified"},
    "result": {"text": "Hello there."},
    "state": "Completed",
}
LISTED = {"success": True, "errors": [], "messages": [], "result": []}
HINTS = Hints("Minutes.", ("PipeWire",), "and so on")

Make = "Callable[..., Cloudflare]"


def fault(code: int | str, message: str = "as it pleases") -> dict[str, Any]:
    return {"success": False, "errors": [{"code": code, "message": message}], "messages": [], "result": None}


def refused(status: int, code: int | str, message: str = "as it pleases") -> Answer:
    return Answer(status=status, body=fault(code, message))


def verified(status: str) -> Answer:
    return Answer(body=SAID | {"result": {"id": "ed17574386854bf78a67040be0a770b0", "status": status}})


@pytest.fixture
async def engine(service: Service) -> AsyncIterator[Make]:
    """Make the engine with these settings; `key` is what is found for a key."""
    link = Link()
    service.answers(Answer(body=UNIFIED))

    def make(key: Secret | None = Secret(TOKEN), **settings: Any) -> Cloudflare:  # noqa: B008 (it never changes)
        given = {"base_url": f"{service.url}/client/v4", "account_id": "acc", **settings}
        return Cloudflare(CloudflareEngine(**given), link, lambda: key)

    yield make
    await link.close()


@pytest.fixture
async def sdk(service: Service) -> AsyncIterator[official.AsyncCloudflare]:
    client = official.AsyncCloudflare(
        api_token=TOKEN, base_url=f"{service.url}/client/v4", max_retries=0, timeout=20
    )
    yield client
    await client.close()


async def failure(act: Any) -> TranscriberError:
    with pytest.raises(TranscriberError) as caught:
        await act
    assert str(caught.value).startswith("cloudflare")
    assert str(caught.value).isprintable()
    assert TOKEN not in str(caught.value)
    return caught.value


def told(error: TranscriberError) -> tuple[bool, bool]:
    return error.retryable, error.lasting


def samples(file: bytes) -> bytes:
    with wave.open(io.BytesIO(file)) as sound:
        return sound.readframes(sound.getnframes())


# The request


async def test_a_partners_model_is_asked_with_the_sound_as_a_data_uri_and_nothing_that_is_not_set(
    engine: Make, service: Service
) -> None:
    await engine(model="openai/whisper-1").transcribe(UTTERANCE)
    asked = service.requests[0]
    body = asked.json
    head, _, data = body["input"].pop("file").partition(",")
    assert (asked.method, asked.path) == ("POST", "/client/v4/accounts/acc/ai/run")
    assert body == {"model": "openai/whisper-1", "input": {}}
    assert (head, samples(base64.b64decode(data))) == ("data:audio/wav;base64", UTTERANCE.pcm)
    assert not [name for name in asked.headers if name.startswith("cf-")]


async def test_what_is_set_is_sent_to_a_partners_model(engine: Make, service: Service) -> None:
    await engine(language="en-US", temperature=0.0, gateway="home").transcribe(UTTERANCE, HINTS)
    asked = service.requests[0]
    given = {name: value for name, value in asked.json["input"].items() if name != "file"}
    assert given == {
        "language": "en",
        "prompt": "Minutes. Glossary: PipeWire. and so on",
        "temperature": 0.0,
    }
    assert asked.headers["cf-aig-gateway-id"] == "home"


async def test_whisper_turbo_takes_base64_and_a_prompt_but_no_temperature(
    engine: Make, service: Service
) -> None:
    await engine(model=TURBO, language="de", temperature=0.5).transcribe(UTTERANCE, HINTS)
    asked = service.requests[0]
    assert asked.path == f"/client/v4/accounts/acc/ai/run/{TURBO}"
    assert set(asked.json) == {"audio", "language", "initial_prompt"}
    assert samples(base64.b64decode(asked.json["audio"])) == UTTERANCE.pcm
    assert (asked.json["language"], asked.json["initial_prompt"]) == (
        "de",
        "Minutes. Glossary: PipeWire. and so on",
    )


async def test_whisper_turbo_is_sent_nothing_that_is_not_set(engine: Make, service: Service) -> None:
    await engine(model=TURBO).transcribe(UTTERANCE)
    assert set(service.requests[0].json) == {"audio"}


@pytest.mark.parametrize("form", ["wav", "flac", "ogg"])
async def test_other_models_of_its_own_take_the_file_as_it_is(
    form: str, engine: Make, service: Service
) -> None:
    await engine(model=WHISPER, format=form, temperature=0.5, gateway="home").transcribe(UTTERANCE, HINTS)
    asked = service.requests[0]
    assert asked.path == f"/client/v4/accounts/acc/ai/run/{WHISPER}"
    assert asked.headers["content-type"] == f"audio/{form}"
    assert asked.body.startswith({"wav": b"RIFF", "flac": b"fLaC", "ogg": b"OggS"}[form])
    assert asked.headers["cf-aig-gateway-id"] == "home"


@pytest.mark.parametrize(("given", "sent"), [("auto", None), ("en", "en"), ("pt_BR", "pt"), (" EN-gb", "en")])
async def test_a_language_is_sent_by_its_first_part(
    given: str, sent: str | None, engine: Make, service: Service
) -> None:
    await engine(language=given).transcribe(UTTERANCE)
    assert service.requests[0].json["input"].get("language") == sent


async def test_an_account_that_is_no_name_stays_within_its_place_in_the_path(
    engine: Make, service: Service
) -> None:
    await engine(account_id="a/b?c").transcribe(UTTERANCE)
    assert service.requests[0].path == "/client/v4/accounts/a%2Fb%3Fc/ai/run"


async def test_the_token_goes_along_without_warming_first(engine: Make, service: Service) -> None:
    await engine().transcribe(UTTERANCE)
    assert service.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


async def test_the_official_sdk_sends_the_same_request(
    engine: Make, service: Service, sdk: official.AsyncCloudflare
) -> None:
    await engine(language="en", temperature=0.2).transcribe(UTTERANCE, HINTS)
    ours = service.requests[0]
    answer = await sdk.post("/accounts/acc/ai/run", body=ours.json, cast_to=object)
    theirs = service.requests[1]
    assert answer == UNIFIED
    assert (theirs.method, theirs.path, theirs.query, theirs.json) == (ours.method, ours.path, {}, ours.json)
    for name in ("authorization", "content-type"):
        assert theirs.headers[name] == ours.headers[name]


async def test_the_official_sdk_asks_for_the_same_models(
    engine: Make, service: Service, sdk: official.AsyncCloudflare
) -> None:
    service.answers(Answer(body=LISTED))
    await engine().models()
    await sdk.ai.models.list(account_id="acc", task=cloudflare.TASK, page=1, per_page=cloudflare.PAGE)
    ours, theirs = service.requests
    assert (ours.method, ours.path, ours.query) == (theirs.method, theirs.path, theirs.query)


async def test_the_official_sdk_asks_the_same_paths_about_a_token(
    engine: Make, service: Service, sdk: official.AsyncCloudflare
) -> None:
    service.answers(refused(401, 10000), verified("active"), refused(401, 1000), verified("active"))
    await engine().warm()
    await sdk.accounts.tokens.verify(account_id="acc")
    await sdk.user.tokens.verify()
    assert [r.path for r in service.requests[1:3]] == [r.path for r in service.requests[3:5]]


# The answer


@pytest.mark.parametrize(
    "body",
    [
        UNIFIED,
        SAID,
        SAID | {"result": UNIFIED},
        SAID | {"result": {"state": "Completed", "result": {"text": "Hello there."}, "provider": "openai"}},
        {"text": "Hello there."},
        {"result": {"text": "Hello there.", "word_count": 2, "vtt": "WEBVTT"}, "errors": None, "error": None},
        {"result": {"text": " Hello\n there. "}, "success": True},
    ],
)
async def test_every_envelope_that_is_documented_gives_its_text(
    body: dict[str, Any], engine: Make, service: Service
) -> None:
    service.answers(Answer(body=body))
    assert (await engine().transcribe(UTTERANCE)).text == "Hello there."


async def test_an_answer_where_nothing_was_said_is_an_empty_text(engine: Make, service: Service) -> None:
    service.answers(Answer(body=SAID | {"result": {"text": ""}}))
    assert (await engine().transcribe(UTTERANCE)).text == ""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        "<html>",
        b"\xff\xfe",
        "null",
        [],
        ["Hello"],
        {},
        {"text": None},
        {"text": ["Hello"]},
        {"result": None},
        {"result": "Hello"},
        {"result": {"result": {"result": {"result": {"text": "too deep"}}}}},
    ],
)
async def test_an_answer_of_another_shape_is_an_error_that_may_pass(
    body: Any, engine: Make, service: Service
) -> None:
    service.answers(Answer(body=body))
    assert told(await failure(engine().transcribe(UTTERANCE))) == (True, False)


async def test_what_whisper_says_of_its_certainty_is_kept(engine: Make, service: Service) -> None:
    segments = [{"no_speech_prob": 0.4, "avg_logprob": -0.5}, {"no_speech_prob": 0.1, "avg_logprob": -0.3}]
    service.answers(Answer(body=SAID | {"result": {"text": "Hello.", "segments": segments}}))
    assert (await engine(model=TURBO).transcribe(UTTERANCE)).evidence == Evidence(0.1, -0.4)


async def test_a_partners_model_tells_no_certainty(engine: Make) -> None:
    assert (await engine().transcribe(UTTERANCE)).evidence == Evidence()


async def test_the_cost_is_the_price_a_minute_of_what_was_sent(engine: Make) -> None:
    transcript = await engine(price_per_minute=0.006).transcribe(UTTERANCE)
    assert transcript.usage == Usage(seconds=1.0, cost=pytest.approx(0.0001))


@pytest.mark.parametrize(
    ("headers", "generation"),
    [
        ({}, ""),
        ({"cf-ray": "8f1a-FRA"}, "8f1a-FRA"),
        ({"cf-ray": "8f1a-FRA", "cf-aig-log-id": "01JD"}, "01JD"),
        ({"cf-ray": "x" * 500}, "x" * 200),
    ],
)
async def test_the_services_own_name_for_the_answer_is_kept(
    headers: dict[str, str], generation: str, engine: Make, service: Service
) -> None:
    service.answers(Answer(body=UNIFIED, headers=headers))
    assert (await engine().transcribe(UTTERANCE)).generation == generation


async def test_a_transcript_says_whose_it_is_and_how_long_it_took(engine: Make, service: Service) -> None:
    service.answers(Answer(body=UNIFIED, delay=0.05))
    transcript = await engine().transcribe(UTTERANCE)
    assert (transcript.utterance, transcript.engine) == (UTTERANCE, "cloudflare")
    assert 0.05 <= transcript.seconds < 10


# Refusals


async def test_a_refusal_says_what_cloudflares_own_code_means(engine: Make, service: Service) -> None:
    service.answers(refused(429, 3036))
    error = await failure(engine().transcribe(UTTERANCE))
    assert "midnight UTC" in str(error)
    assert told(error) == (False, True)


@pytest.mark.parametrize(
    ("body", "words", "meant"),
    [
        (fault(3040), "no capacity", (True, False)),
        (fault(3036), "midnight UTC", (False, True)),
        ({"errors": [{"code": 3040, "message": "busy"}], "result": None}, "no capacity", (True, False)),
        (SAID | {"errors": [{"code": 3040, "message": "busy"}]}, "no capacity", (True, False)),
        (
            {"state": "Failed", "error": {"code": "provider_unavailable", "message": "no"}, "model": "m"},
            "provider",
            (True, False),
        ),
        (
            SAID
            | {"result": {"state": "Failed", "error": {"code": "provider_unavailable", "message": "no"}}},
            "provider",
            (True, False),
        ),
    ],
)
async def test_an_error_inside_a_200_is_an_error(
    body: dict[str, Any], words: str, meant: tuple[bool, bool], engine: Make, service: Service
) -> None:
    service.answers(Answer(body=body))
    error = await failure(engine().transcribe(UTTERANCE))
    assert words in str(error)
    assert told(error) == meant


@pytest.mark.parametrize(
    "body", [{"success": False}, {"state": "Failed"}, {"error": "no"}, SAID | {"success": False}]
)
async def test_an_answer_that_says_it_failed_and_no_more_is_an_error_though_it_has_a_text(
    body: dict[str, Any], engine: Make, service: Service
) -> None:
    service.answers(Answer(body=body | {"text": "Hello there."}))
    await failure(engine().transcribe(UTTERANCE))


async def test_a_service_that_asks_for_patience_gets_it(engine: Make, service: Service) -> None:
    service.answers(Answer(status=429, body=fault(3040), headers={"retry-after": "7"}))
    assert (await failure(engine().transcribe(UTTERANCE))).retry_after == 7.0


async def test_what_a_refusal_quotes_is_not_in_the_error(engine: Make, service: Service) -> None:
    service.answers(refused(401, 10000, f"Bearer {TOKEN} may not say 'Hello there'"))
    assert "Hello" not in str(await failure(engine().transcribe(UTTERANCE)))


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, 5007, official.BadRequestError),
        (401, 10000, official.AuthenticationError),
        (403, 3041, official.PermissionDeniedError),
        (404, 3042, official.NotFoundError),
        (429, 3036, official.RateLimitError),
        (429, 3040, official.RateLimitError),
    ],
)
async def test_the_official_sdk_reads_our_doubles_refusals_as_cloudflares(
    status: int,
    code: int,
    kind: type[official.APIStatusError],
    service: Service,
    sdk: official.AsyncCloudflare,
) -> None:
    service.answers(refused(status, code))
    with pytest.raises(kind) as caught:
        await sdk.post("/accounts/acc/ai/run", body={"model": "m", "input": {}}, cast_to=object)
    assert [one.code for one in caught.value.errors] == [code]


# Being let in


async def test_warming_opens_the_connection_that_the_first_utterance_goes_over(
    engine: Make, service: Service
) -> None:
    service.answers(Answer(body=LISTED), Answer(body=UNIFIED))
    ours = engine()
    await ours.warm()
    await ours.transcribe(UTTERANCE)
    assert [request.connection for request in service.requests] == [1, 1]
    assert service.requests[0].path == "/client/v4/accounts/acc/ai/models/search"
    assert service.requests[0].query == {"task": cloudflare.TASK, "page": "1", "per_page": "1"}


async def test_warming_again_asks_nothing_for_a_while(engine: Make, service: Service) -> None:
    service.answers(Answer(body=LISTED))
    ours = engine()
    await ours.warm()
    await ours.warm()
    assert len(service.requests) == 1


async def test_warming_asks_again_after_a_while(
    engine: Make, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "FRESH_S", 0.0)
    service.answers(Answer(body=LISTED))
    ours = engine()
    await ours.warm()
    await ours.warm()
    assert len(service.requests) == 2


async def test_an_utterance_just_transcribed_is_warm_enough(engine: Make, service: Service) -> None:
    ours = engine()
    await ours.transcribe(UTTERANCE)
    await ours.warm()
    assert len(service.requests) == 1


async def test_warming_that_failed_is_no_warmth(engine: Make, service: Service) -> None:
    service.answers(Answer(status=500), Answer(body=LISTED))
    ours = engine()
    assert (await failure(ours.warm())).retryable
    await ours.warm()
    assert len(service.requests) == 2


@pytest.mark.parametrize("act", ["warm", "transcribe", "models"])
async def test_without_a_key_nothing_is_asked_and_the_places_for_keys_are_told(
    act: str, engine: Make, service: Service
) -> None:
    ours = engine(key=None)
    error = await failure_of(ours, act)
    assert "no key for cloudflare" in str(error)
    assert "CLOUDFLARE_API_TOKEN" in str(error)
    assert (told(error), service.requests) == ((False, True), [])


@pytest.mark.parametrize("act", ["warm", "transcribe", "models"])
async def test_without_an_account_nothing_is_asked(act: str, engine: Make, service: Service) -> None:
    error = await failure_of(engine(account_id=""), act)
    assert "stt.cloudflare.account_id is not set" in str(error)
    assert (told(error), service.requests) == ((False, True), [])


async def failure_of(engine: Cloudflare, act: str) -> TranscriberError:
    acts: dict[str, Callable[[], Any]] = {
        "warm": engine.warm,
        "transcribe": lambda: engine.transcribe(UTTERANCE),
        "models": engine.models,
    }
    with pytest.raises(TranscriberError) as caught:
        await acts[act]()
    return caught.value


@pytest.mark.parametrize(
    "answers",
    [
        [refused(401, 10000), refused(401, 1000), refused(401, 1000)],
        [refused(403, 10000), refused(401, 10000), refused(401, 1000, "Invalid API Token")],
        [refused(401, 10000), refused(403, 9109, "Invalid access token"), refused(401, 1000)],
        [refused(400, 6003), refused(400, 6003), refused(400, 6111)],
        [Answer(body=fault(10000)), Answer(body=fault(1000)), refused(401, 1000)],
    ],
)
async def test_a_token_that_nobody_knows_is_announced_when_warming(
    answers: list[Answer], engine: Make, service: Service
) -> None:
    service.answers(*answers)
    error = await failure(engine().warm())
    assert "the token is wrong" in str(error)
    assert "CLOUDFLARE_API_TOKEN" in str(error)
    assert error.lasting
    assert [request.path.removeprefix("/client/v4/") for request in service.requests[1:]] == [
        "accounts/acc/tokens/verify",
        "user/tokens/verify",
    ]


@pytest.mark.parametrize(
    "answers",
    [
        [refused(401, 10000), verified("active"), refused(401, 1000)],  # one of the account
        [refused(401, 10000), refused(401, 1000), verified("active")],  # one of a user
        [refused(403, 9109), refused(403, 9109), refused(403, 9109)],
        [refused(403, 10000), refused(403, 10000), refused(401, 1000)],
        [refused(401, 10000), refused(404, 7000), refused(404, 7000)],
        [refused(401, 10000), Answer(body="?"), refused(401, 1000)],
    ],
)
async def test_a_token_that_may_be_good_is_warned_of_and_used(
    answers: list[Answer], engine: Make, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    service.answers(*answers, Answer(body=UNIFIED))
    ours = engine()
    await ours.warm()
    assert "Workers AI Read" in caplog.text
    assert TOKEN not in caplog.text
    assert (await ours.transcribe(UTTERANCE)).text == "Hello there."


@pytest.mark.parametrize("status", ["expired", "disabled"])
async def test_a_token_whose_time_is_over_is_announced_when_warming(
    status: str, engine: Make, service: Service
) -> None:
    service.answers(refused(401, 10000), verified(status))
    error = await failure(engine(api_key_file="~/key").warm())
    assert f"the token is {status}" in str(error)
    assert "stt.cloudflare.api_key_file" in str(error)
    assert error.lasting


async def test_an_account_that_does_not_exist_is_announced_when_warming(
    engine: Make, service: Service
) -> None:
    service.answers(refused(404, 7003, "Could not route to /accounts/acc, perhaps your object identifier …"))
    error = await failure(engine().warm())
    assert "stt.cloudflare.account_id" in str(error)
    assert error.lasting


async def test_a_service_that_breaks_while_the_token_is_looked_at_may_be_asked_again(
    engine: Make, service: Service
) -> None:
    service.answers(refused(401, 10000), Answer(status=503))
    assert told(await failure(engine().warm())) == (True, False)


async def test_a_service_that_never_answers_holds_warming_up_for_so_long_and_no_longer(
    engine: Make, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "WARM_S", 0.1)
    service.answers(Answer(stall=True))
    with anyio.fail_after(10):
        error = await failure(engine(timeout=60).warm())
    assert "0.1 s" in str(error)
    assert error.retryable


async def test_a_key_that_cannot_be_used_is_told_as_it_is(service: Service) -> None:
    def find() -> Secret:
        raise TranscriberError("cloudflare: the key's file is a folder", lasting=True)

    settings = CloudflareEngine(base_url=service.url, account_id="acc")
    assert "is a folder" in str(await failure(Cloudflare(settings, Link(), find).warm()))


# Models


def listed(*names: str) -> Answer:
    return Answer(body=LISTED | {"result": [{"name": name} for name in names]})


async def test_its_own_models_are_listed_by_name_with_their_prices(engine: Make, service: Service) -> None:
    entries = [
        {
            "name": TURBO,
            "description": "Fast.",
            "properties": [
                {"property_id": "beta", "value": "true"},
                {
                    "property_id": "price",
                    "value": [{"unit": "per audio minute", "price": 0.00051, "currency": "USD"}],
                },
            ],
        },
        {"name": WHISPER, "properties": []},
    ]
    service.answers(Answer(body=LISTED | {"result": entries}))
    assert await engine().models() == [
        Model(WHISPER),
        Model(TURBO, "0.00051 USD per audio minute", "Fast."),
    ]


async def test_every_page_of_models_is_read(
    engine: Make, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloudflare, "PAGE", 2)
    service.answers(listed("d", "c"), listed("b", "a"), listed("e"))
    assert [model.name for model in await engine().models()] == ["a", "b", "c", "d", "e"]
    assert [request.query["page"] for request in service.requests] == ["1", "2", "3"]


async def test_a_list_without_an_end_is_read_for_so_many_pages(
    engine: Make, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloudflare, "PAGE", 1)
    service.answers(listed("a"))
    assert [model.name for model in await engine().models()] == ["a"]
    assert len(service.requests) == cloudflare.MOST_PAGES


@pytest.mark.parametrize(
    "entry", [None, "a", {}, {"name": 7}, {"name": None, "properties": 3}, ["name"], {"properties": [None]}]
)
async def test_an_entry_of_another_shape_is_left_out(entry: Any, engine: Make, service: Service) -> None:
    service.answers(Answer(body=LISTED | {"result": [entry, {"name": WHISPER}]}))
    assert await engine().models() == [Model(WHISPER)]


@pytest.mark.parametrize(
    "properties", [None, 3, [None], [{"property_id": "price", "value": "free"}], [{"property_id": "price"}]]
)
async def test_a_price_of_another_shape_is_left_out(properties: Any, engine: Make, service: Service) -> None:
    entry = {"name": WHISPER, "properties": properties, "description": 7}
    service.answers(Answer(body=LISTED | {"result": [entry]}))
    assert await engine().models() == [Model(WHISPER)]


@pytest.mark.parametrize("body", ["?", [], {"result": None}, {"success": True}, {"result": {"name": "a"}}])
async def test_a_list_of_another_shape_is_an_error(body: Any, engine: Make, service: Service) -> None:
    service.answers(Answer(body=body))
    await failure(engine().models())


async def test_a_list_that_is_refused_says_why(engine: Make, service: Service) -> None:
    service.answers(refused(401, 10000))
    assert "Workers AI Read" in str(await failure(engine().models()))
