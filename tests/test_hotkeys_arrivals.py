from __future__ import annotations

import os
import select
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dictated.hotkeys.arrivals import Arrivals

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


@pytest.fixture
def arrivals(tmp_path: Path) -> Generator[Arrivals]:
    (tmp_path / "event0").touch()
    watched = Arrivals(tmp_path)
    yield watched
    watched.close()


def has_news(arrivals: Arrivals) -> bool:
    return bool(select.select([arrivals], [], [], 0)[0])


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "event1").touch(),
        lambda folder: (folder / "event0").unlink(),
        lambda folder: (folder / "event0").chmod(0o600),
        lambda folder: (folder / "event0").rename(folder / "event2"),
        lambda folder: os.mkfifo(folder / "event3"),
    ],
    ids=["comes", "goes", "changes", "moves", "a device comes"],
)
def test_what_comes_goes_or_changes_is_news_until_it_is_taken(
    arrivals: Arrivals, tmp_path: Path, change: Callable[[Path], object]
) -> None:
    change(tmp_path)
    news = has_news(arrivals)
    arrivals.take()
    assert (news, has_news(arrivals)) == (True, False)


def test_what_is_read_or_written_is_no_news(arrivals: Arrivals, tmp_path: Path) -> None:
    (tmp_path / "event0").write_text("x")
    (tmp_path / "event0").read_text()
    assert not has_news(arrivals)


def test_taking_where_there_is_no_news_does_not_wait(arrivals: Arrivals) -> None:
    arrivals.take()
    assert not has_news(arrivals)


def test_a_folder_that_is_not_there_is_an_error_and_leaves_nothing_open(tmp_path: Path) -> None:
    before = files()
    with pytest.raises(FileNotFoundError):
        Arrivals(tmp_path / "none")
    assert files() == before


def files() -> list[str]:
    """Return the numbers of the open files."""
    return sorted(path.name for path in Path("/proc/self/fd").iterdir())
