"""Rules of pasting: the words arrive, only a window that fetched them counts, the clipboard is put back."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from fixtures.screen import DEADLINE, Pipe, running

from dictated.errors import SinkError
from dictated.wayland.method import UnsupportedError
from dictated.wayland.paste import Paste
from dictated.wayland.virtualkeyboard import VirtualKeyboard

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.sway import Session

pytestmark = pytest.mark.desktop

TEXT = "é ß я 你 🙂 “so” — \"QUITE\" 'RIGHT' ~!@#$%^&*()_+ € " * 40


def paste(session: Session) -> Paste:
    return Paste(session.env, [VirtualKeyboard(session.env)])


async def test_the_words_arrive_exactly(session: Session) -> None:
    window = session.terminal()
    await paste(session).type(TEXT)
    assert await window.read(len(TEXT)) == TEXT


async def test_one_text_after_the_other_arrives_in_order(session: Session) -> None:
    window, method = session.terminal(), paste(session)
    for text in ("one ", "two ", "three "):
        await method.type(text)
    assert await window.read(14) == "one two three "


@pytest.mark.parametrize("which", [[], ["--primary"]])
async def test_the_clipboard_is_put_back(session: Session, which: list[str]) -> None:
    session.terminal()
    session.copy("mine é", *which)
    await paste(session).type("words")
    assert session.pasted(*which) == "mine é"


async def test_a_picture_is_put_back_as_one(session: Session) -> None:
    session.terminal()
    session.copy("a picture", "--type", "image/png")
    await paste(session).type("words")
    assert session.pasted("--type", "image/png") == "a picture"


async def test_an_empty_clipboard_is_left_empty(session: Session) -> None:
    session.terminal()
    await paste(session).type("words")
    assert session.types() == []


async def test_a_password_on_the_clipboard_is_not_touched(session: Session) -> None:
    window = session.terminal()
    session.copy("secret", "--type", "x-kde-passwordManagerHint")
    with pytest.raises(UnsupportedError, match="holds a password"):
        await paste(session).type("words")
    assert (session.types(), await window.rest()) == (["x-kde-passwordManagerHint"], "")


async def test_words_that_no_window_fetched_are_not_called_pasted(session: Session) -> None:
    session.copy("mine")
    with pytest.raises(UnsupportedError, match="no window fetched the words"):
        await paste(session).type("words")
    assert session.pasted() == "mine"


async def test_words_reach_the_window_past_a_clipboard_manager_and_the_log_says_that_none_can_tell(
    session: Session, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dictated.wayland.paste._MANAGER_SECONDS", DEADLINE)  # it does come
    monkeypatch.setattr("dictated.wayland.paste._UNSEEN_SECONDS", 3.0)
    caplog.set_level(logging.INFO)
    window, seen = session.terminal(), Pipe(tmp_path / "seen")
    with running(["wl-paste", "--watch", "sh", "-c", f"cat; echo seen > {seen.path}"], session.env):
        session.copy("mine")
        seen.read_line()
        await paste(session).type("words")
        assert (await window.read(5), session.pasted()) == ("words", "mine")
    seen.close()
    assert "not known" in caplog.text


async def test_where_no_key_can_be_pressed_nothing_is_pasted(session: Session) -> None:
    session.terminal()
    with pytest.raises(UnsupportedError, match="no key can be pressed to paste"):
        await Paste(session.env, []).type("words")


async def test_a_missing_clipboard_program_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match="wl-paste is not installed"):
        await Paste({"PATH": str(tmp_path)}, []).type("words")


async def test_a_key_that_may_have_been_pressed_is_not_pressed_again_by_another(session: Session) -> None:
    session.terminal()
    with pytest.raises(SinkError, match="maybe") as told:
        await Paste(session.env, [Doubtful(), VirtualKeyboard(session.env)]).type("words")
    assert type(told.value) is SinkError


class Doubtful:
    async def paste(self) -> None:
        raise SinkError("maybe")

    async def backspace(self, count: int) -> None:
        raise SinkError(f"maybe {count}")
