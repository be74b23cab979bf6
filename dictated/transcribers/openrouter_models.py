"""The models that transcribe at OpenRouter, read from its list page by page."""

from __future__ import annotations

import logging
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from dictated.types import Model
from dictated.wire import faults
from dictated.wording import tidy

if TYPE_CHECKING:
    from dictated.wire.remote import Remote

log = logging.getLogger(__name__)

PAGES = 20
"""Pages of the list that are read at most; today it has one."""

DEAREST = 1000
"""Dollars a unit beyond which a number is no price."""

_LIST = "models?output_modalities=transcription"
_UNIT = re.compile(r"\b(?:priced|billed) per (?:audio )?(second|minute|hour)\b", re.IGNORECASE)
"""What a description says of the unit, as that of whisper-1: "Priced per minute of audio duration"."""


async def fetch(remote: Remote) -> list[Model]:
    """Return every model that transcribes, by name.

    Raises:
        TranscriberError: they cannot be listed.
    """
    found: dict[str, Model] = {}
    path = _LIST
    for _ in range(PAGES):
        document = (await remote.get(path)).document
        entries = document.get("data") if isinstance(document, dict) else None
        if not isinstance(entries, list):
            raise faults.nonsense(remote.name, "no list of models")
        found |= {model.name: model for model in map(_model, entries) if model}
        path = _next(document, remote.settings.base_url)
        if not path:
            break
    else:
        log.warning("%s lists more models than fit on %d pages; the rest is left out", remote.name, PAGES)
    return [found[name] for name in sorted(found)]


def price(pricing: Any, description: str = "") -> str:
    """Put a price in words; "" where none is told.

    The list tells no unit: `prompt` is dollars per token, second, minute or hour, as the provider bills. A
    price for output too, or for audio tokens, means tokens; else the description may tell.
    """
    told = pricing if isinstance(pricing, dict) else {}
    prompt, completion, audio = (_dollars(told.get(name)) for name in ("prompt", "completion", "audio"))
    if completion or audio:
        rates = {"in": prompt, "audio in": audio, "out": completion}
        parts = [f"{_shown(rate * 10**6)} {way}" for way, rate in rates.items() if rate]
        return f"{', '.join(parts)} per million tokens"
    if not prompt:
        return ""
    unit = _UNIT.search(description)
    return f"{_shown(prompt)} per {unit[1].lower()}" if unit else f"{_shown(prompt)}, its unit is not told"


def _model(entry: Any) -> Model | None:
    """Read an entry; None where it is none or the model does not transcribe."""
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        return None
    architecture = entry.get("architecture")
    makes = architecture.get("output_modalities") if isinstance(architecture, dict) else None
    if isinstance(makes, list) and "transcription" not in makes:
        return None
    ends = _text(entry.get("expiration_date"))
    note = [_text(entry.get("name")), f"ends on {ends}" if ends else ""]
    return Model(
        tidy(entry["id"]),
        price(entry.get("pricing"), _text(entry.get("description"))),
        "; ".join(filter(None, note)),
    )


def _next(document: dict[str, Any], base_url: str) -> str:
    """The path of the next page below `base_url`; "" where there is none.

    A page at another place is not asked for: the request carries the key.
    """
    links = document.get("links")
    link = links.get("next") if isinstance(links, dict) else None
    if not isinstance(link, str) or not link:
        return ""
    base = f"{base_url.rstrip('/')}/"
    try:
        url = urljoin(f"{base}models", link)
    except ValueError:  # it is no address
        url = ""
    if not url.startswith(f"{base}models"):
        log.warning("openrouter lists more models at another address, which is not asked")
        return ""
    return url.removeprefix(base)


def _dollars(told: Any) -> Decimal | None:
    """Read a price, which is text; zero and below (it varies) are none."""
    try:
        value = Decimal(told) if isinstance(told, str) else Decimal(0)
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 < value < DEAREST else None


def _shown(dollars: Decimal) -> str:
    """At least cents: $2.50, $0.006."""
    plain = f"{dollars.normalize():f}"
    whole, _, rest = plain.partition(".")
    return f"${whole}.{rest:0<2}"


def _text(value: Any) -> str:
    return tidy(value) if isinstance(value, str) else ""
