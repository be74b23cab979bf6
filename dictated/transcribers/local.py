"""Transcribes on this machine with Moonshine: no network, no key."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anyio import CapacityLimiter, to_thread

from dictated.errors import TranscriberError
from dictated.types import SAMPLE_RATE, Transcript
from dictated.wording import tidy

if TYPE_CHECKING:
    from dictated.config import LocalEngine
    from dictated.types import Utterance

log = logging.getLogger(__name__)

_SHIPPED = "tiny-en"
"""The model inside the wheel of moonshine-voice."""

_FILES = ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin")
"""What the folder of a Moonshine model holds."""

_OPTIONS = {"vad_threshold": "0.0", "identify_speakers": "false", "return_audio_data": "false"}
"""Moonshine's own segmenter off: utterances are cut already, and it makes a ghostly "You" of short leads."""


class LocalTranscriber:
    """Moonshine, loaded once; one transcription at a time, in a worker thread."""

    name = "local"

    def __init__(self, settings: LocalEngine) -> None:
        self._model = settings.model
        self._engine: Any = None
        self._one_at_a_time = CapacityLimiter(1)

    async def warm(self) -> None:
        """Load the model and transcribe a moment of silence, so that the first utterance is not the slow one.

        Raises:
            TranscriberError: the model is not there or cannot be loaded.
        """
        started = time.perf_counter()
        await to_thread.run_sync(self._load, limiter=self._one_at_a_time)
        log.debug("model %s loaded in %.2f s", self._model, time.perf_counter() - started)

    async def transcribe(self, utterance: Utterance) -> Transcript:
        """Return the text of the utterance; empty where nothing was said.

        Raises:
            TranscriberError: the engine refused the audio.
        """
        return await to_thread.run_sync(self._transcribe, utterance, limiter=self._one_at_a_time)

    async def close(self) -> None:
        """Free the model."""
        if self._engine is not None:
            await to_thread.run_sync(self._engine.close, limiter=self._one_at_a_time)
            self._engine = None

    def _load(self) -> None:
        # Imported here: the engine costs 40 MB and a quarter of a second, and other engines do without.
        from moonshine_voice import ModelArch, MoonshineError  # noqa: PLC0415 (see above)
        from moonshine_voice.transcriber import Transcriber  # noqa: PLC0415 (see above)

        folder = _folder(self._model)
        try:
            self._engine = Transcriber(folder, ModelArch.TINY, options=_OPTIONS)
            self._decode(bytes(SAMPLE_RATE))  # half a second: the first run allocates what later runs reuse
        except MoonshineError as error:
            raise TranscriberError(
                f"the model in {folder} cannot be loaded ({error}); check stt.local.model"
            ) from error

    def _transcribe(self, utterance: Utterance) -> Transcript:
        from moonshine_voice import MoonshineError  # noqa: PLC0415 (see _load)

        started = time.perf_counter()
        try:
            text = self._decode(utterance.pcm)
        except MoonshineError as error:
            raise TranscriberError(f"the local engine refused the audio: {error}") from error
        return Transcript(utterance, tidy(text), self.name, time.perf_counter() - started)

    def _decode(self, pcm: bytes) -> str:
        import numpy as np  # noqa: PLC0415 (only this engine needs floats)

        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768
        lines = self._engine.transcribe_without_streaming(samples.tolist(), SAMPLE_RATE).lines
        return " ".join(line.text for line in lines)


def _folder(model: str) -> Path:
    from moonshine_voice import get_model_path  # noqa: PLC0415 (see LocalTranscriber._load)

    folder = Path(get_model_path(model)) if model == _SHIPPED else Path(model).expanduser()
    missing = [name for name in _FILES if not (folder / name).is_file()]
    if missing:
        raise TranscriberError(
            f"stt.local.model: {folder} holds no Moonshine model ({', '.join(missing)} missing); "
            f'"{_SHIPPED}" comes with the program'
        )
    return folder
