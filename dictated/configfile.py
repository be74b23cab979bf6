"""Reads a TOML file into `Config`, telling every fault at once; writes a `Config` out as documented TOML."""

from __future__ import annotations

import difflib
import json
import math
import textwrap
import tomllib
from datetime import date, time
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

from dictated import configrules
from dictated.config import Config
from dictated.errors import ConfigError
from dictated.profileconfig import Name, Profile
from dictated.profiles import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

WIDTH = 100
"""Columns of a written comment."""


def load(path: Path, *, missing_ok: bool = False) -> Config:
    """Read the file; what it does not set has its default.

    Args:
        path: a TOML file.
        missing_ok: take the defaults where there is no file.

    Raises:
        ConfigError: with every fault of the file.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if missing_ok:
            return Config()
        raise ConfigError(
            [f"{path}: there is no such file; `dictated config --default` prints one"]
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: cannot be read: {error}"]) from None
    return parse(text, str(path))


def parse(text: str, source: str) -> Config:
    """Turn TOML text into a `Config`; `source` names it in the faults.

    Raises:
        ConfigError: with every fault of the text.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{source}: this is not TOML: {error}"]) from None
    faults = list(_faults(Config, tables, ""))
    config = Config() if faults else msgspec.convert(tables, Config)
    faults += configrules.faults(config)
    if faults:
        raise ConfigError([f"{source}: {fault}" for fault in faults])
    return config


def _faults(table: type[Struct], found: Mapping[str, Any], prefix: str, within: str = "") -> Iterator[str]:
    """Yield a line for every key of `found` that `table` does not take as it stands.

    `prefix` is the path of the table, `within` that of the profile it is of; each with a dot behind it.
    """
    types = get_type_hints(table, include_extras=True)
    if table is Profile:  # what it changes is of the kind that is changed
        types |= {name: kind for name, kind in get_type_hints(Config).items() if name in TABLES}
    for key, value in found.items():
        path = prefix + key
        if key not in types:
            yield f"{path}: there is no such key{_nearest(path, within)}"
        elif _is_table(types[key]):
            yield from _table_faults(types[key], value, path, within)
        elif types[key] == dict[Name, Profile] and isinstance(value, dict):
            for name, profile in value.items():
                yield from _value_faults(Name, name, path)
                yield from _table_faults(Profile, profile, f"{path}.{name}", f"{path}.{name}.")
        else:
            yield from _value_faults(types[key], value, path)


def _table_faults(table: type[Struct], value: object, path: str, within: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _faults(table, value, path + ".", within)
    else:
        yield f"{path}: found {_shown(value, path)}; allowed is a table [{path}]"


def _value_faults(allowed: Any, value: object, path: str) -> Iterator[str]:
    try:
        msgspec.convert(value, allowed)
    except msgspec.ValidationError as error:
        yield f"{path}: found {_shown(value, path)}; {_allowed(allowed, str(error))}"


def _shown(value: object, path: str) -> str:
    """Write what was found, unless it may be a key that was put there by mistake."""
    if path.rpartition(".")[2].startswith("api_key"):
        return "something that is not shown here"
    return "a table" if isinstance(value, dict) else _toml(value)


def _allowed(allowed: Any, complaint: str) -> str:
    """Say what is allowed: the choices where there are choices, else msgspec's own sentence."""
    choices = _choices(allowed)
    if choices:
        return f"allowed: {', '.join(map(_toml, choices))}"
    return complaint.replace("`", "").replace("Expected ", "allowed: ").split(" - at ")[0]


def _choices(kind: Any) -> tuple[Any, ...]:
    """Return the literals a key, or each item of its list, is chosen from, as they were declared."""
    while get_origin(kind) in (Annotated, tuple):
        kind = get_args(kind)[0]
    return get_args(kind) if get_origin(kind) is Literal else ()


def _nearest(path: str, within: str) -> str:
    """Name the known key most like `path`, or one that ends in the same word; within a profile, one of it."""
    wanted = path.removeprefix(within)
    known = [name for name, _ in settings(Config())]
    if within:
        changed = [name for name in known if name.startswith(("text.", "stt.", "output.sinks"))]
        known = [*Profile.__struct_fields__, *changed]
    tables = {name.rpartition(".")[0] for name in known}
    close = difflib.get_close_matches(wanted, [*known, *tables], n=1, cutoff=0.6)
    if not close:
        close = [name for name in known if name.endswith("." + wanted.rpartition(".")[2])][:1]
    return f"; did you mean {within}{close[0]}?" if close else ""


def _is_table(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def settings(table: Struct, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every key with its dotted path and value, in the order of the file."""
    for name in table.__struct_fields__:
        value = getattr(table, name)
        if isinstance(value, Struct):
            yield from settings(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def dump(config: Config) -> str:
    """Write the configuration as TOML that reads back as the same, each key under its meaning."""
    lines = [
        "# dictated: every key at its default, so an empty file does the same.",
        "# Lives at $XDG_CONFIG_HOME/dictated/config.toml (~/.config/dictated/config.toml).",
    ]
    for name in config.__struct_fields__:
        value = getattr(config, name)
        if isinstance(value, Struct):
            lines += _dump_table(value, name)
    for name, profile in config.profiles.items():
        lines += _dump_table(profile, f"profiles.{name}")
    if not config.profiles:
        sample = _dump_table(Profile(), "profiles.name")
        lines += (f"# {line.removeprefix('# ')}" if line else "" for line in sample)
    return "\n".join(lines) + "\n"


def _dump_table(table: Struct, path: str) -> Iterator[str]:
    yield ""
    yield from _comment(type(table).__doc__ or "")
    yield f"[{path}]"
    inner = {name: getattr(table, name) for name in table.__struct_fields__}
    for name, value in inner.items():
        if not isinstance(value, Struct):
            yield from _comment(_meaning(table, name))
            unset = value is None or value == {}
            yield f"# {name} =" if unset else f"{name} = {_toml(value)}"
    for name, value in inner.items():
        if isinstance(value, Struct):
            yield from _dump_table(value, f"{path}.{name}")


def _meaning(table: Struct, name: str) -> str:
    """Join the description and the bounds or choices a key was declared with."""
    kind = get_type_hints(type(table), include_extras=True)[name]
    metas = [meta for meta in get_args(kind) if isinstance(meta, Meta)]
    said = next(meta.description for meta in metas if meta.description)
    allowed = [_toml(choice) for choice in _choices(kind)] or [_range(meta) for meta in metas if _range(meta)]
    return f"{said} ({' | '.join(allowed)})" if len(allowed) > 1 or (allowed and not _choices(kind)) else said


def _range(meta: Meta) -> str:
    """Write the bounds of a number, as "0 to 3" or "above 0, to 3600"."""
    if meta.le is None and meta.lt is None:
        return ""
    low = f"{meta.ge:g} to" if meta.ge is not None else f"above {meta.gt:g}, to"
    return f"{low} {meta.le:.9g}" if meta.le is not None else f"{low} below {meta.lt:g}"


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="# ", subsequent_indent="# ")


def _toml(value: object) -> str:
    """Write a scalar, a list, or a table inline as TOML; JSON's strings, numbers and booleans are TOML's."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, Struct):
        return _toml(msgspec.structs.asdict(value))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (date, time)):  # of the first, a datetime is one
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
