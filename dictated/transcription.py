"""Makes what a session asks for words: engines, in a chain, edited, for each profile its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from dictated.chain import Chain, Terms, lanes
from dictated.editor import Editor
from dictated.profiles import DEFAULT, all_effective
from dictated.refiners.hook import Hook
from dictated.router import Router
from dictated.text.hand import Hand
from dictated.transcribers.local import LocalTranscriber
from dictated.turns import Turns
from dictated.types import Hints

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dictated.config import Config
    from dictated.lane import Lane
    from dictated.ledger import Ledger
    from dictated.ports import Catalogue, Refiner
    from dictated.sttconfig import Engine
    from dictated.textconfig import Text
    from dictated.transcribers.cloudflare import Cloudflare
    from dictated.transcribers.openai import OpenAI
    from dictated.transcribers.openrouter import OpenRouter
    from dictated.transcribers.services import Services

    Made = LocalTranscriber | OpenRouter | Cloudflare | OpenAI
    Status = Callable[[], list[dict[str, Any]]]

T = TypeVar("T")


class Shared(Generic[T]):
    """Things that are made once for the same settings: whoever wants one with these has that one."""

    def __init__(self) -> None:
        self._made: list[tuple[object, T]] = []  # settings may hold tables, which no dict takes for a key

    def of(self, settings: object, make: Callable[[], T]) -> T:
        """Return the one for these settings; make it where there is none yet."""
        for known, made in self._made:
            if known == settings:
                return made
        self._made.append((settings, make()))
        return self._made[-1][1]


class Engines:
    """Makes engines, each once for the same settings; the services among them share their connections."""

    def __init__(self, config: Config, environ: Mapping[str, str]) -> None:
        """`environ` is where keys of services may be found; all that is asked for is of this `config`."""
        self.lanes: Shared[Sequence[Lane]] = Shared()  # of those who ask the same in the same order
        self._config = config
        self._environ = environ
        self._made: Shared[tuple[Made, Turns]] = Shared()
        self._services: Services | None = None

    def of(self, name: Engine, settings: object) -> tuple[Made, Turns]:
        """Return the engine with this table of settings, and the turns at it: `limits.in_flight`, for all."""
        in_flight = self._config.limits.in_flight
        return self._made.of((name, settings), lambda: (self._make(name, settings), Turns(in_flight)))

    def _make(self, name: Engine, settings: Any) -> Made:
        if name == "local":
            return LocalTranscriber(settings)
        if self._services is None:
            from dictated.transcribers.services import Services  # noqa: PLC0415 (see there)

            self._services = Services(self._environ, _longest(self._config))
        return self._services.engine(name, settings)


def _longest(config: Config) -> float:
    """The seconds that a request to any service may take, with whatever profile."""
    every = [one.stt for one in all_effective(config).values()]
    return max(each.timeout for stt in every for each in (stt.openrouter, stt.cloudflare, stt.openai))


def transcriber(config: Config, ledger: Ledger, environ: Mapping[str, str]) -> tuple[Router, Status]:
    """Return what is asked for each utterance by its profile, and what says how the engines do.

    Profiles that ask the same engines for the same share them; hints and terms are of the profile.
    """
    engines = Engines(config, environ)
    chains: Shared[Chain] = Shared()
    refiners: Shared[list[Refiner]] = Shared()
    asked: dict[str, Chain] = {}
    editors: dict[str, Editor] = {}
    for name, one in all_effective(config).items():
        asked[name] = chains.of((one.stt, one.text.vocabulary), partial(_chain, one, ledger, engines))
        others = refiners.of((one.text.cleanup, one.text.hook), partial(_refiners, one.text, ledger, environ))
        editors[name] = Editor(asked[name], Hand(one.text), others)
    return Router(editors.pop(""), editors), partial(status, asked)


def status(chains: Mapping[str, Chain]) -> list[dict[str, Any]]:
    """Say how each engine does, as `Chain.status`, and with which `profiles`; "default" is without one.

    One that does otherwise with other profiles, because of what they set, is told of more than once.
    """
    told: dict[tuple[object, ...], dict[str, Any]] = {}
    for profile, chain in chains.items():
        for engine in chain.status():
            known = told.setdefault(tuple(engine.values()), {**engine, "profiles": []})
            known["profiles"].append(profile or DEFAULT)
    return list(told.values())


def _refiners(text: Text, ledger: Ledger, environ: Mapping[str, str]) -> list[Refiner]:
    """What makes texts better, in the order it is asked: the user's own program has the last word."""
    refiners: list[Refiner] = []
    if text.cleanup.model:
        from dictated import secret  # noqa: PLC0415 (only where it is on)
        from dictated.refiners.cleanup import NAME, Cleanup  # noqa: PLC0415 (HTTP is slow to load)
        from dictated.wire.link import Link  # noqa: PLC0415 (see above)

        find_key = partial(secret.find, NAME, text.cleanup, environ)
        refiners.append(Cleanup(text.cleanup, Link(text.cleanup.timeout), find_key, ledger))
    if text.hook.command:
        refiners.append(Hook(text.hook, environ))
    return refiners


def chain(config: Config, ledger: Ledger, environ: Mapping[str, str]) -> Chain:
    """The engines in the order they are asked, whatever profiles say."""
    return _chain(config, ledger, Engines(config, environ))


def _chain(config: Config, ledger: Ledger, engines: Engines) -> Chain:
    """A chain that shares with the others of these engines what they have found out about them."""
    stt, terms = config.stt, _terms(config)
    tables = [(name, getattr(stt, name)) for name in (stt.engine, *stt.fallback)]
    asked = [engines.of(*table) for table in tables]
    turns = {engine.name: turns for engine, turns in asked}
    make = partial(lanes, [engine for engine, _ in asked], terms, ledger, turns)
    shared = engines.lanes.of((tables, terms.skip_after, terms.skip_s), make)
    return Chain(shared, terms, Hints(stt.prompt, config.text.vocabulary), ledger)


def _terms(config: Config) -> Terms:
    stt = config.stt
    return Terms(
        in_flight=config.limits.in_flight,
        tries=stt.tries,
        deadline_s=stt.deadline_s,
        hedge_after=stt.hedge_after,
        skip_after=stt.skip_after,
        skip_s=stt.skip_s,
        context_words=stt.context_words,
        hold_doubtful=stt.hold_doubtful,
    )


def catalogue(config: Config, name: Engine, environ: Mapping[str, str]) -> Catalogue:
    """An engine that lists its models; it is closed after use."""
    return Engines(config, environ).of(name, getattr(config.stt, name))[0]
