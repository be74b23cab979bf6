"""Changes one key in the user's configuration file and nothing else there: for `dictated doctor --apply`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array, InlineTable

from dictated import configfile
from dictated.disk import put_whole
from dictated.errors import DictatedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NEW_MODE = 0o600
"""Of a file that was not there."""

Value = str | int | float | bool | Sequence[str]


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed; `before` is None where the file did not say."""

    path: Path
    key: str
    before: object
    after: Value

    def __str__(self) -> str:
        """Say it in a line."""
        before = "not set" if self.before is None else _shown(self.before)
        return f"{self.path}: {self.key}: {before} -> {_shown(self.after)}"


def best_first(methods: Sequence[str], works: Mapping[str, float]) -> tuple[str, ...]:
    """Return the methods with the one that worked best in front, the others in their order.

    `works` has the seconds of each that brought the text exactly; a tenth more or less is chance, and then
    the order that was decides. Where none works, nothing is better than it was.
    """
    able = [method for method in methods if method in works]
    if not able:
        return tuple(methods)
    best = min(able, key=lambda method: round(works[method], 1))  # the first of equals
    return (best, *(method for method in methods if method != best))


def write(path: Path, key: Sequence[str], value: Value) -> Change | None:
    """Set one key of a TOML file; return what was changed, nothing where the file says so already.

    The comments and the layout of the rest stay. It is replaced whole or not at all, and keeps its mode; a
    link stays a link. Where there is no file it is made, with its folder.

    Raises:
        DictatedError: it cannot be read or written, the key has no place in it, or the program would refuse
            the file with it.
    """
    name, wanted = ".".join(key), _plain(value)
    try:
        text = path.read_bytes().decode() if path.exists() else ""
        before = tomllib.loads(text)
        said = _at(before, key)
        if said == wanted:
            return None
        changed = _changed(text, key, wanted)
        if changed is None or tomllib.loads(changed) != _with(before, key, wanted):
            raise DictatedError(
                f"{path} is written in a way that is not changed by us; {_by_hand(key, wanted)}"
            )
        would = f"{path} is left as it is, for with {name} = {_shown(wanted)} it would be wrong"
        configfile.parse(changed, would)
        _replace(path.resolve(), changed.encode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DictatedError(f"{path} is not TOML ({error}); mend it first") from None
    except OSError as error:
        raise DictatedError(f"{path}: {error.strerror}; {_by_hand(key, wanted)}") from error
    return Change(path, name, said, value)


def _changed(text: str, key: Sequence[str], value: Any) -> str | None:
    """Return the text with the key set; None where it is of a form that cannot be changed."""
    try:
        document = tomlkit.parse(text)
        table: MutableMapping[str, Any] = document
        for depth, part in enumerate(key[:-1]):
            if part not in table:
                inside = isinstance(table, InlineTable)
                last = depth == len(key) - 2
                table[part] = tomlkit.inline_table() if inside else tomlkit.table(is_super_table=not last)
            table = table[part]
        table[key[-1]] = _like(table.get(key[-1]), value)
        return tomlkit.dumps(document)
    except (
        TOMLKitError,
        AttributeError,
        TypeError,
        ValueError,
        LookupError,
    ):  # a value where a table should be
        return None


def _like(before: object, value: Any) -> Any:
    """Write a list on several lines where it was."""
    item = tomlkit.item(value)
    if isinstance(before, Array) and isinstance(item, Array):
        item.multiline(multiline="\n" in before.as_string())
    return item


def _at(tables: Any, key: Sequence[str]) -> Any:
    """Return the value, None where there is none."""
    for part in key:
        tables = tables.get(part) if isinstance(tables, dict) else None
    return tables


def _with(tables: dict[str, Any], key: Sequence[str], value: Any) -> dict[str, Any]:
    """Return the tables with this key set, all else as it was."""
    inner = tables.get(key[0])
    deeper = _with(inner if isinstance(inner, dict) else {}, key[1:], value) if key[1:] else value
    return {**tables, key[0]: deeper}


def _plain(value: Value) -> Any:
    return value if isinstance(value, str | int | float) else list(value)


def _shown(value: object) -> str:
    """Write a value as TOML has it; JSON's strings, lists and numbers are TOML's."""
    return json.dumps(value, ensure_ascii=False, default=str)


def _by_hand(key: Sequence[str], value: object) -> str:
    return f"write into it yourself: {'.'.join(key)} = {_shown(value)}"


def _replace(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole, or as it was.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o7777 if path.exists() else NEW_MODE
    put_whole(path, data, mode)
