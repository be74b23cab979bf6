"""`dictated doctor`: looks at all that dictating needs, and says of each how it is and what mends it."""

from __future__ import annotations

import json
import logging
import os
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from dictated.checkup import daemon as daemons
from dictated.checkup import engines, hotkey, microphone, screen, service, sinks, soundserver, state
from dictated.checkup.check import Check, Checkup
from dictated.checkup.choice import choose
from dictated.checkup.finding import Finding, Part, missing
from dictated.checkup.trial import WHAT
from dictated.commands.config import load

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence
    from typing import TextIO

    from dictated.checkup.choice import Choice
    from dictated.config import Config
    from dictated.paths import Paths

WIDTH = len("engine cloudflare")
"""Columns of the longest name."""


def run(arguments: argparse.Namespace, paths: Paths) -> int:
    """Print each finding as it comes, or one object; fail where the main job cannot work."""
    config = load(arguments, paths)
    logging.getLogger("dictated").addHandler(logging.NullHandler())  # what is wrong stands in the report
    checkup, findings = Checkup(), list[Finding]()
    say = partial(ask, file=sys.stderr if arguments.json else sys.stdout)
    typing = screen.Typing(config, os.environ, say)

    def tell(finding: Finding) -> None:
        findings.append(finding)
        if not arguments.json:
            print(*lines(finding), sep="\n", flush=True)

    anyio.run(checkup.run, checks(config, paths, os.environ, typing), tell)
    lacks = missing(findings)
    choice = applied(typing, config, arguments, paths) if arguments.apply else None
    print(as_json(findings, lacks, choice) if arguments.json else verdict(lacks, choice), flush=True)
    code = 1 if lacks or (choice and choice.failed) else 0
    if checkup.stuck:
        sys.stderr.flush()
        os._exit(code)  # Python would wait for the thread that hangs
    return code


def checks(
    config: Config, paths: Paths, environ: Mapping[str, str], typing: screen.Typing
) -> Sequence[Check]:
    """Everything there is to look at, in the order of the report."""
    daemon = daemons.Daemon(paths.socket)
    types = "type" in config.output.sinks
    return [
        Check("daemon", daemon.look, daemons.WITHIN_S),
        Check(soundserver.WHAT, soundserver.look, soundserver.WITHIN_S),
        Check(
            microphone.WHAT,
            lambda: microphone.look(config, listens=daemon.listens),
            microphone.WITHIN_S,
            Part.MICROPHONE,
        ),
        Check("engine", partial(engines.look, config, environ), engines.within_s(config), Part.ENGINE),
        Check(WHAT, typing.look, typing.within_s, Part.SINK),
        Check("sink", partial(sinks.look, config.output, environ), sinks.WITHIN_S, Part.SINK),
        Check(
            hotkey.WHAT,
            lambda: hotkey.look(config.hotkeys, environ, config.profiles, runs=bool(daemon.status)),
            hotkey.WITHIN_S,
        ),
        Check(service.WHAT, partial(service.look, environ, types=types), service.WITHIN_S),
        Check(state.WHAT, partial(state.look, paths, config.limits.spool_mb), state.WITHIN_S),
    ]


def applied(typing: screen.Typing, config: Config, arguments: argparse.Namespace, paths: Paths) -> Choice:
    """Write the way of typing that worked best to the file that was read."""
    path = Path(arguments.config or paths.config_file)
    return choose(config.output.type.wayland, typing.works, path, wayland=typing.chooses)


def lines(finding: Finding) -> list[str]:
    """The finding in columns, and below it what mends it."""
    said = f"{finding.grade:<4}  {finding.what:<{WIDTH}}  {finding.found}"
    return [said, f"{'':<4}  {'':<{WIDTH}}  -> {finding.mend}"] if finding.mend else [said]


def ask(what: str, file: TextIO) -> None:
    """Say in columns what the user has to do before the report goes on."""
    print(f"{'...':<4}  {WHAT:<{WIDTH}}  {what}", file=file, flush=True)


def verdict(lacks: Sequence[Part], choice: Choice | None = None) -> str:
    """Say whether the main job can work, and what was changed."""
    said = f"\nDictating cannot work: {'; '.join(lacks)}." if lacks else "\nDictating can work."
    return f"{said}\n{choice.said}" if choice else said


def as_json(findings: Sequence[Finding], lacks: Sequence[Part], choice: Choice | None = None) -> str:
    """Write one object: whether dictating can work, what it lacks, what was found, and what was changed."""
    found = [{name: value for name, value in asdict(one).items() if name != "part"} for one in findings]
    told: dict[str, object] = {"works": not lacks, "lacks": lacks, "checks": found}
    if choice:
        told["applied"] = choice.as_dict()
    return json.dumps(told, ensure_ascii=False)
