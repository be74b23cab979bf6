"""Rules of the programs that are run: how they ended is told truly, and what they say has a bound."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dictated.errors import ProgramError
from dictated.program import OUTPUT_BYTES, Ended, run

ENVIRON = {"PATH": os.defpath}


async def sh(script: str, words: bytes = b"", timeout: float = 10) -> Ended:  # noqa: ASYNC109  (of `run`)
    return await run(["sh", "-c", script], ENVIRON, words, timeout=timeout)


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


async def test_a_program_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    ended = await sh(f"echo $$ > {tmp_path}/pid; exec sleep 60", timeout=0.5)
    assert (ended.fault, Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()) == (
        "it took longer than 0.5 s",
        False,
    )


async def test_a_program_that_says_too_much_is_told_and_takes_no_more_room() -> None:
    assert (await sh("yes 2>/dev/null; exit 0")).fault == f"it wrote more than {OUTPUT_BYTES >> 20} MB"


async def test_a_child_left_behind_holds_nothing_up() -> None:
    assert (await sh("sleep 20 & exit 0", timeout=5)).fault == ""


async def test_what_cannot_be_started_is_told(tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("")
    with pytest.raises(ProgramError, match=r"tool cannot be started \(Permission denied\)"):
        await run([str(tmp_path / "tool")], ENVIRON, timeout=5)


async def test_what_is_not_installed_is_told() -> None:
    with pytest.raises(ProgramError, match="no-such-tool is not installed"):
        await run(["no-such-tool"], ENVIRON, timeout=5)
