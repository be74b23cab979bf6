"""Rules of delivery by profile: words go to the sinks of their profile and to no others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from doubles import ListSink, transcript, utterance
from live_text import LiveScreen

from dictated.archive import Archive, Tally
from dictated.delivery import Delivery
from dictated.errors import SinkError

ROUTES = {"": ("type",), "notes": ("log",), "both": ("log", "type")}


class House:
    def __init__(self, routes: dict[str, tuple[str, ...]] = ROUTES, broken: SinkError | None = None) -> None:
        self.window = ListSink("type", broken)
        self.log = ListSink("log")
        self.delivery = Delivery([self.window, self.log], self.log, routes=routes)
        self.archive = Archive(Tally())

    async def deliver(self, profile: str) -> None:
        words = transcript(f"for {profile}")
        spoken = replace(words, utterance=replace(words.utterance, profile=profile))
        await self.delivery.deliver(spoken, self.archive)


@pytest.mark.parametrize(
    ("profile", "typed", "logged"), [("", 1, 0), ("notes", 0, 1), ("both", 1, 1), ("gone", 1, 0)]
)
async def test_words_go_to_the_sinks_of_their_profile(profile: str, typed: int, logged: int) -> None:
    house = House()
    await house.deliver(profile)
    assert (len(house.window.texts), len(house.log.texts)) == (typed, logged)


async def test_without_routes_words_go_to_every_sink() -> None:
    house = House()
    house.delivery = Delivery([house.window, house.log], house.log)
    await house.deliver("notes")
    assert (len(house.window.texts), len(house.log.texts)) == (1, 1)


async def test_the_log_rescues_words_of_a_profile_that_does_not_log() -> None:
    house = House(broken=SinkError("no"))
    await house.deliver("")
    assert house.log.texts == ["for "]


async def test_the_log_that_has_the_words_of_a_profile_rescues_them_no_second_time() -> None:
    house = House(broken=SinkError("no"))
    await house.deliver("both")
    assert house.log.texts == ["for both"]


async def test_what_was_held_goes_to_the_sinks_of_the_profile_it_is_inserted_with() -> None:
    house = House()
    words = transcript("held")
    await house.delivery.insert(
        replace(words, utterance=replace(words.utterance, profile="both")), house.archive, having=["log"]
    )
    assert (house.window.texts, house.log.texts) == (["held"], [])


def test_a_sink_that_no_profile_names_gets_nothing_and_is_closed_all_the_same() -> None:
    house = House({"": ("log",)})
    assert (house.delivery.sinks, house.delivery.made) == ((house.log,), (house.window, house.log))


async def appearing(screen: LiveScreen, profile: str) -> Delivery:
    log = ListSink("log")
    delivery = Delivery([screen, log], log, routes={"": (screen.name,), "notes": ("log",)})
    await delivery.appear(replace(utterance(1), profile=profile), "Dear")
    return delivery


async def test_words_appear_while_they_are_said_where_their_profile_types() -> None:
    screen = LiveScreen()
    await appearing(screen, "")
    assert screen.story == ["1 appears: Dear"]


async def test_nothing_appears_of_words_whose_profile_does_not_type() -> None:
    screen = LiveScreen()
    with pytest.raises(SinkError, match="nothing is typed with this profile"):
        await appearing(screen, "notes")
    assert screen.story == []


async def test_what_appeared_vanishes_when_the_words_turn_out_to_be_for_another_place() -> None:
    screen = LiveScreen()
    delivery = await appearing(screen, "")
    words = transcript("Dear Sir")
    await delivery.deliver(
        replace(words, utterance=replace(words.utterance, profile="notes")), Archive(Tally())
    )
    assert (screen.story[1:], screen.texts) == (["vanishes"], [])
