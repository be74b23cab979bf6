"""Cloudflare's own error codes: what each means, whether trying again can help, and how to mend it.

Sources: Cloudflare's documentation, "Workers AI > Errors" (3xxx, 5xxx) and "AI Gateway > Guardrails" (2016,
2017); the others as its answers carry them: 2021 and 10000 in cloudflare-docs, pull request 32574.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from dictated.errors import TranscriberError

if TYPE_CHECKING:
    from dictated.sttconfig import CloudflareEngine
    from dictated.wire.faults import Rejection

AGAIN = {
    "3007": "took too long",
    "3008": "gave up on the request",
    "3040": "has no capacity left at the moment",
    "provider_unavailable": "says that the model's provider is not there at the moment",
}
"""What passes by itself."""

LASTING = {
    "2001": "knows no such AI Gateway; make it in the dashboard, or correct stt.cloudflare.gateway",
    "2009": "wants the gateway's own permission; give the token AI Gateway Run, or correct "
    "stt.cloudflare.gateway",
    "2021": "has no credit left for partners' models; load some in the dashboard (AI Gateway, Credits), or "
    'choose a model of its own ("@cf/…")',
    "3023": "has blocked this account for Workers AI; ask its support",
    "3036": "has no free share left for today; wait until midnight UTC, or take the Workers Paid plan",
    "3041": "does not let this account use this model; choose another as stt.cloudflare.model",
    "3042": "knows no such model; `dictated models cloudflare` lists them",
    "5005": "does not take speech for this model; `dictated models cloudflare` lists those that do",
    "5007": "knows no such model; `dictated models cloudflare` lists them",
    "5016": "wants the model's terms agreed to first, in the dashboard",
    "5018": "does not let this account use this model; choose another as stt.cloudflare.model",
    "5019": "no longer takes requests of this form for the model; choose another as stt.cloudflare.model",
    "7000": "knows no such path; correct stt.cloudflare.base_url",
    "7003": "knows no such account or model; correct stt.cloudflare.account_id and stt.cloudflare.model",
}
"""What stays until somebody mends it."""

LASTING["4006"] = LASTING["3036"]  # the same sentence of the service under another number

THIS_ONE = {
    "2016": "did not let the gateway's guardrails be passed; change them in the dashboard, or stt.prompt",
    "2017": "kept the text back for the gateway's guardrails; change them in the dashboard",
    "3003": "found the request incomplete; try another stt.cloudflare.format",
    "3006": 'found the sound too large; lower segment.longest_s, or set stt.cloudflare.format = "flac"',
    "5004": "could not read the sound; try another stt.cloudflare.format",
}
"""What another utterance may be spared."""

UNKNOWN_TOKEN = frozenset({"1000", "6003", "6111"})
"""Codes that stand for no or an unreadable token, whatever the status."""

REFUSED_TOKEN = frozenset({"9109", "10000"})
"""Codes for a token that is wrong, or that may not do this; the status does not tell which."""

_NUMBER = re.compile(r"(?:\w+: )*?(\d{4}): ")
"""A code at the beginning of a message, as in "AiError: 3040: …" where the code itself is a word."""


class TokenError(TranscriberError):
    """The token is refused; `unknown` where it is said to be none at all, not one that may not do this."""

    def __init__(self, message: str, *, unknown: bool) -> None:
        super().__init__(message, lasting=True)
        self.unknown = unknown


def refine(rejection: Rejection) -> TranscriberError | None:
    """Return the error where a code of Cloudflare's tells more than the status does."""
    code = _code(rejection)
    if code in AGAIN:
        return TranscriberError(_told(AGAIN, code), retryable=True, retry_after=rejection.retry_after)
    if code in LASTING:
        return TranscriberError(_told(LASTING, code), lasting=True)
    if code in THIS_ONE:
        return TranscriberError(_told(THIS_ONE, code))
    refused = rejection.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    if refused or code in UNKNOWN_TOKEN | REFUSED_TOKEN:
        return _refused(rejection, code)
    return None


def wrong_token(settings: CloudflareEngine) -> TranscriberError:
    """Return the error for a token that Cloudflare does not know."""
    return TranscriberError(
        f"cloudflare: the token is wrong; make one in the dashboard with the permission Workers AI Read "
        f"(its place: {_place(settings)})",
        lasting=True,
    )


def ended_token(settings: CloudflareEngine, status: str) -> TranscriberError:
    """Return the error for a token whose time is over."""
    return TranscriberError(
        f"cloudflare: the token is {status}; renew it in the dashboard (its place: {_place(settings)})",
        lasting=True,
    )


def _refused(rejection: Rejection, code: str) -> TokenError:
    unknown = (
        rejection.status == HTTPStatus.UNAUTHORIZED
        or code in UNKNOWN_TOKEN
        or (code == "9109" and "invalid access token" in rejection.message.lower())
    )
    return TokenError(
        f"cloudflare: the token is refused ({code or rejection.status}); it needs the permission Workers AI "
        f"Read, on the account that stt.cloudflare.account_id names",
        unknown=unknown,
    )


def _code(rejection: Rejection) -> str:
    """Return the code, or the number at the beginning of the message where the code is another word."""
    found = _NUMBER.match(rejection.message)
    return found[1] if found and not rejection.code.isdecimal() else rejection.code


def _told(meanings: dict[str, str], code: str) -> str:
    return f"cloudflare: the service {meanings[code]} ({code})"


def _place(settings: CloudflareEngine) -> str:
    if settings.api_key_file:
        return "stt.cloudflare.api_key_file"
    return settings.api_key_env or "the systemd credential or the keyring"
