from __future__ import annotations

import io
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
import openai
import pytest
import python_multipart
import soundfile
from anyio import to_thread
from doubles import utterance
from fixtures.service import Answer

from dictated import wav
from dictated.errors import TranscriberError
from dictated.secret import Secret
from dictated.sttconfig import OpenAIEngine
from dictated.transcribers.openai import OpenAI
from dictated.types import NO_HINTS, Evidence, Hints, Model, Usage
from dictated.wire.link import Link

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from anyio.abc import SocketStream
    from fixtures.service import Received, Service


SPOKEN = utterance(1, frames=50)  # one second
HINTS = Hints(prompt="A letter.", vocabulary=("Zürich", "msgspec"))
SSE = {"content-type": "text/event-stream; charset=utf-8"}


@pytest.fixture
async def engine(service: Service) -> AsyncIterator[Callable[..., OpenAI]]:
    """Makes an engine that asks the service."""
    link = Link()

    def make(key: str = "", **settings: Any) -> OpenAI:
        settings = {"base_url": f"{service.url}/v1", **settings}
        return OpenAI(OpenAIEngine(**settings), link, lambda: Secret(key) if key else None)

    yield make
    await link.close()


def form(received: Received) -> tuple[list[tuple[str, str]], dict[str, tuple[str, str, bytes]]]:
    """The fields in order, and the files by field: name, media type, content."""
    fields: list[tuple[str, str]] = []
    files: dict[str, tuple[str, str, bytes]] = {}

    def on_file(file: python_multipart.multipart.File) -> None:
        file.file_object.seek(0)
        name, kind = (file.file_name or b"").decode(), str(file.content_type)
        files[(file.field_name or b"").decode()] = (name, kind, file.file_object.read())

    python_multipart.parse_form(
        {"Content-Type": received.headers["content-type"].encode()},
        io.BytesIO(received.body),
        lambda field: fields.append((field.field_name.decode(), (field.value or b"").decode())),
        on_file,
    )
    return fields, files


def stream(*events: Any) -> Answer:
    data = (event if isinstance(event, str) else json.dumps(event) for event in events)
    return Answer(body="".join(f"data: {line}\n\n" for line in data), headers=SSE)


def delta(text: str) -> dict[str, Any]:
    return {"type": "transcript.text.delta", "delta": text}


def done(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "transcript.text.done", "text": text, **more}


def chunk(text: str, reason: str | None = None) -> dict[str, Any]:
    choice = {"delta": {"content": text}, "finish_reason": reason}
    return {"object": "transcription.chunk", "choices": [choice]}


SETTINGS: list[tuple[dict[str, Any], Hints, dict[str, Any]]] = [
    ({}, NO_HINTS, {}),
    ({"language": "auto"}, NO_HINTS, {}),
    ({"language": "en-US"}, NO_HINTS, {"language": "en"}),
    ({"language": "pt_BR"}, NO_HINTS, {"language": "pt"}),
    ({"languages": ("de-CH", "fr")}, NO_HINTS, {"languages": ["de", "fr"]}),
    ({"temperature": 0.0}, NO_HINTS, {"temperature": 0.0}),
    ({"temperature": 0.25}, NO_HINTS, {"temperature": 0.25}),
    ({"response_format": "json"}, NO_HINTS, {"response_format": "json"}),
    ({"response_format": "verbose_json"}, NO_HINTS, {"response_format": "verbose_json"}),
    ({"response_format": "text"}, NO_HINTS, {"response_format": "text"}),
    ({"logprobs": True}, NO_HINTS, {"include": ["logprobs"]}),
    ({"stream": True}, NO_HINTS, {"stream": True}),
    ({}, Hints(prompt="Grüße aus Köln."), {"prompt": "Grüße aus Köln."}),
    ({}, HINTS, {"prompt": "A letter. Glossary: Zürich, msgspec."}),
    ({"keywords": True}, HINTS, {"prompt": "A letter.", "keywords": ["Zürich", "msgspec"]}),
    ({"keywords": True}, Hints(vocabulary=(" ", "a\nb")), {"keywords": ["a b"]}),
    ({"keywords": True, "languages": ("en",), "language": "en", "logprobs": True}, HINTS, {"prompt": "A letter.", "keywords": ["Zürich", "msgspec"], "languages": ["en"], "language": "en", "include": ["logprobs"]}),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "hints", "officially"), SETTINGS)
async def test_the_form_is_that_of_the_official_sdk(
    engine: Callable[..., OpenAI],
    service: Service,
    settings: dict[str, Any],
    hints: Hints,
    officially: dict[str, Any],
) -> None:
    service.answers(Answer(body={"text": "words"}))
    await engine(model="some-model", **settings).transcribe(SPOKEN, hints)

    def ask_officially() -> None:
        with openai.OpenAI(base_url=f"{service.url}/v1", api_key="key", max_retries=0) as client:
            file = ("utterance.wav", wav.encode(SPOKEN.pcm), "audio/wav")
            client.audio.transcriptions.create(file=file, model="some-model", **officially)

    await to_thread.run_sync(ask_officially)
    ours, theirs = service.requests
    assert ours.path == theirs.path
    assert (sorted(form(ours)[0]), form(ours)[1]) == (sorted(form(theirs)[0]), form(theirs)[1])


async def test_nothing_is_sent_that_is_not_set(engine: Callable[..., OpenAI], service: Service) -> None:
    service.answers(Answer(body={"text": "words"}))
    await engine(model="some-model").transcribe(SPOKEN)
    fields, files = form(service.requests[0])
    assert (fields, list(files)) == ([("model", "some-model")], ["file"])


@pytest.mark.parametrize(("form_of_sound", "kind"), [("wav", "WAV"), ("flac", "FLAC"), ("ogg", "OGG")])
async def test_the_file_is_what_its_name_says(
    engine: Callable[..., OpenAI], service: Service, form_of_sound: str, kind: str
) -> None:
    service.answers(Answer(body={"text": "words"}))
    await engine(format=form_of_sound).transcribe(SPOKEN)
    name, media_type, content = form(service.requests[0])[1]["file"]
    with soundfile.SoundFile(io.BytesIO(content)) as sound:
        assert (name, media_type, sound.format) == (
            f"utterance.{form_of_sound}",
            f"audio/{form_of_sound}",
            kind,
        )


async def test_a_server_with_a_path_of_its_own_is_asked_there(
    engine: Callable[..., OpenAI], service: Service
) -> None:
    service.answers(Answer(body={"text": "words"}))
    await engine(base_url=service.url, path="inference").transcribe(SPOKEN)
    assert service.requests[0].path == "/inference"


@pytest.mark.parametrize("key", ["", "sk-1"])
async def test_the_key_goes_along_where_there_is_one(
    engine: Callable[..., OpenAI], service: Service, key: str
) -> None:
    service.answers(Answer(body={"text": "words"}))
    await engine(key).transcribe(SPOKEN)
    assert service.requests[0].headers.get("authorization", "") == ("Bearer sk-1" if key else "")


ANSWERS: list[tuple[str, Answer, str, dict[str, Any]]] = [
    ("json", Answer(body={"text": "Some words."}), "Some words.", {}),
    ("with a blank before it, as faster-whisper", Answer(body={"text": " Some  words."}), "Some words.", {}),
    ("with line breaks, as whisper.cpp", Answer(body={"text": " Some\n words.\n"}), "Some words.", {}),
    ("verbose_json", Answer(body={"task": "transcribe", "text": "Some words.", "segments": []}), "Some words.", {}),
    ("nothing", Answer(body={"text": ""}), "", {}),
    ("an error that is null", Answer(body={"text": "Some words.", "error": None}), "Some words.", {}),
    ("JSON by another name", Answer(body='{"text": "Some words."}'), "Some words.", {}),
    ("plain text", Answer(body="Some words.\n"), "Some words.", {"response_format": "text"}),
    ("plain text that could be JSON", Answer(body="42"), "42", {"response_format": "text"}),
    ("plain text, called HTML as by whisper.cpp", Answer(body=" Some\n words.\n", headers={"content-type": "text/html"}), "Some words.", {"response_format": "text"}),
    ("JSON where text was asked for", Answer(body={"text": "Some words."}), "Some words.", {"response_format": "text"}),
    ("JSON where a stream was asked for", Answer(body={"text": "Some words."}), "Some words.", {"stream": True}),
    ("silence, as by whisper.cpp", Answer(body={"text": " [BLANK_AUDIO]\n"}), "", {}),
    ("two segments of silence", Answer(body={"text": " [BLANK_AUDIO]\n [BLANK_AUDIO]\n"}), "", {}),
    ("silence after words", Answer(body={"text": "Some words. [BLANK_AUDIO]"}), "Some words. [BLANK_AUDIO]", {}),
    ("words in brackets", Answer(body={"text": "[Some words]"}), "[Some words]", {}),
    ("OpenAI's stream", stream(delta("Some"), delta(" words."), done("Some words.")), "Some words.", {}),
    ("vLLM's stream", stream(chunk(" Some"), chunk(" words."), chunk("", "stop"), "[DONE]"), "Some words.", {}),
    ("vLLM's stream with usage", stream(chunk(" Some words.", "stop"), {"choices": [], "usage": {"prompt_tokens": 9}}, "[DONE]"), "Some words.", {}),
    ("speaches' stream", stream({"text": "Some"}, {"text": "words."}), "Some words.", {}),
    ("comments and CR LF", Answer(body=': ping\r\n\r\nevent: x\r\ndata: {"text":\r\ndata: "Some words."}\r\n\r\n', headers=SSE), "Some words.", {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "text", "settings"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS]
)
async def test_an_answer_of_any_known_form_is_understood(
    engine: Callable[..., OpenAI], service: Service, answer: Answer, text: str, settings: dict[str, Any]
) -> None:
    service.answers(answer)
    transcript = await engine(**settings).transcribe(SPOKEN)
    assert (transcript.text, transcript.engine, transcript.utterance) == (text, "openai", SPOKEN)


async def test_a_stream_that_comes_byte_by_byte_is_understood(
    engine: Callable[..., OpenAI], service: Service
) -> None:
    body = 'data: {"type": "transcript.text.done", "text": "Grüße 👋"}\n\n'
    service.answers(Answer(body=body, headers=SSE, drip=0.0005))
    assert (await engine(stream=True).transcribe(SPOKEN)).text == "Grüße 👋"


NONSENSE: list[tuple[str, Answer, dict[str, Any]]] = [
    ("a page", Answer(body="<!DOCTYPE html><p>secret words", headers={"content-type": "text/html"}), {}),
    ("a page where text was asked for", Answer(body="\n<html>secret words", headers={"content-type": "text/html"}), {"response_format": "text"}),
    ("text where none was asked for", Answer(body="secret words"), {}),
    ("nothing at all", Answer(body=b""), {}),
    ("a list", Answer(body=["secret words"]), {}),
    ("another object", Answer(body={"result": "secret words"}), {}),
    ("a text that is none", Answer(body={"text": ["secret words"]}), {}),
    ("a stream without its end", stream(delta("secret"), delta(" words")), {}),
    ("a stream of nothing", Answer(body="", headers=SSE), {}),
    ("a stream that ends within its last event", Answer(body=f"data: {json.dumps(done('secret words'))}\n", headers=SSE), {}),
    ("a chat that was broken off", stream(chunk("secret words"), chunk("", "abort"), "[DONE]"), {}),
    ("a stream that is no JSON", stream("secret words"), {}),
    ("a stream of lists", stream(["secret words"]), {}),
    ("an event without end", Answer(body="data: " + "secret words " * 100_000, headers=SSE), {}),
    ("a cut answer", Answer(body={"text": "secret words"}, cut=20), {}),
    ("a cut stream", Answer(body=f"data: {json.dumps({'text': 'secret'})}\n\ndata: {json.dumps({'text': 'words'})}\n\n", headers=SSE, cut=30), {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "settings"), [row[1:] for row in NONSENSE], ids=[row[0] for row in NONSENSE]
)
async def test_what_is_no_whole_answer_is_never_taken_for_one(
    engine: Callable[..., OpenAI], service: Service, answer: Answer, settings: dict[str, Any]
) -> None:
    service.answers(answer)
    with pytest.raises(TranscriberError) as caught:
        await engine(**settings).transcribe(SPOKEN)
    assert (caught.value.retryable, "secret" in str(caught.value)) == (True, False)


WRONG = {"message": "no such thing", "type": "invalid_request_error", "param": None, "code": None}
DOWN = {"message": "it broke", "type": "server_error", "code": 500}


@pytest.mark.parametrize("answer", [
    Answer(body={"error": DOWN}),
    Answer(body={"error": DOWN, "text": "words"}),
    Answer(body=json.dumps({"error": DOWN})),
    stream(delta("words"), {"error": DOWN}, "[DONE]"),
    stream(chunk("words"), {"error": DOWN}, "[DONE]"),
    Answer(body=f"event: error\ndata: {json.dumps({'error': DOWN})}\n\n", headers=SSE),
])  # fmt: skip
@pytest.mark.parametrize("settings", [{}, {"response_format": "text"}])
async def test_an_error_inside_a_good_answer_is_an_error(
    engine: Callable[..., OpenAI], service: Service, answer: Answer, settings: dict[str, Any]
) -> None:
    service.answers(answer)
    with pytest.raises(TranscriberError, match="openai") as caught:
        await engine(**settings).transcribe(SPOKEN)
    assert caught.value.retryable


async def serve(listener: anyio.abc.Listener[SocketStream], answer: bytes, *, stay: bool) -> None:
    """Answer one request with these bytes, then close the connection, or wait for the other side to."""

    async def converse(stream: SocketStream) -> None:
        async with stream:
            received = b""
            while not received.endswith(b"--\r\n"):  # the end of a multipart form
                received += await stream.receive()
            await stream.send(answer)
            while stay and await stream.receive():
                pass

    async with listener:
        await listener.serve(converse)


@asynccontextmanager
async def raw(head: str, body: str, *, stay: bool) -> AsyncIterator[str]:
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610 - anyio's name, nothing of Django
    async with anyio.create_task_group() as tasks:
        answer = f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n{head}\r\n{body}".encode()
        tasks.start_soon(lambda: serve(listener, answer, stay=stay))
        yield f"http://127.0.0.1:{port}"
        tasks.cancel_scope.cancel()


async def test_where_only_the_connection_ends_a_stream_its_own_end_is_needed(
    engine: Callable[..., OpenAI],
) -> None:
    async with raw("connection: close\r\n", 'data: {"text": "half"}\n\n', stay=False) as url:
        with pytest.raises(TranscriberError, match="broke off"):
            await engine(base_url=url).transcribe(SPOKEN)


async def test_a_server_that_does_not_close_its_stream_keeps_nobody_waiting(
    engine: Callable[..., OpenAI],
) -> None:
    body = 'data: {"type": "transcript.text.done", "text": "words"}\n\n'
    async with raw("transfer-encoding: chunked\r\n", f"{len(body):x}\r\n{body}\r\n", stay=True) as url:
        transcript = await engine(base_url=url, timeout=60).transcribe(SPOKEN)
    assert (transcript.text, transcript.seconds < 20) == ("words", True)


SEGMENTS = [
    {"start": 0.0, "end": 1.0, "avg_logprob": -0.1, "no_speech_prob": 0.7},
    {"start": 1.0, "end": 4.0, "avg_logprob": -0.5, "no_speech_prob": 0.2},
]


@pytest.mark.parametrize(("answer", "evidence"), [
    (Answer(body={"text": "words"}), Evidence()),
    (Answer(body={"text": "words", "segments": SEGMENTS}), Evidence(no_speech=0.2, logprob=-0.4)),
    (Answer(body={"text": "words", "segments": [{"avg_logprob": None}], "logprobs": {"tokens": []}}), Evidence()),
    (Answer(body={"text": "words", "logprobs": [{"logprob": -0.2}, {"logprob": -0.4}, {"token": "x"}, 7]}), Evidence(logprob=-0.3)),
    (stream(done("words", logprobs=[{"logprob": -0.2}, {"logprob": -0.4}])), Evidence(logprob=-0.3)),
    (stream({**delta("words"), "logprobs": [{"logprob": -0.2}, {"logprob": -0.4}]}, done("words")), Evidence(logprob=-0.3)),
])  # fmt: skip
async def test_how_sure_the_model_was_is_kept(
    engine: Callable[..., OpenAI], service: Service, answer: Answer, evidence: Evidence
) -> None:
    service.answers(answer)
    found = (await engine().transcribe(SPOKEN)).evidence
    assert (found.no_speech, found.logprob) == (evidence.no_speech, pytest.approx(evidence.logprob))


@pytest.mark.parametrize(("body", "usage"), [
    ({}, Usage(cost=0.001)),
    ({"usage": {"type": "duration", "seconds": 3}}, Usage(seconds=3, cost=0.001)),
    ({"usage": {"type": "tokens", "input_tokens": 14, "output_tokens": 45, "total_tokens": 59}}, Usage(tokens_in=14, tokens_out=45, cost=0.001)),
    ({"usage": {"prompt_tokens": 14, "completion_tokens": 45}}, Usage(tokens_in=14, tokens_out=45, cost=0.001)),
    ({"usage": {"cost": 0.5}}, Usage(cost=0.5)),
    ({"usage": "a lot", "duration": "3.2"}, Usage(cost=0.001)),
    ({"usage": {"seconds": -1, "input_tokens": True}, "duration": 3.2}, Usage(seconds=3.2, cost=0.001)),
])  # fmt: skip
async def test_what_an_answer_is_charged_for_is_kept(
    engine: Callable[..., OpenAI], service: Service, body: dict[str, Any], usage: Usage
) -> None:
    service.answers(Answer(body={"text": "words", **body}))
    assert (await engine(price_per_minute=0.06).transcribe(SPOKEN)).usage == usage


async def test_the_servers_own_name_for_the_answer_is_kept(
    engine: Callable[..., OpenAI], service: Service
) -> None:
    service.answers(Answer(body={"text": "words"}, headers={"x-request-id": "req_1"}))
    assert (await engine().transcribe(SPOKEN)).generation == "req_1"


@pytest.mark.parametrize("answer", [
    Answer(body={"text": "words"}),
    stream(delta("words"), done("words"), "[DONE]"),
    stream(chunk("words", "stop"), "[DONE]"),
])  # fmt: skip
async def test_what_follows_a_warm_start_opens_no_connection(
    engine: Callable[..., OpenAI], service: Service, answer: Answer
) -> None:
    service.answers(Answer(body={"object": "list", "data": []}), answer)
    started = engine()
    await started.warm()
    for _ in range(3):
        await started.transcribe(SPOKEN)
    assert (service.connections, len(service.requests)) == (1, 4)


@pytest.mark.parametrize("status", [404, 405])
async def test_a_server_that_has_no_list_of_models_is_there_all_the_same(
    engine: Callable[..., OpenAI], service: Service, status: int
) -> None:
    service.answers(Answer(status=status, body={"detail": "Not Found"}))
    await engine().warm()
    assert [received.path for received in service.requests] == ["/v1/models"]


async def test_a_server_that_answered_just_now_is_not_asked_again(
    engine: Callable[..., OpenAI], service: Service
) -> None:
    service.answers(Answer(body={"text": "words"}))
    started = engine()
    await started.transcribe(SPOKEN)
    await started.warm()
    await started.warm()
    assert [received.method for received in service.requests] == ["POST"]


async def test_a_wrong_key_is_told_at_the_start(engine: Callable[..., OpenAI], service: Service) -> None:
    service.answers(
        Answer(status=401, body={"error": {"message": "Incorrect API key", "code": "invalid_api_key"}})
    )
    with pytest.raises(TranscriberError) as caught:
        await engine("sk-wrong").warm()
    assert (caught.value.lasting, "sk-wrong" in str(caught.value)) == (True, False)


@pytest.mark.parametrize("base_url", ["https://api.openai.com/v1", "https://API.openai.com/v1/"])
async def test_openai_itself_is_not_asked_without_a_key(engine: Callable[..., OpenAI], base_url: str) -> None:
    with pytest.raises(TranscriberError, match="OPENAI_API_KEY") as caught:
        await engine(base_url=base_url).warm()
    assert caught.value.lasting


async def test_the_models_are_listed_by_name(engine: Callable[..., OpenAI], service: Service) -> None:
    known = [{"id": "whisper-1"}, {"id": "base", "task": "automatic-speech-recognition"}, {"name": "?"}, 7]
    service.answers(Answer(body={"object": "list", "data": known}))
    listed = await engine().models()
    assert listed == [Model("base", note="automatic-speech-recognition"), Model("whisper-1")]


@pytest.mark.parametrize(("answer", "words"), [
    (Answer(status=404, body={"detail": "Not Found"}), "no list of models"),
    (Answer(body={"models": []}), "no list of models"),
    (Answer(body=[]), "no list of models"),
])  # fmt: skip
async def test_a_server_without_a_list_of_models_says_so(
    engine: Callable[..., OpenAI], service: Service, answer: Answer, words: str
) -> None:
    service.answers(answer)
    with pytest.raises(TranscriberError, match=words):
        await engine().models()
