"""What the numbers beside a text say: how sure the model was."""

from __future__ import annotations

from typing import Any

from dictated.types import Evidence
from dictated.wire.amount import number


def evidence(segments: Any) -> Evidence:
    """Read the `segments` of a verbose_json answer, of any shape; what is not there is None.

    `logprob` is the mean of `avg_logprob`, weighted by the segments' lengths.
    """
    parts = [part for part in segments if isinstance(part, dict)] if isinstance(segments, list) else []
    silences = [number(part.get("no_speech_prob")) for part in parts]
    sure = [(number(part.get("avg_logprob")), _length(part)) for part in parts]
    return Evidence(
        no_speech=min((value for value in silences if value is not None), default=None),
        logprob=_mean([(value, weight) for value, weight in sure if value is not None]),
    )


def _length(part: dict[str, Any]) -> float:
    start, end = number(part.get("start")), number(part.get("end"))
    return 0.0 if start is None or end is None else max(end - start, 0.0)


def _mean(weighted: list[tuple[float, float]]) -> float | None:
    """Every value counts alike where no segment has a length."""
    if not weighted:
        return None
    if not sum(weight for _, weight in weighted):
        weighted = [(value, 1.0) for value, _ in weighted]
    return sum(value * weight for value, weight in weighted) / sum(weight for _, weight in weighted)
