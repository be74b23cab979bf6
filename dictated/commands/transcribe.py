"""`dictated transcribe`: recordings through the same segmenter, pipeline and engine, as fast as they go."""

from __future__ import annotations

import json
import logging
import os
import sys
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import msgspec

from dictated import build, journal, transcription
from dictated.archive import Archive, Tally
from dictated.commands.config import load
from dictated.delivery import Delivery
from dictated.errors import AudioFileError
from dictated.history import History
from dictated.ledger import Ledger
from dictated.memory import share_one_heap
from dictated.pipeline import Pipeline, listen
from dictated.recorders.audiofile import AudioFile
from dictated.segmenter import Segmenter
from dictated.sinks.stdout import StdoutSink
from dictated.types import Utterance

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from dictated.config import Config
    from dictated.paths import Paths
    from dictated.ports import Sink, Transcriber
    from dictated.types import Segment, Transcript

log = logging.getLogger(__name__)

BACKLOG_PER_SLOT = 2
"""Utterances of a file that are read ahead for each transcription at once: the file itself can wait."""


def run(arguments: argparse.Namespace, paths: Paths) -> int:
    """Transcribe every file; fail if any could not be transcribed whole."""
    config = load(arguments, paths)
    share_one_heap()
    journal.set_up(config.feedback.log_level, os.environ)
    files = [Path(file) for file in arguments.files]
    history = History(paths.history_file, build.keep(config))
    ledger = Ledger(history, config.limits.cost_per_day)
    try:
        return 1 if anyio.run(partial(transcribe, files, config, ledger, as_json=arguments.json)) else 0
    finally:
        history.close()


async def transcribe(files: Sequence[Path], config: Config, ledger: Ledger, *, as_json: bool) -> int:
    """Print a line per utterance of every file; return how many files could not be transcribed whole.

    Raises:
        TranscriberError: the engine cannot work.
    """
    windowless = msgspec.structs.replace(config, profiles={})  # nobody said a recording into a window
    engine, _ = transcription.transcriber(windowless, ledger, os.environ)
    try:
        await ledger.open()
        await engine.warm()
        return sum([not await _whole(file, config, engine, as_json=as_json) for file in files])
    finally:
        await engine.close()
        await ledger.close()


async def _whole(file: Path, config: Config, engine: Transcriber, *, as_json: bool) -> bool:
    """Transcribe one file; return whether every utterance of it was printed."""
    plain = StdoutSink(sys.stdout)
    sink: Sink = _JsonLines(plain, file) if as_json else plain
    tally = Tally()
    archive = _FileArchive(tally)
    backlog = BACKLOG_PER_SLOT * config.limits.in_flight
    pipeline = Pipeline(engine, Delivery([sink], rescue=sink), archive, backlog=backlog)
    async with anyio.create_task_group() as tasks:
        await tasks.start(pipeline.run)
        read = await _read(file, config, pipeline)
    return read and tally.heard == tally.delivered + tally.empty


async def _read(file: Path, config: Config, pipeline: Pipeline) -> bool:
    """Cut the file into utterances for the pipeline; return whether it could be read to its end."""
    numbers = count(1)

    async def emit(segment: Segment) -> None:
        now = datetime.now().astimezone()
        await pipeline.put(Utterance(next(numbers), segment, began=now, ended=now))

    recorder = AudioFile(file, realtime=False)
    try:
        await listen(
            await recorder.open(), build.vad(config.vad), Segmenter(build.rules(config.segment)), emit
        )
    except AudioFileError as error:
        log.error("%s", error)  # noqa: TRY400 (told to a person)
        return False
    finally:
        pipeline.finish()
        await recorder.close()
    return True


class _JsonLines:
    """Prints file, number, start, end, text and engine; times in seconds from the file's beginning."""

    name = "stdout"

    def __init__(self, out: StdoutSink, file: Path) -> None:
        self._out = out
        self._file = file

    async def deliver(self, transcript: Transcript) -> None:
        """Print one object on one line."""
        record = {
            "file": str(self._file),
            "number": transcript.utterance.number,
            "start": round(transcript.utterance.segment.start, 3),
            "end": round(transcript.utterance.segment.end, 3),
            "text": transcript.text,
            "engine": transcript.engine,
        }
        await self._out.deliver(replace(transcript, text=json.dumps(record, ensure_ascii=False)))

    async def close(self) -> None:
        """Nothing is held."""


class _FileArchive(Archive):
    """Keeps nothing: the sound is in the file."""

    def _whereabouts(self, utterance: Utterance) -> tuple[str, bool]:
        segment = utterance.segment
        return f"it is still in the file, from second {segment.start:.1f} to {segment.end:.1f}", False
