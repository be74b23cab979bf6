"""Runs a small program of the desktop's or the user's, and says truly how it ended."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio

from dictated.errors import ProgramError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

OUTPUT_BYTES = 16 << 20
"""A program may say so much; a picture on the clipboard is smaller."""

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
    behind, which keeps the file descriptor `leaves` open as long as it lives.

    Raises:
        ProgramError: it cannot be started.
    """
    with _file(words) as stdin, _file(room=OUTPUT_BYTES) as stdout, _file(room=OUTPUT_BYTES) as stderr:
        try:
            with anyio.fail_after(timeout):
                done = await anyio.run_process(
                    command,
                    stdin=stdin,
                    stdout=stdout,
                    stderr=stderr,
                    check=False,
                    env=environ,
                    start_new_session=True,
                    pass_fds=() if leaves is None else (leaves,),
                )
        except TimeoutError:
            return Ended(b"", f"it took longer than {timeout:g} s")
        except FileNotFoundError as error:
            raise ProgramError(f"{command[0]} is not installed") from error
        except OSError as error:
            raise ProgramError(f"{command[0]} cannot be started ({error.strerror})") from error
        return _ended(done.returncode, _written(stdout), _written(stderr))


def _ended(status: int, output: bytes, errors: bytes) -> Ended:
    if len(output) >= OUTPUT_BYTES:
        return Ended(b"", f"it wrote more than {OUTPUT_BYTES >> 20} MB")
    if not status:
        return Ended(output)
    lines = errors.decode(errors="replace").split("\n")
    complaint = next((line.strip() for line in lines if line.strip()), "")
    return Ended(output, f"exit status {status}", complaint[:_COMPLAINT_CHARACTERS])


@contextmanager
def _file(content: bytes = b"", *, room: int = 0) -> Iterator[int]:
    """Yield a file in memory that nobody else can open; where `room` is given, it never grows beyond."""
    file = os.memfd_create("dictated", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
    try:
        if room:
            os.ftruncate(file, room)  # takes no memory until it is written
            fcntl.fcntl(file, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW)
        os.write(file, content)
        os.lseek(file, 0, os.SEEK_SET)
        yield file
    finally:
        os.close(file)


def _written(file: int) -> bytes:
    """Return what a program wrote: its place in the file is ours too."""
    return os.pread(file, os.lseek(file, 0, os.SEEK_CUR), 0)
