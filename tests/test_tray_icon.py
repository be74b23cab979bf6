from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from dictated.tray.icon import SIZES, draw, pixmaps
from dictated.tray.look import Badge

ALL = list(product(Badge, (False, True)))


def image(badge: Badge, size: int, *, listening: bool) -> np.ndarray:
    """Alpha, red, green and blue of every pixel."""
    return np.frombuffer(draw(badge, size, listening=listening), np.uint8).reshape(size, size, 4)


def grey(badge: Badge, *, listening: bool) -> np.ndarray:
    """The icon on a black bar, as who sees no colour sees it (ITU-R BT.601)."""
    drawn = image(badge, 22, listening=listening) / 255
    return drawn[..., 0] * (drawn[..., 1:] @ [0.299, 0.587, 0.114])


def test_there_is_a_picture_of_every_size() -> None:
    assert [(width, height, len(drawn)) for width, height, drawn in pixmaps(Badge.NONE, listening=True)] == [
        (size, size, 4 * size * size) for size in SIZES
    ]


@pytest.mark.parametrize(("one", "other"), list(combinations(ALL, 2)))
def test_icons_differ_without_their_colour(one: tuple[Badge, bool], other: tuple[Badge, bool]) -> None:
    difference = np.abs(grey(one[0], listening=one[1]) - grey(other[0], listening=other[1]))
    assert (difference > 0.3).sum() >= 22  # of the 484 pixels of the smallest


@pytest.mark.parametrize(("badge", "listening"), ALL)
@pytest.mark.parametrize("bar", [0, 255])
def test_an_icon_stands_out_from_a_black_and_from_a_white_bar(
    badge: Badge,
    listening: bool,  # noqa: FBT001 (a row of the table)
    bar: int,
) -> None:
    drawn = image(badge, 24, listening=listening).astype(float)
    alpha = drawn[..., :1] / 255
    seen = drawn[..., 1:] * alpha + bar * (1 - alpha)
    assert (np.abs(seen - bar).max(axis=2) > 100).sum() >= 60


def test_the_bytes_are_alpha_red_green_blue() -> None:
    middle = image(Badge.NONE, 48, listening=True)[17, 24]
    assert middle.tolist() == [255, 255, 82, 82]


@pytest.mark.parametrize("size", SIZES)
def test_the_corners_are_clear(size: int) -> None:
    assert image(Badge.NONE, size, listening=True)[[0, 0, -1, -1], [0, -1, 0, -1], 0].tolist() == [0, 0, 0, 0]
