from __future__ import annotations

from typing import Any

import pytest

from dictated.transcribers.openrouter_refusals import FormatError, refine, status
from dictated.wire.faults import Rejection, read


def refused(code: int, message: str = "No.", **metadata: Any) -> Rejection:
    body = {"error": {"code": code, "message": message, "metadata": metadata}}
    return read(code, body, {"retry-after": "7"})


def test_a_budget_that_is_only_under_way_may_be_tried_again_when_the_service_says() -> None:
    error = refine(
        refused(402, limit_source="openrouter_in_flight_budget", reason="in_flight_budget_exhausted")
    )
    assert error is not None
    assert (error.retryable, error.retry_after, error.lasting) == (True, 7.0, False)


@pytest.mark.parametrize("metadata", [{}, {"limit_source": "openrouter_credits"}])
def test_without_credit_nothing_succeeds_until_some_is_added(metadata: dict[str, str]) -> None:
    error = refine(refused(402, **metadata))
    assert error is not None
    assert (error.lasting, error.retryable, "settings/credits" in str(error)) == (True, False, True)


@pytest.mark.parametrize("code", [402, 403])
@pytest.mark.parametrize("source", ["openrouter_key_limit", ["openrouter_key_limit"], {"name": "team"}])
def test_a_spending_limit_has_a_sentence_of_its_own(code: int, source: Any) -> None:
    error = refine(refused(code, limit_source=source))
    assert error is not None
    assert (error.lasting, error.retryable, "spending limit" in str(error)) == (True, False, True)


@pytest.mark.parametrize("metadata", [{"flagged_input": "so it was"}, {"reasons": ["violence"]}])
def test_what_moderation_refused_is_not_repeated(metadata: dict[str, Any]) -> None:
    error = refine(refused(403, "Input flagged: so it was", **metadata))
    assert error is not None
    assert (error.lasting, error.retryable, "so it was" in str(error)) == (False, False, False)


@pytest.mark.parametrize(
    "message",
    [
        "Invalid file format. Supported formats: ['flac', 'm4a', 'mp3', 'ogg', 'wav']",
        "Unsupported audio format: ogg",
        "input_audio.format: Invalid option",
        "audio_format must be one of those listed",
        "This provider does not take FLAC",
        "Audio file could not be decoded or its format is not supported",
        "Error decoding the sound",
        "unsupported media type",
    ],
)
def test_a_refusal_of_the_sounds_format_is_known(message: str) -> None:
    assert isinstance(refine(refused(400, message)), FormatError)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (400, "response_format verbose_json is not supported by this model"),
        (400, "The model cannot use keyterms"),
        (400, "Invalid language"),
        (413, "Unsupported audio format"),
        (401, "No auth credentials found"),
        (403, "Blocked by a guardrail"),
        (404, "No such model"),
        (429, "Slow down"),
        (503, "No provider"),
    ],
)
def test_what_openrouter_means_as_all_others_is_left_to_them(code: int, message: str) -> None:
    assert refine(refused(code, message)) is None


@pytest.mark.parametrize(
    ("error", "found"),
    [
        ({"code": 429}, 429),
        ({"code": "429", "http_status": 503}, 503),
        ({"http_status": 529}, 529),
        ({"code": 200}, 502),
        ({"code": 600}, 502),
        ({"code": True}, 502),
        ({"code": 400}, 400),
        ({"code": 599}, 599),
        ({}, 502),
        ("broken", 502),
        ([], 502),
    ],
)
def test_an_error_inside_a_good_status_tells_its_own(error: Any, found: int) -> None:
    assert status(error) == found
