"""What a configuration must fulfil beyond the types of its keys."""

from __future__ import annotations

import json
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from dictated.errors import HotkeyError
from dictated.hotkeys import usboard
from dictated.hotkeys.chord import combinations
from dictated.hotkeys.combination import are_pressed_alike, parse
from dictated.profiles import DEFAULT, asked_ahead, effective
from dictated.text import phrases
from dictated.wording import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dictated.config import Config, Hotkeys, SegmentSettings
    from dictated.hotkeys.combination import Parts
    from dictated.profileconfig import Profile
    from dictated.sttconfig import Service, Stt
    from dictated.textconfig import Replacement

_UNPRINTABLE = "holds a control character, or one that hides; take it out"


def faults(config: Config) -> Iterator[str]:
    """Yield a line for each key whose type allows more than its meaning; no line shows a secret."""
    yield from _faults(config)
    yield from _profiles(config)
    yield from _ahead(config)


def _faults(config: Config) -> Iterator[str]:
    """Yield those of what holds without a profile, or with one."""
    yield from _pauses(config.segment)
    yield from _hotkeys(config.hotkeys, config.profiles)
    yield from _engines(config.stt)
    for name in ("openrouter", "cloudflare", "openai"):
        yield from _address(getattr(config.stt, name), f"stt.{name}")
    yield from _address(config.text.cleanup, "text.cleanup")
    yield from _home("stt.local.model", config.stt.local.model)
    yield from _command("text.hook.command", config.text.hook.command)
    yield from _replacements(config.text.replacements)
    yield from _snippets(config.text.snippets)
    yield from phrases.problems(config.text.commands.words)
    if config.text.join == "line" and not config.text.commands.enter:
        yield 'text.join: "line" presses Enter after each utterance; set text.commands.enter = true'
    if config.output.log.link_audio and config.history.keep_audio == "0":
        yield "output.log.link_audio: links to sound, and history.keep_audio keeps none; set one otherwise"
    if config.text.numbers:
        yield from _numbers(config.text.language)


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


def _ahead(config: Config) -> Iterator[str]:
    """Who has a pause last by its words has an engine that tells them before it is over."""
    if not asked_ahead(config):
        for key in ("pause_least_ms", "pause_most_ms"):
            if getattr(config.segment, key):
                yield (
                    f"segment.{key}: needs words ahead of time, and stt.speculate brings none; set that to"
                    ' "always" (a service is then asked more often, which costs money), or this to 0'
                )


def _hotkeys(hotkeys: Hotkeys, profiles: Mapping[str, Profile]) -> Iterator[str]:
    """Each combination can be read, and no press is meant for two of them."""
    found: dict[str, Parts] = {}
    for key, combination in combinations(hotkeys, profiles).items():
        try:
            parts = parse(combination)
            if hotkeys.through == "evdev":
                usboard.check(combination)
        except HotkeyError as error:
            yield f"{key}: {error}"
            continue
        for other, taken in found.items():
            if are_pressed_alike(parts, taken):
                yield f"{key}: is the combination of {other} too; give each its own"
        found[key] = parts


def _engines(stt: Stt) -> Iterator[str]:
    """Each engine is asked once; the ones that are asked must be able to work."""
    chosen = (stt.engine, *stt.fallback)
    if len(set(chosen)) < len(chosen):
        yield "stt.fallback: names an engine twice, or the one in stt.engine; name each once"
    if stt.hedge_after and not stt.fallback:
        yield "stt.hedge_after: asks the next engine, and there is none; name one in stt.fallback, or set 0"
    if "cloudflare" in chosen and not stt.cloudflare.account_id:
        yield "stt.cloudflare.account_id: is not set; the dashboard shows it (Workers & Pages, Account ID)"


def _home(key: str, path: str) -> Iterator[str]:
    """What begins with ~ is in a home that is known here."""
    try:
        Path(path).expanduser()
    except (RuntimeError, ValueError):  # no such user; a NUL in the name
        home = json.dumps(path.partition("/")[0], ensure_ascii=False)
        yield f"{key}: there is no home {home} here; write the whole path"


def _command(key: str, command: Sequence[str]) -> Iterator[str]:
    """A program can be looked for, and be given its arguments."""
    for number, argument in enumerate(command):
        if "\0" in argument:
            yield f"{key}[{number}]: holds a NUL, which no program can be given; take it out"
        elif not number:
            yield from _home(f"{key}[0]", argument)


def _replacements(rules: Iterable[Replacement]) -> Iterator[str]:
    """Each rule can be carried out, and puts nothing that a terminal would obey."""
    for number, rule in enumerate(rules):
        from dictated.text.replacements import read  # noqa: PLC0415 (only where there are rules)

        try:
            read(rule)
        except ValueError as error:
            yield f"text.replacements[{number}].{error}"
        if not _is_printable(rule.put):
            yield f"text.replacements[{number}].put: {_UNPRINTABLE}"


def _snippets(texts: Mapping[str, str]) -> Iterator[str]:
    """Each name can be said, none sounds like another, and no text holds what a terminal would obey."""
    if not texts:
        return
    from dictated.text.snippets import spoken  # noqa: PLC0415 (brings regex)

    names: dict[str, str] = {}
    for name, text in texts.items():
        path = f"text.snippets.{json.dumps(name, ensure_ascii=False)}"
        said = spoken(name)
        if not said:
            yield f"{path}: has no word that could be said"
        elif said in names:
            yield f"{path}: sounds like {json.dumps(names[said], ensure_ascii=False)}; give it another name"
        if not _is_printable(text):
            yield f"{path}: {_UNPRINTABLE}"
        names.setdefault(said, name)


def _is_printable(text: str) -> bool:
    return tidy(text) == " ".join(text.split())


def _numbers(language: str) -> Iterator[str]:
    """What reads numbers is there, and knows the language."""
    from dictated.text.numbers import LANGUAGES  # noqa: PLC0415 (brings regex)

    if language not in LANGUAGES:
        known = ", ".join(sorted(LANGUAGES))
        yield f'text.numbers: cannot be read in text.language = "{language}"; known are {known}'
    elif find_spec("text_to_num") is None:
        yield "text.numbers: needs a package; get it with: pip install 'dictated[numbers]'"


def _profiles(config: Config) -> Iterator[str]:
    """What holds with each profile can be used as what holds without."""
    plain = msgspec.structs.replace(config, profiles={})
    known = set(_faults(plain)) if config.profiles else set()
    for name, profile in config.profiles.items():
        if name == DEFAULT:
            yield f"profiles.{name}: is what holds without a profile; call it otherwise"
        for key in profile.output:
            if key != "sinks":
                yield f"profiles.{name}.output.{key}: is the same with every profile; only sinks may differ"
        changed = effective(config, name)
        for fault in _faults(msgspec.structs.replace(changed, profiles={})):
            if fault not in known:
                yield f"profiles.{name}.{fault}"


def _address(service: Service, table: str) -> Iterator[str]:
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
