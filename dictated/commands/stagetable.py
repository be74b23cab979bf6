"""How long each stage took, engine by engine: the figures of `dictated stats` in each of its forms."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from dictated.figures import Figures, figures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dictated.stages import Latency

HEADING = ("stage", "p50", "p95", "max", "utterances")

WHOLE = "end to end"

LEAST_MS = 10
"""Bins of the whole are no narrower: nobody feels less."""

RATIO = "real-time factor"
"""Seconds the engine worked for each second of sound: the one figure that is no time."""

MEANING = {
    "pause": "from the end of speech until it is taken for one",
    "wait for words": "from there until the words are there and it is their turn",
    "delivery": "from there until the last place has them",
    WHOLE: "from the end of speech until the last place has them",
    "engine": "how long the engine worked; it may have begun within the pause",
    RATIO: "seconds the engine worked for each second of sound",
}
"""The stages, by the names a user sees."""


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one stage with one engine, in seconds but for those of `RATIO`."""

    stage: str
    engine: str
    figures: Figures

    def cells(self) -> tuple[str, ...]:
        """Return them as text, in the order of the heading."""
        known = (self.figures.p50, self.figures.p95, self.figures.max)
        shown = [f"{one:.3f}" if self.stage == RATIO else f"{one * 1000:.0f} ms" for one in known]
        return (self.stage, *shown, str(self.figures.count))

    def object(self) -> dict[str, Any]:
        """Return them for JSON."""
        return {"stage": self.stage.replace(" ", "_").replace("-", "_"), "engine": self.engine} | {
            name: value if name == "count" else round(value, 6)
            for name, value in asdict(self.figures).items()
        }


def by_engine(latencies: Sequence[Latency]) -> dict[str, list[Latency]]:
    """Sort them by engine, in the order they first answered."""
    sorted_out: dict[str, list[Latency]] = {}
    for latency in latencies:
        sorted_out.setdefault(latency.engine, []).append(latency)
    return sorted_out


def rows(latencies: Sequence[Latency]) -> list[Row]:
    """Return a row a stage for each engine."""
    return [row for one in by_engine(latencies).items() for row in _rows(*one)]


def table(latencies: Sequence[Latency]) -> list[tuple[str, ...]]:
    """Return heading and rows as text, with a first column for the engine where there are several."""
    made = rows(latencies)
    if len({row.engine for row in made}) == 1:
        return [HEADING, *(row.cells() for row in made)]
    return [("engine", *HEADING), *((row.engine, *row.cells()) for row in made)]


def milliseconds(latencies: Sequence[Latency], stage: str = WHOLE) -> list[float]:
    """Return how long that stage of each took."""
    return [_values(latency)[stage] * 1000 for latency in latencies]


def _rows(engine: str, latencies: Sequence[Latency]) -> list[Row]:
    values = [_values(latency) for latency in latencies]
    return [Row(stage, engine, figures([one[stage] for one in values])) for stage in MEANING]


def _values(latency: Latency) -> dict[str, float]:
    stages = latency.stages
    ratio = latency.took / stages.sound if stages.sound else 0.0
    values = (stages.pause, stages.wait, stages.delivery, stages.whole, latency.took, ratio)
    return dict(zip(MEANING, values, strict=True))
