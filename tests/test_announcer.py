"""Rules of what is shown on the desktop: lines about something that needs the user, and no others."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from anyio import to_thread

from dictated.announcer import Announcer
from dictated.notice import Notice, Subject, about, over

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fixtures.daemon import Dictated
    from fixtures.notifications import Bus, Dunst

log = logging.getLogger("dictated.test")

LISTENING = "[audio]\nlisten_at_start = true\n[hotkeys]\ntoggle = ''\n[feedback]\n"


class Board:
    """A notifier that remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[Notice] = []
        self.withdrawn: list[Subject] = []

    def tell(self, notice: Notice) -> None:
        self.told.append(notice)

    def withdraw(self, subject: Subject) -> None:
        self.withdrawn.append(subject)


@contextmanager
def announced() -> Iterator[Any]:
    """Show lines on a board."""
    board: Any = Board()
    announcer = Announcer(board, asyncio.get_running_loop())
    log.setLevel(logging.INFO)
    log.addHandler(announcer)
    yield board
    log.removeHandler(announcer)


@pytest.mark.parametrize(("level", "urgent"), [(logging.INFO, False), (logging.ERROR, True)])
async def test_a_line_about_something_is_shown_and_an_error_is_urgent(level: int, *, urgent: bool) -> None:
    with announced() as board:
        log.log(level, "it is %s", "gone", extra=about(Subject.MICROPHONE))
        await anyio.wait_all_tasks_blocked()
    assert board.told == [Notice(Subject.MICROPHONE, "Microphone", "it is gone", urgent=urgent)]


async def test_a_line_about_nothing_is_not_shown() -> None:
    with announced() as board:
        log.warning("by the way")
        await anyio.wait_all_tasks_blocked()
    assert (board.told, board.withdrawn) == ([], [])


async def test_a_line_that_says_that_it_is_over_takes_the_notice_away() -> None:
    with announced() as board:
        log.info("it is back", extra=over(Subject.MICROPHONE))
        await anyio.wait_all_tasks_blocked()
    assert (board.told, board.withdrawn) == ([], [Subject.MICROPHONE])


async def test_lines_come_from_any_thread() -> None:
    with announced() as board:
        await to_thread.run_sync(lambda: log.info("it is gone", extra=about(Subject.DISK)))
        await anyio.wait_all_tasks_blocked()
    assert [notice.body for notice in board.told] == ["it is gone"]


@pytest.mark.desktop
@pytest.mark.parametrize("level", ["info", "error"])
async def test_a_user_sees_that_there_is_no_microphone(
    dictated: Dictated, bus: Bus, dunst: Dunst, level: str
) -> None:
    dictated.configure(f'{LISTENING}log_level = "{level}"')
    dictated.start(environ=bus.environ)
    told = await dunst.told()
    assert (told["summary"], told["urgency"]) == ("Microphone", "CRITICAL")


@pytest.mark.desktop
async def test_who_does_not_want_to_see_it_does_not(dictated: Dictated, bus: Bus, dunst: Dunst) -> None:
    dictated.configure(f"{LISTENING}notify = false")
    daemon = dictated.start(environ=bus.environ)
    await to_thread.run_sync(daemon.says, "listening goes on by itself")
    await to_thread.run_sync(daemon.ends, signal.SIGTERM)
    assert dunst.count == 0
