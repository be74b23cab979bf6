"""What a plot is drawn on, and the two there are: SVG, and pixels that become a PNG."""

from __future__ import annotations

import struct
import zlib
from html import escape
from typing import TYPE_CHECKING, Protocol

import numpy as np

from dictated.tuning.letters import HEIGHT, WIDTH, letter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LIGHT = {
    "ground": "#ffffff",
    "ink": "#1d2430",
    "faint": "#5b6675",
    "line": "#d4dae2",
    "cut": "#e3edf8",
    "level": "#2f6db5",
    "speech": "#b06a00",
    "clipped": "#c0202c",
}
DARK = {
    "ground": "#14181f",
    "ink": "#e8ecf2",
    "faint": "#a3adba",
    "line": "#38414d",
    "cut": "#22324a",
    "level": "#74aef0",
    "speech": "#e0a83c",
    "clipped": "#ff7a7a",
}
"""Colours by what they are for."""

SCALE = 2
"""Pixels a dot of a letter."""

Point = tuple[float, float]


class Canvas(Protocol):
    """Takes shapes in pixels from the upper left; a later one covers those before. Colours as in `LIGHT`."""

    def rect(self, at: Point, size: Point, colour: str) -> None:
        """Fill a rectangle."""
        ...

    def area(self, tops: Sequence[Point], bottom: float, colour: str) -> None:
        """Fill what is below a line whose points go from left to right, down to `bottom`."""
        ...

    def text(self, at: Point, text: str, colour: str) -> None:
        """Write a line; `at` is its upper left, a letter is 12 wide and 16 high."""
        ...

    def encoded(self) -> bytes:
        """Return the file."""
        ...


class Svg:
    """A drawing whose colours follow the viewer's light or dark."""

    def __init__(self, size: tuple[int, int], told: str) -> None:
        """`told` says in words what is drawn."""
        head = f'viewBox="0 0 {size[0]} {size[1]}" role="img" aria-label="{escape(told)}"'
        dark = f"@media (prefers-color-scheme: dark) {{ {_rules(DARK)} }}"
        self._parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" {head}>',
            f"<style>{_rules(LIGHT)} {dark} text {{ font: 15px system-ui, sans-serif; }}</style>",
        ]
        self.rect((0, 0), size, "ground")

    def rect(self, at: Point, size: Point, colour: str) -> None:
        """Fill a rectangle."""
        place = f'x="{at[0]:.1f}" y="{at[1]:.1f}" width="{size[0]:.1f}" height="{size[1]:.1f}"'
        self._parts.append(f'<rect class="{colour}" {place}/>')

    def area(self, tops: Sequence[Point], bottom: float, colour: str) -> None:
        """Fill what is below a line."""
        points = [(tops[0][0], bottom), *tops, (tops[-1][0], bottom)] if tops else []
        told = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._parts.append(f'<polygon class="{colour}" points="{told}"/>')

    def text(self, at: Point, text: str, colour: str) -> None:
        """Write a line."""
        self._parts.append(
            f'<text class="{colour}" x="{at[0]:.1f}" y="{at[1] + 13:.1f}">{escape(text)}</text>'
        )

    def encoded(self) -> bytes:
        """Return the file."""
        return "\n".join([*self._parts, "</svg>\n"]).encode()


class Pixels:
    """A picture of dots, in light colours."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._dots = np.zeros((size[1], size[0], 3), np.uint8)
        self.rect((0, 0), size, "ground")

    def rect(self, at: Point, size: Point, colour: str) -> None:
        """Fill a rectangle, at least a dot of it."""
        (left, top), (width, height) = at, size
        right, bottom = max(round(left + width), round(left) + 1), max(round(top + height), round(top) + 1)
        self._dots[max(0, round(top)) : bottom, max(0, round(left)) : right] = _rgb(colour)

    def area(self, tops: Sequence[Point], bottom: float, colour: str) -> None:
        """Fill what is below a line."""
        if not tops:
            return
        x, y = zip(*tops, strict=True)
        for column in range(round(x[0]), round(x[-1]) + 1):
            top = float(np.interp(column, x, y))
            self.rect((column, top), (1, bottom - top), colour)

    def text(self, at: Point, text: str, colour: str) -> None:
        """Write a line, of what letters there are."""
        for number, char in enumerate(text):
            left = at[0] + number * (WIDTH + 1) * SCALE
            for row, dots in enumerate(letter(char)):
                for column, dot in enumerate(dots):
                    if dot == "#":
                        place = (left + column * SCALE, at[1] + row * SCALE)
                        self.rect(place, (SCALE, SCALE), colour)

    def encoded(self) -> bytes:
        """Return a PNG (ISO/IEC 15948): 8-bit RGB, rows unfiltered."""
        height, width, _ = self._dots.shape
        head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        rows = b"".join(b"\0" + row.tobytes() for row in self._dots)
        chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


LETTER_WIDTH, LETTER_HEIGHT = (WIDTH + 1) * SCALE, HEIGHT * SCALE


def _rules(colours: Mapping[str, str]) -> str:
    return " ".join(f".{name} {{ fill: {value}; }}" for name, value in colours.items())


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(LIGHT[colour][1:]))


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
