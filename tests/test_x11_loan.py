from __future__ import annotations

import array
from typing import TYPE_CHECKING

import anyio
import pytest
from anyio.to_thread import run_sync
from fixtures.screen import DEADLINE
from selections import clipboard_manager, held, owner, put
from Xlib import Xatom

from dictated.x11 import selection
from dictated.x11.connection import connect
from dictated.x11.loan import Loan
from dictated.x11.selection import Content, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Generator

    from fixtures.screen import Screen

pytestmark = pytest.mark.desktop

LARGE = bytes(range(256)) * 8000  # goes in pieces both ways


@pytest.fixture
def loan(screen: Screen) -> Generator[Loan]:
    assert screen.display
    made = Loan()
    yield made
    made.close()


def lend(loan: Loan, words: str) -> None:
    loan.save()
    loan.lend(words)


def text(data: bytes) -> Content:
    return Content(Xatom.STRING, 8, data)


def test_every_format_is_put_back(screen: Screen, loan: Loan) -> None:
    numbers = Content(Xatom.INTEGER, 32, array.array("I", [1, 2**31]).tobytes())
    formats = {"UTF8_STRING": text(b"bold"), "text/html": text(b"<b>bold</b>"), "x-numbers": numbers}
    with owner("CLIPBOARD", formats | {"image/png": text(LARGE)}):
        lend(loan, "words")
        loan.give_back()
    found = [held(screen, "clipboard", name) for name in (*formats, "image/png")]
    assert found == [b"bold", b"<b>bold</b>", b"1\n-2147483648\n", LARGE]  # as xclip shows them


async def test_another_program_gets_the_words_and_does_not_count_as_the_window(
    screen: Screen, loan: Loan
) -> None:
    screen.window()
    lend(loan, "words")
    got, taken = [], set()
    async with anyio.create_task_group() as group:
        group.start_soon(run_sync, lambda: got.append(held(screen, "clipboard")))
        while not got:
            taken.add(await run_sync(loan.taken))
    assert (got, taken) == ([b"words"], {False})


def test_what_another_program_copies_meanwhile_stays_and_is_told(screen: Screen, loan: Loan) -> None:
    put(screen, "clipboard", b"copied")
    lend(loan, "words")
    put(screen, "clipboard", b"newer")
    loan.taken()
    disturbed = loan.disturbed
    loan.give_back()
    assert (disturbed, held(screen, "clipboard")) == (True, b"newer")


def test_an_empty_selection_is_empty_again(screen: Screen, loan: Loan) -> None:
    lend(loan, "words")
    loan.give_back()
    assert held(screen, "clipboard") == b""


def test_more_than_is_kept_is_not_borrowed(
    screen: Screen, loan: Loan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "MOST_BYTES", len(LARGE) - 1)
    put(screen, "clipboard", LARGE, "image/png")
    with pytest.raises(UnreadableError, match="it has more than"):
        loan.save()


def test_an_owner_that_does_not_answer_is_given_up(screen: Screen, loan: Loan) -> None:
    assert screen.display
    silent = connect()
    silent.screen().root.create_window(0, 0, 1, 1, 0, 0).set_selection_owner(Xatom.PRIMARY, 0)
    silent.sync()
    with pytest.raises(UnreadableError, match="does not answer"):
        loan.save()
    silent.close()


def test_a_clipboard_manager_keeps_what_was_put_back_when_we_go(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dictated.x11.loan._HANDOVER_S", DEADLINE)  # a busy machine is waited for
    loan = Loan()
    put(screen, "clipboard", b"copied")
    lend(loan, "words")
    loan.give_back()
    with clipboard_manager():
        loan.close()
        assert held(screen, "clipboard") == b"copied"


def test_without_one_it_goes_with_us(screen: Screen) -> None:
    loan = Loan()
    put(screen, "clipboard", b"copied")
    lend(loan, "words")
    loan.give_back()
    loan.close()
    assert held(screen, "clipboard") == b""
