from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

import pytest

from dictated import journal

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger("dictated.test")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    journal._descriptor.cache_clear()  # noqa: SLF001  (each test has a standard error of its own)
    root = logging.getLogger("dictated")
    handlers, level, propagate = root.handlers[:], root.level, root.propagate
    yield
    os.close(journal._descriptor())  # noqa: SLF001  (the same)
    root.handlers[:], root.propagate = handlers, propagate
    root.setLevel(level)


def test_a_person_reads_plain_lines(capfd: pytest.CaptureFixture[str]) -> None:
    journal.set_up("info", {})
    log.info("listening")
    log.warning("no hotkey")
    assert capfd.readouterr().err == "dictated: listening\ndictated: warning: no hotkey\n"


def test_the_journal_gets_priorities(capfd: pytest.CaptureFixture[str]) -> None:
    journal.set_up("info", {"JOURNAL_STREAM": "8:1"})
    log.error("two\nlines")
    assert capfd.readouterr().err == "<3>two\n<3>lines\n"


def test_nothing_below_the_level_is_written(capfd: pytest.CaptureFixture[str]) -> None:
    journal.set_up("warning", {})
    log.info("listening")
    assert capfd.readouterr().err == ""


def test_setting_up_again_does_not_double_the_lines(capfd: pytest.CaptureFixture[str]) -> None:
    journal.set_up("info", {})
    journal.set_up("info", {})
    log.info("once")
    assert capfd.readouterr().err.count("once") == 1


def test_a_line_is_written_while_something_points_standard_error_elsewhere(
    capfd: pytest.CaptureFixture[str],
) -> None:
    journal.set_up("info", {})
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    log.info("listening")
    os.dup2(kept, 2)
    os.close(kept)
    os.close(nowhere)
    assert capfd.readouterr().err == "dictated: listening\n"


def test_a_line_that_nobody_takes_is_no_fault(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as standard_error, monkeypatch.context() as patched:
        patched.setattr("sys.stderr", standard_error)
        journal.set_up("info", {})
    os.close(reading)
    log.info("nobody reads")
    assert capfd.readouterr().err == ""
