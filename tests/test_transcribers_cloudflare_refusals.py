"""Cloudflare's own codes: each has its sentence, and says whether trying again can help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dictated.sttconfig import CloudflareEngine
from dictated.transcribers.cloudflare_refusals import TokenError, ended_token, refine, wrong_token
from dictated.wire.faults import read

if TYPE_CHECKING:
    from dictated.errors import TranscriberError


def fault(code: int | str, message: str = "as it pleases") -> dict[str, Any]:
    return {"success": False, "errors": [{"code": code, "message": message}], "messages": [], "result": None}


def meaning(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> TranscriberError:
    error = refine(read(status, body, headers or {}))
    assert error is not None
    assert str(error).startswith("cloudflare: ")
    assert str(error).isprintable()
    return error


def told(error: TranscriberError) -> tuple[bool, bool]:
    return error.retryable, error.lasting


@pytest.mark.parametrize(
    ("status", "code", "words", "meant"),
    [
        (400, 5007, "dictated models cloudflare", (False, True)),
        (400, 5004, "stt.cloudflare.format", (False, False)),
        (400, 3003, "stt.cloudflare.format", (False, False)),
        (400, 2001, "stt.cloudflare.gateway", (False, True)),
        (401, 10000, "Workers AI Read", (False, True)),
        (401, 2009, "AI Gateway Run", (False, True)),
        (402, 2021, "load some", (False, True)),
        (403, 2016, "guardrails", (False, False)),
        (424, 2017, "guardrails", (False, False)),
        (403, 3023, "blocked this account", (False, True)),
        (403, 3041, "does not let this account", (False, True)),
        (403, 5018, "does not let this account", (False, True)),
        (403, 5016, "terms", (False, True)),
        (403, 9109, "stt.cloudflare.account_id", (False, True)),
        (404, 3042, "dictated models cloudflare", (False, True)),
        (404, 7003, "stt.cloudflare.account_id", (False, True)),
        (405, 5005, "does not take speech", (False, True)),
        (405, 5019, "no longer takes", (False, True)),
        (408, 3007, "took too long", (True, False)),
        (408, 3008, "gave up", (True, False)),
        (413, 3006, "segment.longest_s", (False, False)),
        (429, 3036, "midnight UTC", (False, True)),
        (429, 3040, "no capacity", (True, False)),
    ],
)
def test_a_code_says_what_happened_how_to_mend_it_and_whether_to_try_again(
    status: int, code: int, words: str, meant: tuple[bool, bool]
) -> None:
    error = meaning(status, fault(code))
    assert words in str(error)
    assert f"({code})" in str(error)
    assert told(error) == meant


@pytest.mark.parametrize(
    ("code", "message", "words"),
    [
        ("internal_error", "4006: you have used up your daily free allocation", "midnight UTC"),
        ("invalid_prompt", "AiError: AiError: 3040: Capacity temporarily exceeded", "no capacity"),
        ("", "3040: Capacity temporarily exceeded", "no capacity"),
        (3036, "3040: a number of its own goes before its message", "midnight UTC"),
        ("provider_unavailable", "3036 apples", "provider"),
    ],
)
def test_a_number_before_the_message_is_the_code_where_the_code_is_a_word(
    code: int | str, message: str, words: str
) -> None:
    assert words in str(meaning(200, {"error": {"code": code, "message": message}}))


@pytest.mark.parametrize("status", [400, 404, 429, 500, 200])
def test_a_code_that_is_not_cloudflares_own_is_left_to_the_status(status: int) -> None:
    assert refine(read(status, fault(1234), {})) is None


@pytest.mark.parametrize(
    ("status", "code", "message", "unknown"),
    [
        (401, 10000, "Authentication error", True),
        (403, 10000, "Authentication error", False),
        (400, 6003, "Invalid request headers", True),
        (400, 6111, "Invalid format for Authorization header", True),
        (200, 1000, "Invalid API Token", True),
        (200, 10000, "Authentication error", False),
        (403, 9109, "Unauthorized to access requested resource", False),
        (403, 9109, "Invalid access token", True),
        (403, 1234, "no", False),
        (401, "", "", True),
    ],
)
def test_a_token_that_is_none_is_told_from_one_that_may_not(
    status: int,
    code: int | str,
    message: str,
    unknown: bool,  # noqa: FBT001 (a row of the table)
) -> None:
    error = meaning(status, fault(code, message))
    assert isinstance(error, TokenError)
    assert error.unknown is unknown
    assert error.lasting


def test_patience_that_is_asked_for_is_kept() -> None:
    assert meaning(429, fault(3040), {"retry-after": "7"}).retry_after == 7.0


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        (CloudflareEngine(), "CLOUDFLARE_API_TOKEN"),
        (CloudflareEngine(api_key_file="~/key"), "stt.cloudflare.api_key_file"),
        (CloudflareEngine(api_key_env=""), "the systemd credential or the keyring"),
    ],
)
def test_a_wrong_token_is_told_with_the_place_it_is_in(settings: CloudflareEngine, place: str) -> None:
    for error in (wrong_token(settings), ended_token(settings, "expired")):
        assert place in str(error)
        assert error.lasting
