"""Transcribes on this machine, with Moonshine or Whisper: no network, no key."""

from __future__ import annotations

import logging
import threading
import time
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from anyio import CapacityLimiter, from_thread, to_thread

from dictated.errors import TranscriberError
from dictated.transcribers import moonshine, whisper
from dictated.types import NO_HINTS, Model, Transcript
from dictated.wording import tidy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dictated.sttconfig import LocalEngine
    from dictated.types import Evidence, Hints, Utterance

log = logging.getLogger(__name__)


class Decoder(Protocol):
    """A model in a folder; every call blocks, and only one is under way at a time."""

    def load(self) -> None:
        """Load it, and run it once.

        Raises:
            TranscriberError: it cannot be loaded, and how to mend it.
        """
        ...

    def decode(self, pcm: bytes, hints: Hints) -> tuple[str, Evidence]:
        """Return the text of 16-bit mono sound at 16 kHz, and how sure the model is.

        Raises:
            TranscriberError: the model refused the sound.
        """
        ...

    def close(self) -> None:
        """Free it."""
        ...


class LocalTranscriber:
    """A model, loaded once; one transcription at a time, in a worker thread."""

    name = "local"

    def __init__(self, settings: LocalEngine) -> None:
        self._settings = settings
        self._decoder: Decoder | None = None
        self._one_at_a_time = CapacityLimiter(1)
        self._busy = threading.Lock()  # outlives a transcription that nobody waits for any more

    async def warm(self) -> None:
        """Load the model and transcribe a moment of silence, so that the first utterance is not the slow one.

        Raises:
            TranscriberError: the model is not there or cannot be loaded.
        """
        await to_thread.run_sync(self._loaded, limiter=self._one_at_a_time)

    async def transcribe(self, utterance: Utterance, hints: Hints = NO_HINTS) -> Transcript:
        """Return the text of the utterance; empty where nothing was said.

        Cancelling it takes effect at once; a model that is at work then ends its work for nobody.

        Raises:
            TranscriberError: the engine refused the audio.
        """
        return await to_thread.run_sync(
            self._transcribe, utterance, hints, limiter=self._one_at_a_time, abandon_on_cancel=True
        )

    async def guess(self, utterance: Utterance, hints: Hints = NO_HINTS) -> Transcript:
        """Do the same: nothing is spent here but time."""
        return await self.transcribe(utterance, hints)

    async def close(self) -> None:
        """Free the model."""
        await to_thread.run_sync(self._unload, limiter=self._one_at_a_time)

    async def models(self) -> Sequence[Model]:
        """Return what is on this machine and what can be fetched; the note says which, and what it takes."""
        return await to_thread.run_sync(_models, limiter=self._one_at_a_time)

    def _loaded(self) -> Decoder:
        with self._busy:
            return self._load()

    def _load(self) -> Decoder:
        if self._decoder is None:
            started = time.perf_counter()
            decoder = _decoder(self._settings)
            decoder.load()
            self._decoder = decoder
            log.debug("model %s loaded in %.2f s", self._settings.model, time.perf_counter() - started)
        return self._decoder

    def _transcribe(self, utterance: Utterance, hints: Hints) -> Transcript:
        with self._busy:
            from_thread.check_cancelled()
            decoder = self._load()
            started = time.perf_counter()
            text, evidence = decoder.decode(utterance.pcm, hints)
            seconds = time.perf_counter() - started
        return Transcript(utterance, tidy(text), self.name, seconds, evidence=evidence)

    def _unload(self) -> None:
        with self._busy:
            if self._decoder is not None:
                self._decoder.close()
                self._decoder = None


def fetch(name: str, *, bar: bool = False) -> Model:
    """Download the model that `stt.local.model = NAME` asks for; blocks, for minutes where the line is slow.

    For `dictated models local --download NAME`: run it in a worker thread (anyio.to_thread) or plainly. With
    `bar` the downloader draws its own bars on stderr (pass `sys.stderr.isatty()`), otherwise it is silent.
    The model is there whole afterwards, or not at all. What is here already is not fetched again.

    Returns:
        The model; its `note` is to be told to the user: that it is here, its size, languages and licence.

    Raises:
        TranscriberError: one line: no network, a full disk, an unknown name (the nearest are named), …
    """
    family, _, rest = name.partition(":")
    if family == "moonshine" and (listed := moonshine.find(rest)):
        moonshine.fetch(listed, bar=bar)
        return moonshine.described(listed)
    if family == "whisper" and whisper.knows(rest):
        whisper.fetch(rest, bar=bar)
        return whisper.described(rest)
    if name == moonshine.SHIPPED:
        return _shipped()
    raise _unknown(name)


def _decoder(settings: LocalEngine) -> Decoder:
    """Find the model that is asked for, on this machine only."""
    family, colon, rest = settings.model.partition(":")
    if settings.model == moonshine.SHIPPED:
        return moonshine.Moonshine(moonshine.shipped())
    if colon and family == "moonshine":
        return _moonshine(settings.model, rest)
    if colon and family == "whisper":
        return _whisper(settings, rest)
    return _in_folder(settings)


def _moonshine(model: str, name: str) -> Decoder:
    listed = moonshine.find(name)
    if listed is None:
        raise _unknown(model)
    if not listed.is_here:
        raise _absent(model)
    return moonshine.Moonshine(listed.folder, listed.arch)


def _whisper(settings: LocalEngine, name: str) -> Decoder:
    if not whisper.knows(name):
        raise _unknown(settings.model)
    folder = whisper.find(name)
    if folder is None:
        raise _absent(settings.model)
    return whisper.Whisper(folder, settings.language)


def _in_folder(settings: LocalEngine) -> Decoder:
    try:
        folder = Path(settings.model).expanduser()
    except (RuntimeError, ValueError):  # the home of nobody; a NUL in the name
        raise _unknown(settings.model) from None
    if whisper.is_model(folder):
        return whisper.Whisper(folder, settings.language)
    if moonshine.is_model(folder):
        return moonshine.Moonshine(folder)
    if not folder.is_dir():
        raise _unknown(settings.model)
    raise TranscriberError(
        f"stt.local.model: {folder} holds no model: neither Moonshine's (encoder_model.ort, …) nor "
        f'faster-whisper\'s (model.bin, …); "{moonshine.SHIPPED}" comes with the program',
        lasting=True,
    )


def _absent(model: str) -> TranscriberError:
    return TranscriberError(
        f"stt.local.model: {model} is not on this machine; "
        f"`dictated models local --download {model}` gets it",
        lasting=True,
    )


def _unknown(model: str) -> TranscriberError:
    names = _names()
    near = [name for name in names if name.partition(":")[2] == model]  # its family was left out
    near = near or get_close_matches(model, names, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "`dictated models local` lists what there is"
    return TranscriberError(f'stt.local.model: there is no "{model}"; {hint}', lasting=True)


def _names() -> list[str]:
    return [
        moonshine.SHIPPED,
        *(f"moonshine:{model.name}" for model in moonshine.catalogue()),
        *(f"whisper:{name}" for name in whisper.LISTED),
    ]


def _models() -> list[Model]:
    others = [model for model in moonshine.catalogue() if model.name != moonshine.SHIPPED]
    return [_shipped(), *map(moonshine.described, others), *map(whisper.described, whisper.LISTED)]


def _shipped() -> Model:
    return Model(moonshine.SHIPPED, note="here, comes with the program, English, MIT")
