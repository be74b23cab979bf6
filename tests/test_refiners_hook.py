"""Rules of the user's own program: what it gets, what becomes of what it writes, and of its faults."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from doubles import transcript

from dictated.errors import RefinerError
from dictated.refineconfig import Hook as Settings
from dictated.refiners.hook import Hook

if TYPE_CHECKING:
    from pathlib import Path

ENVIRON = {"PATH": os.defpath}


async def refined(script: str, text: str = "hello", timeout: float = 10) -> str:  # noqa: ASYNC109 (a setting)
    settings = Settings(command=("sh", "-c", script), timeout=timeout)
    return await Hook(settings, ENVIRON).refine(transcript(text))


@pytest.mark.parametrize(
    ("script", "typed"),
    [
        ("cat", "hello"),
        ("tr a-z A-Z", "HELLO"),
        ('t=$(cat); echo "$t" > /dev/stdout; true', "hello"),
        ("cat; echo", "hello"),
        ("printf 'one\\ntwo\\n\\n'", "one\ntwo"),
        ("printf ' a\\tb \\033[31m'", "a b [31m"),
        ("true", ""),
        ("echo 'é🙂'", "é🙂"),
    ],
)
async def test_what_it_writes_is_typed_without_anything_a_window_would_obey(script: str, typed: str) -> None:
    assert await refined(script) == typed


async def test_it_is_told_of_the_utterance_by_its_environment() -> None:
    told = await refined('echo $DICTATED_NUMBER $DICTATED_ENGINE; test -n "$DICTATED_ENDED" && echo ended')
    assert told == f"1 {transcript('hello').engine}\nended"


async def test_the_words_are_not_in_its_environment_or_arguments() -> None:
    assert "hello" not in await refined("tr '\\0' ' ' < /proc/$$/environ; tr '\\0' ' ' < /proc/$$/cmdline")


@pytest.mark.parametrize(
    ("script", "timeout", "fault"),
    [
        ("exit 3", 10, r"sh failed: exit status 3"),
        ("sleep 9", 0.3, r"sh failed: it took longer than 0.3 s"),
        ("printf '\\377'", 10, r"sh wrote what is not UTF-8"),
        ("yes | head -c 300000", 10, r"sh wrote more than 100,000 characters"),
    ],
)
async def test_a_fault_is_told_in_one_line(script: str, timeout: float, fault: str) -> None:  # noqa: ASYNC109
    with pytest.raises(RefinerError, match=rf"\A{fault}\Z"):
        await refined(script, timeout=timeout)


async def test_what_it_complains_of_may_be_words_and_is_not_told() -> None:
    with pytest.raises(RefinerError) as told:
        await refined("cat >&2; exit 1", "a secret")
    assert "secret" not in str(told.value)


async def test_one_that_is_not_there_is_told_with_the_key_to_correct(tmp_path: Path) -> None:
    hook = Hook(Settings(command=(str(tmp_path / "none"),)), ENVIRON)
    with pytest.raises(RefinerError, match=r"none is not installed; correct text\.hook\.command"):
        await hook.refine(transcript("hello"))


async def test_a_program_of_the_home_directory_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shout").write_text("#!/bin/sh\ntr a-z A-Z\n")
    (tmp_path / "shout").chmod(0o700)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert await Hook(Settings(command=("~/shout",)), ENVIRON).refine(transcript("hello")) == "HELLO"


async def test_a_program_that_reads_nothing_harms_nothing() -> None:
    long = replace(transcript("hello"), text="word " * 20_000)
    settings = Settings(command=("sh", "-c", "echo short"))
    assert await Hook(settings, ENVIRON).refine(long) == "short"
