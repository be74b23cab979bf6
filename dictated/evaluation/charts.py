"""Plots of scores as SVG that stands inside a page: colours are the page's, and every mark has its words."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from dictated.evaluation.table import percent, seconds
from dictated.figures import percentile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dictated.evaluation.score import Score
    from dictated.evaluation.words import Unit

WIDTH = 760
"""Units across; the page scales it."""
LEFT, RIGHT = 230, 70
"""Room for names, and for the figure behind a bar."""
LANE, BAR = 46, 22
TOP, BOTTOM = 12, 30
DOT = 3.5

KINDS = ("substitutions", "deletions", "insertions")
NAMES = {"substitutions": "another word", "deletions": "missing", "insertions": "added"}

LONGEST_NAME = 30
"""Characters of an engine's name and model that find room."""

STEPS = (1, 2, 5)


def errors_chart(scores: Sequence[Score], of: Unit) -> str:
    """Draw a bar for each engine: its error rate, parted by kind."""
    rates = [score.errors(of).rate or 0.0 for score in scores]
    scale = _Scale(max([*rates, 0.01]))
    body = [_axis(scale, len(scores), lambda value: f"{value * 100:.3g}\N{NO-BREAK SPACE}%")]
    for lane, score in enumerate(scores):
        errors, at = score.errors(of), 0.0
        top = TOP + lane * LANE + (LANE - BAR) / 2
        for kind in KINDS:
            share = getattr(errors, kind) / errors.units if errors.units else 0.0
            body.append(
                _rect(kind, scale(at), top, scale(at + share) - scale(at), f"{NAMES[kind]}: {percent(share)}")
            )
            at += share
        body.append(_name(score, lane))
        body.append(_text(scale(at) + 8, top + BAR * 0.72, percent(errors.rate), "figure"))
    told = "; ".join(f"{score.label} {percent(score.errors(of).rate)}" for score in scores)
    return _svg(f"Error rate in {of} for each engine", told, len(scores), body)


def latency_chart(scores: Sequence[Score]) -> str:
    """Draw for each engine every answer's time as a dot, the middle half as a box, its median as a line."""
    scale = _Scale(max([time for score in scores for time in score.latencies] or [1.0]) or 1.0)
    body = [_axis(scale, len(scores), lambda value: f"{value:.3g} s")]
    for lane, score in enumerate(scores):
        body.append(_name(score, lane))
        body += _box(score.latencies, scale, TOP + (lane + 0.5) * LANE)
    told = "; ".join(
        f"{score.label}: median {seconds(score.within(50))}, 95 of 100 within {seconds(score.within(95))}"
        for score in scores
    )
    return _svg("Seconds from the question to the text of each utterance", told, len(scores), body)


class _Scale:
    """Turns values from 0 to `most` into places across."""

    def __init__(self, most: float) -> None:
        self.step = _step(most)
        self.most = -(-most // self.step) * self.step

    def __call__(self, value: float) -> float:
        return LEFT + value / self.most * (WIDTH - LEFT - RIGHT)


def _step(most: float) -> float:
    """Return the round number that makes at most five lines up to `most`."""
    tens = 10.0**-6
    while tens * STEPS[-1] * 5 < most:
        tens *= 10
    return next(tens * step for step in STEPS if tens * step * 5 >= most)


def _axis(scale: _Scale, lanes: int, shown: Callable[[float], str]) -> str:
    bottom = TOP + lanes * LANE
    marks = []
    for number in range(round(scale.most / scale.step) + 1):
        x = scale(number * scale.step)
        marks.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{bottom}"/>')
        marks.append(_text(x, bottom + 18, shown(number * scale.step), "tick"))
    return "".join(marks)


def _box(times: Sequence[float], scale: _Scale, middle: float) -> list[str]:
    if not times:
        return [_text(LEFT + 8, middle + 4, "no answer", "figure")]
    low, mid, high, most = (percentile(sorted(times), share) for share in (25, 50, 75, 95))
    top = middle - BAR / 2
    return [
        *(f'<circle class="dot" cx="{scale(time):.1f}" cy="{middle:.1f}" r="{DOT}"/>' for time in times),
        _rect("box", scale(low), top, max(scale(high) - scale(low), 1), f"middle half: to {seconds(high)}"),
        _upright("median", scale(mid), top, f"median: {seconds(mid)}"),
        _upright("p95", scale(most), top, f"95 of 100: {seconds(most)}"),
    ]


def _rect(kind: str, x: float, y: float, width: float, told: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{BAR}"'
    return f'<rect class="{kind}" {place}><title>{escape(told)}</title></rect>'


def _upright(kind: str, x: float, y: float, told: str) -> str:
    place = f'x1="{x:.1f}" x2="{x:.1f}" y1="{y:.1f}" y2="{y + BAR:.1f}"'
    return f'<line class="{kind}" {place}><title>{escape(told)}</title></line>'


def _name(score: Score, lane: int) -> str:
    label = score.label if len(score.label) <= LONGEST_NAME else score.label[: LONGEST_NAME - 1] + "…"
    return _text(LEFT - 10, TOP + (lane + 0.5) * LANE + 5, label, "name")


def _text(x: float, y: float, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def _svg(title: str, told: str, lanes: int, body: Sequence[str]) -> str:
    height = TOP + lanes * LANE + BOTTOM
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(f"{title}: {told}")}">'
        f"{''.join(body)}</svg>"
    )
