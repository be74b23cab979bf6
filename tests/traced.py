"""Recordings as text, for tests of what is made of them: `s` is speech, `.` is not."""

from __future__ import annotations

from dictated.tuning.trace import Span, Trace


def heard(picture: str, *cuts: Span, speech: float = -26.0, room: float = -60.0, clipped: str = "") -> Trace:
    """A trace of frames at these levels; of one utterance where no cuts are given."""
    said = [char == "s" for char in picture]
    whole = (picture.find("s"), picture.rfind("s") + 1)
    return Trace(
        levels=[speech if one else room for one in said],
        speech=said,
        clipped=[char == "c" for char in clipped.ljust(len(picture))],
        cuts=list(cuts) or ([whole] if any(said) else []),
    )
