"""The command line: how each command is called and what it takes; what it does stands in `commands/`."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from io import TextIOWrapper
from types import SimpleNamespace
from typing import TYPE_CHECKING

from dictated.errors import ConfigError, DictatedError
from dictated.paths import Paths

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    Namespace = argparse.Namespace | SimpleNamespace

INTERRUPTED = 130
"""Exit code after Ctrl+C, as shells have it: 128 + SIGINT."""

READ_ENOUGH = 141
"""Exit code when standard output was closed before the end: 128 + SIGPIPE."""

GROUPS = {
    "Dictating": {
        "run": "run the daemon; --input FILE plays a recording as the microphone",
        "start": "start listening",
        "stop": "stop listening; what is said so far is still delivered",
        "toggle": "start or stop",
        "cancel": "stop, and throw away what is not delivered yet",
        "undo": "take back what was typed last",
        "profile": "dictate with profile NAME from now on, or list them; `profile default` is none again",
        "status": "say what the daemon is doing; --follow: at each change, for a status bar",
        "monitor": "a page in the terminal that shows what goes on, with keys to act",
    },
    "Recordings": {
        "transcribe": "print the words of recordings, one line per utterance",
        "eval": "how well, how fast and at what cost engines understand your recordings, side by side",
    },
    "Looking back": {
        "history": "what became of the last utterances; --purge removes their words and sound",
        "notes": "open today's log in your editor; `notes search WORDS` finds them in what was said",
        "retry": "transcribe again: all that failed (--all), or NUMBER with the engine of today",
        "insert": "put words that were held back where you are now: those of NUMBER, or the last",
        "stats": "what each engine has done and cost, by day, and how long your words took",
    },
    "Setting up": {
        "doctor": "try all that dictating needs, and say what mends it; --apply sets the best typing",
        "tune": "listen for half a minute, show what is heard, and propose settings; --apply sets them",
        "devices": "list the microphones",
        "models": "list the models of an engine, with prices; --download NAME fetches a local one",
        "config": "print the configuration that holds",
        "service": "install or uninstall the systemd user service",
    },
}
"""Every command under its heading, as `dictated --help` shows them."""

ASKED = frozenset({"start", "stop", "toggle", "cancel", "undo", "profile", "retry", "insert", "status"})
"""What the daemon does for us: all in `commands/ask.py`."""


ENGINES = ("local", "openrouter", "cloudflare", "openai")
"""What `stt.engine` may be; written out, for the configuration is slow to import."""


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out one command and return its exit code: 0 done, 1 failed, 2 wrong use, 3 no daemon."""
    if isinstance(sys.stdout, TextIOWrapper):  # what its encoding lacks is escaped, not the end of a command
        sys.stdout.reconfigure(errors="backslashreplace")
    arguments = _parse(sys.argv[1:] if argv is None else argv)
    command = import_module(f"dictated.commands.{'ask' if arguments.command in ASKED else arguments.command}")
    try:
        code = int(command.run(arguments, Paths.from_environment(os.environ)))
        sys.stdout.flush()
    except BrokenPipeError:  # `dictated history | head`: whoever read has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READ_ENOUGH
    except ConfigError as error:
        print(*(f"dictated: {fault}" for fault in error.faults), sep="\n", file=sys.stderr)
        return error.exit_code
    except DictatedError as error:
        print(f"dictated: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _parse(argv: Sequence[str]) -> Namespace:
    """Read the command line; a bare `toggle` or the like does without argparse, which is slow to import."""
    bare = argv[2:] if argv[:1] == ["--config"] else argv  # which these commands take, and do not read
    if len(bare) == 1 and bare[0] in ASKED:
        return SimpleNamespace(command=bare[0], json=False, follow=False)
    return _parser().parse_args(argv)


def _parser() -> argparse.ArgumentParser:
    import argparse  # noqa: PLC0415 (see _parse)

    parser = argparse.ArgumentParser(
        prog="dictated",
        usage="dictated [--config PATH] COMMAND …",
        description="Speak, and the words stand in the focused window.",
        epilog=_listing(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", metavar="PATH", help="read this file instead of the user's own")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", help=argparse.SUPPRESS)
    made = {
        name: commands.add_parser(name, description=f"{does[0].upper()}{does[1:]}.", prog=f"dictated {name}")
        for group in GROUPS.values()
        for name, does in group.items()
    }
    _add_dictating(made)
    _add_looking_back(made)
    _add_setting_up(made)
    _add_measuring(made)
    return parser


def _add_dictating(made: dict[str, argparse.ArgumentParser]) -> None:
    made["run"].add_argument(
        "--input", metavar="FILE", help="take this recording for the microphone, in real time"
    )
    made["profile"].add_argument("name", nargs="?", metavar="NAME", help="as it is called under [profiles]")
    form = made["status"].add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as one JSON object")
    form.add_argument(
        "--follow", action="store_true", help="one JSON object a line, now and at each change, until stopped"
    )
    made["transcribe"].add_argument("files", nargs="+", metavar="FILE")
    made["transcribe"].add_argument("--json", action="store_true", help="one JSON object a line")


def _add_looking_back(made: dict[str, argparse.ArgumentParser]) -> None:
    made["history"].add_argument(
        "-n", dest="count", type=above_zero, default=20, metavar="N", help="the last N utterances (20)"
    )
    _add_notes(made["notes"])
    made["insert"].add_argument("number", nargs="?", type=above_zero, help="as `dictated history` shows it")
    tried = made["retry"].add_mutually_exclusive_group()
    tried.add_argument("number", nargs="?", type=above_zero, help="as `dictated history` shows it")
    tried.add_argument("--all", action="store_true", help="all that failed; so too without a number")
    form = made["history"].add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object a line")
    form.add_argument(
        "--purge", action="store_true", help="remove all words and sound of what is delivered; asks nothing"
    )
    made["history"].add_argument(
        "--all", action="store_true", help="with --purge: also of what is not, but for what is under way"
    )
    made["stats"].add_argument(
        "--days", type=above_zero, default=7, metavar="N", help="today and the days before it, N in all (7)"
    )
    form = made["stats"].add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object a line")
    form.add_argument(
        "--html", nargs="?", const="-", metavar="FILE", help="as a page, to FILE or standard output"
    )


def _add_notes(notes: argparse.ArgumentParser) -> None:
    notes.usage = "dictated notes [--path | search [-n N] [--json] WORD …]"
    notes.add_argument("--path", action="store_true", help="print where today's log is, and open nothing")
    search = notes.add_subparsers(dest="action", metavar="search WORDS").add_parser(
        "search",
        description="Find in the history what has all of these words, and what begins with the last one.",
        epilog='Words in quotes are looked for side by side: "new bridge".',
        prog="dictated notes search",
    )
    search.add_argument("words", nargs="+", metavar="WORD")
    search.add_argument(
        "-n", dest="count", type=above_zero, default=20, metavar="N", help="the last N of them (20)"
    )
    search.add_argument("--json", action="store_true", help="one JSON object a line")


def _add_setting_up(made: dict[str, argparse.ArgumentParser]) -> None:
    made["doctor"].add_argument("--json", action="store_true", help="as one JSON object")
    made["doctor"].add_argument(
        "--apply", action="store_true", help="put what typed best first in output.type.wayland"
    )
    made["devices"].add_argument("--json", action="store_true", help="as one JSON array")
    made["models"].add_argument("engine", nargs="?", choices=ENGINES, help="by default the one in stt.engine")
    made["models"].add_argument("--download", metavar="NAME", help="fetch this model for the local engine")
    made["models"].add_argument("--json", action="store_true", help="as one JSON array")
    shown = made["config"].add_mutually_exclusive_group()
    shown.add_argument("--path", action="store_true", help="print where it is read from")
    shown.add_argument("--default", action="store_true", help="print every key at its default")
    made["service"].add_argument("action", choices=["install", "uninstall"])


def _add_measuring(made: dict[str, argparse.ArgumentParser]) -> None:
    evaluated = made["eval"]
    evaluated.add_argument("folder", metavar="FOLDER", help="recordings with .txt beside them, or a manifest")
    evaluated.add_argument(
        "--engine",
        action="append",
        metavar="NAME[=MODEL]",
        help="may be repeated; by default those that dictating asks",
    )
    evaluated.add_argument("--json", metavar="FILE", help='everything, to a file; "-" is standard output')
    evaluated.add_argument("--html", metavar="FILE", help='one page with plots; "-" is standard output')
    evaluated.add_argument(
        "--no-words", dest="words", action="store_false", help="leave out of both what was said"
    )
    tuned = made["tune"]
    tuned.add_argument(
        "--seconds", type=above_zero, metavar="N", help="how long to listen, at most 300 (30; a FILE: all)"
    )
    tuned.add_argument("--plot", metavar="FILE", help="draw what was heard: a .png or an .svg")
    tuned.add_argument("--input", metavar="FILE", help="take this recording for the microphone")
    tuned.add_argument("--apply", action="store_true", help="write what is proposed into the configuration")


def above_zero(text: str) -> int:
    """Read a whole number above zero; argparse names this function where it is none.

    Raises:
        ValueError: it is none.
    """
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _listing() -> str:
    lines = []
    for heading, group in GROUPS.items():
        lines += [f"{heading}:", *(f"  {name:<12}{does}" for name, does in group.items()), ""]
    return "\n".join([*lines, "`dictated COMMAND --help` says more about each."])
