from __future__ import annotations

import errno
from types import SimpleNamespace

import pytest

from dictated.transcribers.download import explain, megabytes


class AnsweredError(OSError):
    """As the clients of both servers raise it: with the answer."""

    response = SimpleNamespace(status_code=503)


def chained(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "no room on the disk; make some, and fetch it again"),
        (chained(RuntimeError("x"), OSError(errno.EDQUOT, "Quota")), "no room on the disk; make some, and fetch it again"),
        (PermissionError(errno.EACCES, "Permission denied", "/cache"), "/cache: Permission denied"),
        (AnsweredError(), "the server answered 503; try again later"),
        (ValueError("checksum"), "what came was damaged; fetch it again"),
        (
            ConnectionRefusedError(errno.ECONNREFUSED, "refused"),
            "its server cannot be reached (ConnectionRefusedError); check the network and fetch it again",
        ),
    ],
)  # fmt: skip
def test_what_went_wrong_is_one_line_that_says_how_to_mend_it(error: Exception, told: str) -> None:
    assert str(explain("whisper:base", error)) == f"whisper:base was not fetched: {told}"


def test_errors_that_are_each_the_cause_of_the_other_are_told_too() -> None:
    one, other = OSError("one"), OSError("other")
    one.__cause__, other.__cause__ = other, one
    assert "check the network" in str(explain("whisper:base", one))


@pytest.mark.parametrize(("size", "text"), [(1, "1 MB"), (64_818_159, "65 MB"), (3_090_000_000, "3090 MB")])
def test_a_size_is_told_in_megabytes(size: int, text: str) -> None:
    assert megabytes(size) == text
