from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

import anyio
import httpx
import pytest
import trustme
from fixtures.service import Answer, listen, open_service
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import StreamEnded
from hypercorn.asyncio import serve
from hypercorn.config import Config

from dictated.errors import TranscriberError
from dictated.wire.link import AGENT, LARGEST_ANSWER, RESENDS, UNHEARD_S, Link, OverlongError

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator
    from pathlib import Path
    from typing import Any

    from anyio.abc import ByteStream, TaskGroup
    from fixtures.service import Service

pytestmark = pytest.mark.usefixtures("plain_environment")


@pytest.fixture
async def link() -> AsyncIterator[Link]:
    link = Link()
    yield link
    await link.close()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(
    plain_environment: None,  # noqa: ARG001 - first
    authority: trustme.CA,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> trustme.LeafCert:
    """A certificate for this machine that SSL_CERT_FILE vouches for."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return authority.issue_cert("127.0.0.1")


async def get(link: Link, url: str, **what: Any) -> httpx.Response:
    response = await link.send(link.request("GET", url, **what))
    await response.aread()
    await response.aclose()
    return response


def server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    return context


async def test_a_second_request_goes_over_the_same_connection(service: Service, link: Link) -> None:
    for _ in range(3):
        await get(link, service.url)
    assert [request.connection for request in service.requests] == [1, 1, 1]


async def test_a_request_says_who_asks_and_wants_nothing_compressed(service: Service, link: Link) -> None:
    await get(link, service.url, headers={"X-Title": "Büro"})
    sent = service.requests[0].headers
    assert (sent["user-agent"], sent["accept-encoding"]) == (AGENT, "identity")
    assert sent["x-title"].encode("latin-1").decode() == "Büro"


async def test_a_redirect_is_not_followed(service: Service, link: Link) -> None:
    service.answers(Answer(status=307, headers={"Location": f"{service.url}/other"}))
    response = await get(link, service.url)
    assert (response.status_code, len(service.requests)) == (307, 1)


async def test_a_cookie_is_not_kept(service: Service, link: Link) -> None:
    service.answers(Answer(headers={"Set-Cookie": "track=me; Path=/"}))
    for _ in range(2):
        await get(link, service.url)
    assert "cookie" not in service.requests[1].headers


async def test_a_kept_connection_that_the_server_closed_costs_no_request(
    service: Service, link: Link
) -> None:
    await get(link, service.url)
    await service.hang_up()
    assert (await get(link, service.url)).status_code == 200
    assert service.connections == 2


async def test_a_kept_connection_that_breaks_under_a_request_costs_none(service: Service, link: Link) -> None:
    service.answers(Answer(), Answer(reset=True), Answer(body="again"))
    await get(link, service.url)
    assert (await get(link, service.url)).text == "again"


async def test_a_request_that_broke_a_connection_of_its_own_is_not_sent_again(
    service: Service, link: Link
) -> None:
    service.answers(Answer(reset=True))
    with pytest.raises(httpx.ReadError):
        await get(link, service.url)
    assert len(service.requests) == 1


async def test_a_request_is_sent_again_a_bounded_number_of_times(service: Service, link: Link) -> None:
    service.answers(Answer(delay=0.2))
    async with anyio.create_task_group() as many:
        for _ in range(RESENDS + 2):
            many.start_soon(get, link, service.url)
    service.answers(Answer(reset=True))
    with pytest.raises(httpx.ReadError):
        await get(link, service.url)
    assert len(service.requests) == (RESENDS + 2) + (RESENDS + 1)


async def test_an_answer_is_read_up_to_its_bound(service: Service, link: Link) -> None:
    service.answers(Answer(body=b"x" * LARGEST_ANSWER))
    assert len((await get(link, service.url)).content) == LARGEST_ANSWER


async def test_an_answer_beyond_its_bound_is_not_read(service: Service, link: Link) -> None:
    service.answers(Answer(body=b"x" * (LARGEST_ANSWER + 1)))
    with pytest.raises(OverlongError):
        await get(link, service.url)


async def test_a_dead_network_is_noticed_by_the_socket(service: Service, link: Link) -> None:
    import socket as s  # noqa: PLC0415 - only its numbers

    response = await link.send(link.request("GET", service.url))
    raw: socket.socket = response.extensions["network_stream"].get_extra_info("socket")
    assert raw.getsockopt(s.IPPROTO_TCP, s.TCP_USER_TIMEOUT) == UNHEARD_S * 1000
    await response.aclose()


async def test_closing_twice_is_as_good_as_once_and_the_link_opens_again(
    service: Service, link: Link
) -> None:
    await get(link, service.url)
    await link.close()
    await link.close()
    assert (await get(link, service.url)).status_code == 200


async def test_closing_under_a_request_ends_it_with_an_error_of_its_own(service: Service, link: Link) -> None:
    service.answers(Answer(stall=True))
    caught: list[BaseException] = []

    async def ask() -> None:
        with pytest.raises(httpx.HTTPError) as error:
            await get(link, service.url)
        caught.append(error.value)

    async with anyio.create_task_group() as group:
        group.start_soon(ask)
        while not service.requests:
            await anyio.lowlevel.checkpoint()
        await link.close()
    assert len(caught) == 1


async def test_the_client_is_made_once_for_all_who_come_at_once(link: Link) -> None:
    made = []

    async def open_it() -> None:
        await link.open()
        made.append(link._client)  # noqa: SLF001 - that it is one and the same cannot be seen from outside

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(open_it)
    assert made == [made[0]] * 3


async def test_a_request_given_up_while_tls_begins_leaves_no_connection_open(
    servers: TaskGroup, link: Link
) -> None:
    begun, ended = anyio.Event(), anyio.Event()

    async def stall(stream: ByteStream) -> None:
        await stream.receive()
        begun.set()
        with pytest.raises(anyio.EndOfStream):
            await stream.receive()
        ended.set()
        await stream.aclose()

    url = f"https://127.0.0.1:{await listen(servers, stall)}"
    async with anyio.create_task_group() as group:
        group.start_soon(get, link, url)
        await begun.wait()
        group.cancel_scope.cancel()
    with anyio.fail_after(5):
        await ended.wait()


async def test_the_loop_runs_on_while_the_certificates_are_read(link: Link) -> None:
    turns, opened = 0, anyio.Event()

    async def turn() -> None:
        nonlocal turns
        while not opened.is_set():
            turns += 1
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as group:
        group.start_soon(turn)
        await link.open()
        opened.set()
    assert turns > 20


async def test_a_company_s_own_authority_is_trusted_by_ssl_cert_file(
    servers: TaskGroup, trusted: trustme.LeafCert, link: Link
) -> None:
    service = await open_service(servers, server_context(trusted))
    assert (await get(link, service.url)).status_code == 200


@pytest.mark.parametrize("content", [None, b"no certificate"], ids=["missing", "nonsense"])
async def test_certificates_that_cannot_be_read_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: Link, content: bytes | None
) -> None:
    if content:
        (tmp_path / "ca.pem").write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with pytest.raises(TranscriberError, match=r"SSL_CERT_FILE names cannot be read; correct it") as error:
        await link.open()
    assert error.value.lasting


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "gopher://x", "http://a:b"])
async def test_a_proxy_that_cannot_be_used_is_told(
    monkeypatch: pytest.MonkeyPatch, link: Link, proxy: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(TranscriberError, match="the proxy") as error:
        await link.open()
    assert error.value.lasting


async def test_the_environment_s_proxy_is_used(
    service: Service, monkeypatch: pytest.MonkeyPatch, link: Link
) -> None:
    monkeypatch.setenv("HTTP_PROXY", service.url)
    await get(link, "http://stt.invalid/x")
    assert service.requests[0].headers["host"] == "stt.invalid"


# HTTP/2, by hypercorn


class Http2:
    """A server that offers HTTP/2 and answers each request with its body, after the seconds in its query."""

    def __init__(self, port: int, certificate: Path) -> None:
        self.url = f"https://127.0.0.1:{port}"
        self._config = Config()
        self._config.bind = [f"127.0.0.1:{port}"]
        self._config.certfile = self._config.keyfile = str(certificate)
        self._config.accesslog = self._config.errorlog = None

    async def start(self) -> None:
        self._started, self._stop = anyio.Event(), anyio.Event()
        self._task = asyncio.create_task(serve(self._answer, self._config, shutdown_trigger=self._stop.wait))
        await self._started.wait()

    async def stop(self) -> None:
        self._stop.set()
        await self._task

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        await anyio.sleep(float(scope["query_string"] or 0))
        peer = repr(scope["client"]).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-peer", peer)]})
        await send({"type": "http.response.body", "body": body})

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        self._started.set()
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


@pytest.fixture
async def h2(trusted: trustme.LeafCert, tmp_path: Path, free_tcp_port: int) -> AsyncIterator[Http2]:
    for number, pem in enumerate([*trusted.cert_chain_pems, trusted.private_key_pem]):
        pem.write_to_path(tmp_path / "server.pem", append=number > 0)
    server = Http2(free_tcp_port, tmp_path / "server.pem")
    await server.start()
    yield server
    await server.stop()


async def test_http2_is_spoken_where_it_is_offered(h2: Http2, link: Link) -> None:
    assert (await get(link, h2.url)).http_version == "HTTP/2"


async def test_requests_at_once_share_one_http2_connection(h2: Http2, link: Link) -> None:
    peers: set[str] = set()

    async def ask() -> None:
        peers.add((await get(link, h2.url)).headers["x-peer"])

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(ask)
    assert len(peers) == 1


@pytest.mark.parametrize("farewell", [True, False], ids=["GOAWAY", "none"])
async def test_a_kept_http2_connection_that_the_server_closed_costs_no_request(
    servers: TaskGroup, trusted: trustme.LeafCert, link: Link, *, farewell: bool
) -> None:
    closed = 0

    async def answer_once(stream: ByteStream) -> None:
        nonlocal closed
        await converse_once(stream, farewell=farewell)
        await anyio.aclose_forcefully(stream)
        closed += 1

    context = server_context(trusted)
    context.set_alpn_protocols(["h2"])
    port = await listen(servers, answer_once, context)
    for number in range(3):
        assert (await get(link, f"https://127.0.0.1:{port}")).http_version == "HTTP/2"
        while closed <= number:
            await anyio.lowlevel.checkpoint()


async def converse_once(stream: ByteStream, *, farewell: bool) -> None:
    """Answer one request over HTTP/2."""
    state = H2Connection(H2Configuration(client_side=False))
    state.initiate_connection()
    await stream.send(state.data_to_send())
    answered = False
    while not answered:
        for event in state.receive_data(await stream.receive()):
            if isinstance(event, StreamEnded):
                state.send_headers(event.stream_id, [(":status", "200")], end_stream=True)
                answered = True
        await stream.send(state.data_to_send())
    if farewell:
        state.close_connection()
        await stream.send(state.data_to_send())


async def test_requests_given_up_do_not_harm_the_others_on_their_http2_connection(
    h2: Http2, link: Link
) -> None:
    body = b"x" * 200_000
    answers = []

    async def ask(number: int) -> None:
        with anyio.move_on_after(number * 0.002 if number % 2 else 20):
            response = await link.send(link.request("POST", f"{h2.url}?0.05", content=body))
            answers.append(await response.aread() == body)
            await response.aclose()

    async with anyio.create_task_group() as group:
        for number in range(40):
            group.start_soon(ask, number)
    assert answers.count(True) >= 20
    assert False not in answers
