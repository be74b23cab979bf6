"""The keys of what makes a text better before it is delivered; see `config`."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from dictated.sttconfig import KeyVariable, Seconds, Service


class Hook(Struct, frozen=True, kw_only=True):
    """A program of yours: it gets each text on its standard input, and writes what is typed instead."""

    command: Annotated[
        tuple[str, ...],
        Meta(
            max_length=100,
            description='The program and its arguments, started without a shell: ["~/bin/tidy", "--short"]; '
            "[] is none. The environment tells it more: DICTATED_ENGINE, …",
        ),
    ] = ()
    timeout: Annotated[
        Seconds, Meta(description="Seconds it may take; then the text is typed as it was.")
    ] = 2.0


class Cleanup(Service, frozen=True, kw_only=True):
    """A language model that cleans each text up: fillers, slips, punctuation. What you say goes there."""

    base_url: Annotated[
        str,
        Meta(
            min_length=1, description="Where it answers as OpenAI's chat does: a service, or Ollama at home."
        ),
    ] = "https://openrouter.ai/api/v1"
    model: Annotated[str, Meta(description='As the service names it; "" is off.')] = ""
    api_key_env: KeyVariable = "OPENROUTER_API_KEY"
    timeout: Annotated[
        Seconds, Meta(description="Seconds it may take; then the text is typed as it was.")
    ] = 4.0
    wishes: Annotated[
        str, Meta(max_length=4000, description='More to ask of it: "British spelling; no exclamation marks".')
    ] = ""
    most_change: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="The most of a text that it may change, counted in words; an answer beyond is thrown "
            "away, for it may have obeyed what you said.",
        ),
    ] = 0.25
    price_in: Annotated[
        float,
        Meta(
            ge=0,
            le=10_000,
            description="US dollars for a million tokens it gets, counted where the service tells no cost.",
        ),
    ] = 0.0
    price_out: Annotated[
        float, Meta(ge=0, le=10_000, description="The same for a million that it writes.")
    ] = 0.0
