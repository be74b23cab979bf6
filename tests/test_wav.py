"""Rules of WAV encoding: other programs read back sample for sample what went in."""

from __future__ import annotations

import io
import subprocess
import wave
from typing import TYPE_CHECKING

import pytest
from fixtures.screen import needs
from hypothesis import given
from hypothesis import strategies as st

from dictated import wav

if TYPE_CHECKING:
    from pathlib import Path

SOUND = b"".join(
    sample.to_bytes(2, "little", signed=True) for sample in (0, 1, -1, 258, 32_767, -32_768) * 1000
)


@given(samples=st.binary(max_size=4000).map(lambda pcm: pcm[: len(pcm) // 2 * 2]))
def test_the_standard_library_reads_back_every_sample(samples: bytes) -> None:
    with wave.open(io.BytesIO(wav.encode(samples))) as file:
        assert file.readframes(file.getnframes()) == samples


@pytest.mark.parametrize("samples", [b"", SOUND])
def test_the_standard_library_reads_16_bit_mono_at_16_khz(samples: bytes) -> None:
    with wave.open(io.BytesIO(wav.encode(samples))) as file:
        assert file.getparams()[:4] == (1, 2, 16_000, len(samples) // 2)


@pytest.mark.parametrize("samples", [b"", SOUND])
def test_sox_reads_back_every_sample(samples: bytes) -> None:
    needs("sox", "sox")
    command = ["sox", "-D", "-t", "wav", "-", "-t", "raw", "-e", "signed", "-b", "16", "-L", "-"]

    done = subprocess.run(command, input=wav.encode(samples), capture_output=True, check=True, timeout=20)

    assert (done.stdout, done.stderr) == (samples, b"")


@pytest.mark.parametrize(
    ("option", "answer"), [("-r", "16000"), ("-c", "1"), ("-b", "16"), ("-s", str(len(SOUND) // 2))]
)
def test_soxi_reads_the_header(option: str, answer: str, tmp_path: Path) -> None:
    needs("soxi", "sox")
    path = tmp_path / "sound.wav"
    path.write_bytes(wav.encode(SOUND))

    done = subprocess.run(["soxi", option, path], capture_output=True, check=True, timeout=20, text=True)

    assert (done.stdout.strip(), done.stderr) == (answer, "")


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="no whole number"):
        wav.encode(b"\x00\x01\x02")
