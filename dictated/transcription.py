"""Makes what a session asks for words: engines, in a chain, edited, for each profile its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dictated.chain import Chain, Terms
from dictated.editor import Editor
from dictated.profiles import all_effective
from dictated.refiners.hook import Hook
from dictated.router import Router
from dictated.text.hand import Hand
from dictated.transcribers.local import LocalTranscriber
from dictated.types import Hints

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dictated.config import Config
    from dictated.ledger import Ledger
    from dictated.ports import Catalogue, Refiner
    from dictated.sttconfig import Engine, Stt
    from dictated.textconfig import Text
    from dictated.transcribers.cloudflare import Cloudflare
    from dictated.transcribers.openai import OpenAI
    from dictated.transcribers.openrouter import OpenRouter

    Status = Callable[[], list[dict[str, str | int | float]]]


def transcriber(config: Config, ledger: Ledger, environ: Mapping[str, str]) -> tuple[Router, Status]:
    """Return what is asked for each utterance by its profile, and what says how the engines do.

    Profiles that ask the same engines for the same share them.
    """
    chains: list[tuple[object, Chain]] = []

    def edited(config: Config) -> Editor:
        asked = (config.stt, config.text.vocabulary)
        known = next((chain for key, chain in chains if key == asked), None)
        if known is None:
            known = chain(config, ledger, environ)
            chains.append((asked, known))
        return Editor(known, Hand(config.text), _refiners(config.text, environ))

    editors = {name: edited(one) for name, one in all_effective(config).items()}
    return Router(editors.pop(""), editors), chains[0][1].status


def _refiners(text: Text, environ: Mapping[str, str]) -> list[Refiner]:
    """What makes texts better, in the order it is asked: the user's own program has the last word."""
    refiners: list[Refiner] = []
    if text.cleanup.model:
        from dictated import secret  # noqa: PLC0415 (only where it is on)
        from dictated.refiners.cleanup import NAME, Cleanup  # noqa: PLC0415 (HTTP is slow to load)
        from dictated.wire.link import Link  # noqa: PLC0415 (see above)

        find_key = partial(secret.find, NAME, text.cleanup, environ)
        refiners.append(Cleanup(text.cleanup, Link(text.cleanup.timeout), find_key))
    if text.hook.command:
        refiners.append(Hook(text.hook, environ))
    return refiners


def speculates(stt: Stt) -> bool:
    """Whether utterances are transcribed before they are over; whoever is asked first is asked then."""
    return stt.speculate == "always" or (stt.speculate == "local" and stt.engine == "local")


def ahead(config: Config) -> frozenset[str]:
    """The profiles with which utterances are transcribed before they are over; "" is for none."""
    return frozenset(name for name, one in all_effective(config).items() if speculates(one.stt))


def chain(config: Config, ledger: Ledger, environ: Mapping[str, str]) -> Chain:
    """The engines in the order they are asked."""
    stt = config.stt
    terms = Terms(
        in_flight=config.limits.in_flight,
        tries=stt.tries,
        deadline_s=stt.deadline_s,
        hedge_after=stt.hedge_after,
        skip_after=stt.skip_after,
        skip_s=stt.skip_s,
        context_words=stt.context_words,
        hold_doubtful=stt.hold_doubtful,
    )
    asked = engines((stt.engine, *stt.fallback), stt, environ)
    return Chain(asked, terms, Hints(stt.prompt, config.text.vocabulary), ledger)


def engines(
    names: Sequence[Engine], stt: Stt, environ: Mapping[str, str]
) -> list[LocalTranscriber | OpenRouter | Cloudflare | OpenAI]:
    """The engines of these names; `environ` is where keys of services may be found."""
    if set(names) == {"local"}:
        return [LocalTranscriber(stt.local)]
    from dictated.transcribers.services import Services  # noqa: PLC0415 (see there)

    services = Services(stt, environ)
    return [LocalTranscriber(stt.local) if name == "local" else services.engine(name) for name in names]


def catalogue(config: Config, name: Engine, environ: Mapping[str, str]) -> Catalogue:
    """An engine that lists its models; it is closed after use."""
    return engines([name], config.stt, environ)[0]
