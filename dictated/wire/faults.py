"""What a service's refusal means, whether trying again can help, and how to mend it: one sentence each."""

from __future__ import annotations

import errno
import socket
import ssl
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import httpx

from dictated.errors import TranscriberError
from dictated.sttconfig import table
from dictated.wire.rejection import Rejection, read
from dictated.wording import tidy

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Rejection", "explain", "no_key_yet", "nonsense", "read", "too_slow", "unreachable"]

LONGEST_HOST = 100
"""Characters of a host's name that are repeated."""

MOST_CAUSES = 20
"""Errors behind an error that are looked at."""


class _Meaning(NamedTuple):
    """What happened, and how to mend it.

    `{name}` is the service, `{table}` that of its keys, `{to}` where a redirect points.
    """

    what: str
    mend: str
    retryable: bool = False
    lasting: bool = False


_REQUEST = _Meaning("the request was refused", "check {table}.model, {table}.language and {table}.format")
_ADDRESS = _Meaning(
    "the model or the address is not known",
    "`dictated models {name}` lists the models for {table}.model; check {table}.base_url",
    lasting=True,
)
_AWAY = _Meaning("the service sends requests elsewhere{to}", "correct {table}.base_url", lasting=True)
_SLOW = _Meaning("the service gave up waiting", "it may be better later", retryable=True)
_BUSY = _Meaning("the service has no room at the moment", "it passes by itself", retryable=True)
_FAULT = _Meaning("the service failed", "that is not for you to mend; it may be better later", retryable=True)
_UNABLE = _Meaning("the service cannot do this", "check {table}.base_url", lasting=True)
_TOO_LARGE = _Meaning("the sound is too large", 'set {table}.format = "flac", or lower segment.longest_s')

MEANINGS = {
    300: _AWAY,
    301: _AWAY,
    302: _AWAY,
    303: _AWAY,
    307: _AWAY,
    308: _AWAY,
    400: _REQUEST,
    401: _Meaning(
        "the key is missing or wrong",
        "put a valid one where {table}.api_key_env or {table}.api_key_file says",
        lasting=True,
    ),
    402: _Meaning("no credit is left", "add some to your account at the service", lasting=True),
    403: _Meaning(
        "the key may not do this",
        "give it the permission or the budget at the service, or use another ({table}.api_key_env)",
        lasting=True,
    ),
    404: _ADDRESS,
    405: _ADDRESS,
    408: _SLOW,
    410: _ADDRESS,
    413: _TOO_LARGE,
    425: _BUSY,
    429: _Meaning(
        "too many requests", "it passes by itself; lower limits.in_flight if it is often", retryable=True
    ),
    498: _BUSY,  # Groq: the capacity of its flex tier is spent
    501: _UNABLE,
    503: _BUSY,
    504: _SLOW,
    505: _UNABLE,
    511: _Meaning("the network wants you to sign in", "open a web page and do so", retryable=True),
    524: _SLOW,  # Cloudflare: no answer from behind it within 100 s
    529: _BUSY,  # OpenRouter: a provider is overloaded
}
"""By status; others of 5xx are `_FAULT`, others of 4xx `_REQUEST`, and 200 with an error inside `_FAULT`."""

_OF_TEXT = {
    _REQUEST: _Meaning("the request was refused", "check {table}.model"),
    _ADDRESS: _Meaning(_ADDRESS.what, "check {table}.model and {table}.base_url", lasting=True),
    _TOO_LARGE: _Meaning("the text is too large", "lower segment.longest_s"),
}
"""What it means instead where not sound was sent, but text."""

CODES = {
    "authentication": 401,
    "billing_hard_limit_reached": 402,
    "billing_not_active": 402,
    "content_policy_violation": 400,
    "insufficient_quota": 402,  # OpenAI says 429 with it, yet waiting does not help
    "invalid_api_key": 401,
    "invalid_request": 400,
    "invalid_request_error": 400,
    "model_decommissioned": 404,  # Groq says 400 with it
    "model_not_found": 404,
    "not_found": 404,
    "payload_too_large": 413,
    "payment_required": 402,
    "permission_denied": 403,
    "provider_overloaded": 503,
    "provider_unavailable": 502,
    "rate_limit_exceeded": 429,
    "timeout": 504,
}
"""What a body's code or type means: OpenRouter's error_type, Cloudflare's state "Failed", OpenAI, Groq."""

STRONGER = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}) | {
    "model_decommissioned",
    "model_not_found",
}
"""Codes that tell more than the status they come with."""


def explain(name: str, rejection: Rejection) -> TranscriberError:
    """Return the error for a refusal by service `name`: what happened and how to mend it."""
    status = _status(rejection)
    meaning = MEANINGS.get(status) or (_REQUEST if httpx.codes.is_client_error(status) else _FAULT)
    if table(name) == name:
        meaning = _OF_TEXT.get(meaning, meaning)
    host = _host(rejection.location)
    message = rejection.message.rstrip(" .")
    said = f' ({status}: "{message}")' if message else f" ({status})"
    return _error(name, meaning, said, rejection.retry_after, to=f", to {host}" if host else "")


def no_key_yet(name: str, seconds: float) -> TranscriberError:
    """Return the error for a key that was not found in time."""
    return TranscriberError(
        f"{name}: the key could not be read within {seconds:g} s; unlock the desktop keyring, or put the key "
        f"into a file and its name into {table(name)}.api_key_file",
        retryable=True,
    )


def too_slow(name: str, seconds: float) -> TranscriberError:
    """Return the error for an answer that was not there, whole, in time."""
    return TranscriberError(
        f"{name}: no whole answer within {seconds:g} s; check the network, or raise {table(name)}.timeout",
        retryable=True,
    )


def nonsense(name: str, what: str) -> TranscriberError:
    """Return the error for an answer that is no transcription: not JSON, JSON of another shape."""
    return TranscriberError(
        f"{name}: the service answered {what}; check {table(name)}.base_url and {table(name)}.model",
        retryable=True,
    )


def unreachable(name: str, error: Exception, host: str = "") -> TranscriberError:
    """Return the error for a request that got no whole answer: refused, reset, DNS, TLS, cut.

    No word of `error` itself is repeated: httpx quotes headers, the key among them.
    """
    place = host[:LONGEST_HOST] or "the service"
    causes = tuple(_causes(error))
    meaning = next(filter(None, map(_of_system, causes)), None) or _of_http(error)
    return _error(name, meaning, host=place)


def _error(
    name: str, meaning: _Meaning, said: str = "", retry_after: float | None = None, **fields: str
) -> TranscriberError:
    """Put a meaning in words; `said` is what the service said itself, `fields` what the words leave open."""
    known = {"name": name, "table": table(name), **fields}
    return TranscriberError(
        f"{name}: {meaning.what.format(**known)}{said}; {meaning.mend.format(**known)}",
        retryable=meaning.retryable,
        retry_after=retry_after if meaning.retryable else None,
        lasting=meaning.lasting,
    )


def _status(rejection: Rejection) -> int:
    """The status; the one that the body means where that tells more, or where the status is a good one."""
    known = next((word for word in (rejection.code, rejection.kind) if word in STRONGER), "")
    if known:
        return CODES[known]
    if not httpx.codes.is_success(rejection.status):
        return rejection.status
    told = (rejection.code, str(rejection.metadata.get("http_status", "")), rejection.kind)
    found = (int(word) if word.isascii() and word.isdecimal() else CODES.get(word, 0) for word in told)
    return next((status for status in found if httpx.codes.is_error(status)), rejection.status)


def _host(location: str) -> str:
    try:
        return tidy(urlsplit(location).hostname or "")[:LONGEST_HOST]
    except ValueError:
        return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and those behind it: httpcore says "from None", anyio makes groups of addresses."""
    waiting, seen = [error], set[int]()
    while waiting and len(seen) < MOST_CAUSES:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        grouped = current.exceptions if isinstance(current, BaseExceptionGroup) else ()
        behind = (current.__cause__, current.__context__, *grouped)
        waiting += [other for other in behind if other is not None]


_NAME = _Meaning("the name {host} is not known", "check the network, and {table}.base_url", retryable=True)
_TLS = _Meaning("no TLS with {host}", "if it has none, {table}.base_url begins with http://", retryable=True)
_NO_WAY = _Meaning("there is no way to {host}", "check the network", retryable=True)
_BROKEN = _Meaning("{host} broke the connection off", "it may be better later", retryable=True)
_SYSTEM = {
    errno.ECONNREFUSED: _Meaning(
        "nothing listens at {host}", "start the server there, or correct {table}.base_url", retryable=True
    ),
    errno.ECONNRESET: _BROKEN,
    errno.ECONNABORTED: _BROKEN,
    errno.EPIPE: _BROKEN,
    errno.ETIMEDOUT: _NO_WAY,
    errno.EHOSTUNREACH: _NO_WAY,
    errno.ENETUNREACH: _NO_WAY,
    errno.ENETDOWN: _NO_WAY,
}
_NO_HTTP = _Meaning(
    "what {host} answers is no HTTP", "check scheme and port of {table}.base_url", retryable=True
)
_HTTP = (
    (httpx.ConnectTimeout, _Meaning("no connection to {host} in time", "check the network", retryable=True)),
    (httpx.ProxyError, _Meaning("the proxy refuses", "check HTTPS_PROXY and NO_PROXY", retryable=True)),
    (
        (httpx.UnsupportedProtocol, httpx.InvalidURL),
        _Meaning("the address cannot be used", "correct {table}.base_url", lasting=True),
    ),
    (
        (httpx.LocalProtocolError, UnicodeError),
        _Meaning("the request cannot be written", "check the key and {table} for odd characters"),
    ),
    (httpx.RemoteProtocolError, _NO_HTTP),
)
_CUT = _Meaning("{host} ended before its answer was whole", "it may be better later", retryable=True)


_SILENT = _Meaning(
    "{host} closed the connection without an answer",
    "it may be better later; if not, check scheme and port of {table}.base_url",
    retryable=True,
)


def _of_system(error: BaseException) -> _Meaning | None:
    """What the operating system or OpenSSL says."""
    match error:
        case ssl.SSLCertVerificationError():
            why = tidy(error.verify_message)[:LONGEST_HOST].replace("{", "").replace("}", "")
            return _Meaning(
                f"the certificate of {{host}} is not trusted ({why})",
                "check the clock and the network; a certificate of your own goes into SSL_CERT_FILE",
                retryable=True,
            )
        case ssl.SSLError():
            return _TLS
        case socket.gaierror():
            return _NAME
        case OSError():
            return _SYSTEM.get(error.errno or 0)
    return None


def _of_http(error: Exception) -> _Meaning:
    """What httpx says, where the system says nothing."""
    if isinstance(error, httpx.RemoteProtocolError):
        said = str(error).lower()
        if "server disconnected" in said:  # httpcore's words, over HTTP/1.1 and HTTP/2
            return _SILENT
        if any(word in said for word in ("peer closed connection", "connectionterminated", "streamreset")):
            return _CUT
    return next((meaning for kind, meaning in _HTTP if isinstance(error, kind)), _CUT)
