"""What reaches real windows, and how fast: dictated beside `xdotool type` and pynput, on a screen of its own.

Each cell is a keyboard layout, a window and a text; it is right when the window holds exactly that text.
Prints a table in Markdown. A window whose program is not installed is left out, and said.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from anyio.from_thread import start_blocking_portal

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import pytest
from fixtures.screen import open_screen
from spoken_into import transcript

from dictated import outputconfig
from dictated.sinks.type import TypeSink
from dictated.text.manner import Manner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fixtures.screen import Screen, Window

LAYOUTS = ("us", "de", "fr", "ru", "cz")
WINDOWS = {"cooked": "xterm", "entry": "GTK 3", "chromium": "Chromium", "qt": "Qt 5"}
"""By kind; in xterm it is the kernel that edits the line."""

TEXTS = {
    "ASCII": "The quick brown fox jumps over the lazy dog; it cost 12 dollars (or so). ",
    "accents": "Ça coûte très cher à l'été, naïve Größe, señor, žluťoučký kůň. ",
    "Cyrillic": "Съешь же ещё этих мягких французских булок да выпей чаю. ",
    "Greek": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία, είπε σήμερα. ",
    "CJK": "中文輸入測試 日本語の文章 한국어 받아쓰기 漢字 ",
    "quotes": "“So — he said — ‘it’s 5 € … or „more“’.” «Œuvre» ™ ½ ",  # noqa: RUF001  (meant)
    "emoji": "🙂 👍 🎉 🚀 naïve 🌍 ok 🙏 ",
}
LONG = 240
"""Characters of a text in each cell, but for the slow tool: the speech of a quarter of a minute."""

SHORT = 60
"""Characters for the slow one."""

TOOLS = ("dictated", "dictated, pasting", "xdotool type", "xdotool type --delay 0", "pynput")

_DEADLINE_S = 60
"""Seconds a tool may take for a text."""


@dataclass(slots=True)
class Figures:
    """Of one tool: cells that were right, characters that were not, and characters a second where right."""

    cells: int = 0
    right: int = 0
    wrong_characters: int = 0
    characters: int = 0
    seconds: float = 0.0

    @property
    def speed(self) -> int:
        """Characters a second, over the cells that were right."""
        return round(self.characters / self.seconds) if self.seconds else 0

    def add(self, text: str, got: str, seconds: float) -> None:
        """Count one cell."""
        self.cells += 1
        self.wrong_characters += sum((Counter(text) - Counter(got)).values())
        if got == text:
            self.right += 1
            self.characters += len(text)
            self.seconds += seconds


def main() -> None:
    """Measure, print the table, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--windows", nargs="+", default=list(WINDOWS), choices=list(WINDOWS))
    parser.add_argument("--layouts", nargs="+", default=list(LAYOUTS), choices=list(LAYOUTS))
    parser.add_argument("--tools", nargs="+", default=list(TOOLS), choices=list(TOOLS))
    options = parser.parse_args()
    figures: dict[tuple[str, str, str], Figures] = {}
    for kind in options.windows:
        # Each on a screen of its own: a window manager takes long over a thousand changes of the keyboard.
        with tempfile.TemporaryDirectory() as name, open_screen(Path(name)) as screen:
            os.environ["DISPLAY"] = screen.display
            window = opened(screen, kind)
            cells = measured(screen, window, options.layouts, options.tools) if window else ()
            for tool, text, got, seconds, script in cells:
                figures.setdefault((tool, WINDOWS[kind], script), Figures()).add(text, got, seconds)
    print(table(figures, options.tools))
    if options.json:
        rows = [
            {"tool": tool, "window": window, "text": script, "speed": found.speed, **asdict(found)}
            for (tool, window, script), found in figures.items()
        ]
        options.json.write_text(json.dumps(rows, indent=1) + "\n")


def opened(screen: Screen, kind: str) -> Window | None:
    """Open a window of that kind; nothing where its program is missing."""
    try:
        return screen.window(kind)
    except (pytest.skip.Exception, pytest.fail.Exception) as reason:
        print(f"{WINDOWS[kind]} is left out: {reason}", file=sys.stderr)
        return None


def measured(
    screen: Screen, window: Window, layouts: Sequence[str], tools: Sequence[str]
) -> Iterator[tuple[str, str, str, float, str]]:
    """Have every tool type every text under every layout; yield what came of it."""
    for tool in tools:
        for layout, (script, sentence) in product(layouts, TEXTS.items()):
            screen.layout(layout)  # takes away what a tool has put on keys
            with typing(screen, tool) as act:
                text = whole(sentence, SHORT if tool == "xdotool type" else LONG)
                line(window)  # a window that sleeps wakes up, and has heard of the layout
                window.rest(0.05)
                started = time.perf_counter()
                act(text)
                got = line(window)
                yield tool, text, got, time.perf_counter() - started, script


def line(window: Window) -> str:
    """Press Enter and return what stood there; nothing where the window says nothing any more."""
    try:
        return window.read_line()
    except AssertionError:
        return ""


def whole(sentence: str, characters: int) -> str:
    """Repeat it up to that many characters; no space at the end, which is tidied away."""
    return (sentence * (characters // len(sentence) + 1))[:characters].strip()


@contextmanager
def typing(screen: Screen, tool: str) -> Iterator[Callable[[str], object]]:
    """Yield what has a text typed by that tool, ready to begin."""
    if tool == "pynput":
        from pynput.keyboard import Controller  # noqa: PLC0415  (it connects at once, and needs a DISPLAY)

        yield Controller().type
    elif tool.startswith("xdotool"):
        command = [*tool.split(), "--"]
        yield lambda text: xdotool([*command, text], screen)
    else:
        pasting = tool.endswith("pasting")
        sink = TypeSink(outputconfig.TypeSink(paste_from=1 if pasting else 0), {"": Manner("none")})
        with start_blocking_portal() as portal:
            yield lambda text: portal.call(sink.deliver, transcript(text))
            portal.call(sink.close)


def xdotool(command: Sequence[str], screen: Screen) -> None:
    """Run it; what it cannot type it says, and goes on."""
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(command, env=screen.env, check=False, capture_output=True, timeout=_DEADLINE_S)


def table(figures: dict[tuple[str, str, str], Figures], tools: Sequence[str]) -> str:
    """Return the table: a row for each tool and window, a column for each text: cells right, and speed."""
    lines = ["| | | " + " | ".join(TEXTS) + " |", "|---" * (len(TEXTS) + 2) + "|"]
    windows = dict.fromkeys(window for _, window, _ in figures)
    for tool in tools:
        for window in windows:
            cells = [figures[tool, window, script] for script in TEXTS]
            shown = [f"{cell.right}/{cell.cells}" + f" · {cell.speed:,}" * bool(cell.right) for cell in cells]
            lines.append(f"| {tool} | {window} | {' | '.join(shown)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
