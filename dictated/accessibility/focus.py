"""Finds the text that has the keyboard, through the objects that programs offer to screen readers."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio

from dictated.accessibility.bus import DESKTOP, AccessibilityBus, Node
from dictated.sessionbus import BusError

if TYPE_CHECKING:
    from collections.abc import Collection

PROGRAMS = 64
"""Programs that are asked."""

WINDOWS = 32
"""Windows of a program that are asked whether they have the keyboard."""

OBJECTS = 300
"""Objects looked at in a window that cannot be asked which of them has the keyboard; some 0.3 ms each."""

# Numbers of atspi-constants.h.
_ACTIVE, _EDITABLE, _FOCUSED, _VISIBLE = 1, 7, 12, 30  # in GTK 4 only windows are called "showing"
_PASSWORD, _TERMINAL = 40, 60
_ALL = 1  # of the states asked for; of nothing, where nothing is asked for
_CANDIDATES = 5  # a focused object may lie in others that call themselves focused too

_RULE: tuple[object, ...] = ([1 << _FOCUSED | 1 << _EDITABLE, 0], _ALL, {}, _ALL, [], _ALL, [], _ALL, False)
_RULE_SIGNATURE = "(aiia{ss}iaiiasib)uib"
_CANONICAL_ORDER = 1
_NOBODY = "/org/a11y/atspi/null"


@dataclass(frozen=True, slots=True)
class Focus:
    """A text that has the keyboard, and where in it the next words will stand; not what it says.

    Places are counted as its program counts them: in characters, or in UTF-16. What is selected from
    `start` on will be replaced.
    """

    node: Node
    start: int
    caret: int
    length: int


async def focused(
    bus: AccessibilityBus, deaf: Collection[str], patience_s: float
) -> tuple[Focus | None, set[str]]:
    """Return the editable text that has the keyboard, if exactly one says so, and the programs that hang.

    Programs in `deaf` are not asked. A program hangs that takes longer than `patience_s`: it must not keep
    another from being found. The caller bounds the time of the whole.

    Raises:
        BusError: nobody can be asked.
    """
    programs = (await _children(bus, DESKTOP))[:PROGRAMS]
    found: list[Focus] = []
    hanging: set[str] = set()

    async def look(program: Node) -> None:
        with anyio.move_on_after(patience_s) as scope:
            found.extend(await _focused_in(bus, program))
        if scope.cancelled_caught:
            hanging.add(program.owner)

    async with anyio.create_task_group() as tasks:
        for program in programs:
            if program.owner not in deaf:
                tasks.start_soon(look, program)
    return (found[0] if len(found) == 1 else None), hanging


async def state_of(bus: AccessibilityBus, node: Node) -> Focus | None:
    """Return where the caret of this text is; None where it has lost the keyboard.

    Raises:
        BusError: it is gone, or gives no answer.
    """
    if not _has(await _states(bus, node), _FOCUSED):
        return None
    caret = await bus.number(node, "Text", "CaretOffset")
    length = await bus.number(node, "Text", "CharacterCount")
    return Focus(node, min(caret, await _selected_from(bus, node, caret)), caret, length)


async def _focused_in(bus: AccessibilityBus, program: Node) -> list[Focus]:
    try:
        for window in (await _children(bus, program))[:WINDOWS]:
            if _has(await _states(bus, window), _ACTIVE):
                node = await _text_in(bus, window)
                focus = await state_of(bus, node) if node else None
                return [focus] if focus else []
    except BusError:
        pass  # it has just ended, or is no program of a window
    return []


async def _text_in(bus: AccessibilityBus, window: Node) -> Node | None:
    if "Collection" in await _interfaces(bus, window):
        asked = (_RULE, _CANONICAL_ORDER, _CANDIDATES, True)
        matches = await bus.ask(window, "Collection", "GetMatches", _RULE_SIGNATURE, *asked)
        nodes = _nodes(matches)[:_CANDIDATES]
    else:
        nodes = await _walked(bus, window)
    for node in nodes:
        if "Text" in await _interfaces(bus, node) and await _may_be_read(bus, node):
            return node
    return None


async def _walked(bus: AccessibilityBus, window: Node) -> list[Node]:
    """Return the object that has the keyboard, if few enough have to be asked; those of the surface first."""
    waiting = deque(await _children(bus, window))
    for _ in range(OBJECTS):
        if not waiting:
            break
        node = waiting.popleft()
        states = await _states(bus, node)
        if _has(states, _FOCUSED, _EDITABLE):
            return [node]
        if _has(states, _VISIBLE) and len(waiting) < OBJECTS:
            waiting.extend(await _children(bus, node))
    return []


async def _may_be_read(bus: AccessibilityBus, node: Node) -> bool:
    """Never a password; and a terminal shows what the program in it likes, not what was typed."""
    return await bus.ask(node, "Accessible", "GetRole") not in {_PASSWORD, _TERMINAL}


async def _selected_from(bus: AccessibilityBus, node: Node, caret: int) -> int:
    if await bus.ask(node, "Text", "GetNSelections") != 1:
        return caret
    start = await bus.ask(node, "Text", "GetSelection", "i", 0)
    return start if isinstance(start, int) else caret


async def _children(bus: AccessibilityBus, node: Node) -> list[Node]:
    return _nodes(await bus.ask(node, "Accessible", "GetChildren"))


async def _interfaces(bus: AccessibilityBus, node: Node) -> set[str]:
    names = await bus.ask(node, "Accessible", "GetInterfaces")
    return {str(name).rpartition(".")[2] for name in names} if isinstance(names, list) else set()


async def _states(bus: AccessibilityBus, node: Node) -> int:
    match await bus.ask(node, "Accessible", "GetState"):
        case [int(low), *_]:
            return low
    raise BusError("an object without states")


def _has(states: int, *wanted: int) -> bool:
    return all(states >> state & 1 for state in wanted)


def _nodes(answer: object) -> list[Node]:
    """Return the objects of an answer; whatever else a program says is no object."""
    if not isinstance(answer, list):
        return []
    return [Node(*pair) for pair in answer if _is_node(pair)]


def _is_node(pair: object) -> bool:
    match pair:
        case (str(), str(path)):
            return path.startswith("/") and path != _NOBODY
    return False
