"""The pictures of the page of `dictated stats`, as SVG: each says in words what it shows."""

from __future__ import annotations

import math
from html import escape
from itertools import count
from typing import TYPE_CHECKING

from dictated.commands.histogram import spans

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from dictated.figures import Bin, Figures

_LEFT, _TOP, _BOTTOM = 52, 34, 26  # room for the text around a picture, in its own units
_RIGHT = 40
_TICKS = 5  # lines across, at most
_DATES = 7  # dates below, at most
_CHARACTER = 7  # the width of a wide one


def histogram(name: str, bins: Sequence[Bin], known: Figures, size: tuple[int, int]) -> str:
    """Draw bins of milliseconds as bars, with lines where half and 95 of a hundred are."""
    width, height = size
    base = height - _BOTTOM
    step = (width - 2 * _RIGHT) / len(bins)
    scale = (base - _TOP - 14) / max(one.count for one in bins)
    bars, texts = [], [_text(width - 2, height - 8, "ms", "end"), _end(bins[-1], width, height)]
    for place, (one, span) in enumerate(zip(bins, spans(bins), strict=True)):
        left, tall = _RIGHT + place * step, one.count * scale
        bars.append(_bar(left + 1, base - tall, step - 2, tall, f"{span}: {one.count}"))
        texts.append(_text(left, height - 8, str(one.low), "middle"))
        texts.append(_text(left + step / 2, base - tall - 4, str(one.count or ""), "middle"))
    per_ms = step / (bins[0].high - bins[0].low)
    for y, label, value in ((12, "p50", known.p50), (25, "p95", known.p95)):
        x = _RIGHT + (value - bins[0].low) * per_ms
        bars.append(f'<line class="mark" x1="{x:.1f}" y1="{y - 10}" x2="{x:.1f}" y2="{base}"/>')
        texts.append(_beside(x, y, f"{label} {value:.0f} ms", width))
    axis = f'<line class="axis" x1="{_RIGHT}" y1="{base}" x2="{width - _RIGHT}" y2="{base}"/>'
    summary = f"{known.count} utterances: half within {known.p50:.0f} ms, 95 of 100 within {known.p95:.0f} ms"
    return _svg(f"{name}: how many took how long", summary, size, [*bars, axis, *texts])


def _bar(x: float, y: float, width: float, height: float, title: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect class="bar" {place}><title>{escape(title)}</title></rect>'


def _end(last: Bin, width: int, height: int) -> str:
    """Say where the last bar ends."""
    if math.isinf(last.high):
        return _text(width - _RIGHT + 14, height - 8, "more", "end")
    return _text(width - _RIGHT, height - 8, str(int(last.high)), "middle")


def _beside(x: float, y: float, label: str, width: int) -> str:
    """Write to the right of a line, or to its left where there is no room."""
    if x + 4 + len(label) * _CHARACTER > width:
        return _text(x - 4, y, label, "end")
    return _text(x + 4, y, label, "start")


def days(name: str, by_day: Sequence[tuple[date, Figures]], size: tuple[int, int]) -> str:
    """Draw two lines over the days, one at least: where half and 95 of a hundred are, in milliseconds."""
    width, height = size
    base, first = height - _BOTTOM, by_day[0][0]
    span = max(1, (by_day[-1][0] - first).days)
    ticks = _ticks(max(known.p95 for _, known in by_day))
    scale = (base - _TOP) / ticks[-1]
    body = [_grid(tick, base - tick * scale, width) for tick in ticks]
    body.append(_text(_LEFT - 6, 14, "ms", "end"))
    places = [_LEFT + 8 + (day - first).days / span * (width - _LEFT - _RIGHT - 8) for day, _ in by_day]
    for every, (place, (day, _)) in enumerate(zip(places, by_day, strict=True)):
        if every % math.ceil(len(by_day) / _DATES) == 0:
            body.append(_text(place, height - 8, f"{day:%m-%d}", "middle"))
    for kind in ("p50", "p95"):
        points = [
            (x, base - getattr(known, kind) * scale, f"{day}, {kind}: {getattr(known, kind):.0f} ms")
            for x, (day, known) in zip(places, by_day, strict=True)
        ]
        body += _line(kind, points)
    return _svg(name, f"from {first} to {by_day[-1][0]}; the table below has the numbers", size, body)


def _line(kind: str, points: Sequence[tuple[float, float, str]]) -> list[str]:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
    dots = [
        f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{title}</title></circle>'
        for x, y, title in points
    ]
    x, y, _ = points[-1]
    y += 8 if kind == "p50" else -6  # the lines may meet, their names must not
    return [f'<polyline class="{kind}" points="{path}"/>', *dots, _text(x + 8, y + 4, kind, "start")]


def _grid(tick: int, y: float, width: int) -> str:
    line = f'<line class="grid" x1="{_LEFT}" y1="{y:.1f}" x2="{width - _RIGHT}" y2="{y:.1f}"/>'
    return line + _text(_LEFT - 6, y + 4, str(tick), "end")


def _ticks(most: float) -> list[int]:
    """Return round numbers from 0 to beyond the most, a few."""
    widths = (step * 10**power for power in count() for step in (1, 2, 5))
    width = next(one for one in widths if most / one < _TICKS)
    return [width * tick for tick in range(math.floor(most / width) + 2)]


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(title: str, description: str, size: tuple[int, int], body: Sequence[str]) -> str:
    """Put it into one picture, which a screen reader tells by its title and description."""
    width, height = size
    return (
        f'<svg role="img" viewBox="0 0 {width} {height}" aria-label="{escape(f"{title}. {description}")}">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(body)}</svg>"
    )
