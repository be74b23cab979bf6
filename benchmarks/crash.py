"""Kills the daemon at random moments while a recording is dictated, and counts what the next one has lost.

Each round has a daemon with a state of its own, a private sound server and a private screen; see
`tests/killing.py` for what a round does and how sentences are compared.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import killing
from fixtures.daemon import Dictated
from fixtures.screen import open_screen
from fixtures.sound import SoundServer
from spoken import undisturbed

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNTED = ("lost", "broken_off", "not_logged", "doubled", "typed_twice", "astray")
"""What must not be: sentences missing in the history (whole, or begun) or in the log, there twice, typed
twice; characters typed that are something else."""


def main() -> None:
    """Measure, print as JSON, and fail where anything was lost or said twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="of the first round; each next one has the next")
    parser.add_argument("--aimed", action="store_true", help="kill while a sentence is being delivered")
    parser.add_argument("--minutes", type=float, default=20.0, help="no round is begun after that")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    seeds = range(options.seed, options.seed + options.kills)
    rounds = list(crashes(seeds, time.monotonic() + options.minutes * 60, aimed=options.aimed))
    text = json.dumps(figures(rounds), indent=2)
    print(text)
    if options.json:
        options.json.write_text(text + "\n")
    sys.exit(any(found.faults for found in rounds))


def crashes(seeds: range, deadline: float, *, aimed: bool = False) -> Iterator[killing.Found]:
    """Yield what came of each round, and tell those in which something is not as promised."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        screen = stack.enter_context(open_screen(folder))
        window = screen.window()
        sound = SoundServer(folder / "sound")
        stack.callback(sound.stop)
        environ = {key: value for key, value in sound.env.items() if key.startswith("PULSE")}
        environ["DISPLAY"] = screen.display
        sentences = undisturbed(_program(folder / "undisturbed", environ))
        for seed in seeds:
            if time.monotonic() > deadline:
                return
            program = _program(folder / f"{seed}", environ)
            plan = killing.plan(seed, sentences, aimed=aimed)
            try:
                found = killing.Round(plan, sentences, program, window).run(sound)
            finally:
                program.close()
            print(f"seed {seed}: {found if found.faults else 'as promised'}", file=sys.stderr)
            yield found


def figures(rounds: list[killing.Found]) -> dict[str, object]:
    """Sum up; seconds of sound are those of a sentence in the midst of which the daemon was killed."""
    cut_off = [found.cut_off for found in rounds if found.cut_off is not None]
    expected = sum(found.expected for found in rounds)
    return {
        "processors": os.cpu_count(),
        "kills": len(rounds),
        "kills_in_mid_sentence": len(cut_off),
        "kills_again_while_recovering": sum(found.plan.again is not None for found in rounds),
        "sentences_expected": expected,
        "sentences_found": expected - sum(len(found.lost) for found in rounds),
        "sentences_ended_in_the_last_second": sum(found.late[0] for found in rounds),
        "of_these_found": sum(found.late[1] for found in rounds),
        **{name: sum(len(getattr(found, name)) for found in rounds) for name in COUNTED},
        "left_undone": sum(found.undone for found in rounds),
        "characters_typed": sum(found.typed for found in rounds),
        "sound_cut_off_s": {
            "median": round(statistics.median(cut_off), 2) if cut_off else None,
            "most": round(max(cut_off), 2) if cut_off else None,
        },
        "round_s_median": round(statistics.median(found.seconds for found in rounds), 1),
        "seeds_with_faults": [found.plan.seed for found in rounds if found.faults],
    }


def _program(home: Path, environ: dict[str, str]) -> Dictated:
    home.mkdir()
    program = Dictated(home)
    program.environ |= environ
    return program


if __name__ == "__main__":
    main()
