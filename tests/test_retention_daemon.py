"""The whole program keeps words and sound for as long as its configuration says, and no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from moonshine_voice import get_assets_path
from recordings import beginning
from test_retention import DAY, DIARY, NOTHING_KEPT, SPOKEN_S, Room

from dictated.records import Fate

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.daemon import Dictated


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    return beginning(get_assets_path() / "beckett.wav", SPOKEN_S, tmp_path / "speech.wav")


def state(dictated: Dictated) -> bytes:
    folder = dictated.home / "state"
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_nothing_of_it_is_on_the_disk_after_delivery_where_nothing_is_kept(
    dictated: Dictated, speech: Path
) -> None:
    dictated.configure(NOTHING_KEPT)
    assert dictated.start("--input", speech).ends() == 0
    left = state(dictated)
    assert dictated.written
    assert [text for text in dictated.written if text.encode() in left] == []
    assert [path.name for path in (dictated.home / "state/dictated/spool").iterdir()] == []


def test_words_and_sound_are_there_after_delivery_as_they_are_by_default(
    dictated: Dictated, speech: Path
) -> None:
    assert dictated.start("--input", speech).ends() == 0
    left = state(dictated)
    assert all(text.encode() in left for text in dictated.written)
    assert len(list((dictated.home / "state/dictated/spool").iterdir())) == len(dictated.written)


def test_a_daemon_removes_at_its_start_what_is_past_its_time(dictated: Dictated) -> None:
    room = Room(dictated.home / "state/dictated")
    room.time -= 30 * DAY
    room.say()
    room.history.close()
    daemon = dictated.start()
    daemon.says("ready")
    assert (daemon.ends(15), room.files, DIARY.encode() in state(dictated)) == (0, [], False)


def test_a_purge_beside_a_running_daemon_leaves_no_trace(dictated: Dictated) -> None:
    dictated.start().says("ready")
    dictated(
        "stop"
    )  # answered when the daemon has looked for what an earlier run left: it takes none of these
    room = Room(dictated.home / "state/dictated")
    for fate in (Fate.DELIVERED, Fate.HELD, Fate.RECORDED):
        room.say(fate)
    room.history.close()
    said = dictated("history", "--purge", "--all").stdout
    assert (room.fates, len(room.files), DIARY.encode() in state(dictated)) == ([Fate.RECORDED], 1, False)
    assert said == "2 entries and 0.0 MB of sound removed; 1 under way: kept\n"
