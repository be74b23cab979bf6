"""Types the words wherever this desktop is now: through X11 or through Wayland, looked at for each text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from dictated.errors import HeldError, NoDisplayError, SinkError
from dictated.profiles import Look
from dictated.sinks.type import TypeSink
from dictated.sinks.wayland import WaylandSink
from dictated.wayland.session import answers, is_wayland, listens
from dictated.wording import tidy
from dictated.x11 import display

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dictated import outputconfig
    from dictated.accessibility.focus import Focus
    from dictated.accessibility.reader import Reader
    from dictated.text.manner import Manner
    from dictated.types import Transcript, Utterance
    from dictated.x11.ownkeys import OwnKeys

_WINDOW_PATIENCE = 0.5
"""Seconds in which the session has to be found while somebody speaks."""

_SERVER_SECONDS = 1.0
"""What an X server may take to accept a connection."""

_LOCAL = re.compile(r"(?:unix)?:(?P<number>\d+)(?:\.\d+)?")
"""A display of this machine; one reached over the network is taken to be there."""


@dataclass(frozen=True, slots=True)
class _Begun:
    """An utterance that began to appear: by which sink, and what its window told before the first key."""

    number: int
    sink: TypeSink | WaylandSink
    before: Focus | None


class DesktopSink:
    """Types each transcript in its profile's manner, at most once, into the session there is at that moment.

    A service may be older than the session: where the environment names none, or one that no longer answers,
    the user's systemd is asked (`x11.display`).
    """

    name = "type"

    def __init__(
        self,
        settings: outputconfig.TypeSink,
        manners: Mapping[str, Manner],
        own: OwnKeys,
        environ: Mapping[str, str],
        reader: Reader | None = None,
    ) -> None:
        """`reader` looks whether the words arrived, where the window tells."""
        self._reader = reader
        self._settings = settings
        self._manners = manners
        self._environ = environ
        self._x11 = TypeSink(settings, manners, own)
        self._wayland: WaylandSink | None = None
        self._session: dict[str, str] = {}  # what the environment of the Wayland sink says of its screen
        self._found: dict[str, str] = {}  # what systemd said of the screen, when it was asked last
        self._last: TypeSink | WaylandSink | None = None  # what typed last
        self._begun: _Begun | None = None
        self._corrections = 0  # by sinks of sessions that have ended

    @property
    def live(self) -> bool:
        """Whether words are to appear while they are still being said."""
        return self._settings.live

    @property
    def corrections(self) -> int:
        """How many graphemes that had appeared were taken back."""
        return self._corrections + sum(sink.corrections for sink in (self._x11, self._wayland) if sink)

    async def window(self) -> str:
        """Return the name of the window that has the keyboard, for `Utterance.window`; "" where not known."""
        with anyio.move_on_after(_WINDOW_PATIENCE):
            sink = await self._sink()
            return await sink.window()
        return ""

    async def look(self) -> Look:
        """Return the same with what the window shows of itself, where the screen or the compositor tells."""
        with anyio.move_on_after(_WINDOW_PATIENCE):
            sink = await self._sink()
            return await sink.look()
        return Look()

    async def deliver(self, transcript: Transcript) -> None:
        """Type the text; see TypeSink and WaylandSink, which raise the same.

        What appeared is completed by the sink that began it, and read back as one text with the rest.

        Raises:
            HeldError: it came too late, is for another window, is too long, or nothing types here; nothing
                was typed.
            NoDisplayError: there is no screen; nothing was typed.
            SinkError: it broke off; or all was typed, and the window shows nothing of it.
        """
        if self._begun and self._begun.number != transcript.utterance.number:
            await self.vanish()
        begun = self._begun or await self._begin(transcript.utterance)
        self._begun, self._last = None, begun.sink
        await begun.sink.deliver(transcript)
        text, before = tidy(transcript.text), begun.before
        if text and self._reader and before and await self._reader.arrived(before, text) is False:
            begun.sink.disown()
            raise SinkError("the words were typed, and the window shows none of them; is it one to write in?")

    async def appear(self, utterance: Utterance, text: str) -> None:
        """Have the beginning of these words stand in the window; see TypeSink and WaylandSink.

        Raises:
            HeldError: nothing may appear there now; what stands there is known.
            NoDisplayError: there is no screen; nothing was typed.
            SinkError: it broke off; nothing more may appear of this utterance.
        """
        earlier = self._begun
        self._begun = begun = earlier or await self._begin(utterance)
        try:
            await begun.sink.appear(utterance, text)
        except (HeldError, NoDisplayError):
            self._begun = earlier  # what has not begun to appear may begin elsewhere
            raise
        self._last = begun.sink

    def stands_of(self, utterance: Utterance) -> bool:
        """Say whether the beginning of this utterance's words stands somewhere, or may."""
        return self._begun is not None and self._begun.sink.stands_of(utterance)

    async def vanish(self) -> None:
        """Take back what appeared, where its window has the keyboard.

        Raises:
            SinkError: it broke off.
        """
        begun, self._begun = self._begun, None
        if begun:
            await begun.sink.vanish()

    async def undo(self) -> int:
        """Take back the text delivered last, exactly its graphemes; return how many those were.

        Raises:
            SinkError: it cannot be taken back, and nothing was done; or it broke off.
        """
        if self._last is None:
            raise SinkError("nothing that was typed can be taken back")
        if self._begun:  # the text is not after what it was when it began to appear
            self._begun = replace(self._begun, before=None)
        return await self._last.undo()

    async def close(self) -> None:
        """Give back what is held."""
        await self._x11.close()
        if self._wayland is not None:
            await self._wayland.close()

    async def _begin(self, utterance: Utterance) -> _Begun:
        """Look where the first key of these words goes."""
        sink = await self._sink()
        return _Begun(utterance.number, sink, await self._reader.before() if self._reader else None)

    async def _sink(self) -> TypeSink | WaylandSink:
        """Return the one for the session that answers; where none does, the one that says why."""
        environ = self._named(self._found)
        if not await _answers(environ):
            environ = await self._ask(environ)
        return await self._wayland_sink(environ) if is_wayland(environ) else self._x11

    async def _ask(self, environ: dict[str, str]) -> dict[str, str]:
        """Return the environment with the screen that systemd knows of, where that is one that answers."""
        told = await to_thread.run_sync(display.of_session, abandon_on_cancel=True)
        if not told or not await _answers(self._named(told)):
            return environ
        display.take(told)
        self._found = told
        return self._named(told)

    def _named(self, screen: Mapping[str, str]) -> dict[str, str]:
        """Return the environment with this screen, or as it is where none is given."""
        if not screen:
            return dict(self._environ)
        others = {name: value for name, value in self._environ.items() if name not in display.VARIABLES}
        return {**others, **screen}

    async def _wayland_sink(self, environ: dict[str, str]) -> WaylandSink:
        """Return the one for this session; it remembers which way of typing worked there."""
        session = {name: environ[name] for name in display.VARIABLES if name in environ}
        if self._wayland is None or session != self._session:
            if self._wayland is not None:
                self._corrections += self._wayland.corrections
                await self._wayland.close()
            self._session = session
            self._wayland = WaylandSink(self._settings, self._manners, environ)
        return self._wayland


async def _answers(environ: Mapping[str, str]) -> bool:
    """Say whether the screen that this environment names is there; takes less than a millisecond."""
    if is_wayland(environ):
        return await answers(environ)
    name = environ.get("DISPLAY", "")
    local = _LOCAL.fullmatch(name)
    if not local:
        return bool(name)
    path = f"/tmp/.X11-unix/X{local['number']}"  # noqa: S108  (where every X server puts its socket)
    return await listens(path, _SERVER_SECONDS) or await listens(f"\0{path}", _SERVER_SECONDS)
