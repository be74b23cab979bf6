"""`start`, `stop`, `profile`, `status` and the like: the daemon does it, we tell what it answers."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from dictated.client import ask, follow

if TYPE_CHECKING:
    import argparse

    from dictated.paths import Paths

_SHOWN = {
    "off": ("○", "not listening"),
    "listening": ("●", "listening"),
    "working": ("◐", "words are coming"),
    "held": ("▲", "words wait: `dictated history`"),
    "lost": ("✕", "no microphone"),
    "not running": ("", "the daemon is not running"),
}
"""What a status bar shows: a sign, and a line in words."""


def run(arguments: argparse.Namespace, paths: Paths) -> int:
    """Print the state the daemon answers with, or its whole status."""
    if arguments.command == "status" and arguments.follow:
        for status in follow(paths.socket, sys.stdout.fileno()):
            print(json.dumps({**status, **for_a_bar(status)}, ensure_ascii=False), flush=True)
    more = {key: value for key in ("number", "name") if (value := getattr(arguments, key, None)) is not None}
    answer = ask(paths.socket, arguments.command, **more)
    match arguments.command:
        case "insert":
            print(f"number {answer['inserted']} is inserted")
        case "retry":
            print(f"{answer['tried']} tried again; `dictated history` shows what comes of it")
        case "undo":
            print(f"{answer['taken_back']} characters taken back")
        case "profile":
            print(answer["profile"] if "name" in more else profiles_in_words(answer))
        case "status":
            print(json.dumps(answer) if arguments.json else in_words(answer))
        case _:
            print(answer["state"])
    return 0


def for_a_bar(status: dict[str, Any]) -> dict[str, str]:
    """Return what waybar and its like look for: `text`, `alt` and `class` to choose by, and a `tooltip`."""
    shown = _what_is_shown(status)
    sign, words = _SHOWN[shown]
    if status.get("on_hold") and shown != "held":
        words += f"; {_SHOWN['held'][1]}"
    tooltip = f"dictated: {words}"
    if hypothesis := status.get("hypothesis"):
        tooltip += f"\n{hypothesis}"
    return {"text": sign, "alt": shown, "class": shown.replace(" ", "-"), "tooltip": tooltip}


def _what_is_shown(status: dict[str, Any]) -> str:
    state = str(status["state"])
    if state in {"not running", "no microphone"}:
        return "lost" if state == "no microphone" else state
    if state in {"listening", "starting"}:
        return "listening"
    if status["waiting"]:
        return "working"
    return "held" if status["on_hold"] else "off"


def in_words(status: dict[str, Any]) -> str:
    """Put a status on one line, and a line for each engine; what is zero is left out."""
    told = {name: value for name, value in status.items() if isinstance(value, int) and name != "on_hold"}
    counts = [f"{value} {name}" for name, value in told.items() if value]
    words = f"{status['state']}; {', '.join(counts) or 'nothing heard yet'}"
    if status.get("profile", "default") != "default":
        words += f"; profile {status['profile']}"
    if status["error"]:
        words += f"; last error: {status['error']}"
    return "\n".join([words, *map(_engine, status["engines"])])


def profiles_in_words(answer: dict[str, Any]) -> str:
    """Put each profile on a line, a star before the one that holds."""
    names = ["default", *answer["profiles"]]
    return "\n".join(f"{'*' if name == answer['profile'] else ' '} {name}" for name in names)


def _engine(engine: dict[str, Any]) -> str:
    """Say how an engine does, and what it has done and cost today."""
    reason = f" ({engine['reason']})" if engine["reason"] else ""
    cost = f", ${engine['cost']:.4f}" if engine["cost"] else ""
    profiles = engine.get("profiles", [])
    where = f" for {', '.join(profiles)}" if profiles and "default" not in profiles else ""
    return f"{engine['name']}{where}: {engine['state']}{reason}; today {engine['answers']} answers{cost}"
