"""`start`, `stop`, `toggle`, `status` and the like: the daemon does it, we tell what it answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dictated.client import ask

if TYPE_CHECKING:
    import argparse

    from dictated.paths import Paths


def run(arguments: argparse.Namespace, paths: Paths) -> int:
    """Print the state the daemon answers with, or its whole status."""
    answer = ask(paths.socket, arguments.command, number=getattr(arguments, "number", None))
    if arguments.command == "insert":
        print(f"number {answer['inserted']} is inserted")
    elif arguments.command == "retry":
        print(f"{answer['tried']} tried again; `dictated history` shows what comes of it")
    elif arguments.command != "status":
        print(answer["state"])
    else:
        print(json.dumps(answer) if arguments.json else in_words(answer))
    return 0


def in_words(status: dict[str, Any]) -> str:
    """Put a status on one line, and a line for each engine; what is zero is left out."""
    counts = [f"{value} {name}" for name, value in status.items() if isinstance(value, int) and value]
    words = f"{status['state']}; {', '.join(counts) or 'nothing heard yet'}"
    if status["error"]:
        words += f"; last error: {status['error']}"
    return "\n".join([words, *map(_engine, status["engines"])])


def _engine(engine: dict[str, Any]) -> str:
    """Say how an engine does, and what it has done and cost today."""
    reason = f" ({engine['reason']})" if engine["reason"] else ""
    cost = f", ${engine['cost']:.4f}" if engine["cost"] else ""
    return f"{engine['name']}: {engine['state']}{reason}; today {engine['answers']} answers{cost}"
