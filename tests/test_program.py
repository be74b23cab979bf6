"""Rules of the programs that are run: how they ended is told truly, and what they say has a bound."""

from __future__ import annotations

import os
import select
import signal
import sys
from functools import partial
from pathlib import Path

import anyio
import pytest

from dictated.errors import ProgramError
from dictated.program import OUTPUT_BYTES, Ended, run

ENVIRON = {"PATH": os.defpath}


async def sh(script: str, words: bytes = b"", timeout: float = 10) -> Ended:  # noqa: ASYNC109  (of `run`)
    return await run(["sh", "-c", script], ENVIRON, words, timeout=timeout)


def with_child(folder: Path) -> str:
    """Return a script that starts a child and notes who they are."""
    return f"sleep 60 & echo $$ > {folder}/pids; echo $! >> {folder}/pids"


def living(folder: Path, within_s: float) -> list[int]:
    """Return those of them that still run when so much time has passed; what was killed takes a moment."""
    pids = map(int, (folder / "pids").read_text().split())
    return [pid for pid in pids if not _ends(pid, within_s)]


def _ends(pid: int, within_s: float) -> bool:
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], within_s)[0])
    finally:
        os.close(process)


@pytest.mark.parametrize(
    ("script", "ended"),
    [
        ("echo yes", Ended(b"yes\n")),
        ("echo quiet >&2", Ended(b"")),
        ("exit 3", Ended(b"", "exit status 3")),
        (
            "echo; echo ' bad luck '; echo; echo more; exit 1",
            Ended(b"\n bad luck \n\nmore\n", "exit status 1"),
        ),
        ("printf '\\n bad luck \\nmore' >&2; exit 1", Ended(b"", "exit status 1", "bad luck")),
        ("kill -9 $$", Ended(b"", "exit status -9")),
        ("cat", Ended(b"")),
    ],
)
async def test_a_program_ends_as_its_status_says(script: str, ended: Ended) -> None:
    assert await sh(script) == ended


async def test_words_go_in_and_come_out_whole() -> None:
    words = "é🙂".encode() * 100_000
    assert (await sh("cat", words)).output == words


async def test_all_that_a_program_wrote_arrives_however_late_we_come_to_read_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ready")
    os.mkfifo(tmp_path / "go")
    script = (
        f"import fcntl, os; open('{tmp_path}/ready', 'w').write(str(os.getpid())); open('{tmp_path}/go').read();"
        " fcntl.fcntl(1, fcntl.F_SETPIPE_SZ, 1 << 20); os.write(1, bytes(1 << 20))"
    )
    async with anyio.create_task_group() as group:
        handle = group.start_soon(partial(run, [sys.executable, "-c", script], ENVIRON, timeout=60))
        pid = int(await anyio.Path(tmp_path / "ready").read_text())
        (tmp_path / "go").write_text("")  # from here on the event loop stands still
        assert _ends(pid, 10)
    assert len(handle.return_value.output) == 1 << 20


async def test_a_program_that_takes_too_long_is_gone_when_that_is_told(tmp_path: Path) -> None:
    ended = await sh(f"echo $$ > {tmp_path}/pids; exec sleep 60", timeout=3)
    there = Path(f"/proc/{(tmp_path / 'pids').read_text().strip()}").exists()
    assert (ended, there) == (Ended(b"", "it took longer than 3 s"), False)


async def test_what_it_has_started_is_ended_with_it(tmp_path: Path) -> None:
    await sh(f"{with_child(tmp_path)}; wait", timeout=3)
    assert living(tmp_path, 10) == []


async def test_a_program_nobody_waits_for_any_more_is_ended_with_all_it_started(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ready")
    async with anyio.create_task_group() as group:
        group.start_soon(sh, f"{with_child(tmp_path)}; echo > {tmp_path}/ready; wait")
        await anyio.Path(tmp_path / "ready").read_text()
        group.cancel_scope.cancel()
    assert living(tmp_path, 10) == []


async def test_a_child_left_behind_lives_on_and_holds_nothing_up(tmp_path: Path) -> None:
    ended = await sh(with_child(tmp_path))
    left = living(tmp_path, 0.2)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert (ended, len(left)) == (Ended(b""), 1)


async def test_what_cannot_be_started_is_told(tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("")
    with pytest.raises(ProgramError, match=r"tool cannot be started \(Permission denied\)"):
        await run([str(tmp_path / "tool")], ENVIRON, timeout=5)


async def test_what_is_not_installed_is_told() -> None:
    with pytest.raises(ProgramError, match="no-such-tool is not installed"):
        await run(["no-such-tool"], ENVIRON, timeout=5)


@pytest.mark.parametrize(
    ("script", "output"),
    [
        ('t=$(cat); echo "$t" > /dev/stdout; true', "hello world\n"),
        ("cat >> /dev/stdout; true", "hello world"),
        ("cat | tee /proc/$$/fd/1 >/dev/null", "hello world"),
        ("cat | dd of=/dev/stdout status=none; true", "hello world"),
        ("cat 1<>/dev/stdout", "hello world"),
        ("printf 'say: '; cat > /dev/stdout; echo ' again' > /proc/self/fd/1", "say: hello world again\n"),
        ("set -e; echo debug > /dev/stderr; cat", "hello world"),
        ("cat /dev/stdin", "hello world"),
        ("exec >&-", ""),
    ],
)
async def test_what_a_program_writes_arrives_however_it_opens_its_output(script: str, output: str) -> None:
    assert await sh(script, b"hello world") == Ended(output.encode())


@pytest.mark.parametrize("script", ["yes", "yes >&2", "yes | cat"])
async def test_a_program_that_floods_is_ended_where_the_room_ends(script: str) -> None:
    assert await sh(script, timeout=60) == Ended(b"", f"it wrote more than {OUTPUT_BYTES >> 20} MB")
