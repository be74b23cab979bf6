"""Whisper's models by faster-whisper: where they are, how they are fetched, how one turns sound into text."""

from __future__ import annotations

import importlib
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dictated.errors import TranscriberError
from dictated.transcribers.download import MEGABYTE, explain, megabytes
from dictated.transcribers.language import code
from dictated.transcribers.prompt import compose
from dictated.types import SAMPLE_BYTES, SAMPLE_RATE, Evidence, Model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dictated.types import Hints

log = logging.getLogger(__name__)

_FILES = ("model.bin", "config.json", "tokenizer.json")
"""What the folder of a model holds; without the last, faster-whisper would ask the network for one."""

_FETCHED = ["config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*"]
"""What is fetched of a repository (faster_whisper/utils.py, `download_model`)."""

_BEAMS = 5
"""Whisper's own default. One takes four fifths of the time, and a third more words are wrong in noise."""

_TOKENS_A_SECOND = 25
"""More than anybody says: English has 4 or 5, Hindi with Whisper's tokenizer 20."""

_SPARE_TOKENS = 20
"""For the time stamps and the end of a text."""

_MOST_TOKENS = 200
"""A longer text is left to Whisper's own bound: 448 tokens, of which a prompt may take 223."""

_TIMEOUT_S = 10.0
"""Seconds the hub may take to say what it has."""


class Listed(NamedTuple):
    """A model by its size: where it is on the Hugging Face hub, its bytes, what it understands."""

    repository: str
    size: int
    languages: str


_MANY = "99 languages"
_ENGLISH = "English"

LISTED = {
    "tiny": Listed("Systran/faster-whisper-tiny", 78 * MEGABYTE, _MANY),
    "tiny.en": Listed("Systran/faster-whisper-tiny.en", 78 * MEGABYTE, _ENGLISH),
    "base": Listed("Systran/faster-whisper-base", 148 * MEGABYTE, _MANY),
    "base.en": Listed("Systran/faster-whisper-base.en", 148 * MEGABYTE, _ENGLISH),
    "small": Listed("Systran/faster-whisper-small", 486 * MEGABYTE, _MANY),
    "small.en": Listed("Systran/faster-whisper-small.en", 486 * MEGABYTE, _ENGLISH),
    "medium": Listed("Systran/faster-whisper-medium", 1_531 * MEGABYTE, _MANY),
    "medium.en": Listed("Systran/faster-whisper-medium.en", 1_531 * MEGABYTE, _ENGLISH),
    "large-v1": Listed("Systran/faster-whisper-large-v1", 3_090 * MEGABYTE, _MANY),
    "large-v2": Listed("Systran/faster-whisper-large-v2", 3_090 * MEGABYTE, _MANY),
    "large-v3": Listed("Systran/faster-whisper-large-v3", 3_090 * MEGABYTE, _MANY),
    "large": Listed("Systran/faster-whisper-large-v3", 3_090 * MEGABYTE, _MANY),
    "large-v3-turbo": Listed("mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1_622 * MEGABYTE, _MANY),
    "turbo": Listed("mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1_622 * MEGABYTE, _MANY),
    "distil-small.en": Listed("Systran/faster-distil-whisper-small.en", 336 * MEGABYTE, _ENGLISH),
    "distil-medium.en": Listed("Systran/faster-distil-whisper-medium.en", 792 * MEGABYTE, _ENGLISH),
    "distil-large-v2": Listed("Systran/faster-distil-whisper-large-v2", 1_516 * MEGABYTE, _ENGLISH),
    "distil-large-v3": Listed("Systran/faster-distil-whisper-large-v3", 1_516 * MEGABYTE, _ENGLISH),
    "distil-large-v3.5": Listed("distil-whisper/distil-large-v3.5-ct2", 1_516 * MEGABYTE, _ENGLISH),
}
"""The names that faster-whisper 1.2 gives them (faster_whisper/utils.py), its repositories, sizes rounded."""


class Whisper:
    """One loaded model. Not safe for two threads at once."""

    def __init__(self, folder: Path, language: str) -> None:
        """Take the model in `folder`; `language` is "auto", "en" or "en-US"."""
        self._folder = folder
        self._language = code(language) or None
        self._model: Any = None

    def load(self) -> None:
        """Load the model, on a graphics card where there is one that works, and run it once.

        Raises:
            TranscriberError: faster-whisper or files are missing, or cannot be loaded.
        """
        faster_whisper = _module("faster_whisper")
        _check(self._folder)
        for device, kind in _devices():
            try:
                self._model = faster_whisper.WhisperModel(
                    str(self._folder), device=device, compute_type=kind, local_files_only=True
                )
                self._run_once()
            except (RuntimeError, ValueError, OSError) as error:
                if device != "cpu":
                    log.warning("Whisper does without the graphics card: %s", error)
                    continue
                raise TranscriberError(
                    f"the model in {self._folder} cannot be loaded ({error}); check stt.local.model",
                    lasting=True,
                ) from error
            break
        self._check_language()

    def decode(self, pcm: bytes, hints: Hints) -> tuple[str, Evidence]:
        """Return the text, and how sure Whisper is.

        The vocabulary goes along in the prompt: faster-whisper's `hotwords` would be put before the prompt in
        the same place, each cut at 223 tokens, so that both together can leave no room for an answer.
        `temperature` is left alone: falling back to higher ones is what ends loops.

        Raises:
            TranscriberError: the engine refused the audio.
        """
        try:
            segments, _ = self._model.transcribe(
                _floats(pcm),
                language=self._language,
                beam_size=_BEAMS,
                initial_prompt=compose(hints) or None,
                condition_on_previous_text=False,
                max_new_tokens=_tokens(len(pcm) / SAMPLE_BYTES / SAMPLE_RATE),
            )
            found = list(segments)  # this does the work
        except (RuntimeError, ValueError) as error:
            raise TranscriberError(f"the local engine refused the audio: {error}") from error
        return " ".join(segment.text for segment in found), _evidence(found)

    def close(self) -> None:
        """Free the model."""
        self._model = None

    def _run_once(self) -> None:
        silence = _floats(bytes(SAMPLE_RATE))  # half a second
        segments, _ = self._model.transcribe(
            silence, language="en", beam_size=1, temperature=0.0, max_new_tokens=1
        )
        list(segments)

    def _check_language(self) -> None:
        known = self._model.supported_languages
        if self._language not in {None, *known}:
            raise TranscriberError(
                f'stt.local.language: the model in {self._folder} does not know "{self._language}"; '
                'write it as "en", or "auto"',
                lasting=True,
            )


def find(name: str) -> Path | None:
    """Return the folder of the model in the cache of the Hugging Face hub; None where it is not, or in part.

    Raises:
        TranscriberError: faster-whisper is not installed.
    """
    hub = _module("huggingface_hub")
    try:
        folder = Path(
            hub.snapshot_download(_repository(name), allow_patterns=_FETCHED, local_files_only=True)
        )
    except (hub.errors.LocalEntryNotFoundError, hub.errors.HFValidationError):
        return None
    return None if _missing(folder) else folder


def fetch(name: str, *, bar: bool) -> None:
    """Download what is not here yet into the cache of the Hugging Face hub: each file checked, resumable.

    Raises:
        TranscriberError: it could not be fetched, or faster-whisper is not installed.
    """
    hub = _module("huggingface_hub")
    if find(name):
        return
    repository = _repository(name)
    quiet = None if bar else _module("faster_whisper.utils").disabled_tqdm
    try:
        # Asked for first because it can be bound in time: a hub that stalls would be waited for without end.
        hub.HfApi().model_info(repository, timeout=_TIMEOUT_S)
        hub.snapshot_download(repository, allow_patterns=_FETCHED, tqdm_class=quiet)
    except hub.errors.RepositoryNotFoundError as error:
        raise TranscriberError(
            f"there is no {repository} on the hub; check its name", lasting=True
        ) from error
    except (OSError, RuntimeError, ValueError, hub.errors.HTTPError) as error:
        raise explain(f"whisper:{name}", error) from error
    if find(name) is None:
        raise TranscriberError(f"{repository} is no model for faster-whisper", lasting=True)


def described(name: str) -> Model:
    """Return the model for a list: whether it is here, its size, languages and licence."""
    try:
        place = "here" if find(name) else "to fetch"
    except TranscriberError:
        place = "needs pip install 'dictated[whisper]'"
    listed = LISTED.get(name)
    known = f", {megabytes(listed.size)}, {listed.languages}, MIT" if listed else ""
    return Model(f"whisper:{name}", note=place + known)


def knows(name: str) -> bool:
    """Say whether a model can have this name: a size, or "Owner/repository" on the hub."""
    return name in LISTED or name.count("/") == 1


def is_model(folder: Path) -> bool:
    """Say whether the folder holds a model for faster-whisper."""
    return (folder / "model.bin").is_file()


def _repository(name: str) -> str:
    return LISTED[name].repository if name in LISTED else name


def _module(name: str) -> Any:
    """Import what the extra brings; only when asked for: it costs half a second and 30 MB."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name not in {"faster_whisper", "huggingface_hub"}:
            raise
        raise TranscriberError(
            "stt.local.model: Whisper's models need faster-whisper; "
            "get it with: pip install 'dictated[whisper]'",
            lasting=True,
        ) from error


def _devices() -> list[tuple[str, str]]:
    """Return what to try, with the kind of numbers; 8-bit integers are the quickest on a processor."""
    cards: int = _module("ctranslate2").get_cuda_device_count()
    return [("cuda", "auto"), ("cpu", "int8")] if cards else [("cpu", "int8")]


def _check(folder: Path) -> None:
    missing = _missing(folder)
    if missing:
        raise TranscriberError(
            f"stt.local.model: {folder} holds no model for faster-whisper ({', '.join(missing)} missing)",
            lasting=True,
        )
    try:
        json.loads((folder / "tokenizer.json").read_bytes())  # the reader of tokenizers tells faults badly
    except ValueError as error:
        raise TranscriberError(
            f"the model in {folder} cannot be loaded (tokenizer.json: {error}); check stt.local.model",
            lasting=True,
        ) from error


def _missing(folder: Path) -> list[str]:
    return [name for name in _FILES if not (folder / name).is_file()]


def _floats(pcm: bytes) -> Any:
    import numpy as np  # noqa: PLC0415 (only the local engines need floats)

    return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768


def _tokens(seconds: float) -> int | None:
    """Return how long the text may become; None leaves it to Whisper.

    Without speech its fallbacks may loop up to the bound: 3 s of silence took 17 s without this, 3 s with it.
    """
    most = _SPARE_TOKENS + int(_TOKENS_A_SECOND * seconds)
    return most if most <= _MOST_TOKENS else None


def _evidence(segments: Sequence[Any]) -> Evidence:
    if not segments:
        return Evidence()
    lengths = [max(segment.end - segment.start, 0.01) for segment in segments]
    weighted = sum(segment.avg_logprob * length for segment, length in zip(segments, lengths, strict=True))
    return Evidence(
        no_speech=min(segment.no_speech_prob for segment in segments), logprob=weighted / sum(lengths)
    )
