"""Draws the tray's icon: a microphone, closed or open, and a badge beside it.

No theme has a picture for each of them, and a theme's symbolic icons are black on a black bar where the host
does not colour them: ours are light with a dark edge. Each differs from the others without its colour, too.
"""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

import numpy as np

from dictated.tray.look import Badge

SIZES = (22, 24, 48)
"""Pixels a side; a host takes the one that fits best, or scales it."""

Field: TypeAlias = "np.ndarray[tuple[int, int], np.dtype[np.float64]]"
"""For every pixel its distance from the edge of a shape, in the drawing's own unit; less than 0 is inside."""

_UNITS = 24.0
"""The drawing's own width and height."""

_EDGE = 1.1
"""How far the dark edge goes beyond the shape."""

_EDGE_ALPHA = 0.6
_LIGHT = (0.95, 0.95, 0.95)
_RED = (1.0, 0.32, 0.32)
_BLUE = (0.45, 0.75, 1.0)
_AMBER = (1.0, 0.77, 0.1)

Pixmap: TypeAlias = tuple[int, int, bytes]


@cache
def pixmaps(badge: Badge, *, listening: bool) -> list[Pixmap]:
    """Return the icon in every size: width, height, and pixels of 32 bits ARGB in network byte order."""
    return [(size, size, draw(badge, size, listening=listening)) for size in SIZES]


def draw(badge: Badge, size: int, *, listening: bool) -> bytes:
    """Return the icon's pixels, row by row, each alpha, red, green, blue; alpha is not multiplied in."""
    x, y = _canvas(size)
    microphone = _microphone(x, y, listening=listening)
    sign, around = _badge(badge, x, y)
    microphone = np.maximum(microphone, -around)
    colour = _RED if listening else _LIGHT
    image = np.zeros((size, size, 4))
    _paint(image, np.minimum(microphone, sign) - _EDGE, (0.0, 0.0, 0.0), _EDGE_ALPHA)
    _paint(image, microphone, colour)
    _paint(image, sign, _AMBER if badge is Badge.ATTENTION else _BLUE)
    return (image * 255).round().astype(np.uint8).tobytes()


def _canvas(size: int) -> tuple[Field, Field]:
    middles = (np.arange(size) + 0.5) * _UNITS / size
    x, y = np.meshgrid(middles, middles)
    return x, y


def _microphone(x: Field, y: Field, *, listening: bool) -> Field:
    """A capsule in a cradle on a foot; closed, it is hollow and struck through."""
    capsule = _line(x, y, (12, 6), (12, 11), 3.6)
    below = np.maximum(np.abs(np.hypot(x - 12, y - 11) - 6.6) - 0.9, 11 - y)
    foot = np.minimum(_line(x, y, (12, 18), (12, 21), 0.9), _line(x, y, (8.5, 21.4), (15.5, 21.4), 0.9))
    stand = np.minimum(below, foot)
    if listening:
        return np.minimum(capsule, stand)
    hollow = np.minimum(np.maximum(capsule, -(capsule + 1.6)), stand)
    stroke = ((4.0, 3.0), (20.0, 21.0))
    return np.minimum(np.maximum(hollow, -_line(x, y, *stroke, 2.2)), _line(x, y, *stroke, 1.0))


def _badge(badge: Badge, x: Field, y: Field) -> tuple[Field, Field]:
    """Return the badge in the lower right corner, and the room it takes from the microphone."""
    match badge:
        case Badge.ATTENTION:  # a disc with an exclamation mark cut out
            disc = np.hypot(x - 17.5, y - 17.5) - 5.8
            mark = np.minimum(
                _line(x, y, (17.5, 14.2), (17.5, 17.6), 1.1), np.hypot(x - 17.5, y - 20.8) - 1.2
            )
            return np.maximum(disc, -mark), disc - 1.0
        case Badge.WORKING:  # three dots
            dots = [np.hypot(x - centre, y - 19.5) - 1.9 for centre in (10.7, 15.9, 21.1)]
            return np.minimum.reduce(dots), _line(x, y, (10.7, 19.5), (21.1, 19.5), 3.0)
        case _:
            nowhere = np.full_like(x, _UNITS)
            return nowhere, nowhere


def _line(x: Field, y: Field, start: tuple[float, float], end: tuple[float, float], width: float) -> Field:
    """A line with round ends, so wide to either side."""
    along = (end[0] - start[0], end[1] - start[1])
    length = along[0] ** 2 + along[1] ** 2
    part = np.clip(((x - start[0]) * along[0] + (y - start[1]) * along[1]) / length, 0, 1)
    return np.hypot(x - start[0] - part * along[0], y - start[1] - part * along[1]) - width


def _paint(image: np.ndarray, shape: Field, colour: tuple[float, float, float], alpha: float = 1.0) -> None:
    """Lay a shape over the image; its edge is as soft as a pixel is wide."""
    above = np.clip(0.5 - shape * image.shape[0] / _UNITS, 0, 1) * alpha
    below = image[..., 0] * (1 - above)
    total = np.maximum(above + below, 1e-9)
    for channel, value in enumerate(colour, start=1):
        image[..., channel] = (above * value + below * image[..., channel]) / total
    image[..., 0] = above + below
