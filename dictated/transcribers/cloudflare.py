"""Cloudflare: partners' models through AI Gateway, and its own ("@cf/…") on Workers AI."""

from __future__ import annotations

import base64
import logging
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dictated.errors import TranscriberError
from dictated.secret import missing
from dictated.transcribers import cloudflare_refusals, language
from dictated.transcribers.cloudflare_refusals import TokenError
from dictated.transcribers.prompt import compose
from dictated.transcribers.verbose import evidence
from dictated.types import NO_HINTS, Model, Transcript, Usage
from dictated.wire import faults, upload
from dictated.wire.admission import Admission
from dictated.wire.remote import Remote
from dictated.wording import tidy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dictated.secret import Secret
    from dictated.sttconfig import CloudflareEngine
    from dictated.types import Hints, Utterance
    from dictated.wire.link import Link
    from dictated.wire.remote import Reply
    from dictated.wire.upload import Upload

log = logging.getLogger(__name__)

NAME = "cloudflare"

OWN = "@cf/"
"""What the names of Cloudflare's own models begin with; they have a path each."""

IN_JSON = "@cf/openai/whisper-large-v3-turbo"
"""The one of them that takes its sound in JSON; the others take the bytes of the file as they are."""

LONGEST_GENERATION = 200
"""Characters that are kept of the service's own name for an answer; it has about 30."""

TASK = "Automatic Speech Recognition"
"""What the catalogue calls models that turn speech into text."""

PAGE = 100
"""Models asked for at once."""

MOST_PAGES = 10
"""Pages read at most; in 2026 all of them stand on one."""

DEEPEST = 4
"""Objects named `result` within one another that are looked through for the text; two have been seen."""


class Cloudflare:
    """An engine: one account, one model, one token. Keys and error codes as in Cloudflare's v4 interface."""

    name = NAME

    def __init__(self, settings: CloudflareEngine, link: Link, find_key: Callable[[], Secret | None]) -> None:
        """`find_key` may block; None from it is an error, for Cloudflare answers nobody without a token."""

        def key() -> Secret:
            found = find_key()
            if found is None:
                raise TranscriberError(missing(NAME, settings), lasting=True)
            return found

        self._settings = settings
        self._remote = Remote(NAME, settings, link, key, refine=cloudflare_refusals.refine)
        self._door = Admission(NAME, self._unlock, self._enter)

    async def warm(self) -> None:
        """Read the token and have it let in; the connection stays open for what follows.

        The catalogue is asked because it needs what transcribing needs: this account, and a token with the
        permission "Workers AI Read" (cloudflare-docs, pull request 32574).

        Raises:
            TranscriberError: there is no key or account, they are wrong (lasting), or nobody answers.
        """
        await self._door.warm()

    async def transcribe(self, utterance: Utterance, hints: Hints = NO_HINTS) -> Transcript:
        """Return the text of the utterance; one attempt, with the time from call to answer.

        Raises:
            TranscriberError: there is no text.
        """
        began = time.monotonic()
        await self._door.be_unlocked()
        sound = await upload.encode(utterance.pcm, self._settings.format)
        reply = await self._ask(sound, compose(hints))
        result = self._result(reply)
        self._door.good()
        return Transcript(
            utterance,
            tidy(result["text"]),
            NAME,
            time.monotonic() - began,
            usage=Usage(utterance.seconds, cost=self._settings.price_per_minute * utterance.seconds / 60),
            evidence=evidence(result.get("segments")),
            generation=_generation(reply.headers),
        )

    async def models(self) -> Sequence[Model]:
        """Return Cloudflare's own models by name; those of partners are in no list that it offers.

        Raises:
            TranscriberError: they cannot be listed.
        """
        await self._door.unlock()
        found: dict[str, Model] = {}
        for page in range(1, MOST_PAGES + 1):
            entries = await self._catalogue(page, PAGE)
            found |= {model.name: model for model in _models(entries)}
            if len(entries) < PAGE:
                break
        return [found[name] for name in sorted(found)]

    async def close(self) -> None:
        """Close the connections."""
        await self._remote.close()

    async def _unlock(self) -> None:
        if not self._settings.account_id:
            raise TranscriberError(
                f"{NAME}: stt.cloudflare.account_id is not set; the dashboard shows it", lasting=True
            )
        await self._remote.unlock()

    async def _ask(self, sound: Upload, prompt: str) -> Reply:
        """Send the sound the way the model takes it."""
        model = self._settings.model
        if not model.startswith(OWN):
            body: dict[str, Any] = {"model": model, "input": self._input(sound, prompt)}
            return await self._run("ai/run", json=body)
        path = f"ai/run/{quote(model, safe='@/')}"
        if model == IN_JSON:
            body = {"audio": sound.content, **self._language()}  # `Remote` writes bytes as base64
            body |= {"initial_prompt": prompt} if prompt else {}
            return await self._run(path, json=body)
        return await self._run(path, content=sound.content, headers={"Content-Type": sound.media_type})

    async def _run(self, path: str, *, headers: dict[str, str] | None = None, **what: Any) -> Reply:
        gateway = {"cf-aig-gateway-id": self._settings.gateway} if self._settings.gateway else {}
        return await self._remote.post(self._account(path), headers={**gateway, **(headers or {})}, **what)

    def _input(self, sound: Upload, prompt: str) -> dict[str, Any]:
        """What partners' models take: the sound as a data URI; what is not set is left out."""
        file = base64.b64encode(sound.content).decode()
        fields = {"file": f"data:{sound.media_type};base64,{file}", **self._language()}
        temperature = self._settings.temperature
        return (
            fields
            | ({"prompt": prompt} if prompt else {})
            | ({} if temperature is None else {"temperature": temperature})
        )

    def _language(self) -> dict[str, str]:
        code = language.code(self._settings.language)
        return {"language": code} if code else {}

    def _account(self, path: str) -> str:
        return f"accounts/{quote(self._settings.account_id, safe='')}/{path}"

    def _result(self, reply: Reply) -> dict[str, Any]:
        """Return what holds the text: the answer, or a result within it.

        `ai/run` has been documented with the envelope of AI Gateway ("state"), with that of the v4 interface
        ("success"), and with the one within the other; each of them may say that it failed.
        """
        layer = reply.document
        for _ in range(DEEPEST):
            if not isinstance(layer, dict):
                break
            if _failed(layer):
                raise self._remote.refusal(reply.status, layer, reply.headers)
            if isinstance(layer.get("text"), str):
                return layer
            layer = layer.get("result")
        raise faults.nonsense(NAME, "with no JSON" if reply.document is None else "without a text")

    async def _catalogue(self, page: int, size: int) -> list[Any]:
        """Read a page of the models for speech; fewer than `size` are the last."""
        params = {"task": TASK, "page": page, "per_page": size}
        entries = await self._look(self._account("ai/models/search"), params)
        if not isinstance(entries, list):
            raise faults.nonsense(NAME, "with no list of models")
        return entries

    async def _look(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Return the result that stands there, None for an answer of another shape."""
        reply = await self._remote.get(path, params=params)
        document = reply.document
        if not isinstance(document, dict):
            return None
        if _failed(document):
            raise self._remote.refusal(reply.status, document, reply.headers)
        return document.get("result")

    async def _enter(self) -> None:
        try:
            await self._catalogue(page=1, size=1)
        except TokenError as refused:
            await self._verify(refused)

    async def _verify(self, refused: TokenError) -> None:
        """Find out whether a token that was refused is wrong, or good and not allowed this one thing.

        A token of the account is known on one path, a token of a user on the other; neither path asks for a
        permission. One that may transcribe must not be kept from it because it may not list models: only a
        token that both call wrong is wrong.
        """
        paths = (self._account("tokens/verify"), "user/tokens/verify")
        if not any([await self._may_stand(path) for path in paths]):
            raise cloudflare_refusals.wrong_token(self._settings) from refused
        log.warning("%s", refused)

    async def _may_stand(self, path: str) -> bool:
        """Whether the token may be good for all that is said on this path.

        Raises:
            TranscriberError: it has ended (lasting), or nobody answers.
        """
        try:
            result = await self._look(path)
        except TokenError as error:
            return not error.unknown
        except TranscriberError as error:
            if error.retryable:
                raise
            return True
        if isinstance(result, dict) and result.get("status") in {"disabled", "expired"}:
            raise cloudflare_refusals.ended_token(self._settings, result["status"])
        return True


def _generation(headers: Mapping[str, str]) -> str:
    """The answer's name in AI Gateway's log, else the one that Cloudflare's support asks for."""
    return tidy(headers.get("cf-aig-log-id") or headers.get("cf-ray", ""))[:LONGEST_GENERATION]


def _failed(layer: Mapping[str, Any]) -> bool:
    """Whether an envelope says that it holds an error."""
    return bool(
        layer.get("success") is False
        or layer.get("state") == "Failed"
        or layer.get("errors")
        or layer.get("error")
    )


def _models(entries: Sequence[Any]) -> Iterator[Model]:
    for entry in entries:
        if isinstance(entry, dict) and isinstance(entry.get("name"), str):
            note = entry.get("description")
            yield Model(tidy(entry["name"]), _price(entry), tidy(note) if isinstance(note, str) else "")


def _price(entry: Mapping[str, Any]) -> str:
    """Write the prices that stand among the properties: "0.00051 USD per audio minute"."""
    properties = entry.get("properties")
    for one in properties if isinstance(properties, list) else []:
        if isinstance(one, dict) and one.get("property_id") == "price" and isinstance(one.get("value"), list):
            prices = [price for price in one["value"] if isinstance(price, dict)]
            return ", ".join(
                tidy(f"{price.get('price')} {price.get('currency', 'USD')} {price.get('unit', '')}")
                for price in prices
            )
    return ""
