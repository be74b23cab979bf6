"""Recordings and what is said in them: found in a folder beside text files, or listed in a manifest."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import dataclass, field
from io import StringIO
from typing import TYPE_CHECKING

from dictated.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

SOUNDS = frozenset({".wav", ".flac", ".mp3", ".ogg", ".opus"})
MANIFESTS = ("manifest.json", "manifest.jsonl", "manifest.csv", "manifest.tsv")
"""Looked for in a folder, in this order."""

PATH_KEYS = ("path", "file", "audio", "audio_filepath")
TEXT_KEYS = ("text", "sentence", "transcript")
"""How a manifest may name its columns: ours first, then those of NeMo and Common Voice."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A file and what is said in it; `name` is how reports call it."""

    name: str
    path: Path
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """The recordings by name, and a line for each that cannot be used."""

    recordings: Sequence[Recording]
    faults: Sequence[str]


def find(place: Path) -> Found:
    """Look into a folder, or read a manifest.

    Raises:
        UsageError: there is none, it cannot be read, or it leads to no recording.
    """
    try:
        manifest = place if place.is_file() else _manifest(place)
        found = _beside_texts(place) if manifest is None else _listed(manifest)
    except FileNotFoundError:
        raise UsageError(f"{place}: there is no such folder or manifest") from None
    except OSError as error:
        raise UsageError(f"{place} cannot be read: {error.strerror}") from None
    if not found.recordings:
        raise UsageError(
            f"{place}: no recording with its words{'; ' + found.faults[0] if found.faults else ''}; put what "
            "is said in NAME.wav beside it as NAME.txt, or list both in manifest.csv (path, text)"
        )
    return found


def _manifest(folder: Path) -> Path | None:
    there = {path.name for path in folder.iterdir()}
    return next((folder / name for name in MANIFESTS if name in there), None)


def _beside_texts(folder: Path) -> Found:
    recordings, faults = list[Recording](), list[str]()
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in SOUNDS):
        name, words = _shown(str(path.relative_to(folder))), _shown(f"{path.stem}.txt")
        try:
            text = path.with_suffix(".txt").read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            faults.append(f"{name}: what is said in it is not beside it ({words}); it is left out")
        except UnicodeDecodeError:
            faults.append(f"{name}: {words} is not UTF-8; it is left out")
        else:
            recordings.append(Recording(name, path, text))
    return Found(recordings, faults)


def _listed(manifest: Path) -> Found:
    try:
        rows = list(parse(manifest.read_text(encoding="utf-8-sig"), manifest.suffix.lower()))
    except (ValueError, csv.Error) as error:  # JSON's and UTF-8's faults are ValueErrors
        raise UsageError(f"{manifest} is no manifest that can be read: {error}") from None
    recordings, faults = list[Recording](), list[str]()
    for written, text in rows:
        path = manifest.parent / written
        if not path.is_file():
            faults.append(f"{written}: {manifest.name} lists it, but it is not there; it is left out")
        elif text is None:
            faults.append(f"{written}: {manifest.name} does not say what is said in it; it is left out")
        else:
            inside = path.is_relative_to(manifest.parent)
            name = str(path.relative_to(manifest.parent)) if inside else path.name
            recordings.append(Recording(_shown(name), path, text))
    return Found(recordings, faults)


def _shown(name: str) -> str:
    """Write a file's name, which may be any bytes, as text that every report can hold."""
    return os.fsencode(name).decode(errors="replace")


def parse(text: str, suffix: str) -> Iterable[tuple[str, str | None]]:
    """Return path and text of each row of a manifest: JSON, JSON lines, or a table with commas or tabs.

    Raises:
        ValueError: it is not of that form.
    """
    match suffix:
        case ".json":
            return _of_json(json.loads(text))
        case ".jsonl":
            return map(_of_row, [json.loads(line) for line in text.split("\n") if line.strip()])
        case ".csv":  # where a cell in quotes may go over lines
            return _of_table(csv.reader(StringIO(text, newline=""), strict=True))
        case ".tsv":  # no quoting: as Common Voice has it
            return _of_table(csv.reader(StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))
    raise ValueError("its name must end in .json, .jsonl, .csv or .tsv")


def _of_json(data: object) -> Iterable[tuple[str, str | None]]:
    """Read a list of rows, or texts by path, these perhaps under the key "files"."""
    if isinstance(data, list):
        return map(_of_row, data)
    inner = data.get("files", data) if isinstance(data, dict) else None
    if not isinstance(inner, dict):
        raise ValueError('it holds neither rows nor {"files": {path: text}}')  # noqa: TRY004 (it is data)
    return [(str(path), text if isinstance(text, str) else None) for path, text in inner.items()]


def _of_row(row: object) -> tuple[str, str | None]:
    if not isinstance(row, dict):
        raise ValueError('a row must be an object with "path" and "text"')  # noqa: TRY004 (it is data)
    path = next((row[key] for key in PATH_KEYS if isinstance(row.get(key), str)), None)
    if path is None:
        raise ValueError('a row has no "path"')
    return path, next((row[key] for key in TEXT_KEYS if isinstance(row.get(key), str)), None)


def _of_table(table: Iterable[list[str]]) -> Iterable[tuple[str, str | None]]:
    """Read rows under a heading that names path and text, or else of which these are the first two."""
    rows = [row for row in table if row]
    heading = [cell.strip().lower() for cell in rows[0]] if rows else []
    paths = [heading.index(key) for key in PATH_KEYS if key in heading]
    texts = [heading.index(key) for key in TEXT_KEYS if key in heading]
    path, text = (paths[0], texts[0]) if paths and texts else (0, 1)
    body = rows[1:] if paths and texts else rows
    return [(row[path], row[text] if text < len(row) else None) for row in body if path < len(row)]
