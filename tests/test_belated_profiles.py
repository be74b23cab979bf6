"""Rules of what is left over where profiles have sinks and engines of their own: it stays with its profile."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from doubles import utterance
from house import House

from dictated.delivery import Delivery
from dictated.insertion import Insertion
from dictated.recollection import OLD
from dictated.records import Fate
from dictated.recovery import Recovery

if TYPE_CHECKING:
    from pathlib import Path


DOUBT = {OLD + 1: "it may be noise"}


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Words are typed, but for the profile `notes`, which logs."""
    made = House(tmp_path)
    routes = {"": ("type",), "notes": ("log",)}
    delivery = Delivery(made.sinks, made.log, routes=routes)
    made.recovery = Recovery(
        made.engine, made.sinks, made.spool, made.history, made.resending, route=delivery.of
    )
    made.insertion = Insertion(delivery, made.spool, made.history)
    return made


def recorded(house: House, profile: str) -> int:
    """Leave an utterance as a crash does that comes before its text."""
    spoken = replace(utterance(1), profile=profile)
    return house.history.records.open(spoken, house.spool.keep(spoken).name)


@pytest.mark.parametrize(
    ("profile", "fate", "lines"), [("notes", Fate.DELIVERED, 1), ("", Fate.HELD, 0), ("gone", Fate.HELD, 0)]
)
async def test_what_was_left_goes_where_words_of_its_profile_go(
    house: House, profile: str, fate: Fate, lines: int
) -> None:
    recorded(house, profile)
    await house.recover()
    assert (len(house.lines), house.fates) == (lines, [fate])


async def test_what_is_transcribed_again_is_asked_of_the_engine_of_its_profile(house: House) -> None:
    recorded(house, "notes")
    house.engine.doubts = DOUBT
    await house.recover()
    await house.retry(1)
    assert [heard.profile for heard in house.engine.heard] == ["notes", "notes"]


@pytest.mark.parametrize(("profile", "typed"), [("", 1), ("notes", 0)])
async def test_what_was_held_is_inserted_with_the_profile_of_here_or_else_with_its_own(
    house: House, profile: str, typed: int
) -> None:
    recorded(house, "")
    await house.recover()
    await house.insertion.insert(1, profile)
    assert (len(house.window.texts), len(house.lines)) == (typed, 1 - typed)


async def test_what_was_held_and_is_inserted_where_no_profile_holds_goes_with_its_own(house: House) -> None:
    recorded(house, "notes")
    house.engine.doubts = DOUBT
    await house.recover()
    await house.insertion.insert(1)
    assert (house.window.texts, len(house.lines)) == ([], 1)
