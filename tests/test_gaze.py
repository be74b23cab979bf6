"""Rules of the gaze: words are for the window that had the focus when the speaker fell silent."""

from __future__ import annotations

import anyio
import pytest

from dictated.gaze import NOTHING, Gaze, Glance


class Desk:
    """A screen on which the user goes from window to window; looking waits while it is `slow`.

    In each window holds the profile of its name.
    """

    def __init__(self) -> None:
        self.focus = "first"
        self.looked = 0
        self.slow = anyio.Event()
        self.slow.set()

    async def look(self) -> Glance:
        self.looked += 1
        focus = self.focus
        await self.slow.wait()
        return Glance(focus, f"of the {focus}")


FIRST, SECOND = Glance("first", "of the first"), Glance("second", "of the second")


async def test_the_window_is_that_of_the_beginning_of_the_pause() -> None:
    desk = Desk()
    async with anyio.create_task_group() as tasks:
        gaze = Gaze(desk.look, tasks)
        gaze.pause(7)
        await anyio.wait_all_tasks_blocked()
        desk.focus = "second"
        assert await gaze.glance(7) == FIRST


async def test_a_pause_within_an_utterance_is_forgotten_when_there_is_another() -> None:
    desk = Desk()
    async with anyio.create_task_group() as tasks:
        gaze = Gaze(desk.look, tasks)
        for focus in ("first", "second"):
            desk.focus = focus
            gaze.pause(7)
            await anyio.wait_all_tasks_blocked()
        assert await gaze.glance(7) == SECOND


@pytest.mark.parametrize("begins", [False, True])
async def test_what_was_said_without_a_pause_is_for_the_window_of_now(*, begins: bool) -> None:
    desk = Desk()
    async with anyio.create_task_group() as tasks:
        gaze = Gaze(desk.look, tasks)
        gaze.begin(40) if begins else gaze.pause(7)
        await anyio.wait_all_tasks_blocked()
        desk.focus = "second"
        assert await gaze.glance(40) == SECOND


async def test_a_screen_that_has_not_answered_yet_is_waited_for() -> None:
    desk = Desk()
    desk.slow = anyio.Event()
    async with anyio.create_task_group() as tasks:
        gaze = Gaze(desk.look, tasks)
        gaze.pause(7)
        await anyio.wait_all_tasks_blocked()
        desk.focus = "second"
        tasks.start_soon(answer, desk)
        assert await gaze.glance(7) == FIRST


async def answer(desk: Desk) -> None:
    desk.slow.set()


async def test_a_screen_that_is_slow_to_answer_is_asked_one_thing_at_a_time() -> None:
    desk = Desk()
    desk.slow = anyio.Event()
    async with anyio.create_task_group() as tasks:
        gaze = Gaze(desk.look, tasks)
        for _ in range(5):
            gaze.pause(7)
            await anyio.wait_all_tasks_blocked()
        desk.slow.set()
        assert desk.looked == 1


@pytest.mark.parametrize(("first", "known"), [(7, SECOND), (8, NOTHING)])
async def test_while_it_is_said_what_was_seen_last_is_known_of_this_utterance_alone(
    first: int, known: Glance
) -> None:
    desk = Desk()
    async with anyio.create_task_group() as tasks:
        gaze = Gaze(desk.look, tasks)
        gaze.begin(7)
        await anyio.wait_all_tasks_blocked()
        desk.focus = "second"
        gaze.pause(7)
        await anyio.wait_all_tasks_blocked()
        assert gaze.known(first) == known


async def test_the_beginning_of_an_utterance_is_looked_at_once() -> None:
    desk = Desk()
    async with anyio.create_task_group() as tasks:
        gaze = Gaze(desk.look, tasks)
        for _ in range(3):
            gaze.begin(7)
            await anyio.wait_all_tasks_blocked()
    assert desk.looked == 1
