"""Transcribes through OpenAI, or any server with its interface: Groq, whisper.cpp, speaches, vLLM, LocalAI.

The interface is OpenAI's "Create transcription", as its official SDK 3.54 declares it; what other servers do
otherwise stands where it is dealt with.
"""

from __future__ import annotations

import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import anyio
import msgspec

from dictated import secret
from dictated.errors import TranscriberError
from dictated.transcribers import language
from dictated.transcribers.deltas import Deltas
from dictated.transcribers.prompt import compose
from dictated.transcribers.verbose import evidence
from dictated.types import NO_HINTS, Evidence, Model, Transcript, Usage
from dictated.wire import faults
from dictated.wire.admission import Admission
from dictated.wire.amount import amount, number
from dictated.wire.events import Parser
from dictated.wire.link import FAILURES, OverlongError
from dictated.wire.remote import Remote
from dictated.wire.upload import encode
from dictated.wording import tidy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import httpx

    from dictated.secret import Secret
    from dictated.sttconfig import OpenAIEngine
    from dictated.types import Hints, Utterance
    from dictated.wire.faults import Rejection
    from dictated.wire.link import Link

NAME = "openai"

OWN_HOST = "api.openai.com"
"""The one server that answers nobody without a key; others may ask for one or not."""

LINGER_S = 0.25
"""Seconds the end of a stream is waited for after its last word, so that the connection can be used again."""

LONGEST_GENERATION = 200
"""Characters that are kept of the server's own name for an answer; OpenAI's has 36."""

EVENT_STREAM = "text/event-stream"

ABSENT = (404, 405)
"""What servers say that have no list of models: whisper.cpp, faster-whisper-server."""

_BLANK = re.compile(r"(\[ ?[A-Z]+(_[A-Z]+)+ ?\]\s*)+")
"""Whisper's models write "[BLANK_AUDIO]" of silence, and whisper.cpp passes it on (its issue 2420).

It is told by its form, a name in capitals with an underscore within brackets, which nobody speaks; there may
be one for each segment.
"""


class _AbsentError(TranscriberError):
    """What was asked for is not there."""


class OpenAI:
    """An engine; each `transcribe` is one request."""

    name = NAME

    def __init__(self, settings: OpenAIEngine, link: Link, find_key: Callable[[], Secret | None]) -> None:
        self._settings = settings
        self._find_key = find_key
        self._remote = Remote(NAME, settings, link, self._look, refine=_refine)
        self._door = Admission(NAME, self._remote.unlock, self._enter)

    async def warm(self) -> None:
        """Read the key and ask for the models; the connection stays open for what follows.

        Raises:
            TranscriberError: there is no key where one is needed, it is wrong, or nobody answers.
        """
        await self._door.warm()

    async def transcribe(self, utterance: Utterance, hints: Hints = NO_HINTS) -> Transcript:
        """Return the text, what it was charged for and how sure the model was, where the server says so.

        Raises:
            TranscriberError: there is no text.
        """
        started = time.perf_counter()
        await self._door.be_unlocked()
        sound = await encode(utterance.pcm, self._settings.format)
        document, generation = await self._remote.ask_reading(
            "POST",
            self._settings.path,
            self._read,
            data=fields(self._settings, hints),
            files={"file": (sound.filename, sound.content, sound.media_type)},
        )
        self._door.good()
        return Transcript(
            utterance,
            _said(document["text"]),
            NAME,
            time.perf_counter() - started,
            usage=_usage(document, utterance.seconds, self._settings.price_per_minute),
            evidence=_evidence(document),
            generation=tidy(generation)[:LONGEST_GENERATION],
        )

    async def models(self) -> Sequence[Model]:
        """Return the server's models by name; OpenAI lists those for other tasks among them.

        Raises:
            TranscriberError: they cannot be listed.
        """
        await self._door.unlock()
        try:
            reply = await self._remote.get("models")
        except _AbsentError as error:
            raise TranscriberError(
                f"{NAME}: the server at {self._settings.base_url} has no list of models; "
                "set stt.openai.model to what it was started with"
            ) from error
        entries = reply.document.get("data") if isinstance(reply.document, dict) else None
        if not isinstance(entries, list):
            raise faults.nonsense(NAME, "with no list of models")
        return sorted(_models(entries), key=lambda model: model.name)

    async def close(self) -> None:
        """Close the connections."""
        await self._remote.close()

    def _look(self) -> Secret | None:
        key = self._find_key()
        if key is None and urlsplit(self._settings.base_url).hostname == OWN_HOST:
            raise TranscriberError(secret.missing(NAME, self._settings), lasting=True)
        return key

    async def _enter(self) -> None:
        with suppress(_AbsentError):  # a server that has no such list: it is there
            await self._remote.get("models")

    async def _read(self, response: httpx.Response) -> tuple[dict[str, Any], str]:
        """Return the answer, of whichever form it is, as OpenAI's: a document with a text; and its name."""
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == EVENT_STREAM:
            document: Any = await _gather(response)
        else:
            text = (await response.aread()).decode(errors="replace")
            document = _document(text)
            if kind.startswith("text/") and self._settings.response_format == "text":
                document = _plain(text, document)
        if not isinstance(document, dict):
            raise faults.nonsense(NAME, "no JSON" if document is None else "JSON of another shape")
        if document.get("error"):
            raise self._remote.refusal(response.status_code, document, response.headers)
        if not isinstance(document.get("text"), str):
            raise faults.nonsense(NAME, "JSON without a text")
        return document, response.headers.get("x-request-id", "")


async def _gather(response: httpx.Response) -> dict[str, Any]:
    """Read a stream to its end, or to the server's word that this was all."""
    parser, deltas = Parser(), Deltas()
    pieces = response.aiter_bytes()
    try:
        async for piece in pieces:
            for event in parser.feed(piece):
                deltas.take(event.data)
            if deltas.ended:
                break
    except (ValueError, RecursionError):
        raise faults.nonsense(NAME, "a stream that is none of JSON") from None  # its text is in the cause
    with anyio.move_on_after(LINGER_S), suppress(*FAILURES, OverlongError):  # all words are here already
        async for _ in pieces:
            pass
    document = deltas.document(framed=_framed(response))
    if document is None:
        raise TranscriberError(f"{NAME}: the answer broke off; it may be better later", retryable=True)
    return document


def fields(settings: OpenAIEngine, hints: Hints) -> dict[str, str | list[str]]:
    """Return the form's fields beside the file as OpenAI declares them, without what the user did not set."""
    keywords = [word for word in map(tidy, hints.vocabulary) if word] if settings.keywords else []
    optional: dict[str, str | list[str]] = {
        "language": language.code(settings.language),
        "languages[]": [code for code in map(language.code, settings.languages) if code],
        "prompt": compose(hints, vocabulary=not settings.keywords),
        "keywords[]": keywords,
        "temperature": "" if settings.temperature is None else str(settings.temperature),
        "response_format": settings.response_format,
        "include[]": ["logprobs"] if settings.logprobs else [],
        "stream": "true" if settings.stream else "",
    }
    return {"model": settings.model, **{name: value for name, value in optional.items() if value}}


def _said(text: str) -> str:
    line = tidy(text)
    return "" if _BLANK.fullmatch(line) else line


def _document(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None


def _plain(text: str, document: Any) -> Any:
    """The text itself, also as text/html, which whisper.cpp calls it; a page or an error is neither."""
    if isinstance(document, dict) and "error" in document:
        return document
    return None if text.lstrip()[:1] == "<" else {"text": text}


def _framed(response: httpx.Response) -> bool:
    """Whether HTTP told where the body ends; else a connection that broke looks like one that was closed."""
    headers = response.headers
    return response.http_version == "HTTP/2" or "transfer-encoding" in headers or "content-length" in headers


def _evidence(document: dict[str, Any]) -> Evidence:
    """verbose_json tells of each segment, `include[]=logprobs` of each token."""
    found = evidence(document.get("segments"))
    tokens = document.get("logprobs")
    told = (
        [part.get("logprob") for part in tokens if isinstance(part, dict)] if isinstance(tokens, list) else []
    )
    sure = [value for value in map(number, told) if value is not None]
    if found.logprob is not None or not sure:
        return found
    return Evidence(found.no_speech, logprob=sum(sure) / len(sure))


def _usage(document: dict[str, Any], spoken_s: float, price_per_minute: float) -> Usage:
    """Read what was charged for, seconds or tokens; vLLM's streams name the tokens as a chat does."""
    usage = document.get("usage")
    told = usage if isinstance(usage, dict) else {}
    cost = amount(told.get("cost"))  # LiteLLM and other go-betweens
    return Usage(
        seconds=amount(told.get("seconds")) or amount(document.get("duration")) or 0.0,
        tokens_in=int(amount(told.get("input_tokens")) or amount(told.get("prompt_tokens")) or 0),
        tokens_out=int(amount(told.get("output_tokens")) or amount(told.get("completion_tokens")) or 0),
        cost=spoken_s / 60 * price_per_minute if cost is None else cost,
    )


def _models(entries: list[Any]) -> list[Model]:
    named = [entry for entry in entries if isinstance(entry, dict) and isinstance(entry.get("id"), str)]
    return [Model(tidy(entry["id"]), note=tidy(str(entry.get("task") or ""))) for entry in named]


def _refine(rejection: Rejection) -> TranscriberError | None:
    if rejection.status not in ABSENT:
        return None
    said = faults.explain(NAME, rejection)  # its last words are "check stt.openai.base_url"
    return _AbsentError(f"{said} and stt.{NAME}.path", retryable=said.retryable, lasting=said.lasting)
