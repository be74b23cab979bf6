"""Rules of the spool: what could not be delivered is kept, whole, private, and never overwritten."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from restrictions import largest_file, ordinary_user

from dictated import tape, wav
from dictated.errors import SpoolError
from dictated.spool import MOST_NAMESAKES, Found, Spool
from dictated.types import FRAME_BYTES, Segment, Utterance

if TYPE_CHECKING:
    from collections.abc import Collection
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


def adopted(folder: Path, known: Collection[str] = (), *, covered: bool = False) -> list[Found]:
    return list(Spool(folder).adopt(known, lambda *_: covered))


def leave_tape(folder: Path, pcm: bytes = SEGMENT.pcm) -> Path:
    """Leave a tape behind as a crash does."""
    tape.Tape(folder).write(17, pcm)
    (file,) = folder.glob("*.tape")
    os.utime(file, (1_000_000, 1_000_000))
    return file


def test_what_is_kept_can_be_loaded(tmp_path: Path) -> None:
    name = Spool(tmp_path).keep(UTTERANCE).name
    assert Spool(tmp_path).load(name) == UTTERANCE.pcm


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", wav.encode(b""), wav.encode(bytes(638)), wav.encode(bytes(640))[:44]]
)
def test_a_file_without_sound_is_told_in_one_line(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "1.wav").write_bytes(content)
    with pytest.raises(SpoolError, match=r"\A[^\n]+/1.wav (cannot be read|holds no sound)[^\n]*\Z"):
        Spool(tmp_path).load("1.wav")


@given(damage=st.binary(max_size=80), place=st.integers(0, 60))
@settings(max_examples=200)
def test_whatever_is_in_a_file_is_sound_or_told(
    damage: bytes, place: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    whole = wav.encode(bytes(1280))
    (folder / "1.wav").write_bytes(whole[:place] + damage + whole[place + len(damage) :])
    try:
        assert isinstance(Spool(folder).load("1.wav"), bytes)
    except SpoolError as error:
        assert "\n" not in str(error)  # noqa: PT017 (either is right)


def test_a_file_that_lost_its_end_is_loaded_as_far_as_it_goes(tmp_path: Path) -> None:
    kept = Spool(tmp_path).keep(UTTERANCE)
    kept.write_bytes(kept.read_bytes()[:-1000])
    assert Spool(tmp_path).load(kept.name) == UTTERANCE.pcm[:-1000]


def test_a_dropped_file_is_gone_and_may_be_dropped_again(tmp_path: Path) -> None:
    kept = Spool(tmp_path).keep(UTTERANCE)
    for _ in range(2):
        Spool(tmp_path).drop(kept.name)
    assert not kept.exists()


def test_a_spool_that_is_cleared_keeps_only_what_is_none_of_ours(tmp_path: Path) -> None:
    Spool(tmp_path).keep(UTTERANCE)
    leave_tape(tmp_path)
    (tmp_path / ".k3x_ab12.part").touch()
    (tmp_path / "song.wav").touch()
    Spool(tmp_path).clear()
    assert [path.name for path in tmp_path.iterdir()] == ["song.wav"]


def test_a_file_that_cannot_be_dropped_is_told(tmp_path: Path) -> None:
    kept = Spool(tmp_path).keep(UTTERANCE)
    tmp_path.chmod(0o500)
    with ordinary_user(), pytest.raises(SpoolError, match="may not be written"):
        Spool(tmp_path).drop(kept.name)


def test_a_file_nobody_knows_is_adopted_with_its_time(tmp_path: Path) -> None:
    here = replace(UTTERANCE, began=BEGAN.astimezone())
    name = Spool(tmp_path).keep(here).name
    assert adopted(tmp_path) == [Found(name, BEGAN, UTTERANCE.pcm)]


def test_a_file_that_is_known_is_not_adopted(tmp_path: Path) -> None:
    assert adopted(tmp_path, {Spool(tmp_path).keep(UTTERANCE).name}) == []


def test_namesakes_are_adopted_too(tmp_path: Path) -> None:
    names = [Spool(tmp_path).keep(UTTERANCE).name for _ in range(2)]
    assert sorted(found.name for found in adopted(tmp_path)) == sorted(names)


def test_there_is_nothing_to_adopt_where_there_is_no_folder(tmp_path: Path) -> None:
    assert adopted(tmp_path / "spool") == []


@pytest.mark.parametrize(
    "name",
    [
        "song.wav",
        "2026-11-21T14-03-22.123456.wav",
        "2026-11-21T14-03-22.123456-000017.wav.bak",
        "2026-11-21T14-03-22.123456-000017 my copy.wav",
        "2026-99-21T14-03-22.123456-000017.wav",
        "holiday.tape",
        "17.tape",
        ".part",
        "notes.part",
    ],
)
def test_a_file_that_is_none_of_ours_is_left_alone(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(wav.encode(UTTERANCE.pcm))
    assert adopted(tmp_path) == []
    assert (tmp_path / name).exists()


def test_a_tape_becomes_a_file_and_goes(tmp_path: Path) -> None:
    leave_tape(tmp_path)
    began = datetime.fromtimestamp(1_000_000).astimezone() - timedelta(seconds=1)
    (found,) = adopted(tmp_path)
    assert found == Found(f"{began:%Y-%m-%dT%H-%M-%S.%f}-000000.wav", began, SEGMENT.pcm)
    assert [path.name for path in tmp_path.iterdir()] == [found.name]


def test_a_tape_stays_until_its_file_is_noted(tmp_path: Path) -> None:
    file = leave_tape(tmp_path)
    adopting = Spool(tmp_path).adopt((), lambda *_: False)
    next(adopting)
    assert file.exists()


def test_a_tape_whose_adoption_was_cut_short_is_adopted_once(tmp_path: Path) -> None:
    leave_tape(tmp_path)
    next(Spool(tmp_path).adopt((), lambda *_: False))
    assert len(adopted(tmp_path)) == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_a_tape_whose_file_was_noted_already_only_goes(tmp_path: Path) -> None:
    leave_tape(tmp_path)
    found = next(Spool(tmp_path).adopt((), lambda *_: False))
    assert adopted(tmp_path, {found.name}) == []
    assert [path.name for path in tmp_path.iterdir()] == [found.name]


def test_a_tape_that_was_put_down_whole_only_goes(tmp_path: Path) -> None:
    leave_tape(tmp_path)
    assert adopted(tmp_path, covered=True) == []
    assert list(tmp_path.iterdir()) == []


def test_a_tape_is_asked_for_by_its_place_and_time(tmp_path: Path) -> None:
    leave_tape(tmp_path)
    asked: list[tuple[int, datetime, datetime]] = []
    ended = datetime.fromtimestamp(1_000_000).astimezone()
    list(Spool(tmp_path).adopt((), lambda *what: bool(asked.append(what))))
    assert asked == [(17, ended - timedelta(seconds=1), ended)]


@pytest.mark.parametrize("pcm", [b"", b"a", bytes(FRAME_BYTES - 1)])
def test_a_tape_without_a_whole_frame_only_goes(pcm: bytes, tmp_path: Path) -> None:
    leave_tape(tmp_path, pcm)
    assert adopted(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_never_finished_goes(tmp_path: Path) -> None:
    (tmp_path / ".k3x_ab12.part").write_bytes(b"RIFF")
    assert adopted(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_does_not_stop_the_others(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for hours in range(3):
        Spool(tmp_path).keep(replace(UTTERANCE, began=BEGAN + timedelta(hours=hours)))
    damaged = sorted(tmp_path.iterdir())[1]
    damaged.write_bytes(b"RIFF")
    assert len(adopted(tmp_path)) == 2
    assert f"{damaged} cannot be read" in caplog.text
    assert damaged.exists()


def test_a_file_that_vanishes_does_not_stop_the_others(tmp_path: Path) -> None:
    for hours in range(3):
        Spool(tmp_path).keep(replace(UTTERANCE, began=BEGAN + timedelta(hours=hours)))
    adopting = Spool(tmp_path).adopt((), lambda *_: False)
    next(adopting)
    sorted(tmp_path.iterdir())[1].unlink()
    assert len(list(adopting)) == 1


def test_a_tape_that_cannot_become_a_file_stays(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = leave_tape(tmp_path)
    with largest_file(1000):
        assert adopted(tmp_path) == []
    assert "has reached the size" in caplog.text
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o300)
    with ordinary_user(), pytest.raises(SpoolError, match=r"\A[^\n]+ cannot be read [^\n]+\Z"):
        adopted(tmp_path)


@pytest.mark.parametrize("frames", [20, 50, 80])
def test_a_tape_whose_sound_is_in_a_file_of_that_time_only_goes(frames: int, tmp_path: Path) -> None:
    began = leave_tape(tmp_path, SEGMENT.pcm).stat().st_mtime - 1
    spoken = datetime.fromtimestamp(began).astimezone() + timedelta(seconds=0.3)
    longer = replace(UTTERANCE, began=spoken, segment=replace(SEGMENT, pcm=(SEGMENT.pcm * 2)[: frames * 640]))
    kept = Spool(tmp_path).keep(longer).name
    assert [found.name for found in adopted(tmp_path)] == [kept]
    assert [path.name for path in tmp_path.iterdir()] == [kept]


@pytest.mark.parametrize(("seconds", "sound"), [(60, 1), (-60, 1), (0.3, -1)])
def test_a_tape_is_adopted_beside_other_sound(seconds: float, sound: int, tmp_path: Path) -> None:
    began = leave_tape(tmp_path, SEGMENT.pcm).stat().st_mtime - 1
    spoken = datetime.fromtimestamp(began).astimezone() + timedelta(seconds=seconds)
    Spool(tmp_path).keep(replace(UTTERANCE, began=spoken, segment=replace(SEGMENT, pcm=SEGMENT.pcm[::sound])))
    assert len(adopted(tmp_path)) == 2
