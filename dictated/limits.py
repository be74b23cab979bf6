"""The table `[limits]` of the configuration: what is bounded, and by how much."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from dictated.sttconfig import Seconds  # noqa: TC001 (msgspec reads it)


class Limits(Struct, frozen=True, kw_only=True):
    """Every bound has a name."""

    in_flight: Annotated[int, Meta(ge=1, le=64, description="Requests to one engine at once.")] = 3
    backlog: Annotated[
        int, Meta(ge=1, le=10_000, description="Utterances that may wait for a transcription.")
    ] = 200
    frames_s: Annotated[
        float, Meta(ge=1, le=600, description="Seconds of sound that may wait for the VAD.")
    ] = 30.0
    no_frame_s: Annotated[
        Seconds, Meta(description="An open microphone that gives no data for this long is lost.")
    ] = 1.0
    reopen_s: Annotated[
        Seconds, Meta(description="Seconds before a lost microphone is tried again; doubled after each try.")
    ] = 0.25
    reopen_max_s: Annotated[Seconds, Meta(description="The longest that waiting between tries gets.")] = 8.0
    resend_s: Annotated[
        Seconds,
        Meta(
            description="Seconds before what failed is sent again by itself; doubled after each try in vain."
        ),
    ] = 5.0
    resend_max_s: Annotated[Seconds, Meta(description="The longest that waiting gets.")] = 60.0
    silence_s: Annotated[
        float,
        Meta(
            ge=0,
            le=3600,
            description="Seconds of digital silence after which you are told that the microphone may be "
            "muted; 0 is off (where a noise filter silences every pause).",
        ),
    ] = 5.0
    spool_mb: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Megabytes of sound on the disk, beyond which the oldest goes that is delivered; "
            "what is not delivered is kept in any case.",
        ),
    ] = 1000
    drain_s: Annotated[
        Seconds, Meta(description="Grace, when told to end, for what is spoken but not delivered.")
    ] = 10.0
    cost_per_day: Annotated[
        float,
        Meta(
            ge=0, description="US dollars a day after which a service is not asked until tomorrow; 0 is off."
        ),
    ] = 0.0
