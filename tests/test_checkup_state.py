from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from house import House

from dictated.checkup.finding import Grade
from dictated.checkup.state import look, room, waiting
from dictated.expiry import MEGABYTE
from dictated.paths import Paths
from dictated.records import Fate

if TYPE_CHECKING:
    from dictated.checkup.finding import Finding


def paths(state: Path) -> Paths:
    return Paths(state.parent / "config", state, state.parent / "run")


def looked(state: Path, spool_mb: int = 1) -> list[Finding]:
    return list(look(paths(state), spool_mb))


def test_a_state_directory_that_is_not_made_yet_is_well_and_is_not_made(tmp_path: Path) -> None:
    (found,) = looked(tmp_path / "a" / "b")
    assert (found.grade, list(tmp_path.iterdir())) == (Grade.OK, [])


def test_a_state_directory_that_cannot_be_written_fails() -> None:
    (found,) = looked(Path("/proc/dictated"))
    assert (found.grade, found.found.startswith("/proc")) == (Grade.FAIL, True)


@pytest.mark.parametrize("place", ["", "spool", "history.sqlite3"])
def test_what_others_may_look_into_is_told_with_what_mends_it(tmp_path: Path, place: str) -> None:
    state = tmp_path / "state"
    (state / "spool").mkdir(mode=0o700, parents=True)
    state.chmod(0o700)
    House(state).failed()
    (state / place).chmod(0o750)
    told = [found.mend for found in looked(state) if found.mend.startswith("chmod")]
    assert told == [f"chmod go= {state / place}"]


def test_words_that_wait_are_counted_with_what_sends_them(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    house = House(tmp_path)
    house.failed()
    house.failed(2)
    house.ended(Fate.DELIVERED, "hello", 3)
    assert [(found.found, found.mend) for found in looked(tmp_path)[1:]] == [
        ("2 not delivered (failed)", "dictated retry --all")
    ]


@pytest.mark.parametrize(
    ("fates", "mends"),
    [
        ({}, []),
        ({Fate.DELIVERED: 3, Fate.EMPTY: 1}, []),
        ({Fate.HELD: 1}, ["dictated insert"]),
        ({Fate.HELD: 1, Fate.FAILED: 2}, ["dictated retry --all", "dictated insert"]),
    ],
)
def test_only_what_is_failed_or_held_waits(fates: dict[Fate, int], mends: list[str]) -> None:
    assert [found.mend for found in waiting(fates)] == mends


@pytest.mark.parametrize(
    ("free", "used", "grade", "mend"),
    [
        (1000, 0, "ok", ""),
        (999, 0, "warn", "limits.spool_mb = 499"),
        (400, 600, "ok", ""),
        (0, 0, "warn", "limits.spool_mb = 1"),
        (0, 1200, "ok", ""),
    ],
)
def test_there_is_room_for_what_sound_may_still_take(free: int, used: int, grade: str, mend: str) -> None:
    found = room(Path("here"), free * MEGABYTE, used * MEGABYTE, 1000 * MEGABYTE)
    assert (found.grade, found.mend) == (grade, mend)
