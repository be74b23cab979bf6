"""Rules of the printing sink: a line an utterance, at once, and no noise when nobody reads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import pytest
from anyio import to_thread
from doubles import transcript
from restrictions import largest_file

from dictated.errors import SinkError
from dictated.sinks.stdout import StdoutSink

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

FULL = r"\Athe standard output takes no words \(No space left on device\); send it elsewhere\Z"


class Pipe:
    """A pipe whose writing end is a stream, as the standard output is."""

    def __init__(self, encoding: str) -> None:
        self.reading, writing = os.pipe()
        self.stream: TextIO = os.fdopen(writing, "w", encoding=encoding)

    def read(self) -> bytes:
        """Return what has arrived; it fails where nothing has."""
        os.set_blocking(self.reading, False)
        return os.read(self.reading, 1 << 20)

    def fill(self) -> None:
        """Write until it takes no more."""
        os.set_blocking(self.stream.fileno(), False)
        while True:
            try:
                os.write(self.stream.fileno(), b"-" * 4096)
            except BlockingIOError:
                break
        os.set_blocking(self.stream.fileno(), True)


@pytest.fixture
def pipe(request: pytest.FixtureRequest) -> Iterator[Pipe]:
    made = Pipe(getattr(request, "param", "utf-8"))
    yield made
    os.close(made.reading)
    made.stream.close()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Bon été. 🙂", "Bon été. 🙂\n"),
        ("a\nb\r\n\u2028c ", "a b c\n"),
        ("half a \udc80", "half a \\udc80\n"),
    ],
)
async def test_an_utterance_is_one_line_that_arrives_at_once(text: str, line: str, pipe: Pipe) -> None:
    await StdoutSink(pipe.stream).deliver(transcript(text))

    assert pipe.read().decode() == line


@pytest.mark.parametrize("pipe", ["latin-1"], indirect=True)
async def test_characters_that_the_terminal_lacks_are_escaped(pipe: Pipe) -> None:
    await StdoutSink(pipe.stream).deliver(transcript("été 5 €"))

    assert pipe.read() == b"\xe9t\xe9 5 \\u20ac\n"


async def test_a_line_longer_than_the_pipe_arrives_whole(pipe: Pipe) -> None:
    text = "word " * 50_000
    arrived = bytearray()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(StdoutSink(pipe.stream).deliver, transcript(text))
        while not arrived.endswith(b"\n"):
            arrived += await to_thread.run_sync(os.read, pipe.reading, 4096)

    assert arrived.decode() == text.strip() + "\n"


async def test_a_reader_that_left_is_an_error_every_time() -> None:
    pipe = Pipe("utf-8")
    os.close(pipe.reading)

    with pipe.stream:
        for _ in range(2):
            with pytest.raises(SinkError, match=r"\Anobody reads the standard output; start with [^\n]+\Z"):
                await StdoutSink(pipe.stream).deliver(transcript("secret"))


async def test_a_standard_output_that_was_never_open_is_an_error() -> None:
    with pytest.raises(SinkError, match="nobody reads the standard output"):
        await StdoutSink(None).deliver(transcript("secret"))


def test_a_full_disk_is_an_error_and_leaves_nothing_for_later() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as stream, pytest.raises(SinkError, match=FULL):
        anyio.run(StdoutSink(stream).deliver, transcript("secret"))


def test_a_line_that_is_cut_short_is_an_error(tmp_path: Path) -> None:
    told = pytest.raises(SinkError, match=r"takes no words \(File too large\)")

    with (tmp_path / "words").open("w", encoding="utf-8") as stream, largest_file(3), told:
        anyio.run(StdoutSink(stream).deliver, transcript("secret"))


async def test_a_reader_that_does_not_read_does_not_hold_up_the_end(pipe: Pipe) -> None:
    pipe.fill()

    with anyio.move_on_after(0.05) as scope:
        await StdoutSink(pipe.stream).deliver(transcript("a"))

    pipe.read()  # lets the thread go
    assert scope.cancelled_caught


PROGRAM = """
import sys, anyio
from dictated.errors import SinkError
from dictated.sinks.stdout import StdoutSink
from doubles import transcript
input()
try:
    anyio.run(StdoutSink(sys.stdout).deliver, transcript("secret"))
except SinkError:
    sys.exit(7)
"""


def test_a_reader_that_left_is_no_traceback_when_the_program_ends() -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert program.stdout
    program.stdout.close()
    program.stdout = None

    told = program.communicate(b"go\n", timeout=30)[1]

    assert (program.returncode, told) == (7, b"")
