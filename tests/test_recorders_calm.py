from __future__ import annotations

import numpy as np
import pytest

from dictated.recorders.calm import AWAKE, Calm

chance = np.random.default_rng(0)


def noise(level: float, samples: int = 320) -> bytes:
    return (chance.standard_normal(samples) * level).astype("<i2").tobytes()


def hears(*blocks: bytes) -> bool:
    calm = Calm()
    return [calm.hear(block) for block in blocks][-1]


@pytest.mark.parametrize("level", [0, 1, 33, 1000])
def test_a_room_of_steady_noise_is_calm_in_the_end(level: float) -> None:
    assert hears(*[noise(level) for _ in range(2 * AWAKE)])


def test_a_room_is_not_calm_before_it_was_heard_for_a_while() -> None:
    assert not hears(*[noise(33) for _ in range(AWAKE - 1)])


def test_one_loud_block_ends_the_calm() -> None:
    assert not hears(*[noise(33)] * 2 * AWAKE, noise(400))


def test_a_room_is_not_calm_for_a_while_after_a_loud_block() -> None:
    assert not hears(*[noise(33)] * 2 * AWAKE, noise(400), *[noise(33)] * (AWAKE - 2))


def test_a_fan_that_was_switched_on_is_calm_after_a_while() -> None:
    assert hears(*[noise(33) for _ in range(AWAKE)], *[noise(1000) for _ in range(4 * AWAKE)])


def test_blocks_of_any_rate_and_number_of_channels_are_heard() -> None:
    assert hears(*[noise(33, 1920)] * 2 * AWAKE)


def test_nothing_at_all_is_calm() -> None:
    assert hears(*[b""] * 2 * AWAKE)
