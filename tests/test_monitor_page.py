"""Rules of `dictated monitor`, as a user of a terminal meets them; the daemon is a scripted one."""

from __future__ import annotations

import asyncio
import re
import stat
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from told import Told, past, sound, telling

from dictated.monitor.countdown import Countdown
from dictated.monitor.heading import Heading
from dictated.monitor.link import Link
from dictated.monitor.page import DARK, LIGHT, Page
from dictated.monitor.panel import Panel
from dictated.monitor.report import Report
from dictated.monitor.texts import Texts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from textual.pilot import Pilot

WAIT_S = 20
"""Before what does not come is missed."""

OF_THE_PICTURE = "c5c8c6"
"""The colour of what has none, in a picture of a page."""

ENDED = [past(7, "First."), past(8, "Second.", fate="held", latency_ms=None), past(9, "Third.")]


class Watched:
    """A page with who watches it, and the daemon it shows."""

    def __init__(self, pilot: Pilot[None], told: Told | None) -> None:
        assert isinstance(pilot.app, Page)
        self.pilot, self.page = pilot, pilot.app
        self._told = told

    @property
    def told(self) -> Told:
        """The scripted daemon, where it is one."""
        assert self._told is not None
        return self._told

    async def until(self, holds: Callable[[], object]) -> None:
        """Let the page work until that is so."""
        async with asyncio.timeout(WAIT_S):
            while not holds():
                await self.pilot.pause()

    async def tell(self, **more: Any) -> None:
        self.told.tell(**more)
        expected = more.get("state", "off"), len(more.get("last", []))
        await self.until(lambda: (self.report.state, len(self.report.last)) == expected)

    @property
    def report(self) -> Any:
        return self.page.query_one(Heading).report

    @property
    def screen(self) -> str:
        """All that is to be read."""
        strips = self.page.screen._compositor.render_strips()  # noqa: SLF001 (there is no other way to read it)
        return "\n".join(strip.text for strip in strips)

    @property
    def notes(self) -> str:
        """All that the page has said for a moment."""
        return "\n".join(note.message for note in self.page._notifications)  # noqa: SLF001 (the same)

    async def asks(self, key: str) -> list[dict[str, Any]]:
        """Press a key, and return what the daemon was asked because of it."""
        before = len(self.told.asked)
        await self.pilot.press(key)
        await self.until(lambda: len(self.told.asked) > before)
        return self.told.asked[before:]


@asynccontextmanager
async def watching(
    folder: Path, size: tuple[int, int] = (80, 24), second_s: float = 0.01, **environ: str
) -> AsyncIterator[Watched]:
    async with telling(folder / "socket") as told:
        page = Page(Link(told.path), environ, second_s)
        async with page.run_test(size=size) as pilot:
            watched = Watched(pilot, told)
            await watched.until(lambda: watched.report.state == "off")
            yield watched


async def test_what_is_told_while_the_page_closes_is_no_fault(tmp_path: Path) -> None:
    async with watching(tmp_path) as watched:
        await watched.page.query("*").remove()
        watched.page.show(Report(state="listening"))


async def test_it_follows_with_details(tmp_path: Path) -> None:
    async with watching(tmp_path) as watched:
        assert watched.told.asked == [{"command": "follow", "detail": True}]


async def test_everything_that_is_told_stands_on_a_page_of_80_by_24(tmp_path: Path) -> None:
    flight = [{"number": 15, "stage": "transcribing", "engine": "openai", "age_s": 1.5}]
    engines = [{"name": "openai", "state": "skipped", "reason": "no credit", "profiles": ["letters"]}]
    async with watching(tmp_path) as watched:
        more = {
            "profile": "letters",
            "profiles": ["letters"],
            "cost_today": 0.0123,
            "hypothesis": "But as",
            "on_hold": 1,
        }
        told = {"sound": sound(), "flight": flight, "engines": engines, "last": ENDED, **more}
        await watched.tell(state="listening", **told)
        await watched.pilot.pause()
        read = watched.screen
    expected = [
        "LISTENING",
        "SPEECH",
        "floor -62 dB",
        "threshold -55 dB",
        "transcribing",
        "Third.",
        "F2 Start",
    ]
    expected += ["openai for letters skipped (no credit)", "profile letters", "$0.0123 today"]
    expected += ["But as", "1 held"]
    assert [words for words in expected if words.lower() not in read.lower()] == []


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (40, 12)])
async def test_it_is_drawn_anew_for_each_size_of_the_terminal(tmp_path: Path, size: tuple[int, int]) -> None:
    async with watching(tmp_path, (100, 30)) as watched:
        await watched.tell(state="listening", sound=sound(), last=ENDED, hypothesis="But " * 50)
        await watched.pilot.resize_terminal(*size)
        drawn = watched.page.screen._compositor  # noqa: SLF001  the page has its size before it is laid out
        await watched.until(lambda: drawn.size == size)
        assert all(panel.region.right <= size[0] for panel in watched.page.query(Panel))


async def test_it_finds_the_daemon_again(tmp_path: Path) -> None:
    async with watching(tmp_path) as watched:
        await watched.tell(last=ENDED)
        await watched.told.end()
        await watched.until(lambda: "systemctl --user start" in watched.screen)
        await watched.told.begin()
        await watched.until(lambda: watched.report.state == "off")


async def test_the_last_texts_stay_when_the_daemon_goes(tmp_path: Path) -> None:
    async with watching(tmp_path) as watched:
        await watched.tell(last=ENDED)
        await watched.told.end()
        await watched.until(lambda: watched.report.state == "not running")
        assert "Third." in watched.screen


async def test_a_daemon_of_another_version_is_told_as_such(tmp_path: Path) -> None:
    async with watching(tmp_path) as watched:
        watched.told.tell(state=7)
        await watched.until(lambda: "another version" in watched.screen)


async def test_a_refusal_is_told(tmp_path: Path) -> None:
    async with telling(tmp_path / "socket") as told:
        told.answers["follow"] = {"refused": "16 programs follow already; end one"}
        page = Page(Link(told.path), {})
        async with page.run_test(size=(80, 24)) as pilot:
            watched = Watched(pilot, told)
            await watched.until(lambda: "end one" in watched.screen)


@pytest.mark.parametrize(
    ("key", "asked"),
    [
        ("f2", {"command": "start", "number": None}),
        ("f3", {"command": "stop", "number": None}),
        ("f4", {"command": "cancel", "number": None}),
        ("f5", {"command": "retry", "number": None}),
        ("f6", {"command": "insert", "number": None}),
    ],
)
async def test_a_key_asks_the_daemon(tmp_path: Path, key: str, asked: dict[str, Any]) -> None:
    async with watching(tmp_path) as watched:
        assert await watched.asks(key) == [asked]


@pytest.mark.parametrize("key", ["f5", "f6"])
async def test_what_waits_is_chosen_by_the_arrows(tmp_path: Path, key: str) -> None:
    async with watching(tmp_path) as watched:
        await watched.tell(last=ENDED)
        await watched.pilot.press("down")
        assert [asked["number"] for asked in await watched.asks(key)] == [8]


async def test_a_refused_request_is_told(tmp_path: Path) -> None:
    async with watching(tmp_path) as watched:
        watched.told.answers["retry"] = {"refused": "nothing has failed [so far]"}
        await watched.asks("f5")
        await watched.until(lambda: "[so far]" in watched.notes)


async def test_nothing_that_can_be_dictated_does_anything(tmp_path: Path) -> None:
    async with watching(tmp_path) as watched:
        await watched.tell(last=ENDED)
        await watched.pilot.press(*map(chr, range(32, 127)), "enter")
        assert (len(watched.told.asked), watched.page.is_running) == (1, True)


async def test_words_are_not_inserted_while_the_page_is_known_to_have_the_focus(tmp_path: Path) -> None:
    async with watching(tmp_path) as watched:
        watched.page.on_app_focus()
        await watched.pilot.press("f6")
        await watched.until(lambda: "still on this page" in watched.notes)
        assert len(watched.told.asked) == 1


async def test_escape_ends_the_countdown(tmp_path: Path) -> None:
    async with watching(tmp_path, second_s=WAIT_S) as watched:
        countdown = watched.page.query_one(Countdown)
        await watched.pilot.press("f6")
        await watched.until(lambda: "Esc: not at all" in watched.screen)
        await watched.pilot.press("escape")
        await watched.until(lambda: not countdown.display)


async def test_the_newest_text_is_copied_by_the_terminal(tmp_path: Path) -> None:
    async with watching(tmp_path) as watched:
        await watched.tell(last=ENDED)
        await watched.pilot.press("f7")
        assert watched.page.clipboard == "Third."


async def test_the_chosen_text_is_copied_as_it_is_by_the_desktops_program(tmp_path: Path) -> None:
    program, copied = tmp_path / "xclip", tmp_path / "copied"
    program.write_text(f"#!/bin/sh\ncat > {copied}.new && mv {copied}.new {copied}\n")
    program.chmod(stat.S_IRWXU)
    environ = {"DISPLAY": ":7", "PATH": f"{tmp_path}:/usr/bin:/bin"}
    async with watching(tmp_path, **environ) as watched:
        await watched.tell(last=[past(7, "One\ntwo.")])
        await watched.pilot.press("f7")
        await watched.until(copied.exists)
    assert copied.read_text() == "One\ntwo."


async def test_the_chosen_text_stays_chosen_when_another_comes(tmp_path: Path) -> None:
    async with watching(tmp_path) as watched:
        await watched.tell(last=ENDED)
        await watched.pilot.press("down")
        await watched.tell(last=[*ENDED, past(10, "Fourth.")])
        chosen = watched.page.query_one(Texts).chosen
        assert chosen
        assert chosen.text == "Second."


async def test_the_newest_text_gives_way_to_a_newer_one(tmp_path: Path) -> None:
    async with watching(tmp_path) as watched:
        await watched.tell(last=ENDED)
        await watched.tell(last=[*ENDED, past(10, "Fourth.")])
        chosen = watched.page.query_one(Texts).chosen
        assert chosen
        assert chosen.text == "Fourth."


async def test_what_is_said_is_shown_as_it_is(tmp_path: Path) -> None:
    async with watching(tmp_path) as watched:
        await watched.tell(last=[past(7, "the [bold]list[/] \x1b[31m[0]")], hypothesis="[red]and[/red]")
        await watched.pilot.pause()
        read = watched.screen
    assert all(words in read for words in ("the [bold]list[/] [31m[0]", "[red]and[/red]"))


async def test_an_age_goes_on_while_nothing_is_told(tmp_path: Path) -> None:
    async with watching(tmp_path) as watched:
        await watched.tell(state="listening", flight=[{"number": 1, "stage": "speaking", "age_s": 1.0}])
        await watched.until(lambda: "speaking" in watched.screen)
        before = watched.screen
        await watched.until(lambda: watched.screen != before)


@pytest.mark.parametrize(("ground", "theme"), [("0;15", LIGHT), ("15;0", DARK), ("", DARK)])
async def test_it_is_light_on_a_light_ground(tmp_path: Path, ground: str, theme: str) -> None:
    async with watching(tmp_path, COLORFGBG=ground) as watched:
        await watched.pilot.press("f8", "f8")
        assert watched.page.theme == theme


async def test_without_colour_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with watching(tmp_path) as watched:
        await watched.tell(state="listening", sound=sound(), last=ENDED)
        drawn = watched.page.export_screenshot()
    colours = set(re.findall(r'(?:-r\d+ \{|<rect) fill[:=] ?"?#(\w{6})', drawn)) - {OF_THE_PICTURE}
    assert len(colours) > 1
    assert {colour for colour in colours if colour != colour[:2] * 3} == set()
