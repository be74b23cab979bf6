"""What OpenRouter means of its own by a refusal: which limit was met, what may be tried again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dictated.errors import TranscriberError
from dictated.wire import faults

if TYPE_CHECKING:
    from dictated.wire.faults import Rejection

IN_FLIGHT = "openrouter_in_flight_budget"
"""`limit_source` of the one 402 that passes by itself: what is under way could cost more than there is."""

CREDITS = "openrouter_credits"
"""`limit_source` where the account itself has nothing left."""

BAD_GATEWAY = 502
"""The status of an error inside a 200 that tells none itself: something behind OpenRouter failed."""

_SOUND_FORMAT = re.compile(
    r"(audio|file|input|media|container)[\W_]{0,3}(format|type|codec|encoding)"
    r"|\b(flac|ogg|opus)\b|\bdecod(e|ed|ing)\b",
    re.IGNORECASE,
)
"""A refusal that speaks of the sound's format: "Invalid file format", "input_audio.format", "no ogg"."""


class FormatError(TranscriberError):
    """A provider does not take the sound in this format."""


def refine(rejection: Rejection) -> TranscriberError | None:
    """Return the error where OpenRouter means something of its own, None where it means what all mean."""
    limit = rejection.metadata.get("limit_source")
    match rejection.status:
        case 402 if limit == IN_FLIGHT:
            return TranscriberError(
                "openrouter: what is under way may cost more than your credit; it passes by itself, "
                "or add credit at openrouter.ai/settings/credits",
                retryable=True,
                retry_after=rejection.retry_after,
            )
        case 402 | 403 if limit not in (None, CREDITS):
            return TranscriberError(
                "openrouter: a spending limit of your key or account is reached; raise it at "
                "openrouter.ai/settings/keys or wait until it starts anew",
                lasting=True,
            )
        case 402:
            return TranscriberError(
                "openrouter: no credit is left; add some at openrouter.ai/settings/credits", lasting=True
            )
        case 403 if rejection.metadata.get("reasons") or rejection.metadata.get("flagged_input"):
            # what the service says of it may quote what was said
            return TranscriberError("openrouter: moderation refused this; another model may take it")
        case 400 if _SOUND_FORMAT.search(rejection.message):
            return FormatError(str(faults.explain("openrouter", rejection)))
    return None


def status(error: Any) -> int:
    """Return the status an error inside a 200 tells of itself: `code`, or `http_status` in newer ones."""
    told = error if isinstance(error, dict) else {}
    for found in (told.get("code"), told.get("http_status")):
        if isinstance(found, int) and 400 <= found <= 599:  # noqa: PLR2004 (HTTP's own errors)
            return found
    return BAD_GATEWAY
