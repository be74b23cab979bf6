from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest
import trustme
from fixtures.service import Answer, listen, open_service

from dictated.sttconfig import OpenAIEngine
from dictated.wire.faults import CODES, STRONGER, explain, nonsense, read, too_slow, unreachable
from dictated.wire.link import Link
from dictated.wire.remote import Remote

if TYPE_CHECKING:
    from anyio.abc import ByteStream, TaskGroup
    from fixtures.service import Service

    from dictated.errors import TranscriberError

pytestmark = pytest.mark.usefixtures("plain_environment")

AGAIN, LASTING, NEITHER = "again", "lasting", "neither"


def kind(error: TranscriberError) -> str:
    assert not (error.retryable and error.lasting)
    return AGAIN if error.retryable else LASTING if error.lasting else NEITHER


TABLE = [
    (301, LASTING, "correct stt.openai.base_url"),
    (308, LASTING, "correct stt.openai.base_url"),
    (400, NEITHER, "stt.openai.format"),
    (401, LASTING, "stt.openai.api_key_env or stt.openai.api_key_file"),
    (402, LASTING, "no credit"),
    (403, LASTING, "permission"),
    (404, LASTING, "`dictated models openai`"),
    (405, LASTING, "stt.openai.base_url"),
    (408, AGAIN, "gave up waiting"),
    (409, NEITHER, "stt.openai.model"),
    (413, NEITHER, 'stt.openai.format = "flac"'),
    (415, NEITHER, "stt.openai.format"),
    (422, NEITHER, "stt.openai.language"),
    (429, AGAIN, "too many requests"),
    (498, AGAIN, "no room"),
    (500, AGAIN, "failed"),
    (501, LASTING, "stt.openai.base_url"),
    (502, AGAIN, "failed"),
    (503, AGAIN, "no room"),
    (504, AGAIN, "gave up waiting"),
    (511, AGAIN, "sign in"),
    (520, AGAIN, "failed"),
    (524, AGAIN, "gave up waiting"),
    (529, AGAIN, "no room"),
    (599, AGAIN, "failed"),
]


@pytest.mark.parametrize(("status", "what_helps", "words"), TABLE)
def test_each_status_says_how_to_mend_it_and_whether_trying_again_helps(
    status: int, what_helps: str, words: str
) -> None:
    error = explain("openai", read(status, b"", {}))
    assert (kind(error), words in str(error)) == (what_helps, True), str(error)


@pytest.mark.parametrize(("status", "words"), [(status, words) for status, _, words in TABLE])
def test_each_sentence_is_one_line_that_names_engine_and_status(status: int, words: str) -> None:
    sentence = str(explain("openai", read(status, {"error": "two\nlines."}, {})))
    assert sentence.startswith("openai: ")
    assert f'({status}: "two lines"); ' in sentence
    assert words in sentence


@pytest.mark.parametrize(
    ("status", "error", "what_helps"),
    [
        (429, {"code": "insufficient_quota"}, LASTING),
        (429, {"type": "insufficient_quota", "code": None}, LASTING),
        (429, {"code": "rate_limit_exceeded"}, AGAIN),
        (400, {"code": "model_decommissioned"}, LASTING),
        (400, {"code": "audio_too_short"}, NEITHER),
        (200, {"code": 402}, LASTING),
        (200, {"code": "529"}, AGAIN),
        (200, {"code": "provider_unavailable"}, AGAIN),
        (200, {"error_type": "invalid_request"}, NEITHER),
        (200, {"http_status": 503, "error_type": "?"}, AGAIN),
        (200, {"code": "authentication"}, LASTING),
        (200, {"code": 7}, AGAIN),
        (200, {"message": "something"}, AGAIN),
    ],
)
def test_a_code_in_the_body_tells_what_the_status_does_not(status: int, error: Any, what_helps: str) -> None:
    assert kind(explain("openai", read(status, {"error": error}, {}))) == what_helps


def test_every_stronger_code_has_a_meaning() -> None:
    assert set(CODES) >= STRONGER


@pytest.mark.parametrize(("status", "seconds"), [(429, 9), (503, 9), (200, 9), (402, None), (400, None)])
def test_the_time_to_wait_is_handed_on_where_trying_again_helps(status: int, seconds: float | None) -> None:
    assert explain("openai", read(status, b"", {"retry-after": "9"})).retry_after == seconds


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("https://elsewhere.example/v1?token=x", "elsewhere, to elsewhere.example (307)"),
        ("/login", "elsewhere (307)"),
        ("https://[broken", "elsewhere (307)"),
        ("", "elsewhere (307)"),
    ],
)
def test_a_redirect_names_the_host_it_points_to_and_no_more(location: str, words: str) -> None:
    sentence = str(explain("openai", read(307, b"", {"location": location})))
    assert words in sentence
    assert "token" not in sentence


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (too_slow("openai", 2.5), "within 2.5 s"),
        (nonsense("openai", "no JSON"), "the service answered no JSON"),
    ],
)
def test_no_answer_in_time_and_an_answer_of_another_kind_may_be_better_later(
    error: TranscriberError, words: str
) -> None:
    assert (words in str(error), error.retryable) == (True, True)


# what httpx raises, by the real thing


async def failing(url: str) -> tuple[str, TranscriberError]:
    """Ask at an address where it cannot succeed; return the failure."""
    link = Link()
    remote = Remote("openai", OpenAIEngine(base_url=url, timeout=20), link, lambda: None)
    try:
        with pytest.raises(Exception, match="openai: ") as caught:
            await remote.get("x")
    finally:
        await link.close()
    return str(caught.value), caught.value  # type: ignore[return-value]


async def test_a_port_where_nobody_listens_is_told(free_tcp_port: int) -> None:
    sentence, error = await failing(f"http://127.0.0.1:{free_tcp_port}")
    assert sentence == (
        f"openai: nothing listens at 127.0.0.1:{free_tcp_port}; "
        "start the server there, or correct stt.openai.base_url"
    )
    assert error.retryable


async def test_a_name_with_two_addresses_where_nobody_listens_is_told(free_tcp_port: int) -> None:
    sentence, _ = await failing(f"http://localhost:{free_tcp_port}")
    assert sentence.startswith("openai: nothing listens at localhost")


async def test_a_name_that_is_not_known_is_told() -> None:
    sentence, error = await failing("https://stt.invalid")
    assert "the name stt.invalid is not known" in sentence
    assert error.retryable


async def test_a_connection_that_is_reset_is_told(service: Service) -> None:
    service.answers(Answer(reset=True))
    sentence, error = await failing(service.url)
    assert "broke the connection off" in sentence
    assert error.retryable


@pytest.mark.parametrize("fault", [{"cut": 3}, {"cut": 3, "half": True}, {"cut": 0}], ids=str)
async def test_an_answer_that_ends_early_is_told(service: Service, fault: Any) -> None:
    service.answers(Answer(body="all of it", **fault))
    sentence, error = await failing(service.url)
    assert "ended before its answer was whole" in sentence
    assert error.retryable


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "is no HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", "is no HTTP"),
        (b"", "without an answer"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
            "ended before its answer was whole",
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhel", "is no HTTP"),
    ],
)
async def test_an_answer_that_is_no_http_is_told(servers: TaskGroup, says: bytes, words: str) -> None:
    async def treat(stream: ByteStream) -> None:
        async with stream:
            await stream.receive()
            await stream.send(says)
            await stream.send_eof()

    sentence, _ = await failing(f"http://127.0.0.1:{await listen(servers, treat)}")
    assert words in sentence


async def test_a_server_without_tls_is_told(servers: TaskGroup) -> None:
    async def treat(stream: ByteStream) -> None:
        async with stream:
            await stream.receive()
            await stream.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    sentence, error = await failing(f"https://127.0.0.1:{await listen(servers, treat)}")
    assert sentence.startswith("openai: no TLS with 127.0.0.1")
    assert error.retryable


def certified(name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert(name).configure_cert(context)
    return context


async def test_a_certificate_that_nobody_trusts_is_told(servers: TaskGroup) -> None:
    service = await open_service(servers, certified("127.0.0.1"))
    sentence, error = await failing(service.url)
    assert "certificate of 127.0.0.1" in sentence
    assert "SSL_CERT_FILE" in sentence
    assert service.requests == []
    assert error.retryable


async def test_tls_where_none_is_expected_is_told(servers: TaskGroup) -> None:
    service = await open_service(servers, certified("127.0.0.1"))
    sentence, _ = await failing(service.url.replace("https", "http"))
    assert "check scheme and port" in sentence, sentence


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "http://a:b", "nonsense"])
async def test_an_address_that_is_none_is_told(url: str) -> None:
    sentence, error = await failing(url)
    assert "correct stt.openai.base_url" in sentence
    assert error.lasting


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectTimeout("t"),
        httpx.ReadTimeout("t"),
        httpx.PoolTimeout("t"),
        httpx.ProxyError("p"),
        httpx.DecodingError("d"),
        httpx.StreamClosed(),
        httpx.LocalProtocolError("Illegal header value b'Bearer sk-123'"),
        socket.gaierror(-3, "temporary"),
        ssl.SSLError(1, "odd"),
        OSError(101, "unreachable"),
        OSError("without a number"),
        ExceptionGroup("g", [ConnectionRefusedError(111, "refused")]),
        anyio.EndOfStream(),
    ],
    ids=repr,
)
def test_every_failure_is_one_sentence_without_its_own_words(error: Exception) -> None:
    sentence = str(unreachable("openai", error, "host.example"))
    assert sentence.startswith("openai: ")
    assert "sk-123" not in sentence
    assert "{" not in sentence


def test_a_name_of_which_every_address_refuses_is_told_as_one_that_refuses() -> None:
    cause = ExceptionGroup("all failed", [ConnectionRefusedError(111, "refused") for _ in range(2)])
    error = httpx.ConnectError("All connection attempts failed")
    error.__cause__ = cause  # as anyio.connect_tcp gives it
    assert "nothing listens at host.example" in str(unreachable("openai", error, "host.example"))


def test_errors_that_cause_each_other_are_looked_at_once() -> None:
    first, second = OSError("a"), OSError("b")
    first.__cause__, second.__cause__ = second, first
    assert "openai: " in str(unreachable("openai", first))
