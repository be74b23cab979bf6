"""Scores as what JSON can write: the figures of each engine, and of each recording what was wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dictated.evaluation.words import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dictated.evaluation.alignment import Difference
    from dictated.evaluation.score import Errors, Result, Score

_DIGITS = 4


def as_json(scores: Sequence[Score], *, words: bool) -> str:
    """Write one object; without `words`, nothing of what was said or understood is in it."""
    told = {"engines": [_engine(score, words=words) for score in scores]}
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _engine(score: Score, *, words: bool) -> dict[str, object]:
    return {
        "engine": score.engine,
        "model": score.model,
        "words": _errors(score.errors(Unit.WORDS)),
        "characters": _errors(score.errors(Unit.CHARACTERS)),
        "latency": {
            "median": _rounded(score.within(50)),
            "p95": _rounded(score.within(95)),
            "max": _rounded(score.within(100)),
        },
        "real_time_factor": _rounded(score.real_time_factor),
        "cost": score.cost,
        "utterances": len(score.answers),
        "failures": score.failures,
        "held_back": score.held,
        "fault": score.fault,
        "recordings": [_recording(result, words=words) for result in score.results],
    }


def _errors(errors: Errors) -> dict[str, object]:
    return {
        "said": errors.units,
        "error_rate": _rounded(errors.rate),
        "substitutions": errors.substitutions,
        "insertions": errors.insertions,
        "deletions": errors.deletions,
    }


def _recording(result: Result, *, words: bool) -> dict[str, object]:
    told: dict[str, object] = {
        "name": result.name,
        "counted_in": result.unit,
        **_errors(result.errors),
        "sound": [_rounded(answer.sound) for answer in result.answers],
        "seconds": [_rounded(answer.seconds) for answer in result.answers],
        "failures": sum(bool(answer.fault) for answer in result.answers),
        "fault": result.fault,
    }
    if words:
        told |= {
            "text": " ".join(answer.text for answer in result.answers if answer.text),
            "differences": [_difference(difference) for difference in result.differences],
        }
    return told


def _difference(difference: Difference) -> dict[str, object]:
    return {
        "kind": difference.kind,
        "at": difference.at,
        "said": difference.said,
        "heard": difference.heard,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
