"""An engine that can be asked ahead, and utterances that grow while they are spoken."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from doubles import SILENCE, SPEECH, NumberingTranscriber, utterance

from dictated.types import FRAME_BYTES, NO_HINTS, Hints, Segment, Transcript, Utterance

if TYPE_CHECKING:
    from dictated.supposition import Supposition


def spoken(number: int, speech: int, silence: int = 0) -> Utterance:
    """So many frames of speech, and of silence behind them."""
    pcm = SPEECH.pcm * speech + SILENCE.pcm * silence
    return replace(utterance(number), segment=Segment(pcm, 0, 0, offset=speech, voiced=speech))


def positions(pcm: bytes) -> set[int]:
    """Which frames these are, of a recording whose frames are numbered from 1 on."""
    return {int.from_bytes(pcm[at : at + 2], "little") for at in range(0, len(pcm), FRAME_BYTES)}


class ForesightedTranscriber(NumberingTranscriber):
    """Says how many frames it was given; lets go of what is asked ahead when told, as `release(0)`."""

    async def suppose(self, supposition: Supposition) -> Transcript:
        answer = await self.transcribe(supposition.utterance)
        return replace(answer, utterance=await supposition.real())

    async def transcribe(self, utterance: Utterance, hints: Hints = NO_HINTS) -> Transcript:
        answer = await super().transcribe(utterance, hints)
        return replace(answer, text=f"{utterance.segment.frames} frames")
