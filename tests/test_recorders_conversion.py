from __future__ import annotations

import numpy as np
import pytest
import signals
from hypothesis import given
from hypothesis import strategies as st

from dictated.recorders.conversion import Conversion


def converted(samples: np.ndarray, rate: int, block: int = 1000) -> np.ndarray:
    """Return the samples, shape (n, channels), as the program hears them, full scale ±1."""
    conversion = Conversion(rate, samples.shape[1])
    blocks = [samples[at : at + block].astype(np.float32) for at in range(0, len(samples), block)]
    pcm = b"".join(conversion.push(each) for each in blocks) + conversion.flush()
    return np.frombuffer(pcm, "<i2") / 32768


@given(st.lists(st.integers(-32768, 32767), min_size=1))
def test_our_own_form_passes_bit_for_bit(values: list[int]) -> None:
    pcm = np.array(values, "<i2").tobytes()
    assert Conversion(16_000, 1).push_pcm(pcm) == pcm


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000])
def test_a_tone_keeps_its_pitch_level_and_length(rate: int) -> None:
    heard = converted(signals.tone(1, 1000, rate)[:, None], rate)
    measured = (signals.pitch(heard), signals.level(heard), len(heard))
    assert measured == pytest.approx((1000, 0.5 / 2**0.5, 16_000), rel=0.01)


@pytest.mark.parametrize("rate", [32_000, 44_100, 48_000])
def test_what_would_alias_is_taken_out(rate: int) -> None:
    heard = converted(signals.tone(1, 10_000, rate)[:, None], rate)
    assert signals.level(heard[1000:-1000]) < 0.0001  # without the clicks where it begins and ends


def test_channels_are_averaged() -> None:
    stereo = np.stack([signals.tone(0.1), np.zeros(1600)], axis=1)
    assert np.allclose(converted(stereo, 16_000), signals.tone(0.1) / 2, atol=1e-4)


@pytest.mark.parametrize("block", [7, 100, 441, 1000, 5000])
def test_any_chunking_gives_the_same_sound(block: int) -> None:
    sound = signals.tone(0.3, 700, 44_100)[:, None]
    assert np.array_equal(converted(sound, 44_100, block), converted(sound, 44_100, len(sound)))


@pytest.mark.parametrize(
    ("sample", "heard"),
    [(2.0, 32767), (-2.0, -32768), (float("inf"), 32767), (float("nan"), 0), (1.0, 32767)],
)
def test_what_is_louder_than_full_scale_is_clipped(sample: float, heard: int) -> None:
    pcm = Conversion(16_000, 1).push(np.array([[sample]], np.float32))
    assert np.frombuffer(pcm, "<i2").tolist() == [heard]


def test_interleaved_samples_are_taken_apart() -> None:
    pcm = np.array([100, 300, -100, -300], "<i2").tobytes()
    assert np.frombuffer(Conversion(16_000, 2).push_pcm(pcm), "<i2").tolist() == [200, -200]
