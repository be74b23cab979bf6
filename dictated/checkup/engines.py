"""Whether each engine that may be asked, with whatever profile, answers, and how fast."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Protocol

import anyio

from dictated import transcription
from dictated.checkup.finding import Finding, Grade, Part, of_error
from dictated.errors import TranscriberError
from dictated.profiles import all_effective
from dictated.types import SAMPLE_BYTES, SAMPLE_RATE, Segment, Transcript, Utterance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dictated.config import Config
    from dictated.ports import Catalogue, Transcriber
    from dictated.sttconfig import Engine as Name
    from dictated.sttconfig import LocalEngine, RemoteEngine

    class Engine(Transcriber, Catalogue, Protocol):
        """Both."""


ENGINE_S = 45.0
"""Seconds one engine is given: to be reached or loaded, and to answer once."""

SPARE_S = 5.0
"""Seconds beyond what all engines are given together."""

SOUND_S = 1.0
"""Seconds of digital silence that each engine is sent: a service charges next to nothing for it."""


def look(config: Config, environ: Mapping[str, str]) -> Sequence[Finding]:
    """Ask each, one after the other, so that one does not slow the next."""
    return anyio.run(partial(_look, config, environ))


def within_s(config: Config) -> float:
    """The seconds that takes at most."""
    return ENGINE_S * len(_distinct(config)) + SPARE_S


@dataclass(frozen=True, slots=True)
class _Asked:
    """An engine with its table of settings, and the profiles that it is asked with; "" is none."""

    name: Name
    settings: LocalEngine | RemoteEngine
    profiles: list[str]


def _distinct(config: Config) -> list[_Asked]:
    """Return the engines, each once, in the order they are asked: first those that are without a profile."""
    found: list[_Asked] = []
    for profile, one in all_effective(config).items():
        for name in (one.stt.engine, *one.stt.fallback):
            settings = getattr(one.stt, name)
            known = next((asked for asked in found if (asked.name, asked.settings) == (name, settings)), None)
            if known is None:
                found.append(_Asked(name, settings, [profile]))
            else:
                known.profiles.append(profile)
    return found


async def _look(config: Config, environ: Mapping[str, str]) -> Sequence[Finding]:
    engines = transcription.Engines(config, environ)
    return [await _found(asked, engines.of(asked.name, asked.settings)[0]) for asked in _distinct(config)]


async def _found(asked: _Asked, engine: Engine) -> Finding:
    """Say how one engine does; without one that is asked with some profiles alone, dictating works."""
    finding = await _finding(engine, asked.settings.model)
    if "" in asked.profiles:
        return finding
    return replace(finding, found=f"for {', '.join(asked.profiles)}: {finding.found}", part=None)


async def _finding(engine: Engine, model: str) -> Finding:
    """Say how one engine does; it is closed."""
    what, mend = f"engine {engine.name}", f"dictated models {engine.name}"
    try:
        with anyio.fail_after(ENGINE_S):
            return await _asked(engine, model)
    except TimeoutError:
        said = f"no answer within {ENGINE_S:g} s"
        return Finding(what, Grade.FAIL, said, f"stt.fallback = […]  (see `{mend}`)", Part.ENGINE)
    except TranscriberError as error:
        plain = TranscriberError(str(error).removeprefix(f"{engine.name}: "))
        return of_error(what, plain, part=Part.ENGINE, mend=mend)
    finally:
        await engine.close()


async def _asked(engine: Engine, model: str) -> Finding:
    started = time.perf_counter()
    await engine.warm()
    ready = time.perf_counter()
    transcript = await engine.transcribe(_silence())
    said = answered(transcript, model, warm_s=ready - started, took_s=time.perf_counter() - ready)
    if await _is_listed(engine, model):
        return Finding(f"engine {engine.name}", Grade.OK, said, part=Part.ENGINE)
    said += "; it is not in the engine's list of models"
    mend = f"dictated models {engine.name}"
    return Finding(f"engine {engine.name}", Grade.WARN, said, mend, Part.ENGINE)


def answered(transcript: Transcript, model: str, *, warm_s: float, took_s: float) -> str:
    """Say how long it took, in seconds, and what that cost."""
    ready = "loaded" if transcript.engine == "local" else "let us in"
    cost = f", for ${transcript.usage.cost:.6f}" if transcript.usage.cost else ""
    return f"{model} {ready} in {warm_s:.2f} s and answered {SOUND_S:g} s of silence in {took_s:.2f} s{cost}"


async def _is_listed(engine: Engine, model: str) -> bool:
    """Say whether the model is in the engine's list; a local one has just been loaded."""
    if engine.name == "local":
        return True
    try:
        return model in {listed.name for listed in await engine.models()}
    except TranscriberError:  # it has no list: it answered, which is better
        return True


def _silence() -> Utterance:
    samples = round(SOUND_S * SAMPLE_RATE)
    now = datetime.now(UTC)
    return Utterance(1, Segment(bytes(samples * SAMPLE_BYTES), 0, 0, 1, 0), now, now)
