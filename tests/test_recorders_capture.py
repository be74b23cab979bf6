from __future__ import annotations

import struct
import threading
from types import SimpleNamespace

import anyio
import pytest

from dictated.errors import RecorderLostError
from dictated.recorders.calm import AWAKE
from dictated.recorders.capture import GATHERED, Capture
from dictated.recorders.frames import Frames
from dictated.recorders.portaudio import Shape
from dictated.types import FRAME_BYTES

OUR_OWN = Shape(16_000, 1)


class Ear:
    """A capture whose driver is this test: a thread that calls as PortAudio does."""

    def __init__(self, shape: Shape = OUR_OWN, frames_s: float = 1) -> None:
        self.overflows = 0
        self.capture = Capture(Frames(frames_s=frames_s, no_frame_s=1), self._count)
        self.capture.prepare(shape)

    async def hear(self, *blocks: bytes, overflow: bool = False) -> None:
        for block in blocks:
            status = SimpleNamespace(input_overflow=overflow)
            await anyio.to_thread.run_sync(self.capture.hear, memoryview(block), 0, None, status)

    async def calm_down(self) -> None:
        """Be silent until blocks are gathered, and let what is heard of that be fetched."""
        await self.hear(*[bytes(FRAME_BYTES)] * AWAKE)
        await anyio.wait_all_tasks_blocked()
        self.capture._fetch()  # noqa: SLF001  (the next block is the first of its batch)
        self.before = self.waiting

    @property
    def waiting(self) -> int:
        return len(self.capture.frames._waiting)  # noqa: SLF001  (what has been handed on)

    async def frames(self) -> list[bytes]:
        return [frame.pcm async for frame in self.capture.frames]

    def _count(self) -> None:
        self.overflows += 1


async def test_blocks_of_any_size_become_frames_and_the_last_is_filled_up() -> None:
    ear = Ear()
    await ear.hear(b"a" * 1000, b"b" * 500)
    ear.capture.end()
    assert b"".join(await ear.frames()) == b"a" * 1000 + b"b" * 500 + bytes(3 * FRAME_BYTES - 1500)


async def test_a_block_is_copied_before_the_driver_uses_its_memory_again() -> None:
    ear, block = Ear(), bytearray(b"a" * FRAME_BYTES)
    status = SimpleNamespace(input_overflow=False)
    ear.capture.hear(block, 0, None, status)
    block[:] = bytes(FRAME_BYTES)
    await anyio.wait_all_tasks_blocked()
    ear.capture.end()
    assert await ear.frames() == [b"a" * FRAME_BYTES]


async def test_what_another_form_leaves_in_the_filter_comes_out_at_the_end() -> None:
    ear = Ear(Shape(48_000, 2))
    await ear.hear(*[struct.pack("<h", 1000) * 960 * 2] * 10)
    ear.capture.end()
    frames = await ear.frames()
    last = struct.unpack("<h", frames[-1][-2:])[0]
    assert (len(frames), last > 500) == (10, True)


async def test_an_overflow_of_the_driver_is_counted() -> None:
    ear = Ear()
    await ear.hear(bytes(FRAME_BYTES), overflow=True)
    await ear.hear(bytes(FRAME_BYTES))
    assert ear.overflows == 1


async def test_a_frame_without_room_is_counted() -> None:
    ear = Ear(frames_s=0.04)
    await ear.hear(bytes(5 * FRAME_BYTES))
    assert ear.overflows == 3


async def handed_on(ear: Ear, *blocks: bytes, overflow: bool = False) -> int:
    """How many frames the loop has after these blocks of a calm room."""
    await ear.calm_down()
    await ear.hear(*blocks, overflow=overflow)
    await anyio.wait_all_tasks_blocked()
    return ear.waiting - ear.before


SILENT, LOUD = bytes(FRAME_BYTES), struct.pack("<h", 1000) * (FRAME_BYTES // 2)


@pytest.mark.parametrize(
    ("blocks", "frames"),
    [
        ([SILENT] * (GATHERED - 1), 0),
        ([SILENT] * GATHERED, GATHERED),
        ([SILENT, SILENT, LOUD], 3),
        ([LOUD, SILENT], 2),
    ],
    ids=["few are gathered", "many are handed on", "a loud one hands all on", "none waits behind a loud one"],
)
async def test_a_calm_room_is_handed_on_several_blocks_at_a_time(blocks: list[bytes], frames: int) -> None:
    assert await handed_on(Ear(frames_s=10), *blocks) == frames


async def test_what_was_gathered_comes_before_the_tail() -> None:
    ear = Ear(frames_s=10)
    await ear.calm_down()
    await ear.hear(SILENT)
    with anyio.move_on_after(0.01):
        await ear.capture.tail(FRAME_BYTES / 32_000)
    assert (ear.waiting - ear.before, ear.capture._tail.is_set()) == (1, False)  # noqa: SLF001  (the tail is to come)


async def test_what_was_gathered_comes_out_at_the_end() -> None:
    ear = Ear(frames_s=10)
    await ear.calm_down()
    await ear.hear(SILENT)
    ear.capture.end()
    assert ear.waiting - ear.before == 1


async def test_what_was_gathered_comes_before_a_loss() -> None:
    ear = Ear(frames_s=10)
    await ear.calm_down()
    await ear.hear(SILENT)
    await anyio.to_thread.run_sync(ear.capture.finish)
    await anyio.wait_all_tasks_blocked()
    assert ear.waiting - ear.before == 1


async def test_the_tail_is_as_much_sound_as_was_asked_for() -> None:
    ear = Ear()
    async with anyio.create_task_group() as group:
        group.start_soon(ear.capture.tail, 0.04)
        await anyio.wait_all_tasks_blocked()
        await ear.hear(bytes(FRAME_BYTES))
        waited = bool(group.cancel_scope) and not ear.capture._tail.is_set()  # noqa: SLF001  half of it is there
        await ear.hear(bytes(FRAME_BYTES))
    assert waited


async def test_a_driver_that_stops_by_itself_is_a_loss_after_the_last_frame() -> None:
    ear = Ear()
    await ear.hear(bytes(FRAME_BYTES))
    await anyio.to_thread.run_sync(ear.capture.finish)
    await anyio.wait_all_tasks_blocked()
    heard = await anext(ear.capture.frames)
    with pytest.raises(RecorderLostError):
        await anext(ear.capture.frames)
    assert heard.pcm == bytes(FRAME_BYTES)


async def test_there_is_no_tail_of_a_driver_that_stopped() -> None:
    ear = Ear()
    ear.capture.finish()
    await anyio.wait_all_tasks_blocked()
    with anyio.fail_after(1):
        await ear.capture.tail(5)


async def test_a_driver_that_stops_because_it_was_told_is_no_loss() -> None:
    ear = Ear()
    with anyio.move_on_after(0.01):
        await ear.capture.tail(5)
    ear.capture.finish()
    await anyio.wait_all_tasks_blocked()
    ear.capture.end()
    assert await ear.frames() == []


async def test_sound_after_the_end_is_let_go() -> None:
    ear = Ear(Shape(48_000, 1))
    ear.capture.end()
    await ear.hear(bytes(1920))
    assert (await ear.frames(), ear.overflows) == ([], 0)


def test_a_driver_that_outlives_the_loop_does_no_harm() -> None:
    async def made() -> Capture:
        return Ear().capture

    capture = anyio.run(made)
    driver = threading.Thread(target=capture.hear, args=(b"", 0, None, SimpleNamespace(input_overflow=False)))
    driver.start()
    driver.join()
    assert not capture.flowing.is_set()
