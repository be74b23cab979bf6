from __future__ import annotations

import anyio
import pytest

from dictated.errors import RecorderLostError
from dictated.recorders.frames import IN_A_ROW, Frames
from dictated.types import FRAME_BYTES, Frame


def frame(number: int) -> Frame:
    return Frame(bytes([number]) * FRAME_BYTES)


async def test_frames_come_out_in_order_and_then_the_end() -> None:
    frames = Frames(frames_s=1, no_frame_s=1)
    for number in range(3):
        frames.put(frame(number))
    frames.end()
    assert [each async for each in frames] == [frame(0), frame(1), frame(2)]


async def test_a_frame_that_finds_no_room_is_refused() -> None:
    frames = Frames(frames_s=0.04, no_frame_s=1)
    assert [frames.put(frame(number)) for number in range(3)] == [True, True, False]


async def test_a_frame_after_the_end_is_dropped() -> None:
    frames = Frames(frames_s=1, no_frame_s=1)
    frames.end()
    frames.put(frame(1))
    assert [each async for each in frames] == []


async def test_a_source_that_stays_silent_while_somebody_waits_is_lost() -> None:
    frames = Frames(frames_s=1, no_frame_s=0.01)
    frames.put(frame(1))
    await anext(frames)
    with pytest.raises(RecorderLostError, match=r"no sound for 0\.01 s"):
        await anext(frames)


async def test_a_loss_is_told_once_after_the_last_frame() -> None:
    frames = Frames(frames_s=1, no_frame_s=1)
    frames.put(frame(1))
    frames.end(RecorderLostError("gone"))
    heard = [await anext(frames)]
    with pytest.raises(RecorderLostError, match="gone"):
        await anext(frames)
    assert (heard, [each async for each in frames]) == ([frame(1)], [])


async def test_a_frame_that_comes_while_somebody_waits_wakes_him() -> None:
    frames = Frames(frames_s=1, no_frame_s=5)
    async with anyio.create_task_group() as group:
        group.start_soon(frames.__anext__)
        await anyio.wait_all_tasks_blocked()
        frames.put(frame(1))


async def test_a_source_that_is_being_closed_is_not_lost() -> None:
    frames = Frames(frames_s=1, no_frame_s=0.01)
    frames.patient = True
    with anyio.move_on_after(0.05) as scope:
        await anext(frames)
    assert scope.cancelled_caught


async def test_whoever_fetches_many_frames_lets_others_run() -> None:
    frames = Frames(frames_s=1, no_frame_s=1)
    for number in range(IN_A_ROW + 1):
        frames.put(frame(number))
    order: list[str] = []

    async def other() -> None:
        order.append("other")

    async with anyio.create_task_group() as group:
        group.start_soon(other)
        for _ in range(IN_A_ROW + 1):
            await anext(frames)
        order.append("fetched")
    assert order == ["other", "fetched"]
