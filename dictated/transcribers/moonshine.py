"""Moonshine's models: where they are, how they are fetched, and how one turns sound into text."""

from __future__ import annotations

import json
import mmap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dictated.errors import TranscriberError
from dictated.transcribers.download import explain, megabytes
from dictated.types import SAMPLE_RATE, Evidence, Model

if TYPE_CHECKING:
    from dictated.types import Hints

SHIPPED = "tiny-en"
"""The model inside the wheel of moonshine-voice."""

_FILES = ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin")
"""What the folder of a Moonshine model holds."""

_STREAMING_FILES = ("encoder.ort", "decoder_kv.ort", "streaming_config.json", "tokenizer.bin")
"""What, among others, the folder of one of the newer, "streaming" models holds."""

_EIGHTH_LAYER = b"past_key_values.7."
"""Names the eighth layer of a decoder: Base has eight of them, Tiny six (arXiv 2410.15608, table 1)."""

_OPTIONS = {"vad_threshold": "0.0", "identify_speakers": "false", "return_audio_data": "false"}
"""Moonshine's own segmenter off: utterances are cut already, and it makes a ghostly "You" of short leads."""

_TIMEOUT_S = 30
"""Seconds without a byte after which a download gives up."""

_LICENCES = {"en": "MIT"}
_LICENCE = "Moonshine Community Licence: not for commerce, https://www.moonshine.ai/license"
"""Of every model that is not English (moonshine_voice/download.py, `get_model_for_language`)."""


class Moonshine:
    """One loaded model. Not safe for two threads at once."""

    def __init__(self, folder: Path, arch: int | None = None) -> None:
        """Take the model in `folder`; its architecture is found from the files unless told."""
        self._folder = folder
        self._arch = arch
        self._engine: Any = None

    def load(self) -> None:
        """Load the model and run it once: the first run allocates what later runs reuse.

        Raises:
            TranscriberError: files are missing or cannot be loaded.
        """
        # Imported here: the engine costs 40 MB and a quarter of a second, and other engines do without.
        from moonshine_voice import ModelArch, MoonshineError  # noqa: PLC0415 (see above)
        from moonshine_voice.transcriber import Transcriber  # noqa: PLC0415 (see above)

        _check(self._folder)
        arch = _arch(self._folder) if self._arch is None else self._arch
        try:
            self._engine = Transcriber(self._folder, ModelArch(arch), options=_OPTIONS)
            self._decode(bytes(SAMPLE_RATE))  # half a second
        except MoonshineError as error:
            raise TranscriberError(
                f"the model in {self._folder} cannot be loaded ({error}); check stt.local.model", lasting=True
            ) from error

    def decode(self, pcm: bytes, _hints: Hints) -> tuple[str, Evidence]:
        """Return the text; Moonshine takes no hints, and says nothing of its certainty.

        Raises:
            TranscriberError: the engine refused the audio.
        """
        from moonshine_voice import MoonshineError  # noqa: PLC0415 (see load)

        try:
            return self._decode(pcm), Evidence()
        except MoonshineError as error:
            raise TranscriberError(f"the local engine refused the audio: {error}") from error

    def close(self) -> None:
        """Free the model."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _decode(self, pcm: bytes) -> str:
        import numpy as np  # noqa: PLC0415 (only the local engines need floats)

        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768
        lines = self._engine.transcribe_without_streaming(samples.tolist(), SAMPLE_RATE).lines
        return " ".join(line.text for line in lines)


@dataclass(frozen=True, slots=True)
class Listed:
    """A model of Moonshine's own catalogue, by the name that stands in its address ("base-es")."""

    name: str
    code: str
    language: str
    arch: int
    is_default: bool

    @property
    def manifest(self) -> dict[str, Any]:
        """Its address and files, with their sizes and checksums."""
        from moonshine_voice.moonshine_api import (  # noqa: PLC0415 (see Moonshine.load)
            moonshine_get_stt_dependencies_string,
        )

        text = moonshine_get_stt_dependencies_string(self.code, {"model_arch": self.arch})
        manifest: dict[str, Any] = json.loads(text)["groups"][0]
        return manifest

    @property
    def folder(self) -> Path:
        """Where Moonshine's own downloader puts it."""
        from moonshine_voice.download_file import get_cache_dir  # noqa: PLC0415 (see Moonshine.load)

        return Path(get_cache_dir(), self.manifest["base_url"].removeprefix("https://"))

    @property
    def is_here(self) -> bool:
        """Whether every file is on this machine, whole."""
        sizes = ((self.folder / file["name"], file["size"]) for file in self.manifest["files"])
        return all(path.is_file() and path.stat().st_size == size for path, size in sizes)

    @property
    def size(self) -> int:
        """All its files together, in bytes."""
        return sum(file["size"] for file in self.manifest["files"])


def catalogue() -> list[Listed]:
    """Return every speech-to-text model that this release of Moonshine knows."""
    from moonshine_voice.moonshine_api import (  # noqa: PLC0415 (see Moonshine.load)
        moonshine_get_stt_catalog_string,
    )

    return [
        Listed(
            model["download_url"].partition("/model/")[2].partition("/")[0],
            language["code"],
            language["english_name"],
            model["model_arch"],
            model["is_default"],
        )
        for language in json.loads(moonshine_get_stt_catalog_string())["languages"]
        for model in language["models"]
    ]


def find(name: str) -> Listed | None:
    """Return the model of this name, or the one that Moonshine prefers for a language ("es")."""
    return next((model for model in catalogue() if _is_named(model, name)), None)


def fetch(model: Listed, *, bar: bool) -> None:
    """Download what is not here yet, with Moonshine's own downloader: file by file, each checked, resumable.

    Raises:
        TranscriberError: it could not be fetched.
    """
    from moonshine_voice.download_file import download_file  # noqa: PLC0415 (see Moonshine.load)

    folder = model.folder
    try:
        for file in model.manifest["files"]:
            download_file(
                file["url"],
                folder / file["name"],
                expected_size=file["size"],
                expected_crc32c=file["checksum"],
                show_progress=bar,
                timeout=_TIMEOUT_S,
            )
    except (OSError, ValueError) as error:  # requests' errors are OSErrors
        raise explain(f"moonshine:{model.name}", error) from error


def described(model: Listed) -> Model:
    """Return the model for a list: whether it is here, its size, language and licence."""
    place = "here" if model.is_here else "to fetch"
    licence = _LICENCES.get(model.code, _LICENCE)
    note = f"{place}, {megabytes(model.size)}, {model.language}, {licence}"
    return Model(f"moonshine:{model.name}", note=note)


def shipped() -> Path:
    """Return the folder of the model that comes with the program."""
    from moonshine_voice import get_model_path  # noqa: PLC0415 (see Moonshine.load)

    return Path(get_model_path(SHIPPED))


def is_model(folder: Path) -> bool:
    """Say whether the folder holds a Moonshine model, or part of one."""
    return any((folder / name).is_file() for name in {*_FILES, *_STREAMING_FILES})


def _is_named(model: Listed, name: str) -> bool:
    return model.name == name or (model.is_default and model.code == name)


def _check(folder: Path) -> None:
    names = _STREAMING_FILES if _is_streaming(folder) else _FILES
    missing = [name for name in names if not _has(folder / name)]
    if missing:
        raise TranscriberError(
            f"stt.local.model: {folder} holds no Moonshine model ({', '.join(missing)} missing); "
            f'"{SHIPPED}" comes with the program',
            lasting=True,
        )


def _has(file: Path) -> bool:
    return file.is_file() and file.stat().st_size > 0


def _is_streaming(folder: Path) -> bool:
    return (folder / "streaming_config.json").is_file()


def _arch(folder: Path) -> int:
    from moonshine_voice import ModelArch  # noqa: PLC0415 (see Moonshine.load)

    if _is_streaming(folder):
        size = (folder / "encoder.ort").stat().st_size
        return min(_streaming_sizes().items(), key=lambda arch: abs(arch[1] - size))[0]
    with (folder / _FILES[1]).open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as decoder:
        return int(ModelArch.BASE if decoder.find(_EIGHTH_LAYER) >= 0 else ModelArch.TINY)


def _streaming_sizes() -> dict[int, int]:
    """Return the encoder's size in bytes by architecture: the smallest has 8 MB, the largest 94."""
    return {
        model.arch: file["size"]
        for model in catalogue()
        for file in model.manifest["files"]
        if file["name"] == "encoder.ort"
    }
