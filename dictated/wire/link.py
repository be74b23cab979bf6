"""The one HTTP client that every service is reached through: connections are opened once and kept."""

from __future__ import annotations

import asyncio
import os
import socket
from collections import defaultdict
from importlib import metadata
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies

import anyio
import h2.connection
import h2.exceptions
import httpx
from anyio import to_thread

from dictated.errors import TranscriberError

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Mapping

    import httpcore

KEEP_ALIVE_S = 120.0
"""Seconds an idle connection is kept; servers in front of the known services keep theirs for 60 to 400."""

CONNECTIONS = 64
"""Connections at most, to all services together."""

CONNECT_S = 5.0
"""Seconds for name, TCP and TLS of a new connection."""

UNHEARD_S = 30.0
"""Seconds sent bytes may stay unacknowledged (TCP_USER_TIMEOUT, tcp(7)): a dead network is noticed.

No less than a request may take: a busy server that does not read for a while looks the same.
"""

WRITE_S = 1.0
"""Seconds a request that is given up may go on writing what it has begun to write."""

RESENDS = 2
"""Times a request is sent again because the connection it shared or found kept was closed."""

LARGEST_ANSWER = 4 << 20
"""Bytes of an answer that are read; two minutes of speech with words and times are a tenth of it."""

AGENT = f"dictated/{metadata.version('dictated')}"

FAILURES = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    h2.exceptions.H2Error,  # httpx 0.28 lets these three through while it reads a body
    OSError,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    anyio.EndOfStream,
    UnicodeError,  # text that no header, address or JSON can carry
)
"""Everything that sending a request and reading its answer raises where the world is at fault."""

_STALE = (httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.RemoteProtocolError)


class OverlongError(Exception):
    """An answer has more than `LARGEST_ANSWER` bytes."""


class Link:
    """An `httpx.AsyncClient` that is made when it is first needed; HTTP/2 where it is offered.

    Certificates are trusted as the system and certifi trust them; where SSL_CERT_FILE or SSL_CERT_DIR is set,
    only those there. Proxies are those of the environment (HTTPS_PROXY, NO_PROXY).
    """

    def __init__(self, unheard_s: float = UNHEARD_S) -> None:
        """`unheard_s` are the seconds after which a connection on which nothing gets through is given up."""
        self._unheard_s = unheard_s
        self._client: httpx.AsyncClient | None = None
        self._making = anyio.Lock()
        self._gates: defaultdict[str, anyio.Lock] = defaultdict(lambda: anyio.Lock(fast_acquire=True))

    async def open(self) -> None:
        """Make the client, in a thread (reading the certificates takes tens of ms); once.

        Raises:
            TranscriberError: the certificates or the proxy of the environment cannot be used (lasting).
        """
        async with self._making:
            if self._client is None:
                self._client = await to_thread.run_sync(_client, self._unheard_s)

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, **what: Any
    ) -> httpx.Request:
        """Build a request (`headers`, `params`, `json`, `content`, `data`, `files` as in httpx).

        Raises:
            httpx.InvalidURL, UnicodeError: it cannot be written.
        """
        # compressed answers are not asked for: they are small, and no bomb can be hidden in them
        known = {"User-Agent": AGENT, "Accept-Encoding": "identity", "Accept": "*/*"}
        written = [(name.encode(), value.encode()) for name, value in {**known, **(headers or {})}.items()]
        return httpx.Request(method, url, headers=written, **what)

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Send it and return the response with its body still to be read; redirects are not followed.

        The body raises `OverlongError` where it passes `LARGEST_ANSWER`. A request that went over a kept
        connection which turned out to be closed is sent again.

        Raises:
            one of `FAILURES`: no response came.
        """
        gate = self._gates[f"{request.url.scheme}://{request.url.netloc.decode()}"]
        for resend in reversed(range(RESENDS + 1)):
            opening = _Opening(gate)
            request.extensions = {**request.extensions, "trace": opening.follow}
            try:
                await opening.enter()
                response = await self._send(request)
            except _STALE:
                if (opening.begun and not opening.shared) or not resend:
                    raise
            else:
                response.stream = _Bounded(response.stream)
                return response
            finally:
                await opening.drop()
        raise AssertionError("the last try returns or raises")

    async def close(self) -> None:
        """Close all connections; the link may be used again afterwards. Twice is as good as once."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _send(self, request: httpx.Request) -> httpx.Response:
        await self.open()
        if self._client is None:
            raise anyio.ClosedResourceError
        return await self._client.send(request, stream=True)


class _Bounded(httpx.AsyncByteStream):
    """The bytes of an answer, up to `LARGEST_ANSWER`."""

    def __init__(self, stream: httpx.AsyncByteStream | httpx.SyncByteStream) -> None:
        self._stream: Any = stream  # an AsyncClient's answers are asynchronous

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._stream:
            size += len(piece)
            if size > LARGEST_ANSWER:
                raise OverlongError
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Opening:
    """Follows a request (httpcore's "trace") to see whether it opens a connection of its own.

    Until its headers are sent it holds the gate of its host: where httpcore 1.0 has several requests wait for
    one new connection, and one of them is given up, it loses sight of that connection and never closes it.
    """

    def __init__(self, gate: anyio.Lock) -> None:
        self._gate = gate
        self._inside = False
        self.begun = False
        self.shared = False  # over HTTP/2 others may have broken it: a request given up in mid-upload does
        self._half: httpcore.AsyncNetworkStream | None = None  # TCP is there, TLS is not yet

    async def enter(self) -> None:
        """Wait until no other request to this host may be opening a connection."""
        await self._gate.acquire()
        self._inside = True

    async def follow(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith("connect_tcp.started"):
            self.begun = True
        elif event.endswith("connect_tcp.complete"):
            self._half = info["return_value"]
        elif event.endswith((".start_tls.complete", ".send_request_headers.started")):
            self._half = None
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            _write_whole(info["return_value"])
        if event.endswith(".send_request_headers.started"):
            self._leave()
        self.shared = self.shared or event == "http2.send_request_headers.complete"

    async def drop(self) -> None:
        """Close what is left where the request was given up in between: httpcore 1.0 leaves it open."""
        self._leave()
        if self._half is not None:
            with anyio.CancelScope(shield=True):
                await self._half.aclose()

    def _leave(self) -> None:
        if self._inside:
            self._inside = False
            self._gate.release()


def _write_whole(stream: httpcore.AsyncNetworkStream) -> None:
    """Let no request that is given up stop in the middle of a write, or have no other go on from there.

    Over HTTP/2 others share the connection: half a TLS record or frame, and nobody is understood any more.
    """
    write = stream.write

    async def whole(buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 (httpcore's)
        written = False
        with anyio.CancelScope(shield=True) as scope:
            patience = asyncio.get_running_loop().call_later(WRITE_S, _unshield, scope)
            try:
                await write(buffer, timeout)
                written = True
            finally:
                patience.cancel()
                if not written:
                    with anyio.CancelScope(shield=True):
                        await stream.aclose()

    stream.write = whole  # type: ignore[method-assign]


def _unshield(scope: anyio.CancelScope) -> None:
    scope.shield = False


def _client(unheard_s: float) -> httpx.AsyncClient:
    limits = httpx.Limits(
        max_connections=CONNECTIONS,
        max_keepalive_connections=CONNECTIONS,
        keepalive_expiry=KEEP_ALIVE_S,
    )
    context = _trust()
    direct = None  # a transport of our own turns the environment's proxies off
    if not getproxies():
        options = (
            (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
            (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(unheard_s * 1000)),
        )
        direct = httpx.AsyncHTTPTransport(verify=context, http2=True, limits=limits, socket_options=options)
    try:
        return httpx.AsyncClient(
            http2=True,
            verify=context,
            limits=limits,
            timeout=httpx.Timeout(None, connect=CONNECT_S),  # `Remote` bounds the whole
            follow_redirects=False,
            transport=direct,
        )
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        raise TranscriberError(
            "the proxy that HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names cannot be used; give one that begins "
            "with http://, or unset it",
            lasting=True,
        ) from error


def _trust() -> ssl.SSLContext:
    """Return what certificates are checked against."""
    named = [name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]
    try:
        context = httpx.create_ssl_context()  # SSL_CERT_FILE, else SSL_CERT_DIR, else certifi
        if not named:
            context.load_default_certs()  # a company's own authority stands in the system's store
    except OSError as error:  # ssl.SSLError is one
        raise TranscriberError(
            f"the certificates that {' and '.join(named) or 'the system'} names cannot be read; "
            "correct it, or unset it",
            lasting=True,
        ) from error
    return context
