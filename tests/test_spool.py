"""Rules of the spool: what could not be delivered is kept, whole, private, and never overwritten."""

from __future__ import annotations

import re
import stat
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from restrictions import largest_file, ordinary_user

from dictated import wav
from dictated.errors import SpoolError
from dictated.spool import MOST_NAMESAKES, Spool
from dictated.types import FRAME_BYTES, Segment, Utterance

if TYPE_CHECKING:
    from pathlib import Path

BEGAN = datetime(2026, 11, 21, 14, 3, 22, 123_456, timezone(timedelta(hours=1)))
SEGMENT = Segment(pcm=bytes(range(128)) * (FRAME_BYTES // 128) * 50, first=0, onset=15, offset=40, voiced=20)
UTTERANCE = Utterance(number=17, segment=SEGMENT, began=BEGAN, ended=BEGAN + timedelta(seconds=0.5))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_kept_is_the_sound_as_wav(tmp_path: Path) -> None:
    assert Spool(tmp_path).keep(UTTERANCE).read_bytes() == wav.encode(UTTERANCE.pcm)


def test_the_name_is_the_time_of_speech_and_the_number(tmp_path: Path) -> None:
    assert Spool(tmp_path).keep(UTTERANCE).name == "2026-11-21T14-03-22.123456-000017.wav"


def test_only_this_user_can_read_what_is_kept(tmp_path: Path) -> None:
    kept = Spool(tmp_path / "state/spool").keep(UTTERANCE)

    assert (mode(kept), mode(kept.parent), mode(kept.parent.parent)) == (0o600, 0o700, 0o700)


def test_nothing_else_is_left_in_the_folder(tmp_path: Path) -> None:
    kept = Spool(tmp_path).keep(UTTERANCE)

    assert list(tmp_path.iterdir()) == [kept]


def test_names_sort_in_the_order_of_speaking(tmp_path: Path) -> None:
    later = replace(UTTERANCE, number=5, began=BEGAN + timedelta(seconds=1))

    kept = [Spool(tmp_path).keep(utterance) for utterance in (UTTERANCE, later)]

    assert sorted(tmp_path.iterdir()) == kept


def test_a_name_that_is_taken_is_never_overwritten(tmp_path: Path) -> None:
    other = replace(UTTERANCE, segment=replace(SEGMENT, pcm=bytes(FRAME_BYTES * 50)))

    kept = [Spool(tmp_path).keep(utterance) for utterance in (UTTERANCE, other, UTTERANCE)]

    assert [path.read_bytes() for path in kept] == [wav.encode(u.pcm) for u in (UTTERANCE, other, UTTERANCE)]


def test_too_many_of_one_name_are_told_and_leave_no_rest(tmp_path: Path) -> None:
    kept = {Spool(tmp_path).keep(UTTERANCE) for _ in range(MOST_NAMESAKES)}

    with pytest.raises(SpoolError, match=f"has {MOST_NAMESAKES} files of one utterance"):
        Spool(tmp_path).keep(UTTERANCE)
    assert set(tmp_path.iterdir()) == kept


def test_a_full_disk_is_told_in_one_line_and_leaves_no_rest(tmp_path: Path) -> None:
    with largest_file(1000), pytest.raises(SpoolError, match=r"\A[^\n]+ has reached the size [^\n]+\Z"):
        Spool(tmp_path).keep(UTTERANCE)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_may_not_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    line = f"{tmp_path} may not be written; change its permissions or choose another place"

    with ordinary_user(), pytest.raises(SpoolError, match=rf"\A{re.escape(line)}\Z"):
        Spool(tmp_path).keep(UTTERANCE)


def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SpoolError, match=r"\A[^\n]+/file/spool stands below a file[^\n]+\Z"):
        Spool(tmp_path / "file/spool").keep(UTTERANCE)
