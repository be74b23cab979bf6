"""`dictated eval`: how well, how fast and at what cost engines understand your recordings."""

from __future__ import annotations

import logging
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import anyio
from msgspec import structs

from dictated import build, transcription
from dictated.commands.config import load
from dictated.disk import explain, put_whole
from dictated.errors import DictatedError, UsageError
from dictated.evaluation.comparison import Contender, compare
from dictated.evaluation.page import page
from dictated.evaluation.recording import find
from dictated.evaluation.report import as_json
from dictated.evaluation.table import table
from dictated.history import History
from dictated.ledger import Ledger
from dictated.memory import share_one_heap
from dictated.progress import Progress
from dictated.segmenter import Segmenter
from dictated.sttconfig import Engine

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from dictated.config import Config
    from dictated.evaluation.comparison import Ear
    from dictated.evaluation.recording import Recording
    from dictated.evaluation.score import Score
    from dictated.paths import Paths

STDOUT = "-"

MODE = 0o600
"""Of a report: it holds what was said."""


def run(arguments: argparse.Namespace, paths: Paths) -> int:
    """Compare; fail if an engine or a recording could not be measured whole.

    Raises:
        UsageError: there is nothing to measure, no such engine, or no place for a report.
    """
    config = load(arguments, paths)
    asked = [configured(config, name) for name in arguments.engine or chosen(config)]
    _refuse_no_place(arguments.json, arguments.html)
    found = find(Path(arguments.folder))
    share_one_heap()
    logging.getLogger("dictated").addHandler(logging.NullHandler())  # what fails stands in the table
    for fault in found.faults:
        print(f"dictated: {fault}", file=sys.stderr)
    history = History(paths.history_file, build.keep(config))
    try:
        scores = anyio.run(
            partial(measure, found.recordings, asked, Ledger(history, config.limits.cost_per_day))
        )
    finally:
        history.close()
    _tell(scores, arguments)
    unread = {result.fault for score in scores for result in score.results if result.fault}
    print(*(f"dictated: {fault}\n" for fault in sorted(unread)), sep="", end="", file=sys.stderr)
    broken = any(score.fault or score.failures for score in scores)
    return 1 if found.faults or unread or broken else 0


def chosen(config: Config) -> Sequence[str]:
    """The engines that dictating asks, each once."""
    return tuple(dict.fromkeys((config.stt.engine, *config.stt.fallback)))


def configured(config: Config, wanted: str) -> Config:
    """Return the configuration with this engine alone; "NAME=MODEL" takes another model of it.

    Raises:
        UsageError: there is no such engine.
    """
    name, equals, model = wanted.partition("=")
    if name not in get_args(Engine) or (equals and not model):
        raise UsageError(
            f'there is no engine "{wanted}"; --engine takes {", ".join(get_args(Engine))}, or NAME=MODEL'
        )
    settings = getattr(config.stt, name)
    own = structs.replace(settings, model=model) if equals else settings
    stt = structs.replace(config.stt, engine=name, fallback=(), **{name: own})
    return structs.replace(config, stt=stt)


async def measure(recordings: Sequence[Recording], asked: Sequence[Config], ledger: Ledger) -> list[Score]:
    """Ask every engine for every recording, showing on a terminal how far that is; spending is counted."""
    await ledger.open()
    segment, vad = asked[0].segment, asked[0].vad

    def ear() -> Ear:
        return build.vad(vad), Segmenter(build.rules(segment))

    try:
        with Progress(len(recordings) * len(asked), sys.stderr) as progress:
            return await compare(recordings, [_contender(one, ledger) for one in asked], ear, progress.show)
    finally:
        await ledger.close()


def _contender(config: Config, ledger: Ledger) -> Contender:
    name = config.stt.engine
    return Contender(
        engine=name,
        model=getattr(config.stt, name).model,
        transcriber=transcription.chain(config, ledger, os.environ),
        free=name == "local",
    )


def _refuse_no_place(*reports: str | None) -> None:
    """Say now, rather than after long work, that a report cannot be written."""
    if reports.count(STDOUT) > 1:
        raise UsageError("one report goes to standard output; give the other the name of a file")
    for report in reports:
        if report is None or report == STDOUT:
            continue
        folder = Path(report).absolute().parent
        if Path(report).is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            raise UsageError(f"{report} cannot be written; give the name of a file in a folder that is there")


def _tell(scores: Sequence[Score], arguments: argparse.Namespace) -> None:
    if STDOUT not in (arguments.json, arguments.html):
        print(*table(scores), sep="\n")
    if arguments.json:
        _write(arguments.json, as_json(scores, words=arguments.words))
    if arguments.html:
        _write(arguments.html, page(scores, words=arguments.words))


def _write(report: str, text: str) -> None:
    if report == STDOUT:
        print(text, end="")
        return
    try:
        put_whole(Path(report), text.encode(), MODE)
    except OSError as error:
        raise DictatedError(explain(error, Path(report))) from error
