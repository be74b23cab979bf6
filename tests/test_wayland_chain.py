"""Rules of the chain: the next way is tried only while nothing was typed, and what worked comes first."""

from __future__ import annotations

import pytest

from dictated.errors import HeldError, SinkError
from dictated.wayland.chain import Chain
from dictated.wayland.method import UnsupportedError


class Way:
    """A method that fails at the pieces it is told to, and notes what it typed."""

    def __init__(self, name: str, typed: list[str], faults: dict[int, SinkError] | None = None) -> None:
        self.name = name
        self.piece = 2
        self._typed = typed
        self._faults = faults or {}
        self._asked = 0

    async def type(self, text: str) -> None:
        self._asked += 1
        if fault := self._faults.get(self._asked):
            raise fault
        self._typed.append(f"{self.name} {text}")

    async def backspace(self, count: int) -> None:
        if fault := self._faults.get(0):
            raise fault
        self._typed.append(f"{self.name} -{count}")


NOT_HERE = UnsupportedError("not here")


async def look() -> None:
    pass


async def test_a_text_is_typed_piece_by_piece() -> None:
    typed: list[str] = []
    await Chain([Way("a", typed)]).type("12345", look, look)
    assert typed == ["a 12", "a 34", "a 5"]


async def test_what_is_not_supported_gives_way_to_the_next() -> None:
    typed: list[str] = []
    await Chain([Way("a", typed, {1: NOT_HERE}), Way("b", typed)]).type("123", look, look)
    assert typed == ["b 12", "b 3"]


async def test_what_worked_is_tried_first_the_next_time() -> None:
    typed: list[str] = []
    chain = Chain([Way("a", typed, {1: NOT_HERE}), Way("b", typed)])
    await chain.type("1", look, look)
    await chain.type("2", look, look)
    assert typed == ["b 1", "b 2"]


async def test_what_worked_and_works_no_more_gives_way() -> None:
    typed: list[str] = []
    chain = Chain([Way("a", typed, {1: NOT_HERE}), Way("b", typed, {2: NOT_HERE})])
    await chain.type("1", look, look)
    await chain.type("2", look, look)
    assert typed == ["b 1", "a 2"]


@pytest.mark.parametrize("faults", [{1: SinkError("half")}, {2: SinkError("half")}, {2: NOT_HERE}])
async def test_what_may_have_been_typed_in_part_is_not_typed_again(faults: dict[int, SinkError]) -> None:
    typed: list[str] = []
    with pytest.raises(SinkError) as told:
        await Chain([Way("a", typed, faults), Way("b", typed)]).type("123", look, look)
    assert (type(told.value), [line for line in typed if line.startswith("b")]) == (SinkError, [])


async def test_what_typed_takes_back() -> None:
    typed: list[str] = []
    chain = Chain([Way("a", typed, {1: NOT_HERE}), Way("b", typed)])
    await chain.type("1", look, look)
    await chain.backspace(1)
    assert typed == ["b 1", "b -1"]


async def test_what_cannot_take_back_leaves_it_to_the_next_until_there_is_none() -> None:
    typed: list[str] = []
    ways = [Way("a", typed, {0: NOT_HERE}), Way("b", typed)]
    await Chain(ways).backspace(2)
    with pytest.raises(UnsupportedError, match="nothing presses Backspace"):
        await Chain(ways[:1]).backspace(2)
    assert typed == ["b -2"]


async def test_where_nothing_works_every_reason_is_told_in_one_line() -> None:
    chain = Chain([Way("a", [], {1: NOT_HERE}), Way("b", [], {1: UnsupportedError("nor here")})])
    with pytest.raises(HeldError, match=r"\Anothing types in this .* \(a: not here; b: nor here\)\Z"):
        await chain.type("1", look, look)


async def test_each_way_looks_again_before_its_first_piece_and_between_pieces() -> None:
    seen: list[str] = []

    async def ready() -> None:
        seen.append("ready")

    async def still() -> None:
        seen.append("still")

    await Chain([Way("a", seen, {1: NOT_HERE}), Way("b", seen)]).type("123", ready, still)
    assert seen == ["ready", "ready", "b 12", "still", "b 3"]


async def test_words_that_must_not_be_typed_are_tried_by_no_way() -> None:
    async def ready() -> None:
        raise HeldError("too late")

    typed: list[str] = []
    with pytest.raises(HeldError):
        await Chain([Way("a", typed), Way("b", typed)]).type("1", ready, look)
    assert typed == []


async def test_a_way_whose_words_did_not_arrive_is_tried_last() -> None:
    typed: list[str] = []
    chain = Chain([Way("a", typed), Way("b", typed)])
    await chain.type("1", look, look)
    chain.doubt()
    await chain.type("2", look, look)
    assert typed == ["a 1", "b 2"]


async def test_what_must_wait_in_mid_text_has_broken_off() -> None:
    typed: list[str] = []
    with pytest.raises(SinkError, match="part of the text is missing") as broken:
        await Chain([Way("a", typed, {2: HeldError("the user is asked")})]).type("1234", look, look)
    assert not isinstance(broken.value, HeldError)
