"""Times on a desktop of its own: a command's answer, the microphone's opening, characters a second.

Starts a private sound server and a private screen, as the tests do, and the real daemon on them.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from anyio.from_thread import start_blocking_portal

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from fixtures.daemon import Dictated
from fixtures.screen import open_screen
from fixtures.sound import SoundServer
from spoken_into import transcript

from dictated import outputconfig
from dictated.sinks.type import TypeSink
from dictated.text.manner import Manner

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fixtures.screen import Screen

ROUNDS = 30
SENTENCE = "The quick brown fox jumps over the lazy dog; it cost 12 dollars (or so), they say. "
MIXED = "Œuvre à 12 €: “été”, naïve façade — straße … "
TEXTS = {
    "ascii": (SENTENCE * 6).strip(),
    "typographic": (MIXED * 10).strip(),
    "cyrillic": ("Съешь же ещё этих мягких булок. " * 15).strip(),
}


def main() -> None:
    """Measure and print as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        screen = stack.enter_context(open_screen(folder))
        sound = SoundServer(folder / "sound")
        stack.callback(sound.stop)
        dictated = Dictated(folder)
        stack.callback(dictated.close)
        dictated.environ |= {key: value for key, value in sound.env.items() if key.startswith("PULSE")}
        dictated.environ["DISPLAY"] = os.environ["DISPLAY"] = screen.display
        dictated.start().says("ready")
        figures = {**commands(dictated), **typing(screen)}
    text = json.dumps(figures, indent=2)
    print(text)
    if options.json:
        options.json.write_text(text + "\n")


def commands(dictated: Dictated) -> dict[str, dict[str, float]]:
    """Milliseconds from the start of a command's process to its end."""
    answers, opened = [], []

    def toggle() -> None:
        subprocess.run([dictated.executable, "toggle"], env=dictated.environ, check=True, capture_output=True)

    for _ in range(ROUNDS):
        answers += [milliseconds(toggle), milliseconds(toggle)]
        dictated("stop")
        opened.append(milliseconds(lambda: dictated("start")))
        dictated("stop")
    return {"toggle_answered_ms": spread(answers), "start_to_sound_flowing_ms": spread(opened)}


def typing(screen: Screen) -> dict[str, dict[str, float]]:
    """Characters a second from `deliver` to the last one read back, and how many were wrong."""
    figures = {}
    for kind, (name, text) in product(("xterm", "gtk"), TEXTS.items()):
        window = screen.window(kind)
        with start_blocking_portal() as portal:
            sink = TypeSink(outputconfig.TypeSink(), {"": Manner("none")})
            portal.call(sink.deliver, transcript("x"))  # the first text finds a sleeping window
            window.read(1)
            started = time.perf_counter()
            portal.call(sink.deliver, transcript(text))
            arrived = window.read(len(text))
            elapsed = time.perf_counter() - started
            portal.call(sink.close)
            wrong = sum(a != b for a, b in zip(arrived.ljust(len(text)), text, strict=False))
            figures[f"{kind}_{name}"] = {"characters_per_s": round(len(text) / elapsed), "wrong": wrong}
    return figures


def milliseconds(act: Callable[[], object]) -> float:
    """How long this takes."""
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def spread(values: Sequence[float]) -> dict[str, float]:
    """Least, median and 95th percentile."""
    ordered = sorted(values)
    return {
        "min": round(ordered[0], 1),
        "p50": round(statistics.median(ordered), 1),
        "p95": round(ordered[int(0.95 * (len(ordered) - 1))], 1),
    }


if __name__ == "__main__":
    main()
