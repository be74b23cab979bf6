from __future__ import annotations

import io

import pytest

from dictated.progress import Progress, line


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("done", "seconds", "shown"),
    [
        (0, 0, "[........................]   0%  x"),
        (1, 10, "[############............]  50%, 10 s left  x"),
        (0.1, 60, "[#.......................]   5%, 19 min 00 s left  x"),
        (2, 10, "[########################] 100%  x"),
        (9, 10, "[########################] 100%  x"),
    ],
)
def test_the_line_shows_the_share_and_the_time_that_is_left(done: float, seconds: float, shown: str) -> None:
    assert line(done, 2, seconds, "x") == shown


def test_nothing_to_do_is_done() -> None:
    assert "100%" in line(0, 0, 0, "x")


def test_nothing_is_written_where_there_is_no_terminal() -> None:
    out = io.StringIO()
    with Progress(2, out) as progress:
        progress.show(1, "x")
    assert out.getvalue() == ""


def test_the_line_is_wiped_at_the_end() -> None:
    out = Terminal()
    with Progress(2, out) as progress:
        progress.show(1, "x")
    assert out.getvalue().endswith("\r\x1b[K")


def test_what_is_told_by_others_is_not_estimated() -> None:
    out, times = Terminal(), iter([0.0, 10.0])
    Progress(2, out, lambda: next(times), estimates=False).show(1, "x")
    assert ("50%" in out.getvalue(), "left" in out.getvalue()) == (True, False)


def test_a_line_is_not_drawn_again_at_once() -> None:
    out, times = Terminal(), iter([0.0, 0.0, 0.05, 0.2])
    progress = Progress(4, out, lambda: next(times))
    for done in (1, 2, 3):
        progress.show(done, f"part {done}")
    assert [f"part {done}" in out.getvalue() for done in (1, 2, 3)] == [True, False, True]
