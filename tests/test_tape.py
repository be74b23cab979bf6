"""Rules of the tape: what is being said is on the disk in pieces, and nowhere once it is kept elsewhere."""

from __future__ import annotations

import os
import stat
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from restrictions import largest_file, ordinary_user

from dictated import tape
from dictated.errors import SpoolError
from dictated.tape import PIECE, PIECE_MS, Tape
from dictated.types import FRAME_BYTES, FRAME_MS

if TYPE_CHECKING:
    from pathlib import Path

PCM = bytes(range(128)) * (FRAME_BYTES // 128)


def sounds(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.iterdir()]


def test_a_piece_is_half_a_second() -> None:
    assert (PIECE_MS, PIECE * FRAME_MS) == (500, 500)


@pytest.mark.parametrize(
    ("first", "frames", "lacks"),
    [(7, 10, False), (7, 34, False), (7, 35, True), (8, 10, True), (0, 10, True), (7, 9, True)],
    ids=["up to date", "nearly a piece", "a piece", "cut", "another recording", "another, shorter"],
)
def test_it_is_written_again_after_a_piece_or_where_another_utterance_is_open(
    first: int, frames: int, tmp_path: Path, *, lacks: bool
) -> None:
    used = Tape(tmp_path)
    used.write(7, PCM * 10)
    assert used.lacks(first, frames) is lacks


def test_a_new_tape_lacks_the_first_frame(tmp_path: Path) -> None:
    assert Tape(tmp_path).lacks(0, 1)


def test_each_writing_adds_what_is_new(tmp_path: Path) -> None:
    used = Tape(tmp_path)
    used.write(0, PCM)
    used.write(0, PCM + PCM[::-1])
    assert sounds(tmp_path) == [PCM + PCM[::-1]]


@pytest.mark.parametrize(("first", "frames"), [(5, 4), (0, 2)], ids=["moved", "shorter"])
def test_another_utterance_takes_the_place_of_the_one_before(first: int, frames: int, tmp_path: Path) -> None:
    used = Tape(tmp_path)
    used.write(0, PCM * 3)
    used.write(first, PCM[::-1] * frames)
    assert sounds(tmp_path) == [PCM[::-1] * frames]


def test_an_erased_tape_leaves_nothing(tmp_path: Path) -> None:
    used = Tape(tmp_path)
    used.write(0, PCM)
    used.erase()
    assert (used.used, sounds(tmp_path)) == (False, [])


def test_erasing_what_is_not_there_does_nothing(tmp_path: Path) -> None:
    used = Tape(tmp_path)
    used.erase()
    used.write(0, PCM)
    next(tmp_path.iterdir()).unlink()
    used.erase()
    assert not used.used


def test_the_tape_of_a_crash_is_not_written_over(tmp_path: Path) -> None:
    Tape(tmp_path).write(0, PCM)
    Tape(tmp_path).write(0, PCM[::-1])
    assert sorted(sounds(tmp_path)) == sorted([PCM, PCM[::-1]])


def test_the_name_says_where_in_the_recording_the_sound_begins(tmp_path: Path) -> None:
    Tape(tmp_path).write(17, PCM)
    match = tape.NAME.fullmatch(next(tmp_path.iterdir()).name)
    assert match
    assert match["first"] == "17"


def test_only_this_user_can_read_it(tmp_path: Path) -> None:
    Tape(tmp_path / "state/spool").write(0, PCM)
    file = next((tmp_path / "state/spool").iterdir())
    assert [stat.S_IMODE(path.stat().st_mode) for path in (file, file.parent)] == [0o600, 0o700]


def test_a_full_disk_is_told_in_one_line(tmp_path: Path) -> None:
    with largest_file(1000), pytest.raises(SpoolError, match=r"\A[^\n]+ has reached the size [^\n]+\Z"):
        Tape(tmp_path).write(0, PCM * 2)


def test_what_a_full_disk_took_stays_and_the_rest_follows_when_there_is_room(tmp_path: Path) -> None:
    used = Tape(tmp_path)
    with largest_file(1000), pytest.raises(SpoolError):
        used.write(0, PCM * 2)
    full = sounds(tmp_path)
    used.write(0, PCM * 3)
    assert (full, sounds(tmp_path)) == ([(PCM * 2)[:1000]], [PCM * 3])


def test_a_disk_that_is_full_is_tried_again_a_piece_later_and_not_with_each_frame(tmp_path: Path) -> None:
    used = Tape(tmp_path)
    with largest_file(1000), pytest.raises(SpoolError):
        used.write(0, PCM * 2)
    assert [used.lacks(0, frames) for frames in (2, 3, 2 + PIECE)] == [False, False, True]


def test_what_is_said_next_does_not_go_on_where_a_full_disk_stopped(tmp_path: Path) -> None:
    used = Tape(tmp_path)
    with largest_file(1000), pytest.raises(SpoolError):
        used.write(0, PCM * 2)
    used.write(9, PCM[::-1] * 3)
    assert sounds(tmp_path) == [PCM[::-1] * 3]


def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with ordinary_user(), pytest.raises(SpoolError, match="may not be written"):
        Tape(tmp_path).write(0, PCM)


def test_a_tape_that_cannot_be_erased_is_told_and_is_a_tape_no_more(tmp_path: Path) -> None:
    used = Tape(tmp_path)
    used.write(0, PCM)
    tmp_path.chmod(0o500)
    with ordinary_user(), pytest.raises(SpoolError, match="may not be written"):
        used.erase()
    tmp_path.chmod(0o700)
    assert not used.used


def test_what_is_read_is_dated_back_from_the_last_writing(tmp_path: Path) -> None:
    file = tmp_path / "1-0.tape"
    file.write_bytes(PCM * 50)
    os.utime(file, (1_000_000, 1_000_000))
    began = datetime.fromtimestamp(1_000_000).astimezone() - timedelta(seconds=1)
    assert tape.read(file) == (began, PCM * 50)


@pytest.mark.parametrize(("left", "read"), [(b"abc", b"ab"), (b"a", b""), (b"", b"")])
def test_half_a_sample_at_the_end_is_left_out(left: bytes, read: bytes, tmp_path: Path) -> None:
    file = tmp_path / "1-0.tape"
    file.write_bytes(left)
    assert tape.read(file)[1] == read


def test_a_tape_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpoolError, match=r"\A[^\n]+1-0.tape cannot be read [^\n]+\Z"):
        tape.read(tmp_path / "1-0.tape")
