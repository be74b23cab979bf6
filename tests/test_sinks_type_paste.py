from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import anyio
import pytest
from doubles import PLAIN
from selections import held, put
from spoken_into import AtKey, is_held, line, rest, transcript

from dictated import outputconfig
from dictated.errors import SinkError
from dictated.sinks.type import TypeSink
from dictated.x11.connection import connect, disconnect
from dictated.x11.loan import ASKING_S, SAVING_S

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from fixtures.screen import Screen

pytestmark = pytest.mark.desktop

LONG = "Ça coûte 3 € — Привет, 中文 🙂 "  # long enough to be pasted here
WORDS = LONG.strip()


@pytest.fixture
async def sink(screen: Screen) -> AsyncGenerator[TypeSink]:
    assert screen.display
    made = TypeSink(outputconfig.TypeSink(paste_from=20, modifier_wait_ms=300), PLAIN)
    yield made
    await made.close()


@pytest.mark.parametrize("kind", ["readline", "entry", "tk"])
async def test_a_long_text_is_pasted_into_every_window_and_both_selections_are_as_before(
    screen: Screen, sink: TypeSink, kind: str
) -> None:
    window = screen.window(kind)
    put(screen, "clipboard", b"copied")
    put(screen, "primary", b"selected")
    await sink.deliver(transcript(LONG))
    after = held(screen, "clipboard"), held(screen, "primary")
    assert (await line(window), *after) == (WORDS, b"copied", b"selected")


async def test_a_large_picture_is_on_the_clipboard_again_to_the_last_byte(
    screen: Screen, sink: TypeSink
) -> None:
    window, picture = screen.window("entry"), bytes(range(256)) * 8000
    put(screen, "clipboard", picture, "image/png")
    await sink.deliver(transcript(LONG))
    assert (await line(window), held(screen, "clipboard", "image/png") == picture) == (WORDS, True)


async def test_an_empty_clipboard_is_empty_again(screen: Screen, sink: TypeSink) -> None:
    window = screen.window("entry")
    await sink.deliver(transcript(LONG))
    offers = screen.run("sh", "-c", "xclip -selection clipboard -o 2>&1 || true")
    assert (await line(window), "not available" in offers) == (WORDS, True)


async def test_what_was_put_back_is_put_back_again_after_the_next_text(
    screen: Screen, sink: TypeSink
) -> None:
    window = screen.window("entry")
    put(screen, "clipboard", b"copied")
    await sink.deliver(transcript(LONG))
    await sink.deliver(transcript(LONG))
    assert (await line(window), held(screen, "clipboard")) == (WORDS * 2, b"copied")


async def test_what_is_copied_after_a_paste_stays(screen: Screen, sink: TypeSink) -> None:
    screen.window("entry")
    put(screen, "clipboard", b"copied")
    await sink.deliver(transcript(LONG))
    put(screen, "clipboard", b"newer")
    assert held(screen, "clipboard") == b"newer"


async def test_text_selected_in_the_window_is_replaced(screen: Screen, sink: TypeSink) -> None:
    window = screen.window("entry")
    await sink.deliver(transcript("wrong words"))
    screen.xdotool("key", "ctrl+a")
    await sink.deliver(transcript(LONG))
    assert await line(window) == WORDS


@pytest.mark.alone
async def test_a_clipboard_whose_owner_is_silent_costs_a_second_and_the_text_is_typed(
    screen: Screen, sink: TypeSink
) -> None:
    window, silent = screen.window("entry"), connect()
    silent.screen().root.create_window(0, 0, 1, 1, 0, 0).set_selection_owner(silent.get_atom("CLIPBOARD"), 0)
    silent.sync()
    began = anyio.current_time()
    await sink.deliver(transcript(LONG))
    took = anyio.current_time() - began
    disconnect(silent)
    assert (await line(window), took < SAVING_S + 1) == (WORDS, True)


@pytest.mark.parametrize("kind", ["entry", "readline"])
async def test_a_window_that_wakes_late_gets_the_words_once_and_nothing_of_the_clipboard(
    screen: Screen, sink: TypeSink, kind: str
) -> None:
    window = screen.window(kind)
    put(screen, "clipboard", b"copied")
    put(screen, "primary", b"selected")
    window.process.send_signal(signal.SIGSTOP)
    async with anyio.create_task_group() as group:
        group.start_soon(sink.deliver, transcript(LONG))
        await anyio.sleep(2 * ASKING_S)  # until it is taken for one that does not paste
        window.process.send_signal(signal.SIGCONT)
    assert await line(window) == WORDS


async def test_a_window_that_pastes_by_no_key_is_typed_into(screen: Screen, sink: TypeSink) -> None:
    window = screen.window("unpasting")
    await sink.deliver(transcript(LONG))
    assert await line(window) == WORDS


async def test_it_is_told_when_another_program_takes_the_clipboard_just_then(screen: Screen) -> None:
    screen.window("unpasting")
    own = AtKey(1, lambda: put(screen, "clipboard", b"newer"))
    sink = TypeSink(outputconfig.TypeSink(paste_from=20), PLAIN, own)
    with pytest.raises(SinkError, match="took the clipboard"):
        await sink.deliver(transcript(LONG))
    await sink.close()


async def test_words_that_come_too_late_leave_window_and_clipboard_alone(
    screen: Screen, sink: TypeSink
) -> None:
    window = screen.window("gtk")
    put(screen, "clipboard", b"copied")
    late = await is_held(sink, transcript(LONG, age=11))
    assert (late, await rest(window), held(screen, "clipboard")) == (True, [""], b"copied")


async def test_a_modifier_held_while_a_text_is_pasted_spoils_nothing(screen: Screen, sink: TypeSink) -> None:
    window = screen.window("entry")
    screen.xdotool("keydown", "ctrl", "keydown", "alt")
    await sink.deliver(transcript(LONG))
    screen.xdotool("keyup", "ctrl", "keyup", "alt")
    assert await line(window) == WORDS
