"""What the program adds to a service's own time: a 5 s utterance through each engine, over loopback.

Two figures: from the moment the segmenter hands over an utterance to the first byte of its upload at the
server, and from the last byte of the answer leaving the server to the words reaching the sink. Server and
program share one event loop and one clock, so both figures hold the loopback network and the server's own
reading too: they are upper bounds. The answer comes 20 ms after the upload. Sound, words and marks are put on
the disk as in the daemon, and both figures have that in them; with `--folder /dev/shm` all but the waiting
for the disk itself.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import h11
import numpy as np
import soundfile
import soxr
from moonshine_voice import get_assets_path

from dictated import build, transcription
from dictated.archive import DiskArchive, Tally
from dictated.configfile import parse
from dictated.delivery import Delivery
from dictated.history import History
from dictated.ledger import Ledger
from dictated.pipeline import Pipeline
from dictated.spool import Spool
from dictated.types import FRAME_BYTES, SAMPLE_RATE, Segment, Utterance

if TYPE_CHECKING:
    from anyio.abc import SocketStream, TaskStatus

    from dictated.types import Transcript

SECONDS = 5
ANSWER_AFTER_S = 0.02
PAUSE_S = 0.05  # nobody says two sentences in less
ANSWERS: dict[str, Any] = {
    "openrouter": {
        "text": "ask not what your country can do for you",
        "usage": {"seconds": 5, "cost": 0.0005},
    },
    "cloudflare": {"state": "Completed", "result": {"text": "ask not what your country can do for you"}},
    "openai": {"text": "ask not what your country can do for you"},
}
CHECK = {"success": True, "result": [], "data": [], "errors": []}
"""What a service answers when its key is tried out."""

ADDED = ("ended_to_first_byte_ms", "answer_to_sink_ms")
FORMATS = ("wav", "flac", "ogg")


class Server:
    """Answers every request; notes when its first byte came and when its answer was sent."""

    def __init__(self, answer: Any) -> None:
        self._answers = {b"POST": json.dumps(answer).encode(), b"GET": json.dumps(CHECK).encode()}
        self.connections = 0
        self.first_byte = 0.0
        self.answered = 0.0
        self.port = 0

    async def serve(self, *, task_status: TaskStatus[None]) -> None:
        """Serve until cancelled."""
        async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
            self.port = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610 (no Django here)
            task_status.started()
            await listener.serve(self._talk)

    async def _talk(self, stream: SocketStream) -> None:
        self.connections += 1
        talk = h11.Connection(h11.SERVER)
        async with stream:
            while await self._one(talk, stream):
                talk.start_next_cycle()

    async def _one(self, talk: h11.Connection, stream: SocketStream) -> bool:
        """Read one request and answer it; say whether there may be another."""
        begun, answer = False, b""
        while (event := talk.next_event()) is not h11.PAUSED and not isinstance(event, h11.EndOfMessage):
            if isinstance(event, h11.ConnectionClosed):
                return False
            if isinstance(event, h11.Request):
                answer = self._answers[event.method]
            if event is h11.NEED_DATA:
                try:
                    data = await stream.receive(1 << 20)
                except (anyio.EndOfStream, anyio.BrokenResourceError):
                    data = b""
                if not begun:
                    begun, self.first_byte = True, time.perf_counter()
                talk.receive_data(data)
        await anyio.sleep(ANSWER_AFTER_S)  # the service at work
        head = h11.Response(
            status_code=200,
            headers=[("Content-Type", "application/json"), ("Content-Length", str(len(answer)))],
        )
        pieces = [talk.send(head), talk.send(h11.Data(answer)), talk.send(h11.EndOfMessage())]
        await stream.send(b"".join(piece or b"" for piece in pieces))
        self.answered = time.perf_counter()
        return talk.our_state is h11.DONE


class Watch:
    """A sink that notes when words arrive."""

    name = "watch"

    def __init__(self) -> None:
        self.arrived = anyio.Event()
        self.at = 0.0

    async def deliver(self, _: Transcript) -> None:
        """Note the time."""
        self.at = time.perf_counter()
        self.arrived.set()

    async def close(self) -> None:
        """Nothing is held."""


async def measure(engine: str, form: str, rounds: int, state: Path | None) -> dict[str, Any]:
    """Send utterances one after the other; return the two figures in milliseconds."""
    server = Server(ANSWERS[engine])
    before, after = [], []
    with tempfile.TemporaryDirectory(dir=state) as folder:
        history = History(Path(folder) / "history.sqlite3", build.keep(_config(engine, form, 0)))
        async with anyio.create_task_group() as tasks:
            await tasks.start(server.serve)
            ledger = Ledger(history, cost_per_day=1000)
            tasks.start_soon(ledger.run)
            chain = transcription.chain(_config(engine, form, server.port), ledger, {"KEY": "benchmark"})
            watch = Watch()
            archive = DiskArchive(Tally(), Spool(Path(folder) / "spool"), history)
            pipeline = Pipeline(chain, Delivery([watch], watch), archive, backlog=10)
            await chain.warm()
            run = await tasks.start(pipeline.run, return_handle=True)
            for number in range(1, rounds + 1):
                await anyio.sleep(PAUSE_S)
                watch.arrived = anyio.Event()
                utterance = _utterance(number)
                ended = time.perf_counter()
                await pipeline.offer(utterance)
                await watch.arrived.wait()
                before.append((server.first_byte - ended) * 1000)
                after.append((watch.at - server.answered) * 1000)
            pipeline.finish()
            await run.wait()
            tasks.cancel_scope.cancel()
        await chain.close()
        history.close()
    return {
        "engine": engine,
        "format": form,
        "connections": server.connections,
        "ended_to_first_byte_ms": _figures(before),
        "answer_to_sink_ms": _figures(after),
    }


def _config(engine: str, form: str, port: int) -> Any:
    account = 'account_id = "a"' if engine == "cloudflare" else ""
    return parse(
        f"""
        [stt]
        engine = "{engine}"
        [stt.{engine}]
        base_url = "http://127.0.0.1:{port}"
        format = "{form}"
        api_key_env = "KEY"
        {account}
        """,
        "benchmark",
    )


def _utterance(number: int, cache: list[bytes] = []) -> Utterance:  # noqa: B006 (read once)
    if not cache:
        cache.append(_speech())
    frames = len(cache[0]) // FRAME_BYTES
    segment = Segment(cache[0], first=0, onset=0, offset=frames, voiced=frames * 3 // 4)
    now = datetime.now(UTC)
    return Utterance(number, segment, began=now, ended=now)


def _speech() -> bytes:
    """Five seconds of a recording that comes with the embedded engine."""
    samples, rate = soundfile.read(get_assets_path() / "two_cities.wav", dtype="float32", always_2d=True)
    heard = soxr.resample(samples[:, 0], rate, SAMPLE_RATE)[: SECONDS * SAMPLE_RATE]
    return (np.resize(heard, SECONDS * SAMPLE_RATE) * 32767).astype("<i2").tobytes()


def _figures(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "first": round(values[0], 2),
        "p50": round(statistics.median(ordered), 2),
        "p95": round(ordered[int(len(ordered) * 0.95)], 2),
        "max": round(ordered[-1], 2),
    }


def main() -> None:
    """Measure every engine in every format, print, and fail where a p95 is over the bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=FORMATS)
    parser.add_argument(
        "--bound-ms", type=float, default=math.inf, help="fail where a p95 of wav is over that"
    )
    parser.add_argument("--folder", type=Path, help="where the state is kept meanwhile")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    rows = [
        anyio.run(measure, engine, form, options.rounds, options.folder)
        for engine in ANSWERS
        for form in options.formats
    ]
    for row in rows:
        print(json.dumps(row))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n")
    figures = [row[name] for row in rows if row["format"] == "wav" for name in ADDED]
    sys.exit(max(figure["p95"] for figure in figures) > options.bound_ms)


if __name__ == "__main__":
    main()
