"""`dictated models`: the models an engine can use, as `model = "…"` takes them, and what they cost."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

import anyio

from dictated import transcription
from dictated.commands.config import load
from dictated.errors import UsageError
from dictated.transcribers import local

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from dictated.config import Config
    from dictated.paths import Paths
    from dictated.sttconfig import Engine
    from dictated.types import Model


def run(arguments: argparse.Namespace, paths: Paths) -> int:
    """Print them, a line each, the configured one marked; or fetch one for the local engine.

    Raises:
        TranscriberError: they cannot be listed, it cannot be fetched.
        UsageError: a service's model is to be fetched.
    """
    if arguments.download:
        return _fetch(arguments.download, arguments.engine)
    config = load(arguments, paths)
    name: Engine = arguments.engine or config.stt.engine
    found = anyio.run(partial(_listed, config, name))
    configured: str = getattr(config.stt, name).model
    if arguments.json:
        print(json.dumps([{**asdict(model), "configured": model.name == configured} for model in found]))
        return 0
    for line in _lines(found, configured):
        print(line)
    if name != "local" and configured not in {model.name for model in found}:  # a local one may be a folder
        print(f'stt.{name}.model = "{configured}" is not among them', file=sys.stderr)
    return 0


def _fetch(wanted: str, engine: Engine | None) -> int:
    if engine not in {None, "local"}:
        raise UsageError(f"only models of the local engine can be fetched; leave out {engine}")
    model = local.fetch(wanted, bar=sys.stderr.isatty())
    print(f'{model.name}: {model.note}; to use it, set stt.local.model = "{model.name}"')
    return 0


async def _listed(config: Config, name: Engine) -> Sequence[Model]:
    engine = transcription.catalogue(config, name, os.environ)
    try:
        return await engine.models()
    finally:
        await engine.close()


def _lines(models: Sequence[Model], configured: str) -> list[str]:
    """Name, price where any is known, and note in columns; `*` stands before the configured one."""
    names, prices = (
        max((len(cell) for cell in column), default=0)
        for column in ([model.name for model in models], [model.price for model in models])
    )
    return [
        "  ".join(
            [
                f"{'*' if model.name == configured else ' '} {model.name:<{names}}",
                *([f"{model.price:<{prices}}"] if prices else []),
                model.note,
            ]
        ).rstrip()
        for model in models
    ]
