"""Rules of profiles while somebody speaks: what is asked ahead has the profile of what is said, or is void."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import anyio
import live_room
import pytest
from test_listening import PARTS, RULES, Room

from dictated.chosen import Chosen
from dictated.gaze import Glance
from dictated.listening import Listening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SLOWER = replace(RULES, speculate=5, pause=9)
AHEAD = "..ss....."
REST = "...."


class Office(Room):
    """A room with windows, in one of which holds the profile `code`; `slow` while nobody says which it is."""

    def __init__(self, *, speculates: bool = True) -> None:
        super().__init__()
        self.focus = "code"
        self.slow = anyio.Event()
        self.slow.set()
        self.chosen = Chosen()
        self.chosen.take(("code", "mail"))
        self._speculates = speculates

    async def look(self) -> Glance:
        focus = self.focus
        await self.slow.wait()
        return Glance("0x42", focus)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Office]:
        parts = replace(
            PARTS, rules=SLOWER, glance=self.look, speculates=lambda profile: not profile or self._speculates
        )
        async with self.line.running() as pipeline, anyio.create_task_group() as tasks:
            frames = await self.recorder.open()
            listening = Listening(frames, parts, lambda _: None, tasks, chosen=self.chosen)
            tasks.start_soon(listening.run, pipeline, count(1))
            yield self
            await self.recorder.close()

    async def say(self, picture: str) -> None:
        """Say it no faster than the room takes it in."""
        for char in picture:
            await super().say(char)

    @property
    def asked(self) -> list[str]:
        return [utterance.profile for utterance in self.engine.utterances]


async def test_what_is_asked_ahead_has_the_profile_of_the_window() -> None:
    office = Office()
    async with office.open():
        await office.say(AHEAD)
        early = list(office.asked)
        await office.say(REST)
        await office.line.sink.holds(1)
    assert (early, office.asked) == (["code"], ["code"])


async def test_while_the_window_is_not_known_what_is_asked_ahead_has_what_holds_without() -> None:
    office = Office()
    office.slow = anyio.Event()
    async with office.open():
        await office.say(AHEAD)
        office.slow.set()
        await office.say(REST)
        await office.line.sink.holds(1)
    assert office.asked == ["", "code"]


async def test_what_was_asked_ahead_is_void_when_another_profile_is_chosen_before_the_end() -> None:
    office = Office()
    async with office.open():
        await office.say(AHEAD)
        office.chosen.choose("mail")
        await office.say(REST)
        await office.line.sink.holds(1)
    assert office.asked == ["code", "mail"]


async def test_the_window_of_the_last_pause_counts_not_that_of_the_one_before() -> None:
    office = Office()
    async with office.open():
        await office.say(AHEAD)
        office.focus = ""
        await office.say("ss.........")
        await office.line.sink.holds(1)
    assert office.asked == ["code", ""]


@pytest.mark.parametrize(("focus", "asked_early"), [("code", []), ("", [""])])
async def test_a_profile_whose_engine_is_not_to_be_asked_ahead_is_not(
    focus: str, asked_early: list[str]
) -> None:
    office = Office(speculates=False)
    office.focus = focus
    async with office.open():
        await office.say(AHEAD)
        early = list(office.asked)
        await office.say(REST)
        await office.line.sink.holds(1)
    assert (early, office.asked) == (asked_early, [focus])


@pytest.mark.parametrize(("looks_early", "profile"), [(True, "code"), (False, "")])
async def test_what_is_guessed_at_before_any_pause_has_the_profile_of_a_window_that_may_have_one(
    *, looks_early: bool, profile: str
) -> None:
    async def glance() -> Glance:
        return Glance("0x42", "code")

    room = live_room.Room()
    room.parts = replace(room.parts, glance=glance, looks_early=looks_early)
    async with room.open():
        for _ in range(live_room.EVERY + 2):
            await room.recorder.say("s")
            await anyio.wait_all_tasks_blocked()
    assert {utterance.profile for utterance in room.engine.guessed_at} == {profile}
