"""A state directory that takes nothing: what is said reaches the log all the same."""

from __future__ import annotations

import json
import os
import resource
from typing import TYPE_CHECKING

import fixtures.daemon
import pytest
from moonshine_voice import get_assets_path
from recordings import beginning, words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fixtures.daemon import Daemon, Dictated

SPEECH = get_assets_path() / "beckett.wav"
LONGER_S = 4.6
"""Three sentences of it."""

ROOM = 4096
"""Bytes a file may have on a disk that is full: enough for the log, not for sound, nor for the history."""

NO_SOUND_STAYS = "[history]\nkeep_audio = '0'\n"
"""Of what is delivered."""

SPOKEN_S, SPOKEN = 3.5, ["ever", "tried", "ever", "failed"]
"""Two sentences of two words each."""


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    return beginning(SPEECH, SPOKEN_S, tmp_path / "speech.wav")


def fill(daemon: Daemon) -> None:
    """Leave no room to the program's files, as a full disk does (EFBIG stands for ENOSPC)."""
    _, hard = resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (ROOM, hard))


def make_room(daemon: Daemon) -> None:
    _, hard = resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (hard, hard))


def complaints(daemon: Daemon) -> list[str]:
    return [line for line in daemon.lines if "warning: " in line or "error: " in line]


def all_written(dictated: Dictated) -> bool:
    return words(" ".join(dictated.written)) == SPOKEN


def noted(dictated: Dictated) -> list[str]:
    """The texts in the history."""
    return [json.loads(line)["text"] for line in dictated("history", "--json").stdout.splitlines()]


def test_a_full_disk_costs_no_word_where_the_log_is_elsewhere_and_is_told_in_one_line(
    dictated: Dictated, speech: Path
) -> None:
    daemon = dictated.start("--input", speech)
    daemon.says(": listening")
    fill(daemon)
    assert (daemon.ends(), all_written(dictated)) == (0, True)
    assert ["not put down" in line for line in complaints(daemon)] == [True], daemon.lines


def test_once_there_is_room_again_all_is_put_down_and_nothing_is_left_that_would_be_said_twice(
    dictated: Dictated, tmp_path: Path
) -> None:
    dictated.configure(f"{NO_SOUND_STAYS}[feedback]\nlog_level = 'debug'")
    daemon = dictated.start("--input", beginning(SPEECH, LONGER_S, tmp_path / "longer.wav"))
    daemon.says(": listening")
    fill(daemon)
    daemon.says("utterance 2 delivered")
    make_room(daemon)
    daemon.ends()
    assert (noted(dictated)[-1:], spool(dictated)) == (dictated.written[-1:], [])


def spool(dictated: Dictated) -> list[str]:
    """What the next start would bring to its end."""
    return [path.name for path in (dictated.home / "state/dictated/spool").iterdir()]


def unwritable(dictated: Dictated, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the right to write there, and from root the right to do so all the same."""
    (dictated.home / "state").mkdir(mode=0o500)
    if os.geteuid() == 0:
        ordinary = dictated.home / "ordinary"
        powers = "--bounding-set=-dac_override,-dac_read_search"
        ordinary.write_text(f'#!/bin/sh\nexec setpriv {powers} {fixtures.daemon.DICTATED} "$@"\n')
        ordinary.chmod(0o700)
        monkeypatch.setattr(fixtures.daemon, "DICTATED", ordinary)


def in_the_way(dictated: Dictated, _: pytest.MonkeyPatch) -> None:
    """A file where the folder should be."""
    (dictated.home / "state").touch()


@pytest.mark.parametrize("spoilt", [unwritable, in_the_way])
def test_a_state_directory_that_cannot_be_written_costs_no_word_and_is_told_once(
    dictated: Dictated,
    speech: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoilt: Callable[[Dictated, pytest.MonkeyPatch], None],
) -> None:
    spoilt(dictated, monkeypatch)
    daemon = dictated.start("--input", speech)
    assert (daemon.ends(), all_written(dictated)) == (0, True)
    assert sum("not put down" in line for line in complaints(daemon)) == 1, daemon.lines


def test_a_damaged_history_costs_no_word_and_leaves_nothing_that_would_be_said_twice(
    dictated: Dictated, speech: Path
) -> None:
    history = dictated.home / "state/dictated/history.sqlite3"
    history.parent.mkdir(mode=0o700, parents=True)
    history.write_bytes(os.urandom(8192))
    daemon = dictated.start("--input", speech)
    assert (daemon.ends(), all_written(dictated)) == (0, True)
    assert sum("not put down" in line for line in complaints(daemon)) == 1, daemon.lines
    assert spool(dictated) == []
