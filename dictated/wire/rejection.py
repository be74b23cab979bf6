"""A refusal as a service wrote it: status, headers and a body of any shape become one value."""

from __future__ import annotations

import html
import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import msgspec

from dictated.wire.redaction import NOTHING
from dictated.wording import tidy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LONGEST_QUOTE = 200
"""Characters of a service's own message that are repeated."""

LONGEST_READ = 4000
"""Characters of it that are looked at."""

LONGEST_WAIT_S = 3600.0
"""Seconds to wait at most, whatever the service asks for."""

DEEPEST = 4
"""Levels of objects and lists that are looked into."""

MOST = 16
"""Members of a list or an object that are kept."""

_SAYING = ("message", "msg", "detail", "description", "error_description", "reason", "error", "title")
"""Names under which a sentence stands, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A refusal as read from status, headers and a body of any shape.

    `code` is the body's own code as text ("" where there is none), `kind` its type, `message` its sentence,
    `metadata` whatever else stands beside them, `retry_after` the seconds the service asks for, `location`
    where a redirect points to. No text in it repeats the key or what the user said.
    """

    status: int
    code: str = ""
    kind: str = ""
    message: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    retry_after: float | None = None
    location: str = ""


def read(
    status: int,
    body: bytes | str | dict[str, Any],
    headers: Mapping[str, str],
    hide: Callable[[str], str] = NOTHING,
) -> Rejection:
    """Read a refusal: `error` (object or text), `errors` (a list), `detail` (any), plain text, or nothing.

    `hide` takes out of every text what must not be repeated.
    """
    named = {name.lower(): value for name, value in headers.items()}
    error, beside = _find(_document(body))
    fields = error if isinstance(error, dict) else beside
    inner = fields.get("metadata")
    rest = {**fields, **(inner if isinstance(inner, dict) else {})}
    told = {name: value for name, value in rest.items() if name not in {"message", "code", "metadata"}}
    metadata = _kept(told, hide)
    return Rejection(
        status,
        code=_quote(_word(fields.get("code")), hide),
        kind=_quote(_word(fields.get("type")) or _word(rest.get("error_type")), hide),
        message=_quote(_message(error, rest), hide),
        metadata=metadata,
        retry_after=_wait(named, metadata),
        location=named.get("location", "")[:LONGEST_READ],
    )


def _document(body: bytes | str | dict[str, Any]) -> Any:
    """The body's JSON, or its text where it is none; nothing where it is a web page without a title."""
    if isinstance(body, dict):
        return body
    text = body.decode(errors="replace") if isinstance(body, bytes) else body
    try:
        return msgspec.json.decode(text.encode(errors="replace"))
    except (msgspec.DecodeError, RecursionError):
        pass
    if not text.lstrip().startswith("<"):
        return text
    title = re.search(r"<title[^>]*>([^<]*)", text[:LONGEST_READ], re.IGNORECASE)
    return html.unescape(title[1]) if title else ""


def _find(document: Any) -> tuple[Any, dict[str, Any]]:
    """The part of a document that tells what went wrong, and what stands beside it."""
    match document:
        case [first, *_]:
            return _find(first)
        case dict():
            for name in ("error", "errors", "detail", "messages"):
                value = document.get(name)
                if isinstance(value, list) and name != "detail":
                    value = value[0] if value else None
                if value:
                    beside = {other: held for other, held in document.items() if other != name}
                    return value, beside
            return document, {}
        case _:
            return document, {}


def _message(error: Any, rest: Mapping[str, Any]) -> str:
    """The sentence; where a go-between only says that its provider failed, the provider's own too."""
    told, raw = _sentence(error), rest.get("raw")
    own = _sentence(_find(_document(raw))[0]) if isinstance(raw, str) else ""
    return f"{told}: {own}" if told and own else told or own


def _sentence(value: Any, depth: int = 0) -> str:
    match value:
        case str():
            return value[:LONGEST_READ]
        case [*items] if depth < DEEPEST:
            return "; ".join(filter(None, (_sentence(item, depth + 1) for item in items[:3])))
        case {"loc": [*place], "msg": str(told)}:  # FastAPI; its "input" would be what was sent
            return f"{'.'.join(str(step) for step in place[:DEEPEST])}: {told}"
        case dict() if depth < DEEPEST:
            found = (_sentence(value.get(name), depth + 1) for name in _SAYING)
            return next(filter(None, found), "")
        case _:
            return ""


def _word(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _quote(text: str, hide: Callable[[str], str]) -> str:
    """One short line of a text; cut last, so that no half of a hidden word is left."""
    line = hide(tidy(text[:LONGEST_READ]))
    return line if len(line) <= LONGEST_QUOTE else f"{line[: LONGEST_QUOTE - 1].rstrip()}…"


def _kept(value: Any, hide: Callable[[str], str], depth: int = 0) -> Any:
    """A value with its texts hidden and cut, and no more of it than is needed."""
    match value:
        case str():
            return _quote(value, hide)
        case dict() if depth < DEEPEST:
            some = list(value.items())[:MOST]
            return {_quote(str(name), hide): _kept(inner, hide, depth + 1) for name, inner in some}
        case list() if depth < DEEPEST:
            return [_kept(inner, hide, depth + 1) for inner in value[:MOST]]
        case bool() | int() | float() | None:
            return value
        case _:
            return None


def _wait(headers: Mapping[str, str], metadata: Mapping[str, Any]) -> float | None:
    """Seconds to wait: `Retry-After` (RFC 9110, 10.2.3), its cousin in milliseconds, or the body's word."""
    availability = metadata.get("availability")
    told = availability.get("retry_after") if isinstance(availability, dict) else None
    found = (
        _number(headers.get("retry-after-ms"), 0.001),
        _number(headers.get("retry-after")),
        _until(headers.get("retry-after"), headers.get("date")),
        _number(told),
    )
    wait = next((seconds for seconds in found if seconds is not None), None)
    return None if wait is None else min(max(wait, 0.0), LONGEST_WAIT_S)


def _number(value: Any, unit: float = 1.0) -> float | None:
    try:
        number = float(value) * unit if isinstance(value, str | int | float) else math.nan
    except (ValueError, OverflowError):
        return None
    return None if math.isnan(number) else number


def _until(value: str | None, now: str | None) -> float | None:
    """Seconds until a date, by the service's own clock where it tells it."""
    until = _date(value)
    return (until - (_date(now) or datetime.now(UTC))).total_seconds() if until else None


def _date(value: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(value or "")
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
