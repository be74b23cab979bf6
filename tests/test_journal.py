from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from dictated import journal

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger("dictated.test")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger("dictated")
    handlers, level, propagate = root.handlers[:], root.level, root.propagate
    yield
    root.handlers[:], root.propagate = handlers, propagate
    root.setLevel(level)


def test_a_person_reads_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    journal.set_up("info", {})
    log.info("listening")
    log.warning("no hotkey")
    assert capsys.readouterr().err == "dictated: listening\ndictated: warning: no hotkey\n"


def test_the_journal_gets_priorities(capsys: pytest.CaptureFixture[str]) -> None:
    journal.set_up("info", {"JOURNAL_STREAM": "8:1"})
    log.error("two\nlines")
    assert capsys.readouterr().err == "<3>two\n<3>lines\n"


def test_nothing_below_the_level_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    journal.set_up("warning", {})
    log.info("listening")
    assert capsys.readouterr().err == ""


def test_setting_up_again_does_not_double_the_lines(capsys: pytest.CaptureFixture[str]) -> None:
    journal.set_up("info", {})
    journal.set_up("info", {})
    log.info("once")
    assert capsys.readouterr().err.count("once") == 1
