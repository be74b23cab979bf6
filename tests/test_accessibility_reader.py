from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
import pytest
from fixtures.accessibility import hanging, reading
from fixtures.screen import DEADLINE

from dictated.accessibility.likeness import MOST
from dictated.accessibility.reader import SETTLE_S, Reader

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.accessibility import Accessible, Desk
    from fixtures.sway import Session

    from dictated.accessibility.focus import Focus


pytestmark = pytest.mark.desktop

WORDS = "Hello world, here I am. "
SOON_S = 0.2
"""A time-out for what is not going to come."""

GTK = pytest.mark.parametrize("version", ["3.0", "4.0"])


async def looked(reader: Reader) -> Focus:
    """Return the text that has the keyboard: here is one."""
    before = await reader.before()
    assert before is not None
    return before


def patient(desk: Accessible, settle_s: float = SETTLE_S) -> Reader:
    """Return one that finds a window on a busy machine, too."""
    return Reader(desk.env, ask_s=DEADLINE, settle_s=settle_s)


async def typed(desk: Desk, text: str = WORDS) -> None:
    await anyio.to_thread.run_sync(desk.type, text)


# What arrives


@GTK
@pytest.mark.parametrize("kind", ["view", "entry", "selected"])
async def test_words_that_stand_in_the_window_have_arrived(desk: Desk, kind: str, version: str) -> None:
    desk.window(kind, version)
    async with reading(patient(desk, settle_s=DEADLINE)) as reader:
        before = await looked(reader)
        await typed(desk)
        assert await reader.arrived(before, WORDS) is True


async def test_words_arrive_in_a_wayland_window(wayland_desk: Accessible, session: Session) -> None:
    wayland_desk.window()
    async with reading(patient(wayland_desk, settle_s=DEADLINE)) as reader:
        before = await looked(reader)
        await anyio.to_thread.run_sync(session.run, "wtype", WORDS)
        assert await reader.arrived(before, WORDS) is True


async def test_words_are_looked_for_behind_those_that_stand_there(desk: Desk) -> None:
    desk.window()
    async with reading(patient(desk, settle_s=DEADLINE)) as reader:
        first = await looked(reader)
        await typed(desk, "Something else. ")
        assert await reader.arrived(first, "Something else. ") is True
        before = await looked(reader)
        await typed(desk)
        assert await reader.arrived(before, WORDS) is True


@GTK
async def test_words_that_come_late_are_heard_of(desk: Desk, version: str) -> None:
    desk.window("view", version)
    async with reading(patient(desk, settle_s=2 * DEADLINE)) as reader, anyio.create_task_group() as tasks:
        before = await looked(reader)
        tasks.start_soon(typed, desk)
        with anyio.fail_after(DEADLINE):
            assert await reader.arrived(before, WORDS) is True


async def test_a_long_text_is_known_by_its_length_and_its_end(desk: Desk) -> None:
    desk.window()
    words = "All work and no play. " * (MOST // 20)
    async with reading(patient(desk, settle_s=DEADLINE)) as reader:
        before = await looked(reader)
        await typed(desk, words)
        assert await reader.arrived(before, words) is True


# What does not


@GTK
async def test_words_that_a_window_takes_no_notice_of_have_not_arrived(desk: Desk, version: str) -> None:
    desk.window("full", version)
    async with reading(patient(desk)) as reader:
        before = await looked(reader)
        await typed(desk)
        assert await reader.arrived(before, WORDS) is False


async def test_words_that_were_never_typed_have_not_arrived_in_a_wayland_window(
    wayland_desk: Accessible,
) -> None:
    wayland_desk.window()
    async with reading(patient(wayland_desk)) as reader:
        assert await reader.arrived(await looked(reader), WORDS) is False


# What cannot be told


@GTK
@pytest.mark.parametrize("kind", ["password", "read-only"])
async def test_a_password_is_not_read_and_what_cannot_be_written_into_neither(
    desk: Desk, kind: str, version: str
) -> None:
    desk.window(kind, version)
    async with reading(patient(desk)) as reader:
        assert await reader.before() is None


async def test_other_words_than_ours_are_no_answer(desk: Desk) -> None:
    desk.window()
    async with reading(patient(desk, settle_s=SOON_S)) as reader:
        before = await looked(reader)
        await typed(desk, "Somebody else is typing")
        assert await reader.arrived(before, WORDS) is None


async def test_another_window_that_has_got_the_keyboard_is_no_answer(desk: Desk) -> None:
    desk.window()
    async with reading(patient(desk, settle_s=2 * DEADLINE)) as reader:
        before = await looked(reader)
        await anyio.to_thread.run_sync(desk.window)
        with anyio.fail_after(DEADLINE):
            assert await reader.arrived(before, WORDS) is None


async def test_a_window_that_is_gone_is_no_answer(desk: Desk) -> None:
    program = desk.window()
    async with reading(patient(desk)) as reader:
        before = await looked(reader)
        program.kill()
        program.wait()
        assert await reader.arrived(before, WORDS) is None


async def test_of_a_window_that_offers_no_text_nothing_is_known(desk: Desk) -> None:
    desk.window()
    desk.silent_window()
    async with reading(patient(desk)) as reader:
        assert await reader.before() is None


async def test_a_window_without_the_keyboard_is_not_taken_for_the_one_that_has_it(desk: Desk) -> None:
    desk.window("view", "4.0")
    desk.window("full", "3.0")
    desk.window("view", "3.0")
    desk.window("full", "4.0")
    async with reading(patient(desk)) as reader:
        assert (await looked(reader)).length == len("full")


# Programs that hang, and a bus that is away


async def test_a_program_that_hangs_is_given_up_soon_and_left_alone(desk: Desk) -> None:
    program = desk.window()
    async with reading(Reader(desk.env, ask_s=2)) as reader:
        await looked(reader)
        with hanging(program), anyio.fail_after(5):
            assert await reader.before() is None
        assert await reader.before() is None


async def test_a_program_is_asked_again_after_its_rest(desk: Desk) -> None:
    program = desk.window()
    async with reading(Reader(desk.env, ask_s=4, rest_s=SOON_S)) as reader:
        with hanging(program):
            await reader.before()
        await anyio.sleep(SOON_S)
        assert await reader.before() is not None


async def test_a_program_that_hangs_does_not_hide_the_one_with_the_keyboard(desk: Desk) -> None:
    program = desk.window()
    desk.window("entry")
    async with reading(Reader(desk.env, ask_s=4)) as reader:
        with hanging(program):
            assert await reader.before() is not None


async def test_a_program_that_hangs_after_typing_is_no_answer(desk: Desk) -> None:
    program = desk.window()
    async with reading(Reader(desk.env, ask_s=2, settle_s=SOON_S)) as reader:
        before = await looked(reader)
        with hanging(program), anyio.fail_after(5):
            assert await reader.arrived(before, WORDS) is None


async def test_a_bus_that_is_away_is_told_once_and_not_asked_again_soon(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with reading(Reader({"DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/bus"})) as reader:
        assert [await reader.before() for _ in range(3)] == [None] * 3
    assert [record.levelname for record in caplog.records] == ["INFO"]


async def test_a_bus_that_ends_is_no_answer(desk: Desk) -> None:
    desk.window()
    async with reading(patient(desk)) as reader:
        before = await looked(reader)
        await anyio.to_thread.run_sync(desk.end)
        assert await reader.arrived(before, WORDS) is None


async def test_accessibility_is_not_started(desk: Desk) -> None:
    async with reading(Reader(desk.env)) as reader:
        await reader.before()
    assert not desk.runs


async def test_who_does_not_run_knows_nothing(desk: Desk) -> None:
    desk.window()
    assert await Reader(desk.env).before() is None


# Privacy


async def test_what_is_read_is_not_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.window()
    caplog.set_level(logging.DEBUG)
    async with reading(patient(desk, settle_s=SOON_S)) as reader:
        before = await looked(reader)
        await typed(desk, "A secret")
        await reader.arrived(before, WORDS)
        await reader.before()
    assert "secret" not in caplog.text
