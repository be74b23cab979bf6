"""An utterance of before, made again from its record and its sound."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from dictated.errors import SpoolError
from dictated.records import Speech
from dictated.types import FRAME_BYTES, FRAME_SECONDS, Segment, Transcript, Utterance

if TYPE_CHECKING:
    from datetime import datetime

    from dictated.records import Record
    from dictated.spool import Spool

OLD = 1_000_000_000
"""Utterances of before are numbered from here on: whoever speaks now goes first."""


def load(record: Record, spool: Spool) -> tuple[Utterance, str]:
    """Return it with its sound, or why there is none."""
    try:
        pcm = spool.load(record.audio)
    except SpoolError as error:
        return silent(record), str(error)
    frames = len(pcm) // FRAME_BYTES
    speech = record.speech
    if speech is None or speech.offset > speech.first + frames:  # the file has lost its end
        speech = Speech(0, 0, frames, frames)
    spoken = utterance(OLD + record.id, record.began, pcm, speech)
    return replace(spoken, profile=record.profile), ""


def silent(record: Record) -> Utterance:
    """Return it without its sound."""
    spoken = utterance(OLD + record.id, record.began, b"", Speech(0, 0, 0, 0))
    return replace(spoken, ended=record.ended, profile=record.profile)


def words(record: Record, utterance: Utterance) -> Transcript:
    """Return what was understood then."""
    return Transcript(utterance, record.text, record.engine, record.took, generation=record.generation)


def utterance(number: int, began: datetime, pcm: bytes, speech: Speech) -> Utterance:
    """Make one of 16-bit mono sound at 16 kHz; what is not a whole frame is left out."""
    whole = pcm[: len(pcm) // FRAME_BYTES * FRAME_BYTES]
    segment = Segment(whole, speech.first, speech.onset, speech.offset, speech.voiced)
    spoken = timedelta(seconds=(speech.offset - speech.onset) * FRAME_SECONDS)
    return Utterance(number, segment, began, began + spoken)
