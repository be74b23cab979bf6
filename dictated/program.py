"""Runs a small program of the desktop's or the user's, and says truly how it ended."""

from __future__ import annotations

import os
import signal
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import anyio

from dictated.errors import ProgramError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
    from types import TracebackType

    from anyio.abc import Process

OUTPUT_BYTES = 16 << 20
"""A program may say so much; a picture on the clipboard is smaller."""

_CHUNK_BYTES = 1 << 16
"""Read at once: what a pipe holds (pipe(7), "Pipe capacity")."""

_COMPLAINT_CHARACTERS = 200
"""Of what a program complains, as much goes into our message."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended: what it wrote; in a few words what went wrong, and what it said of that itself."""

    output: bytes
    failure: str = ""
    complaint: str = ""

    @property
    def fault(self) -> str:
        """What went wrong, best in the program's own words; "" for nothing."""
        return self.complaint or self.failure


async def run(
    command: Sequence[str],
    environ: Mapping[str, str],
    words: bytes = b"",
    *,
    timeout: float,  # noqa: ASYNC109  (a fault like any other here, not an exception)
    leaves: int | None = None,
) -> Ended:
    """Run a program with `words` on its standard input, for `timeout` seconds at most; then it is killed.

    Words never go by arguments, which every user of the machine can read. The program may leave a child
    behind, which keeps the file descriptor `leaves` open as long as it lives; what that one writes is lost.
    One that is killed takes its children with it.

    Raises:
        ProgramError: it cannot be started.
    """
    with _file(words) as stdin, _Pipe() as stdout, _Pipe() as stderr:
        streams = (stdin, stdout.writing, stderr.writing)
        try:
            with anyio.fail_after(timeout):
                async with _started(command, environ, streams, leaves) as process:
                    await _heard(process, stdout, stderr)
        except TimeoutError:
            return Ended(b"", f"it took longer than {timeout:g} s")
        except FileNotFoundError as error:
            raise ProgramError(f"{command[0]} is not installed") from error
        except OSError as error:
            raise ProgramError(f"{command[0]} cannot be started ({error.strerror})") from error
        if stdout.is_full or stderr.is_full:
            return Ended(b"", f"it wrote more than {OUTPUT_BYTES >> 20} MB")
        return _ended(await process.wait(), bytes(stdout.content), bytes(stderr.content))


def _ended(status: int, output: bytes, errors: bytes) -> Ended:
    if not status:
        return Ended(output)
    lines = errors.decode(errors="replace").split("\n")
    complaint = next((line.strip() for line in lines if line.strip()), "")
    return Ended(output, f"exit status {status}", complaint[:_COMPLAINT_CHARACTERS])


class _Pipe:
    """What a program writes, as far as there is room for it.

    The writing end stays open here too, so that a pipe never comes to its end: the program does.
    """

    def __init__(self) -> None:
        self._reading, self.writing = os.pipe()
        os.set_blocking(self._reading, False)
        self.content = bytearray()

    @property
    def is_full(self) -> bool:
        """Whether more was written than there is room for."""
        return len(self.content) > OUTPUT_BYTES

    async def fill(self, until_full: anyio.CancelScope) -> None:
        """Read what comes, as it comes; where there is no room for more, cancel the scope."""
        while not self.is_full:
            await anyio.wait_readable(self._reading)
            self._take()
        until_full.cancel()

    def take_the_rest(self) -> None:
        """Read what is there now."""
        while not self.is_full and self._take():
            pass

    def _take(self) -> bool:
        """Say whether there was anything; the program may have read from its output itself."""
        with suppress(BlockingIOError):
            self.content += os.read(self._reading, _CHUNK_BYTES)
            return True
        return False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._reading)
        os.close(self.writing)


@asynccontextmanager
async def _started(
    command: Sequence[str], environ: Mapping[str, str], streams: tuple[int, int, int], leaves: int | None
) -> AsyncIterator[Process]:
    """Start a program in a session of its own; whoever leaves before it has ended kills all of that."""
    stdin, stdout, stderr = streams
    process = await anyio.open_process(
        command,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        env=environ,
        start_new_session=True,
        pass_fds=() if leaves is None else (leaves,),
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):  # it has ended; another user's
                os.killpg(process.pid, signal.SIGKILL)
        with anyio.CancelScope(shield=True):
            await process.wait()


async def _heard(process: Process, *pipes: _Pipe) -> None:
    """Return when the program has ended, or has written too much, whoever else keeps the pipes open."""
    async with anyio.create_task_group() as readers:
        for pipe in pipes:
            readers.start_soon(pipe.fill, readers.cancel_scope)
        await process.wait()
        readers.cancel_scope.cancel()
    for pipe in pipes:
        pipe.take_the_rest()


@contextmanager
def _file(content: bytes) -> Iterator[int]:
    """Yield a file in memory that nobody else can open: a program need not read it."""
    file = os.memfd_create("dictated")
    try:
        os.write(file, content)
        os.lseek(file, 0, os.SEEK_SET)
        yield file
    finally:
        os.close(file)
