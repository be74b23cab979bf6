"""Rules of the clipboard: the words get there by whichever program works, seen by nobody else."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

import pytest
from anyio import to_thread
from doubles import transcript
from fixtures.screen import Screen, needs
from selections import Takings

from dictated import outputconfig
from dictated.errors import NoDisplayError, SinkError
from dictated.sinks.clipboard import ClipboardSink

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

READERS = {
    "xclip": ("xclip", "-selection", "clipboard", "-out", "-target", "UTF8_STRING"),
    "xsel": ("xsel", "--clipboard", "--output"),
}


def sink(env: dict[str, str], timeout: float = 10) -> ClipboardSink:
    return ClipboardSink(outputconfig.ClipboardSink(timeout=timeout), env)


def only(folder: Path, *programs: str) -> str:
    """Return a PATH that has these programs of the machine and no others."""
    folder.mkdir()
    for program in programs:
        needs(program, program)
        found = next(p for d in os.get_exec_path() if os.access(p := f"{d}/{program}", os.X_OK))
        (folder / program).symlink_to(found)
    return str(folder)


def stand_in(folder: Path, program: str, script: str) -> Path:
    """Put a program of that name into the folder."""
    folder.mkdir(exist_ok=True)
    path = folder / program
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


class Clipboard:
    """The clipboard of a screen, as a program sees it that waits for something new on it."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._takings = Takings(screen, "clipboard")

    async def read(self, reader: str = "xclip") -> str:
        """Return what was put there since the last time, once it is there."""
        await to_thread.run_sync(self._takings.wait)
        return await to_thread.run_sync(self._screen.run, *READERS[reader])

    def close(self) -> None:
        self._takings.close()


@pytest.fixture
def clipboard(screen: Screen) -> Iterator[Clipboard]:
    opened = Clipboard(screen)
    yield opened
    opened.close()


@pytest.mark.desktop
@pytest.mark.parametrize("program", ["xclip", "xsel"])
@pytest.mark.parametrize("text", ["Bon été, 5 € 🙂 你好", "--help", "word " * 40_000])
async def test_the_words_are_on_the_clipboard_exactly(
    program: str, text: str, screen: Screen, clipboard: Clipboard, tmp_path: Path
) -> None:
    env = screen.env | {"PATH": only(tmp_path / "bin", program), "LC_ALL": "C"}

    await sink(env).deliver(transcript(text))

    assert await clipboard.read(program) == text


@pytest.mark.desktop
async def test_each_utterance_takes_the_place_of_the_last(screen: Screen, clipboard: Clipboard) -> None:
    to = sink(screen.env)
    seen = []
    for text in ("one", "two", "three"):
        await to.deliver(transcript(text))
        seen.append(await clipboard.read())

    assert seen == ["one", "two", "three"]


@pytest.mark.desktop
@pytest.mark.parametrize("script", ["exit 1", "exec sleep 60"])
async def test_a_program_that_does_not_work_gives_way_to_the_next(
    script: str, screen: Screen, clipboard: Clipboard, tmp_path: Path
) -> None:
    stand_in(tmp_path / "bin", "wl-copy", script)
    path = f"{tmp_path}/bin:{screen.env['PATH']}"

    await sink(screen.env | {"PATH": path, "WAYLAND_DISPLAY": "wayland-0"}, timeout=2).deliver(
        transcript("words")
    )

    assert await clipboard.read() == "words"


async def test_no_screen_is_an_error_of_its_own() -> None:
    with pytest.raises(NoDisplayError, match=r"\Athere is no screen \(DISPLAY and WAYLAND_DISPLAY [^\n]+\Z"):
        await sink({"PATH": os.defpath}).deliver(transcript("secret"))


@pytest.mark.parametrize(
    ("variables", "packages"),
    [
        (["DISPLAY"], ["xclip", "xsel"]),
        (["WAYLAND_DISPLAY"], ["wl-clipboard"]),
        (["WAYLAND_DISPLAY", "DISPLAY"], ["wl-clipboard", "xclip", "xsel"]),
    ],
)
async def test_a_missing_program_is_told_by_its_package(
    variables: list[str], packages: list[str], tmp_path: Path
) -> None:
    env = dict.fromkeys(variables, "none") | {"PATH": str(tmp_path)}

    with pytest.raises(SinkError) as told:
        await sink(env).deliver(transcript("secret"))

    assert [package for package in packages if f"(package {package})" in str(told.value)] == packages


@pytest.mark.desktop
@pytest.mark.parametrize("program", ["xclip", "xsel"])
async def test_a_screen_that_does_not_answer_is_told(program: str, tmp_path: Path) -> None:
    env = {"DISPLAY": ":no-such-screen", "PATH": only(tmp_path / "bin", program)}

    with pytest.raises(SinkError, match=rf"{program}: .*Can't open display"):
        await sink(env).deliver(transcript("secret"))


async def test_a_program_that_hangs_is_ended(tmp_path: Path) -> None:
    stand_in(tmp_path / "bin", "wl-copy", f"echo $$ > {tmp_path}/pid; exec /bin/sleep 60")
    env = {"WAYLAND_DISPLAY": "wayland-0", "PATH": str(tmp_path / "bin")}

    with pytest.raises(SinkError, match=r"wl-copy: it took longer than 3 s"):
        await sink(env, timeout=3).deliver(transcript("secret"))

    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


async def test_a_program_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    stand_in(tmp_path / "bin", "wl-copy", "").chmod(0o644)
    env = {"WAYLAND_DISPLAY": "wayland-0", "PATH": str(tmp_path / "bin")}

    with pytest.raises(SinkError, match=r"wl-copy cannot be started \(Permission denied\)"):
        await sink(env).deliver(transcript("secret"))


async def test_the_words_are_never_an_argument_nor_in_the_environment(tmp_path: Path) -> None:
    script = f"cat /proc/$$/cmdline /proc/$$/environ > {shlex.quote(str(tmp_path / 'seen'))}; cat > /dev/null"
    stand_in(tmp_path / "bin", "wl-copy", script)
    env = {"WAYLAND_DISPLAY": "wayland-0", "PATH": f"{tmp_path}/bin:{os.defpath}"}

    await sink(env).deliver(transcript("secret"))

    seen = (tmp_path / "seen").read_bytes()
    assert (b"wl-copy" in seen, b"secret" in seen) == (True, False)


async def test_ctrl_c_on_the_terminal_leaves_the_clipboard_alone(tmp_path: Path) -> None:
    stand_in(tmp_path / "bin", "wl-copy", f"cut -d' ' -f6 /proc/$$/stat > {tmp_path}/session")
    env = {"WAYLAND_DISPLAY": "wayland-0", "PATH": f"{tmp_path}/bin:{os.defpath}"}

    await sink(env).deliver(transcript("words"))

    assert int((tmp_path / "session").read_text()) != os.getsid(0)


async def test_a_child_left_behind_holds_nothing_up(tmp_path: Path) -> None:
    stand_in(tmp_path / "bin", "wl-copy", f"/bin/sleep 60 & echo $! > {tmp_path}/pid")
    env = {"WAYLAND_DISPLAY": "wayland-0", "PATH": str(tmp_path / "bin")}

    await sink(env, timeout=5).deliver(transcript("words"))

    os.kill(int((tmp_path / "pid").read_text()), 9)
