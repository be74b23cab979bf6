"""Tells ghost text, which engines write where nobody spoke, from words: by evidence, not by a list of words.

Each rule has its own evidence: how loud the sound is, how far it rises above its own noise, how much text
there is for the time that the VAD heard speech, how the text repeats itself, what the engine says of its
certainty, and whether the text is what the engine was told beforehand. A rule holds text back only where
speech can hardly be: a true sentence held back costs more than a ghost. `benchmarks/ghosts.py` measures both.
"""

from __future__ import annotations

import math
import re
import zlib
from functools import cached_property
from typing import TYPE_CHECKING

from dictated.types import FRAME_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dictated.contrast import Contrast
    from dictated.types import Hints, Transcript

_SILENT_DB = -75.0
"""Level of the loudest 20 ms, of full scale: 6 units of 16-bit sound. Of recordings made so quiet the
embedded engine understood all at -70 dB and nothing at -80; the VAD hears none from -66 on."""

_STEADY_DB = 4.0
"""By how much the loud moments of a sound stand above its own floor, at least, where somebody speaks.
Measured: white, pink and brown noise and hum 1 dB, speech with noise of its own level 4.5 dB, 5 dB above it
7 dB, clean 24 dB."""

_JUDGED = 25
"""Frames (0.5 s) a sound needs to have a floor of its own: shorter, it may be a single vowel."""

_FASTEST = 55.0
"""Letters a second that can be spoken. Measured: recorded speech at most 21, in noise of 5 dB, where the VAD
misses half of it, 38; espeak-ng at 300 words a minute 37, at 400, in French, 53."""

_READ_ALOUD = (4.0, 25.0)
"""Letters a second of somebody who reads aloud (measured: 6 to 21)."""

_MISSED = 2.0
"""In noise the VAD misses up to half of the speech between the first and the last frame it heard."""

_IDEOGRAPH = 3.0
_SYLLABLE = 2.5
_MORA = 2.0
"""Letters that one sign counts for in Chinese, in Korean, and in Japanese kana. A second holds 5 syllables of
Mandarin, 6 of English, 8 of Japanese (Pellegrino, Coupé and Marsico, "A cross-language perspective on speech
information rate", Language 87, 2011), and a syllable of English some three letters."""

_LOOPING = 4.8
"""How often smaller zlib makes text that goes round and round: twice Whisper's `compression_ratio_threshold`,
which true speech reaches (Dickens, "It was the best of times": 2.4)."""

_NO_SPEECH = 0.6
_UNSURE = -1.0
"""Whisper's `no_speech_threshold` and `logprob_threshold`; the first alone would hold back speech (0.61)."""

_RUN = 6
"""Words in a row that are no chance, when they are the same as in the prompt."""

_ECHO = 0.7
"""Part of the text that such runs make up, where it is an echo."""

_HAN = r"\u3400-\u9fff\uf900-\ufaff"
_HANGUL = r"\uac00-\ud7a3"
_KANA = r"\u3041-\u30ff"
_SYLLABLES = tuple(
    (re.compile(f"[{script}]"), weight)
    for script, weight in ((_HAN, _IDEOGRAPH), (_HANGUL, _SYLLABLE), (_KANA, _MORA))
)
_WORD = re.compile(rf"[{_HAN}{_KANA}]|[^\W_{_HAN}{_KANA}]+")
"""A word; in scripts without spaces a sign."""


def reason(transcript: Transcript, hints: Hints) -> str:
    """Say why a text is likely not what was said, without a word of it; empty where nothing tells against it.

    Args:
        transcript: text, sound, voiced frames and the engine's own evidence.
        hints: what the engine was told beforehand, which it may have written back.
    """
    if not transcript.text:
        return ""
    case = _Case(transcript, hints)
    return next(filter(None, (rule(case) for rule in _RULES)), "")


class _Case:
    """A transcript and what can be measured of it; each is measured when a rule first asks for it."""

    def __init__(self, transcript: Transcript, hints: Hints) -> None:
        self.text = transcript.text
        self.evidence = transcript.evidence
        self.hints = hints
        self._segment = transcript.utterance.segment

    @property
    def frames(self) -> int:
        return self._segment.frames

    @cached_property
    def words(self) -> list[str]:
        return _words(self.text)

    @cached_property
    def spoken(self) -> float:
        """Seconds of speech."""
        voiced = self._segment.voiced
        heard = max(voiced, self._segment.offset - self._segment.onset)
        return min(heard, _MISSED * voiced) * FRAME_SECONDS

    @cached_property
    def pace(self) -> float:
        """Letters a second of speech."""
        return _letters(self.text) / self.spoken if self.spoken else math.inf

    @cached_property
    def amount(self) -> str:
        """How much text there is for how much speech."""
        count = len(self.words)
        return f"{count} word{'' if count == 1 else 's'} in {self.spoken:.1f} s of speech"

    @cached_property
    def sound(self) -> Contrast:
        from dictated.contrast import Contrast  # noqa: PLC0415 (brings numpy)

        return Contrast(self._segment)


def _silent(case: _Case) -> str:
    if case.sound.loudest > _SILENT_DB:
        return ""
    return f"the sound is silence (its loudest moment has {case.sound.loudest:.0f} dB)"


def _hurried(case: _Case) -> str:
    return case.amount if case.pace > _FASTEST else ""


def _steady(case: _Case) -> str:
    if case.frames < _JUDGED or case.sound.rise >= _STEADY_DB:
        return ""
    return f"the sound is steady noise (it rises {case.sound.rise:.1f} dB above its own floor)"


def _looping(case: _Case) -> str:
    text = case.text.encode()
    smaller = len(text) / len(zlib.compress(text))
    return f"the text goes round and round (it compresses {smaller:.1f} times)" if smaller > _LOOPING else ""


def _denied(case: _Case) -> str:
    silence, sure = case.evidence.no_speech, case.evidence.logprob
    if silence is None or silence <= _NO_SPEECH:
        return ""
    if sure is not None and sure < _UNSURE:
        return f"the engine says no speech ({silence:.2f}) and is unsure of the text ({sure:.2f})"
    if _READ_ALOUD[0] <= case.pace <= _READ_ALOUD[1]:
        return ""
    return f"the engine says no speech ({silence:.2f}), and there are {case.amount}"


def _echo(case: _Case) -> str:
    run = min(_RUN, len(case.words))
    slowest, fastest = _READ_ALOUD
    if case.pace <= fastest and (run < _RUN or case.pace >= slowest):
        return ""  # somebody may well have said it
    told = (case.hints.prompt, " ".join(case.hints.vocabulary), case.hints.context)
    known = {row for text in told for row in _rows(_words(text), run)}
    echoed = {
        position + step
        for position, row in enumerate(_rows(case.words, run))
        if row in known
        for step in range(run)
    }
    if not echoed or len(echoed) < _ECHO * len(case.words):
        return ""
    return f"it repeats what the engine was told, {case.amount}"


_RULES: tuple[Callable[[_Case], str], ...] = (_silent, _hurried, _steady, _looping, _denied, _echo)


def _letters(text: str) -> float:
    """Count letters and digits, signs for whole syllables as the letters those would take."""
    more = sum((weight - 1) * len(script.findall(text)) for script, weight in _SYLLABLES)
    return sum(map(str.isalnum, text)) + more


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _rows(words: list[str], length: int) -> Iterable[tuple[str, ...]]:
    """Return every row of so many words."""
    return zip(*(words[start:] for start in range(length)), strict=False)
