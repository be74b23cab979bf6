"""`dictated doctor`: looks at all that dictating needs, and says of each how it is and what mends it."""

from __future__ import annotations

import json
import logging
import os
import sys
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

import anyio

from dictated.checkup import daemon as daemons
from dictated.checkup import engines, hotkey, microphone, screen, service, sinks, soundserver, state
from dictated.checkup.check import Check, Checkup
from dictated.checkup.finding import Finding, Part, missing
from dictated.commands.config import load

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from dictated.config import Config
    from dictated.paths import Paths

WIDTH = len("engine cloudflare")
"""Columns of the longest name."""


def run(arguments: argparse.Namespace, paths: Paths) -> int:
    """Print each finding as it comes, or one object; fail where the main job cannot work."""
    config = load(arguments, paths)
    logging.getLogger("dictated").addHandler(logging.NullHandler())  # what is wrong stands in the report
    checkup, findings = Checkup(), list[Finding]()

    def tell(finding: Finding) -> None:
        findings.append(finding)
        if not arguments.json:
            print(*lines(finding), sep="\n", flush=True)

    anyio.run(checkup.run, checks(config, paths, os.environ), tell)
    lacks = missing(findings)
    print(as_json(findings, lacks) if arguments.json else verdict(lacks), flush=True)
    code = 1 if lacks else 0
    if checkup.stuck:
        sys.stderr.flush()
        os._exit(code)  # Python would wait for the thread that hangs
    return code


def checks(config: Config, paths: Paths, environ: Mapping[str, str]) -> Sequence[Check]:
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
        Check("engine", partial(engines.look, config, environ), engines.WITHIN_S, Part.ENGINE),
        Check(screen.WHAT, partial(screen.look, config, environ), screen.WITHIN_S, Part.SINK),
        Check("sink", partial(sinks.look, config.output, environ), sinks.WITHIN_S, Part.SINK),
        Check(
            hotkey.WHAT,
            lambda: hotkey.look(config.hotkeys, environ, runs=bool(daemon.status)),
            hotkey.WITHIN_S,
        ),
        Check(service.WHAT, partial(service.look, environ, types=types), service.WITHIN_S),
        Check(state.WHAT, partial(state.look, paths, config.limits.spool_mb), state.WITHIN_S),
    ]


def lines(finding: Finding) -> list[str]:
    """The finding in columns, and below it what mends it."""
    said = f"{finding.grade:<4}  {finding.what:<{WIDTH}}  {finding.found}"
    return [said, f"{'':<4}  {'':<{WIDTH}}  -> {finding.mend}"] if finding.mend else [said]


def verdict(lacks: Sequence[Part]) -> str:
    """Say whether the main job can work."""
    return f"\nDictating cannot work: {'; '.join(lacks)}." if lacks else "\nDictating can work."


def as_json(findings: Sequence[Finding], lacks: Sequence[Part]) -> str:
    """Write one object: whether dictating can work, what it lacks, and the list of what was found."""
    found = [{name: value for name, value in asdict(one).items() if name != "part"} for one in findings]
    return json.dumps({"works": not lacks, "lacks": lacks, "checks": found}, ensure_ascii=False)
