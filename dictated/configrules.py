"""What a configuration must fulfil beyond the types of its keys."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dictated.errors import HotkeyError
from dictated.hotkeys import usboard
from dictated.hotkeys.chord import COMBINATIONS
from dictated.hotkeys.combination import are_pressed_alike, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dictated.config import Config, Hotkeys, SegmentSettings
    from dictated.hotkeys.combination import Parts
    from dictated.sttconfig import RemoteEngine, Stt


def faults(config: Config) -> Iterator[str]:
    """Yield a line for each key whose type allows more than its meaning; no line shows a secret."""
    yield from _pauses(config.segment)
    yield from _hotkeys(config.hotkeys)
    yield from _engines(config.stt)
    for name in ("openrouter", "cloudflare", "openai"):
        yield from _address(getattr(config.stt, name), f"stt.{name}")


def _pauses(segment: SegmentSettings) -> Iterator[str]:
    """The pause lies between its bounds, and the engine begins before the least is over."""
    least, most = segment.pause_least_ms, segment.pause_most_ms
    if least > segment.pause_ms:
        yield "segment.pause_least_ms: is more than segment.pause_ms; set it to that or less, or to 0"
    if most and most < segment.pause_ms:
        yield "segment.pause_most_ms: is less than segment.pause_ms; set it to that or more, or to 0"
    if least and not 0 < segment.speculate_ms < least:
        yield "segment.pause_least_ms: needs words by then; set segment.speculate_ms to less, but not to 0"
    if most and not 0 < segment.speculate_ms < segment.pause_ms:
        yield (
            "segment.pause_most_ms: needs words by the end of segment.pause_ms; set segment.speculate_ms to"
            " less than that, but not to 0"
        )


def _hotkeys(hotkeys: Hotkeys) -> Iterator[str]:
    """Each combination can be read, and no press is meant for two of them."""
    found: dict[str, Parts] = {}
    for name in COMBINATIONS:
        combination: str = getattr(hotkeys, name)
        if not combination:
            continue
        try:
            parts = parse(combination)
            if hotkeys.through == "evdev":
                usboard.check(combination)
        except HotkeyError as error:
            yield f"hotkeys.{name}: {error}"
            continue
        for other, taken in found.items():
            if are_pressed_alike(parts, taken):
                yield f"hotkeys.{name}: is the combination of hotkeys.{other} too; give each its own"
        found[name] = parts


def _engines(stt: Stt) -> Iterator[str]:
    """Each engine is asked once; the ones that are asked must be able to work."""
    chosen = (stt.engine, *stt.fallback)
    if len(set(chosen)) < len(chosen):
        yield "stt.fallback: names an engine twice, or the one in stt.engine; name each once"
    if stt.hedge_after and not stt.fallback:
        yield "stt.hedge_after: asks the next engine, and there is none; name one in stt.fallback, or set 0"
    if "cloudflare" in chosen and not stt.cloudflare.account_id:
        yield "stt.cloudflare.account_id: is not set; the dashboard shows it (Workers & Pages, Account ID)"


def _address(service: RemoteEngine, table: str) -> Iterator[str]:
    """An address is https, holds no key, and goes in plain text to this machine only."""
    try:
        url = urlsplit(service.base_url)
        host, _ = url.hostname, url.port
    except ValueError as error:
        yield f"{table}.base_url: is no address: {error}"
        return
    if url.scheme not in {"http", "https"} or not host:
        yield f"{table}.base_url: is no address; it begins with https:// and a host"
    elif url.username or url.password or url.query or url.fragment:
        yield f"{table}.base_url: takes scheme, host, port and path only; for the key see api_key_env"
    elif url.scheme == "http" and not service.allow_plaintext and not _is_here(host):
        yield (
            f"{table}.base_url: http:// sends your speech and key in plain text to {host}; use https://,"
            f" or set {table}.allow_plaintext = true"
        )


def _is_here(host: str) -> bool:
    """Whether a host is this machine: localhost (RFC 6761) or a loopback address."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
