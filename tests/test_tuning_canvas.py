from __future__ import annotations

import io
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import matplotlib.image
import numpy as np
import pytest

from dictated.tuning.canvas import DARK, LIGHT, Pixels, Svg

if TYPE_CHECKING:
    from dictated.tuning.canvas import Canvas

BLUE = tuple(bytes.fromhex(LIGHT["level"][1:]))
WHITE = (255, 255, 255)


def dots(canvas: Canvas) -> np.ndarray:
    """Read by somebody else, as 8-bit RGB."""
    return np.round(matplotlib.image.imread(io.BytesIO(canvas.encoded())) * 255).astype(int)


def test_a_png_is_as_large_as_asked_and_read_by_others() -> None:
    assert dots(Pixels((30, 20))).shape == (20, 30, 3)


def test_a_rectangle_fills_its_dots_and_no_others() -> None:
    canvas = Pixels((10, 10))
    canvas.rect((2, 3), (4, 5), "level")
    blue = np.all(dots(canvas) == BLUE, axis=2)
    assert (blue.sum(), blue[3:8, 2:6].all()) == (20, True)


def test_a_thin_rectangle_is_still_seen() -> None:
    canvas = Pixels((10, 10))
    canvas.rect((2, 3), (0.1, 5), "level")
    assert np.all(dots(canvas) == BLUE, axis=2).sum() == 5


def test_an_area_lies_below_its_line() -> None:
    canvas = Pixels((10, 10))
    canvas.area([(0, 8), (9, 2)], 10, "level")
    assert (tuple(dots(canvas)[5, 9]), tuple(dots(canvas)[5, 0])) == (BLUE, WHITE)


@pytest.mark.parametrize("canvas", [Pixels((10, 10)), Svg((10, 10), "told")])
def test_what_lies_outside_and_what_is_empty_harms_nobody(canvas: Canvas) -> None:
    canvas.rect((-5, -5), (100, 100), "cut")
    canvas.area([], 5, "level")
    canvas.text((8, 8), "wide & <high>", "ink")
    assert canvas.encoded()


def test_letters_leave_ink() -> None:
    canvas = Pixels((100, 20))
    canvas.text((2, 2), "a1", "ink")
    assert (dots(canvas) != 255).any()


def test_an_svg_follows_light_and_dark_and_says_what_it_shows() -> None:
    shown = Svg((10, 10), 'a "plot"').encoded().decode()
    assert ET.fromstring(shown).attrib["aria-label"] == 'a "plot"'  # noqa: S314 (we wrote it)
    assert LIGHT["level"] in shown.split("@media")[0]
    assert DARK["level"] in shown.split("@media")[1]


def test_every_colour_is_there_in_light_and_in_dark() -> None:
    assert LIGHT.keys() == DARK.keys()
