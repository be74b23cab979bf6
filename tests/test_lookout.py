"""Rules of what a follower with details is told by a real daemon, and of the page on it."""

from __future__ import annotations

import asyncio
import json
import signal
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from anyio import to_thread
from moonshine_voice import get_assets_path
from test_monitor_page import Watched
from test_session import Desk

from dictated.details import LONGEST_LINE
from dictated.history import Entry, History
from dictated.lookout import Lookout
from dictated.monitor.link import Link
from dictated.monitor.page import Page
from dictated.records import Fate
from dictated.session import Session
from dictated.types import Command

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from fixtures.daemon import Daemon, Dictated

SPEECH = get_assets_path() / "two_cities.wav"  # 44 s: no test waits for its end
EXTRAS = {"sound", "flight", "last", "cost_today"}


@pytest.fixture
def daemon(dictated: Dictated) -> Daemon:
    started = dictated.start("--input", SPEECH)
    started.says("listening")
    return started


@pytest.fixture
def control(dictated: Dictated) -> Path:
    return dictated.home / "run" / "dictated" / "control.sock"


@asynccontextmanager
async def following(control: Path, **more: bool) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    async def read() -> AsyncIterator[dict[str, Any]]:
        async for line in reader:
            yield json.loads(line)

    reader, writer = await asyncio.open_unix_connection(control, limit=LONGEST_LINE)
    writer.write(json.dumps({"command": "follow", **more}).encode() + b"\n")
    yield read()
    writer.close()
    await writer.wait_closed()


async def first(
    told: AsyncIterator[dict[str, Any]], holds: Callable[[dict[str, Any]], object]
) -> dict[str, Any]:
    async for status in told:
        if holds(status):
            return status
    pytest.fail("the daemon ended before that was so")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A session with an engine that answers when it is let, and a real history."""
    made = Desk(held=True)
    history = History(tmp_path / "history.sqlite3")
    made.parts = replace(made.parts, history=history)
    yield made
    history.close()


async def stages(session: Session) -> list[tuple[int, str, str]]:
    """What is told of what is under way."""
    with Lookout(session).looking() as told:
        status = await anext(told)
    return [(one["number"], one["stage"], one["engine"]) for one in status["flight"]]


async def test_each_utterance_under_way_is_told_with_its_stage(desk: Desk) -> None:
    async with desk.at_work() as session:
        await desk.do(Command.START)
        await desk.recorder.say("..ss....ss....ss....")
        await desk.engine.is_asked(3)
        desk.engine.release(2)
        await anyio.wait_all_tasks_blocked()
        told = await stages(session)
        await desk.do(Command.CANCEL)
    assert told == [(1, "transcribing", ""), (2, "waiting", "numbering"), (3, "transcribing", "")]


@pytest.mark.parametrize(
    ("able", "profile", "engine"),
    [
        ({"one": ["default"]}, "", "one"),
        ({"one": ["default"], "two": ["default"]}, "", ""),
        ({"one": ["default"], "two": ["code"]}, "", "one"),
        ({"one": ["default"], "two": ["code"]}, "code", "two"),
        ({"one": ["default"], "two": ["default", "code"]}, "code", "two"),
        ({"one": ["default"]}, "code", ""),
    ],
)
async def test_who_transcribes_is_told_where_it_can_be_only_one_with_the_profile_it_has(
    desk: Desk, able: dict[str, list[str]], profile: str, engine: str
) -> None:
    engines = [{"name": name, "state": "ok", "profiles": profiles} for name, profiles in able.items()]
    desk.parts = replace(desk.parts, engines=lambda: engines, profiles=("code",))
    async with desk.at_work() as session:
        await anyio.wait_all_tasks_blocked()
        session.chosen.choose(profile or "default")
        await desk.do(Command.START)
        await desk.recorder.say("..ss....")
        await desk.engine.is_asked(1)
        told = await stages(session)
        await desk.do(Command.CANCEL)
    assert told == [(1, "transcribing", engine)]


async def test_before_the_session_has_begun_nothing_is_told_but_that() -> None:
    with Lookout(Session()).looking() as told:
        status = await anext(told)
    assert (status["state"], *status["last"], *status["flight"]) == ("off",)


async def test_what_another_part_of_us_notes_is_told_at_once(desk: Desk) -> None:
    now = datetime.now(UTC)
    async with desk.at_work() as session:
        await anyio.wait_all_tasks_blocked()
        with Lookout(session).looking() as told, anyio.fail_after(5):
            before = await anext(told)
            await to_thread.run_sync(desk.parts.history.note, Entry(now, now, Fate.HELD, "Hello."))
            after = await first(told, lambda status: status["last"])
    assert (before["last"], after["last"][0]["fate"]) == ([], "held")


async def test_who_looks_no_longer_is_told_of_no_note(desk: Desk) -> None:
    async with desk.at_work() as session:
        await anyio.wait_all_tasks_blocked()
        await stages(session)
        assert (desk.parts.history.listeners, session.bulletin.watchers) == (set(), 0)


@pytest.mark.usefixtures("daemon")
async def test_an_utterance_is_told_from_its_first_word_to_its_text(control: Path) -> None:
    async with following(control, detail=True) as told:
        speaking = await first(told, lambda status: status["flight"] and status["sound"]["speech"])
        pausing = await first(told, lambda status: status["sound"]["pause_ms"] > 300)
        done = await first(told, lambda status: status["last"])
    assert [one["stage"] for one in speaking["flight"]] == ["speaking"]
    assert pausing["sound"]["pause_of_ms"] == 600
    assert "best of times" in done["last"][0]["text"]


@pytest.mark.usefixtures("daemon")
async def test_who_asks_for_no_details_is_told_none(control: Path) -> None:
    async with following(control) as told, following(control, detail=True) as detailed:
        await first(detailed, lambda status: status["last"])
        status = await first(told, lambda status: status["heard"])
    assert not EXTRAS & set(status)


async def test_nothing_is_heard_once_listening_is_over(
    control: Path, dictated: Dictated, daemon: Daemon
) -> None:
    async with following(control, detail=True) as told:
        await first(told, lambda status: status["sound"])
        dictated("stop")
        stopped = await first(told, lambda status: status["state"] == "off" and not status["flight"])
    daemon.ends(signal.SIGTERM)
    assert stopped["sound"] is None


@pytest.mark.usefixtures("daemon")
async def test_the_page_shows_what_a_real_daemon_hears_and_stops_it(control: Path) -> None:
    page = Page(Link(control), {})
    async with page.run_test(size=(80, 24)) as pilot:
        watched = Watched(pilot, None)
        await watched.until(lambda: "threshold" in watched.screen)
        await watched.until(lambda: "best of times" in watched.screen)
        await pilot.press("f3")
        await watched.until(lambda: watched.report.state in {"off", "stopping"})


async def test_what_is_said_is_in_no_log_line_of_who_is_watched(
    control: Path, dictated: Dictated, daemon: Daemon
) -> None:
    async with following(control, detail=True) as told:
        await first(told, lambda status: status["last"])
    daemon.ends(signal.SIGTERM)
    assert "best of times" not in "\n".join(daemon.lines).lower()
    assert "best of times" in " ".join(dictated.written)
