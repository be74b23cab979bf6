"""One service as its engine sees it: requests with the key, answers read whole, faults in one sentence."""

from __future__ import annotations

import math
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
import httpx
import msgspec
from anyio import to_thread

from dictated.wire import faults
from dictated.wire.link import FAILURES, LARGEST_ANSWER, OverlongError
from dictated.wire.redaction import Redaction, told

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from dictated.errors import TranscriberError
    from dictated.secret import Secret
    from dictated.sttconfig import Service
    from dictated.wire.link import Link

__all__ = ["LARGEST_ANSWER", "Remote", "Reply"]

T = TypeVar("T")

REASON_S = 2.0
"""Seconds the body of a refusal may take; its status says enough without it."""

REMEMBERED = 32
"""Requests whose texts are looked for in a refusal: more than are ever under way to one service."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with a good status, read whole. `document` is its JSON, or None where it is no JSON."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    text: str = field(repr=False)
    document: Any = field(repr=False)


class Remote:
    """A service: its name, its settings, its key, over the link that all services share."""

    def __init__(
        self,
        name: str,
        settings: Service,
        link: Link,
        find_key: Callable[[], Secret | None],
        *,
        refine: Callable[[faults.Rejection], TranscriberError | None] = lambda _: None,
    ) -> None:
        """`find_key` may block. `refine` gives the error where a service means something of its own."""
        self.name = name
        self.settings = settings
        self._link = link
        self._find_key = find_key
        self._refine = refine
        self._key: Secret | None = None
        self._sent: deque[Redaction] = deque(maxlen=REMEMBERED)

    async def unlock(self, within_s: float = math.inf) -> None:
        """Read the key; every request after this carries it.

        What still looks for it after `within_s` seconds is left alone, and what it finds is not taken.

        Raises:
            TranscriberError: the key cannot be read (lasting), or not in time.
        """
        bounded = math.isfinite(within_s)
        try:
            with anyio.fail_after(within_s):
                self._key = await to_thread.run_sync(self._find_key, abandon_on_cancel=bounded)
        except TimeoutError:
            raise faults.no_key_yet(self.name, within_s) from None

    async def get(self, path: str, **what: Any) -> Reply:
        """Ask for something below `base_url`; `what` as in `Link.request`.

        Raises:
            TranscriberError: there is no answer, or it is a refusal.
        """
        return await self.ask("GET", path, **what)

    async def post(self, path: str, **what: Any) -> Reply:
        """Send something below `base_url`; `what` as in `Link.request`.

        Raises:
            TranscriberError: there is no answer, or it is a refusal.
        """
        return await self.ask("POST", path, **what)

    async def ask(self, method: str, path: str, **what: Any) -> Reply:
        """Send a request and read its answer whole, both within `settings.timeout`.

        Raises:
            TranscriberError: there is no answer, or it is a refusal.
        """
        return await self.ask_reading(method, path, _whole, **what)

    async def ask_reading(
        self, method: str, path: str, read: Callable[[httpx.Response], Awaitable[T]], **what: Any
    ) -> T:
        """Send a request and return what `read` makes of its answer, all within `settings.timeout`.

        `read` gets the response with its body still to be read, by `aread()`, `aiter_bytes()` or
        `aiter_lines()`; the status is good, the body is not compressed, and ends after `LARGEST_ANSWER`
        bytes with an error that is told here. So it is for answers that come piece by piece:

            async def words(response: httpx.Response) -> str:
                async for line in response.aiter_lines(): …

            text = await remote.ask_reading("POST", "audio/transcriptions", words, data=…, files=…)

        Raises:
            TranscriberError: there is no answer, it is a refusal, ends early, or `read` raises one.
        """
        self._sent.append(Redaction(told=told(what)))
        try:
            with anyio.fail_after(self.settings.timeout):
                return await self._exchange(method, path, read, what)
        # what is caught here is not kept as the cause: httpx quotes headers in it
        except TimeoutError:
            raise faults.too_slow(self.name, self.settings.timeout) from None
        except OverlongError:
            raise faults.nonsense(self.name, f"more than {LARGEST_ANSWER >> 20} MiB") from None
        except FAILURES as error:
            raise faults.unreachable(self.name, error, self._host()) from None

    def refusal(
        self, status: int, body: bytes | str | dict[str, Any], headers: Mapping[str, str] | None = None
    ) -> TranscriberError:
        """Say what a refusal means; also for an error that came inside a 200."""
        key = self._key.reveal() if self._key else ""
        hide = Redaction(key, tuple({text for sent in self._sent for text in sent.told}))
        rejection = faults.read(status, body, headers or {}, hide)
        return self._refine(rejection) or faults.explain(self.name, rejection)

    async def close(self) -> None:
        """Close the link, for all services."""
        await self._link.close()

    async def _exchange(
        self,
        method: str,
        path: str,
        read: Callable[[httpx.Response], Awaitable[T]],
        what: Mapping[str, Any],
    ) -> T:
        url = f"{self.settings.base_url.rstrip('/')}/{path.lstrip('/')}"
        kind = {"Content-Type": "application/json"} if "json" in what else {}
        headers = {**kind, **self._headers(), **what.get("headers", {})}
        await self._link.open()
        request = self._link.request(method, url, **{**_encoded(what), "headers": headers})
        response = await self._link.send(request)
        try:
            plain = response.headers.get("content-encoding", "identity").lower() == "identity"
            if not response.is_success:
                reason = await _reason(response) if plain else b""
                raise self.refusal(response.status_code, reason, response.headers)
            if not plain:
                raise faults.nonsense(self.name, "in a compressed form that was not asked for")
            return await read(response)
        finally:
            await response.aclose()

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._key.reveal()}"} if self._key else {}

    def _host(self) -> str:
        try:
            return httpx.URL(self.settings.base_url).netloc.decode(errors="replace")
        except httpx.InvalidURL:
            return ""


def _encoded(what: Mapping[str, Any]) -> Mapping[str, Any]:
    """Write `json` as bytes, and bytes in it as base64: several times as fast as httpx would."""
    if "json" not in what:
        return what
    return {
        **{name: part for name, part in what.items() if name != "json"},
        "content": msgspec.json.encode(what["json"]),
    }


async def _whole(response: httpx.Response) -> Reply:
    text = (await response.aread()).decode(errors="replace")
    return Reply(response.status_code, response.headers, text, _document(text))


async def _reason(response: httpx.Response) -> bytes:
    """As much of a refusal's body as comes in time."""
    body = bytearray()
    with anyio.move_on_after(REASON_S), suppress(*FAILURES, OverlongError):
        async for piece in response.aiter_raw():
            body += piece
    return bytes(body)


def _document(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
