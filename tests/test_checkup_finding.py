from __future__ import annotations

import pytest

from dictated.checkup.finding import Finding, Grade, Part, missing, of_error, split
from dictated.errors import RecorderError

MICROPHONE, ENGINE, SINK = Part


@pytest.mark.parametrize(
    ("message", "parted"),
    [
        ("it broke", ("it broke", "")),
        ("it broke; mend it", ("it broke", "mend it")),
        ("it broke: mend it", ("it broke", "mend it")),
        ("stt.local.model: there is no x; name another", ("stt.local.model: there is no x", "name another")),
        ("busy; it passes; or wait", ("busy", "it passes; or wait")),
        ('refused (401: "a; b"); mend it', ('refused (401: "a; b")', "mend it")),
        ("no key: put it there (or; there)", ("no key", "put it there (or; there)")),
        ("never closed (a; b", ("never closed (a; b", "")),
        ("", ("", "")),
    ],
)
def test_a_message_is_parted_where_it_begins_to_say_what_to_do(message: str, parted: tuple[str, str]) -> None:
    assert split(message) == parted


def test_a_message_that_says_how_to_mend_it_goes_before_what_is_known_otherwise() -> None:
    assert of_error("x", RecorderError("it broke; mend it"), mend="try").mend == "mend it"


def test_a_message_that_says_nothing_of_it_is_mended_as_is_known_otherwise() -> None:
    assert of_error("x", RecorderError("it broke"), mend="try").mend == "try"


def test_a_fault_of_the_system_is_one_line_and_told_whole() -> None:
    error = OSError(2, "No such\nfile: there", "/a; b")
    assert of_error("x", error).found == "[Errno 2] No such file: there: '/a; b'"


@pytest.mark.parametrize(
    ("grades", "lacking"),
    [
        ([("ok", MICROPHONE), ("ok", ENGINE), ("ok", SINK)], []),
        ([("warn", MICROPHONE), ("warn", ENGINE), ("warn", SINK)], []),
        ([("fail", MICROPHONE), ("ok", ENGINE), ("ok", SINK)], [MICROPHONE]),
        ([("ok", MICROPHONE), ("fail", ENGINE), ("ok", ENGINE), ("ok", SINK)], []),
        ([("ok", MICROPHONE), ("fail", ENGINE), ("fail", ENGINE), ("ok", SINK)], [ENGINE]),
        ([("ok", MICROPHONE), ("ok", ENGINE), ("fail", SINK), ("ok", None)], [SINK]),
        ([("ok", MICROPHONE), ("ok", ENGINE), ("ok", SINK), ("fail", None)], []),
        ([], [MICROPHONE, ENGINE, SINK]),
    ],
)
def test_dictating_takes_a_microphone_an_engine_and_a_sink_that_have_not_failed(
    grades: list[tuple[str, Part | None]], lacking: list[Part]
) -> None:
    assert missing([Finding("x", Grade(grade), "", "", part) for grade, part in grades]) == lacking
