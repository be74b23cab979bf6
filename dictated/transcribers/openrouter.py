"""Transcribes through OpenRouter: JSON with the sound in it, to any model of any provider there.

The interface is OpenRouter's "Create transcription" (openrouter.ai/docs, API reference), as its official SDK
1.3.84 declares it.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from dictated import secret
from dictated.errors import TranscriberError
from dictated.transcribers import language, openrouter_models, openrouter_refusals
from dictated.transcribers.openrouter_refusals import FormatError
from dictated.transcribers.prompt import compose
from dictated.transcribers.verbose import evidence
from dictated.types import NO_HINTS, Transcript, Usage
from dictated.wire import faults
from dictated.wire.admission import Admission
from dictated.wire.amount import amount
from dictated.wire.remote import Remote
from dictated.wire.upload import encode
from dictated.wording import tidy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dictated.secret import Secret
    from dictated.sttconfig import OpenRouterEngine
    from dictated.types import Hints, Model, Utterance
    from dictated.wire.link import Link
    from dictated.wire.remote import Reply
    from dictated.wire.upload import Format, Upload

log = logging.getLogger(__name__)

LONGEST_GENERATION = 200
"""Characters that are kept of the service's own name for an answer; it has about 30."""


class OpenRouter:
    """An engine; each `transcribe` is one request."""

    name = "openrouter"

    def __init__(self, settings: OpenRouterEngine, link: Link, find_key: Callable[[], Secret | None]) -> None:
        self._settings = settings
        self._find_key = find_key
        self._remote = Remote(self.name, settings, link, self._look, refine=openrouter_refusals.refine)
        self._format: Format = settings.format
        self._keyed = False
        self._door = Admission(self.name, self._unlock, self._enter)

    async def warm(self) -> None:
        """Read the key and ask the service whether it is good; the connection stays open for what follows.

        Raises:
            TranscriberError: there is no key, it is wrong, or the service cannot be reached.
        """
        await self._door.warm()

    async def transcribe(self, utterance: Utterance, hints: Hints = NO_HINTS) -> Transcript:
        """Return the text, what it cost and how sure the model was, where the service says so.

        Raises:
            TranscriberError: there is no text. After a provider refused the sound's format, wav is sent.
        """
        started = time.perf_counter()
        await self._door.be_unlocked()
        upload = await encode(utterance.pcm, self._format)
        try:
            reply = await self._ask(upload, hints)
        except FormatError as error:
            raise self._without(upload.format, error) from error
        self._door.good()
        return Transcript(
            utterance,
            tidy(reply.document["text"]),
            self.name,
            time.perf_counter() - started,
            usage=_usage(reply.document.get("usage"), utterance.seconds, self._settings.price_per_minute),
            evidence=evidence(reply.document.get("segments")),
            generation=tidy(reply.headers.get("x-generation-id", ""))[:LONGEST_GENERATION],
        )

    async def models(self) -> Sequence[Model]:
        """Return the models that transcribe, by name, with their prices as the service tells them.

        Raises:
            TranscriberError: they cannot be listed.
        """
        await self._remote.unlock()  # anybody may see the list: no key is no fault
        return await openrouter_models.fetch(self._remote)

    async def close(self) -> None:
        """Close the connections."""
        await self._remote.close()

    def _look(self) -> Secret | None:
        key = self._find_key()
        self._keyed = key is not None
        return key

    async def _unlock(self) -> None:
        await self._remote.unlock()
        if not self._keyed:
            raise TranscriberError(secret.missing(self.name, self._settings), lasting=True)

    async def _enter(self) -> None:
        await self._remote.get("key")

    async def _ask(self, upload: Upload, hints: Hints) -> Reply:
        """Send the sound; the reply's document is an object with a text."""
        reply = await self._remote.post(
            "audio/transcriptions",
            json=body(self._settings, upload, hints),
            headers=_signature(self._settings),
        )
        document = reply.document
        if not isinstance(document, dict):
            raise faults.nonsense(self.name, "no JSON" if document is None else "JSON of another shape")
        if error := document.get("error"):
            raise self._remote.refusal(openrouter_refusals.status(error), document, reply.headers)
        if not isinstance(document.get("text"), str):
            raise faults.nonsense(self.name, "JSON without a text")
        return reply

    def _without(self, refused: Format, error: FormatError) -> TranscriberError:
        """Send wav from now on, which every provider takes; the same sound may succeed so."""
        if refused == "wav":
            return error
        if self._format != "wav":
            self._format = "wav"
            log.warning('%s; sending wav from now on: set stt.openrouter.format = "wav"', error)
        return TranscriberError(f"{error}; wav is sent from now on", retryable=True)


def body(settings: OpenRouterEngine, upload: Upload, hints: Hints) -> dict[str, Any]:
    """Return the request as OpenRouter declares it (STTRequest), without what the user did not set.

    The sound in it is bytes, which msgspec writes as base64.
    """
    optional = {
        "language": language.code(settings.language),
        "temperature": settings.temperature,
        "response_format": settings.response_format,
        "keyterms": [word for word in hints.vocabulary if word.strip()] if settings.keyterms else [],
        "provider": _provider(settings, hints),
    }
    return {
        "model": settings.model,
        "input_audio": {"data": upload.content, "format": upload.format},
        **{name: value for name, value in optional.items() if value not in (None, "", [], {})},
    }


def _provider(settings: OpenRouterEngine, hints: Hints) -> dict[str, Any]:
    """Who may serve, and what is passed through to each; a prompt the user wrote for one goes as it is."""
    options = {slug: dict(options) for slug, options in settings.provider.items()}
    prompt = compose(hints, vocabulary=not settings.keyterms)
    for slug in settings.prompt_providers or _author(settings.model):
        if prompt:
            options.setdefault(slug, {}).setdefault("prompt", prompt)
    wanted = {"options": options, "zdr": settings.zdr, "data_collection": settings.data_collection}
    return {name: value for name, value in wanted.items() if value}


def _author(model: str) -> tuple[str, ...]:
    """Who made it, and as a rule serves it: "openai" of "openai/whisper-1"."""
    author, slash, _ = model.partition("/")
    return (author.lstrip("~"),) if slash else ()  # "~" marks the name of whatever is latest


def _signature(settings: OpenRouterEngine) -> dict[str, str]:
    said = {"HTTP-Referer": tidy(settings.referer), "X-OpenRouter-Title": tidy(settings.title)}
    return {name: value for name, value in said.items() if value}


def _usage(usage: Any, spoken_s: float, price_per_minute: float) -> Usage:
    """Read what was charged: seconds or tokens, as the model is priced; any of it may be missing."""
    told = usage if isinstance(usage, dict) else {}
    tokens_out = int(amount(told.get("output_tokens")) or 0)
    total = int(amount(told.get("total_tokens")) or 0)
    tokens_in = amount(told.get("input_tokens"))
    cost = amount(told.get("cost"))
    return Usage(
        seconds=amount(told.get("seconds")) or 0.0,
        tokens_in=max(total - tokens_out, 0) if tokens_in is None else int(tokens_in),
        tokens_out=tokens_out,
        cost=spoken_s / 60 * price_per_minute if cost is None else cost,
    )
