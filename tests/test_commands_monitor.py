"""Rules of `dictated monitor` before there is a page."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

from fixtures.daemon import DICTATED

if TYPE_CHECKING:
    from pathlib import Path


def on_a_terminal(*command: str | Path, **environ: str) -> tuple[int, str]:
    """Run it with a terminal for its input and output; return its code and what it says on standard error."""
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0), os.fdopen(theirs, "wb", buffering=0) as terminal:
        ended = subprocess.run(
            command,
            env={**os.environ, **environ},
            stdin=terminal,
            stdout=terminal,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    return ended.returncode, ended.stderr


def test_without_its_package_one_line_says_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "textual.py").write_text("raise ModuleNotFoundError(name='textual')")
    code, told = on_a_terminal(DICTATED, "monitor", PYTHONPATH=str(tmp_path), HOME=str(tmp_path))
    assert (code, told) == (
        1,
        "dictated: monitor needs a package; get it with: pip install 'dictated[monitor]'\n",
    )


def test_without_a_terminal_it_is_wrong_use(tmp_path: Path) -> None:
    run = subprocess.run(
        [DICTATED, "monitor"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    assert (run.returncode, "status --follow" in run.stderr, run.stdout) == (2, True, "")


def test_no_other_command_imports_what_draws_the_page() -> None:
    code = (
        "import pkgutil, importlib, sys, dictated.cli, dictated.daemon, dictated.commands as all\n"
        "names = [one.name for one in pkgutil.iter_modules(all.__path__)]\n"
        "[importlib.import_module(f'dictated.commands.{name}') for name in names]\n"
        "print(len(names) > 10, 'textual' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "True False\n"
