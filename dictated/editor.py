"""A transcriber of edited texts: asks another, then does to its words what the user set for them."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from anyio import to_thread

from dictated.errors import RefinerError
from dictated.hypothesis import guessed
from dictated.notice import Subject, about, over
from dictated.types import NO_HINTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dictated.ports import Refiner
    from dictated.supposition import Foresighted, Supposition
    from dictated.text.hand import Hand
    from dictated.types import Hints, Transcript, Utterance

log = logging.getLogger(__name__)


class Editor:
    """Corrects each text, reads the commands in it, then has it refined; what the engine wrote stays as raw.

    A text that is in doubt is held as the engine wrote it: nobody but the user sees it. Each refiner gets
    what the one before made of the text; one that cannot leaves it as it was, and that is told once.
    """

    name = "editor"

    def __init__(self, asked: Foresighted, hand: Hand, refiners: Sequence[Refiner] = ()) -> None:
        """`hand` edits in a thread, for the user's rules may take their time."""
        self._asked = asked
        self._hand = hand
        self._refiners = tuple(refiners)
        self._complaints: dict[str, str] = {}  # what was last said about a refiner that does not work

    async def warm(self) -> None:
        """Warm the one that is asked.

        Raises:
            TranscriberError: it cannot work now.
        """
        await self._asked.warm()

    async def transcribe(self, utterance: Utterance, hints: Hints = NO_HINTS) -> Transcript:
        """Return the edited text.

        Raises:
            TranscriberError: there is none.
        """
        return await self._edited(await self._asked.transcribe(utterance, hints))

    async def suppose(self, supposition: Supposition) -> Transcript:
        """Return the edited text, once the supposition has come true; nobody refines what may never be said.

        Raises:
            TranscriberError: there is none.
        """
        return await self._edited(await self._asked.suppose(supposition))

    async def guess(self, utterance: Utterance, hints: Hints = NO_HINTS) -> Transcript:
        """Return what is being said, as far as it goes: corrected, and no command in it obeyed.

        Raises:
            TranscriberError: it cannot be guessed at.
        """
        return await self.preview(await guessed(self._asked, utterance, hints))

    async def preview(self, answer: Transcript) -> Transcript:
        """Return the answer of an engine, to what may not be over, corrected; no command in it is obeyed."""
        return replace(answer, text=await to_thread.run_sync(self._hand.preview, answer.text))

    async def close(self) -> None:
        """Close everything."""
        await self._asked.close()
        for refiner in self._refiners:
            await refiner.close()

    async def _edited(self, transcript: Transcript) -> Transcript:
        if not transcript.text or transcript.doubt:
            return transcript
        raw = transcript.text
        intent = await to_thread.run_sync(self._hand.edit, raw)
        edited = replace(
            transcript,
            text=intent.text,
            takes_back=intent.takes_back,
            stops=intent.stops,
            verbatim=intent.verbatim,
            raw=raw,
        )
        for refiner in self._refiners:
            if edited.text.strip("\n"):
                edited = replace(edited, text=await self._refined(refiner, edited))
        return replace(edited, raw="") if edited.text == edited.raw else edited

    async def _refined(self, refiner: Refiner, transcript: Transcript) -> str:
        """Return the text refined between the line breaks at its ends, which are commands, not words."""
        words = transcript.text.strip("\n")
        before, _, behind = transcript.text.partition(words)
        try:
            refined = await refiner.refine(replace(transcript, text=words))
        except RefinerError as error:
            self._complain(refiner.name, str(error))
            return transcript.text
        if self._complaints.pop(refiner.name, None):
            log.info("%s works again", refiner.name, extra=over(Subject.TEXT))
        return before + refined + behind if refined else ""

    def _complain(self, name: str, complaint: str) -> None:
        """Say it once, not with every utterance."""
        if self._complaints.get(name) != complaint:
            self._complaints[name] = complaint
            log.warning("%s: %s; texts stay as they are", name, complaint, extra=about(Subject.TEXT))
