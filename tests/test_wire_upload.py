"""Rules of what is sent: other programs read the sound back, and no utterance is too large to send."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from typing import TYPE_CHECKING, get_args

import anyio
import numpy as np
import pytest
import soundfile
from fixtures.screen import needs
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from msgspec import inspect

from dictated.build import rules
from dictated.config import SegmentSettings
from dictated.framer import Framer
from dictated.segmenter import Segmenter
from dictated.types import FRAME_SECONDS, SAMPLE_BYTES, SAMPLE_RATE
from dictated.wire.upload import Format, encode

if TYPE_CHECKING:
    from pathlib import Path

FORMATS: tuple[Format, ...] = get_args(Format)
LARGEST_UPLOAD = 25_000_000
"""Bytes: what OpenAI and OpenRouter take as a file ("25 MB", read as the smaller of its two meanings)."""
UPSTREAM_S = 60
"""Seconds after which OpenRouter gives up on a request."""
FORM_BYTES = 16_384
"""More than the rest of a request: its headers, the longest prompt (1000 characters), the vocabulary."""
TONE = (8000 * np.sin(np.arange(SAMPLE_RATE) * 0.2)).astype("<i2").tobytes()
NOISE = np.random.default_rng(0).integers(-32768, 32767, SAMPLE_RATE, dtype="<i2").tobytes()


def longest_pcm() -> bytes:
    """Noise, which no format makes small, cut by the segmenter at the greatest lengths the configuration takes."""
    most = {
        field.name: most_of(field.type)
        for field in inspect.type_info(SegmentSettings).fields
        if field.name not in {"least_speech_ms", "dip_window_s"}
    }
    settings = SegmentSettings(
        **most, dip_window_s=FRAME_SECONDS
    )  # cut where the length runs out, not before
    segmenter = Segmenter(rules(settings))
    frames = Framer().push(NOISE * int(2 * most["longest_s"]))
    return max((cut.pcm for frame in frames if (cut := segmenter.push(frame, speech=True))), key=len)


def most_of(kind: inspect.Type) -> float:
    return (kind.type if isinstance(kind, inspect.Metadata) else kind).le


@pytest.mark.parametrize(
    ("form", "media_type", "filename"),
    [
        ("wav", "audio/wav", "utterance.wav"),
        ("flac", "audio/flac", "utterance.flac"),
        ("ogg", "audio/ogg", "utterance.ogg"),
    ],
)
async def test_a_file_has_the_media_type_and_the_name_of_its_format(
    form: Format, media_type: str, filename: str
) -> None:
    upload = await encode(TONE, form)

    assert (upload.format, upload.media_type, upload.filename) == (form, media_type, filename)


@pytest.mark.parametrize("form", ["wav", "flac"])
@given(samples=st.binary(min_size=2, max_size=4000))
@examples(max_examples=50)
def test_wav_and_flac_give_back_every_sample(form: Format, samples: bytes) -> None:
    pcm = samples[: len(samples) // SAMPLE_BYTES * SAMPLE_BYTES]

    content = anyio.run(encode, pcm, form).content

    assert soundfile.read(io.BytesIO(content), dtype="int16")[0].tobytes() == pcm


@given(length=st.integers(1, 3 * SAMPLE_RATE))
@examples(max_examples=15)
def test_ogg_gives_back_as_many_samples_as_it_was_given(length: int) -> None:
    content = anyio.run(encode, (TONE * 3)[: length * SAMPLE_BYTES], "ogg").content

    assert len(soundfile.read(io.BytesIO(content))[0]) == length


async def test_ogg_sounds_as_what_it_was_given() -> None:
    upload = await encode(TONE, "ogg")

    heard, _ = soundfile.read(io.BytesIO(upload.content), dtype="int16")
    assert np.corrcoef(heard, np.frombuffer(TONE, "<i2"))[0, 1] > 0.99


@pytest.mark.parametrize("form", FORMATS)
async def test_a_file_is_mono_at_16_khz(form: Format) -> None:
    upload = await encode(TONE, form)

    info = soundfile.info(io.BytesIO(upload.content))
    assert (info.channels, info.samplerate) == (1, SAMPLE_RATE)


@pytest.mark.parametrize("pcm", [TONE, NOISE])
def test_sox_reads_back_every_sample_of_flac(pcm: bytes) -> None:
    needs("sox", "sox")
    command = ["sox", "-D", "-t", "flac", "-", "-t", "raw", "-e", "signed", "-b", "16", "-L", "-"]

    content = anyio.run(encode, pcm, "flac").content

    done = subprocess.run(command, input=content, capture_output=True, check=True, timeout=20)
    assert (done.stdout, done.stderr) == (pcm, b"")


def test_opusinfo_finds_a_second_of_mono_opus_and_nothing_wrong(tmp_path: Path) -> None:
    needs("opusinfo", "opus-tools")
    path = tmp_path / "utterance.ogg"
    path.write_bytes(anyio.run(encode, TONE, "ogg").content)

    done = subprocess.run(["opusinfo", path], capture_output=True, check=True, timeout=20, text=True)

    for line in ("Channels: 1", "Original sample rate: 16000", "Playback length: 0m:01.000s"):
        assert line in done.stdout
    assert "WARNING" not in done.stdout + done.stderr


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("pcm", [b"", b"\0", b"\0\1\2"])
async def test_no_sound_and_half_a_sample_are_refused(form: Format, pcm: bytes) -> None:
    with pytest.raises(ValueError, match="no whole number"):
        await encode(pcm, form)


@pytest.mark.parametrize("form", FORMATS)
async def test_the_longest_utterance_is_below_every_service_s_limit_in_base64_too(form: Format) -> None:
    upload = await encode(longest_pcm(), form)

    assert len(base64.b64encode(upload.content)) + FORM_BYTES < LARGEST_UPLOAD


@pytest.mark.parametrize("form", FORMATS)
async def test_the_longest_utterance_is_up_at_1_mbit_s_before_a_service_gives_up(form: Format) -> None:
    upload = await encode(longest_pcm(), form)

    assert (len(base64.b64encode(upload.content)) + FORM_BYTES) * 8 / 1e6 < UPSTREAM_S


def test_who_sends_wav_does_not_load_libsndfile() -> None:
    script = (
        "import anyio, sys; from dictated.wire.upload import encode;"
        "anyio.run(encode, bytes(2), 'wav'); sys.exit('soundfile' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=20).returncode == 0
