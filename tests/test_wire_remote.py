from __future__ import annotations

import gzip
import logging
import threading
import traceback
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from fixtures.service import Answer, open_service

from dictated.errors import TranscriberError
from dictated.secret import Secret
from dictated.sttconfig import OpenAIEngine
from dictated.wire.link import CONNECTIONS, LARGEST_ANSWER, Link
from dictated.wire.remote import REASON_S, Remote

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    import httpx
    from anyio.abc import TaskGroup
    from fixtures.service import Received, Service

    from dictated.wire.faults import Rejection

KEY = "sk-test-0123456789abcdef"
SAID = "Frau Dr. Ashworth hat die Diagnose bestätigt"


@pytest.fixture
async def link() -> AsyncIterator[Link]:
    link = Link()
    yield link
    await link.close()


@pytest.fixture
def reach(link: Link, service: Service) -> Callable[..., Remote]:
    """Make a remote for the service of the test."""

    def make(*, key: str | None = KEY, refine: Any = lambda _: None, **settings: Any) -> Remote:
        settings = {"base_url": service.url + "/v1/", "timeout": 20.0, **settings}
        secret = Secret(key) if key else None
        return Remote("openai", OpenAIEngine(**settings), link, lambda: secret, refine=refine)

    return make


Reach = "Callable[..., Remote]"


async def failure(remote: Remote, **what: Any) -> TranscriberError:
    with pytest.raises(TranscriberError) as caught:
        await remote.post("x", **what)
    return caught.value


async def test_a_request_goes_below_the_base_address_with_the_key(service: Service, reach: Reach) -> None:
    remote = reach()
    await remote.unlock()
    await remote.get("/models", params={"kind": "stt"})
    (sent,) = service.requests
    assert (sent.path, sent.query, sent.headers["authorization"]) == (
        "/v1/models",
        {"kind": "stt"},
        f"Bearer {KEY}",
    )


async def test_without_a_key_none_is_sent(service: Service, reach: Reach) -> None:
    remote = reach(key=None)
    await remote.unlock()
    await remote.get("models")
    assert "authorization" not in service.requests[0].headers


async def test_a_key_that_is_not_found_in_time_is_left_alone(link: Link) -> None:
    def find() -> None:
        over.wait(5)

    over = threading.Event()
    with (
        pytest.raises(TranscriberError, match=r"within 0\.1 s.*stt\.openai\.api_key_file"),
        anyio.fail_after(4),
    ):
        await Remote("openai", OpenAIEngine(), link, find).unlock(0.1)
    over.set()


@pytest.mark.parametrize(
    ("body", "document"),
    [({"text": "hi"}, {"text": "hi"}), ("plain", None), (b"\xff", None), ("[" * 99_999, None), ("", None)],
    ids=["object", "text", "bytes", "deep", "nothing"],
)
async def test_an_answer_is_read_as_json_where_it_is_some(
    service: Service, reach: Reach, body: Any, document: Any
) -> None:
    service.answers(Answer(body=body))
    assert (await reach().post("x")).document == document


async def test_an_answer_does_not_show_its_text(service: Service, reach: Reach) -> None:
    service.answers(Answer(body={"text": SAID}, headers={"X-Said": "Ashworth"}))
    assert "Ashworth" not in repr(await reach().post("x"))


STATUSES = [400, 401, 402, 403, 404, 408, 413, 422, 429, 498, 500, 502, 503, 504, 520, 524, 529]
BODIES: dict[str, Any] = {
    "openai": {"error": {"message": "Oh", "type": "t", "param": None, "code": "c"}},
    "openrouter": {"error": {"code": 7, "message": "Oh", "metadata": {"error_type": "x", "limit_source": "y"}}},
    "without code": {"error": {"message": "Oh", "error_type": "x", "http_status": 1, "availability": {"retryable": True}}},
    "cloudflare": {"success": False, "errors": [{"code": 10000, "message": "Oh"}]},
    "state": {"state": "Failed", "error": {"code": "odd", "message": "Oh"}},
    "detail": {"detail": "Oh"},
    "details": {"detail": [{"loc": [], "msg": "Oh"}]},
    "text": "Oh",
    "page": "<html><title>Oh</title></html>",
    "not utf-8": b"\xff Oh",
}  # fmt: skip


@pytest.mark.parametrize("status", STATUSES)
async def test_every_refusal_is_told_whatever_the_shape_of_its_body(
    service: Service, reach: Reach, status: int
) -> None:
    remote, again = reach(), {408, 429, 498, 500, 502, 503, 504, 520, 524, 529}
    for body in (*BODIES.values(), b""):
        service.answers(Answer(status=status, body=body, headers={"Retry-After": "3"}))
        error = await failure(remote, content=b"sound")
        told = (f"({status}" in str(error), "Oh" in str(error) or not body, error.retryable)
        assert told == (True, True, status in again), str(error)
        assert error.retry_after == (3 if status in again else None)
        assert error.lasting == (status in {401, 402, 403, 404})
    assert service.connections == 1


async def test_a_refusal_keeps_its_meaning_when_its_body_does_not_come(
    service: Service, reach: Reach
) -> None:
    service.answers(Answer(status=401, body="abc", drip=60), Answer(status=401, body="abc", cut=1))
    remote = reach(timeout=REASON_S * 3)
    assert [(await failure(remote)).lasting for _ in range(2)] == [True, True]


async def test_a_refusal_before_the_sound_is_read_is_told(service: Service, reach: Reach) -> None:
    service.answers(Answer(status=413, early=True))
    assert "(413)" in str(await failure(reach(), content=b"x" * 3_000_000))


async def test_a_service_may_mean_something_of_its_own(service: Service, reach: Reach) -> None:
    def refine(rejection: Rejection) -> TranscriberError | None:
        return TranscriberError("spent") if rejection.code == "3036" else None

    service.answers(Answer(status=429, body=BODIES["cloudflare"] | {"errors": [{"code": 3036}]}))
    assert str(await failure(reach(refine=refine))) == "spent"


async def test_an_error_inside_a_good_answer_is_told(reach: Reach) -> None:
    error = reach().refusal(200, {"error": {"code": 402, "message": "Oh"}})
    assert ("402" in str(error), error.lasting) == (True, True)


# time


@pytest.mark.parametrize(
    "answer",
    [Answer(stall=True), Answer(delay=30), Answer(body="slowly", drip=0.15), Answer(body="ab", cut=1, half=False, drip=30)],
    ids=["stall", "delay", "drip", "stall within"],
)  # fmt: skip
async def test_an_answer_that_is_not_whole_in_time_is_given_up(
    service: Service, reach: Reach, answer: Answer
) -> None:
    service.answers(answer)
    with anyio.fail_after(5):
        error = await failure(reach(timeout=0.4))
    assert ("no whole answer within 0.4 s" in str(error), error.retryable) == (True, True)


async def test_a_slow_answer_in_time_is_whole(service: Service, reach: Reach) -> None:
    service.answers(Answer(body="slowly", drip=0.01, delay=0.05))
    assert (await reach().post("x")).text == "slowly"


async def test_after_a_slow_answer_the_next_comes_over_a_new_connection(
    service: Service, reach: Reach
) -> None:
    service.answers(Answer(), Answer(stall=True), Answer(body="good"))
    await reach().post("x")  # opens the link, which takes its time
    await failure(reach(timeout=1))
    assert ((await reach().post("x")).text, service.connections) == ("good", 2)


async def test_giving_up_on_one_request_leaves_the_others(service: Service, reach: Reach) -> None:
    asked, given_up = anyio.Event(), anyio.CancelScope()

    def answer(request: Received) -> Answer:
        if request.body != b"1":
            return Answer(body="good", delay=0.05)
        asked.set()
        return Answer(stall=True)

    service.answers(answer)
    remote = reach()
    texts: list[str] = []

    async def ask(number: int) -> None:
        with given_up if number == 1 else anyio.CancelScope():
            texts.append((await remote.post("x", content=str(number).encode())).text)

    async with anyio.create_task_group() as tasks:
        for number in range(3):
            tasks.start_soon(ask, number)
        await asked.wait()
        given_up.cancel()
    assert (texts, given_up.cancelled_caught) == (["good", "good"], True)


# size


async def test_an_answer_beyond_its_bound_is_refused(service: Service, reach: Reach) -> None:
    service.answers(Answer(body=b"x" * (LARGEST_ANSWER + 1)))
    assert "more than 4 MiB" in str(await failure(reach()))


async def test_a_compressed_answer_is_refused_unread(service: Service, reach: Reach) -> None:
    service.answers(Answer(body=gzip.compress(b" " * 9_000_000), headers={"Content-Encoding": "gzip"}))
    assert "compressed form" in str(await failure(reach()))


async def test_a_compressed_refusal_is_told_by_its_status(service: Service, reach: Reach) -> None:
    service.answers(Answer(status=503, body=gzip.compress(b"no"), headers={"Content-Encoding": "gzip"}))
    assert "(503)" in str(await failure(reach()))


# answers that come piece by piece


async def words(response: httpx.Response) -> list[str]:
    return [line async for line in response.aiter_lines()]


async def test_an_answer_may_be_read_piece_by_piece(service: Service, reach: Reach) -> None:
    service.answers(Answer(body="one\ntwo\n", drip=0.001))
    assert await reach().ask_reading("POST", "x", words) == ["one", "two"]


@pytest.mark.parametrize(
    ("answer", "timeout", "told"),
    [
        (Answer(body="one\ntwo\n", cut=5), 20, "ended before its answer was whole"),
        (Answer(body="one\n" * 99, drip=0.05), 1.5, "no whole answer within"),
        (Answer(body=b"x" * (LARGEST_ANSWER + 1)), 20, "more than 4 MiB"),
        (Answer(status=500), 20, "(500)"),
    ],
    ids=["cut", "drip", "size", "refusal"],
)
async def test_an_answer_read_piece_by_piece_fails_like_any_other(
    service: Service,
    reach: Reach,
    answer: Answer,
    timeout: float,  # noqa: ASYNC109  (the service's)
    told: str,
) -> None:
    service.answers(answer)
    with pytest.raises(TranscriberError, match=r"^openai: ") as caught:
        await reach(timeout=timeout).ask_reading("POST", "x", words)
    assert told in str(caught.value)


async def test_an_answer_that_is_not_read_to_its_end_gives_its_connection_back(
    service: Service, reach: Reach
) -> None:
    async def look(response: httpx.Response) -> int:
        return response.status_code

    service.answers(Answer(body="ab", drip=60))
    remote = reach(timeout=10)
    for _ in range(CONNECTIONS + 1):
        assert await remote.ask_reading("POST", "x", look) == 200


# the key, and what was said


async def test_a_redirect_never_carries_the_key_to_another_host(
    service: Service, servers: TaskGroup, reach: Reach
) -> None:
    other = await open_service(servers)
    remote = reach()
    await remote.unlock()
    for status in (301, 302, 303, 307, 308):
        service.answers(Answer(status=status, headers={"Location": f"{other.url}/v1/x"}))
        error = await failure(remote)
        assert (error.lasting, "127.0.0.1" in str(error), "base_url" in str(error)) == (True, True, True)
    assert (other.connections, len(service.requests)) == (0, 5)


def echo(request: Received) -> Answer:
    """Repeat everything, as careless services do."""
    return Answer(
        status=401, body={"error": {"message": f"{request.headers} {request.body.decode()}", "code": KEY}}
    )


@pytest.mark.parametrize(
    "what", [{"json": {"prompt": SAID}}, {"data": {"prompt": SAID}, "files": {"file": ("a.wav", b"RIFF")}}], ids=["json", "form"]
)  # fmt: skip
async def test_neither_key_nor_speech_stands_in_an_error(
    service: Service, reach: Reach, what: dict[str, Any]
) -> None:
    service.answers(echo)
    remote = reach()
    await remote.unlock()
    error = await failure(remote, **what)
    shown = "".join(traceback.format_exception(error)) + repr(vars(remote)) + repr(error)
    assert [secret for secret in (KEY, KEY[-8:], "Ashworth", "Diagnose") if secret in shown] == []


async def test_speech_is_not_repeated_from_an_error_inside_a_good_answer(reach: Reach) -> None:
    remote = reach()
    await remote.post("x", json={"prompt": SAID})
    assert "Ashworth" not in str(remote.refusal(200, {"error": f"prompt {SAID} is odd"}))


@pytest.mark.parametrize("key", ["sk-line\nbreak-123456", "sk-\udcff-123456"], ids=ascii)
async def test_a_key_that_no_header_can_carry_is_not_shown(reach: Reach, key: str) -> None:
    remote = reach(key=key)
    await remote.unlock()
    with pytest.raises(TranscriberError) as caught:
        await remote.get("x")
    assert "123456" not in "".join(traceback.format_exception(caught.value))


async def test_the_program_s_own_loggers_never_see_the_key(service: Service, reach: Reach) -> None:
    """httpx, httpcore and hpack print headers at debug; the journal listens to "dictated" alone."""
    lines: list[str] = []
    handler = logging.Handler(logging.DEBUG)
    handler.emit = lambda record: lines.append(handler.format(record))  # type: ignore[method-assign]
    ours = logging.getLogger("dictated")
    before = ours.level
    ours.addHandler(handler)
    ours.setLevel(logging.DEBUG)
    try:
        service.answers(Answer(body={"text": SAID}), echo)
        remote = reach()
        await remote.unlock()
        await remote.post("x", json={"prompt": SAID})
        await failure(remote, json={"prompt": SAID})
    finally:
        ours.removeHandler(handler)
        ours.setLevel(before)
    assert [line for line in lines if KEY in line or "Ashworth" in line] == []
