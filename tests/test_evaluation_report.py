from __future__ import annotations

import json

from scores import result, score

from dictated.evaluation.report import as_json


def test_the_report_has_the_figures_of_each_engine() -> None:
    (engine,) = json.loads(as_json([score(result("one two", "one too"))], words=True))["engines"]
    assert engine["words"] == {
        "said": 2,
        "error_rate": 0.5,
        "substitutions": 1,
        "insertions": 0,
        "deletions": 0,
    }
    assert (engine["latency"], engine["cost"]) == ({"median": 0.5, "p95": 0.5, "max": 0.5}, 0.0)


def test_the_report_tells_of_each_recording_the_words_that_differ() -> None:
    (engine,) = json.loads(as_json([score(result("one two", "one too"))], words=True))["engines"]
    assert engine["recordings"][0]["differences"] == [
        {"kind": "substitution", "at": 1, "said": "two", "heard": "too"}
    ]


def test_without_words_nothing_said_or_heard_is_in_the_report() -> None:
    told = as_json([score(result("secret plan", "secret clan"))], words=False)
    assert not any(word in told for word in ("secret", "plan", "clan"))


def test_an_engine_that_was_never_asked_has_no_figures_but_its_fault() -> None:
    (engine,) = json.loads(as_json([score(fault="no key")], words=True))["engines"]
    assert (engine["fault"], engine["words"]["error_rate"], engine["latency"]["max"]) == (
        "no key",
        None,
        None,
    )
