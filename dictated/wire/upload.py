"""The sound of an utterance as services take it: wav, flac, or ogg (Opus)."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Literal

from anyio import to_thread

from dictated import wav
from dictated.types import SAMPLE_BYTES, SAMPLE_RATE

Format = Literal["wav", "flac", "ogg"]

_MEDIA_TYPES: dict[Format, str] = {"wav": "audio/wav", "flac": "audio/flac", "ogg": "audio/ogg"}
"""RFC 9639 names audio/flac, RFC 5334 audio/ogg; audio/wav is what services and browsers write."""

_CODINGS = {"flac": ("FLAC", "PCM_16"), "ogg": ("OGG", "OPUS")}
"""What libsndfile calls a format and its subtype."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file made of 16-bit mono at 16 kHz: its bytes, its format's name, its media type, a file name."""

    content: bytes = field(repr=False)
    format: Format
    media_type: str
    filename: str


async def encode(pcm: bytes, form: Format) -> Upload:
    """Return the sound as a file; what takes longer than a millisecond is done in a worker thread.

    Raises:
        ValueError: there is no sound, or the last sample is half there.
    """
    if not pcm or len(pcm) % SAMPLE_BYTES:
        raise ValueError(f"{len(pcm)} bytes are no whole number of {SAMPLE_BYTES}-byte samples above none")
    # A WAV file is a header before the samples: less work than waking a thread.
    content = wav.encode(pcm) if form == "wav" else await to_thread.run_sync(_compress, pcm, form)
    return Upload(content, form, _MEDIA_TYPES[form], f"utterance.{form}")


def _compress(pcm: bytes, form: Format) -> bytes:
    # Imported here: who sends wav need not load libsndfile.
    import numpy as np  # noqa: PLC0415 (see above)
    import soundfile  # noqa: PLC0415 (see above)

    file = io.BytesIO()
    kind, subtype = _CODINGS[form]
    soundfile.write(file, np.frombuffer(pcm, dtype="<i2"), SAMPLE_RATE, subtype, format=kind)
    return file.getvalue()
