from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.transcribers.verbose import evidence
from dictated.types import Evidence

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
SEGMENT = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("start", "end", "avg_logprob", "no_speech_prob"), JSON)
)


def segment(start: float, end: float, logprob: float, silence: float) -> dict[str, float]:
    return {"start": start, "end": end, "avg_logprob": logprob, "no_speech_prob": silence}


@pytest.mark.parametrize(
    ("segments", "read"),
    [
        ([segment(0, 2, -0.25, 0.1)], Evidence(0.1, -0.25)),
        ([segment(0, 3, -0.25, 0.7), segment(3, 4, -1.25, 0.4)], Evidence(0.4, -0.5)),
        ([segment(0, 0, -0.2, 0.1), segment(0, 0, -0.4, 0.1)], Evidence(0.1, pytest.approx(-0.3))),
        ([segment(2, 0, -0.5, 0.1), segment(0, 1, -0.1, 0.2)], Evidence(0.1, -0.1)),
        ([{"no_speech_prob": 0.3}, {"text": "no numbers"}], Evidence(0.3, None)),
        ([{"avg_logprob": -0.3}], Evidence(None, -0.3)),
        ([{"avg_logprob": "-0.3", "no_speech_prob": True}, "no object"], Evidence()),
        ([], Evidence()),
        (None, Evidence()),
        ("segments", Evidence()),
    ],
)
def test_evidence_is_the_least_silence_and_the_mean_certainty_by_length(
    segments: Any, read: Evidence
) -> None:
    assert evidence(segments) == read


@given(st.lists(SEGMENT, max_size=4) | JSON)
def test_evidence_can_be_asked_of_any_answer(segments: Any) -> None:
    assert isinstance(evidence(segments), Evidence)
