"""Hours of speech through the whole daemon in minutes, with faults of network, microphone, log and screen.

What happens, and how it is found out what has become of each frame of speech, stands in `tests/soaking.py`,
`tests/moods.py` and `tests/verdict.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import anyio
from soaking import Plan, Soak, own_display


def main() -> None:
    """Measure, print as JSON, and fail where anything is not as promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=8.0, help="of speech with pauses")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=20.0, help="by the clock; then nobody says more")
    parser.add_argument("--no-screen", action="store_true", help="type nothing; needs no X server")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    display = "" if options.no_screen else own_display()
    plan = Plan(options.hours * 3600, options.seed, options.minutes, display)
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(plan, Path(folder))
        anyio.run(soak.run)
        found = figures(soak)
        if found["not_as_promised"]:
            print(soak.subject.said, file=sys.stderr)
    text = json.dumps(found, indent=2)
    print(text)
    if options.json:
        options.json.write_text(text + "\n")
    sys.exit(bool(found["not_as_promised"]))


def figures(soak: Soak) -> dict[str, object]:
    """Sum up."""
    story, verdict, lines = soak.story, soak.verdict(), soak.lines()
    fates = [str(entry.fate) for entry in soak.subject.entries()]
    return {
        "processors": os.cpu_count(),
        "seed": soak.plan.seed,
        "hours": round(story.seconds / 3600, 2),
        "elapsed_s": round(story.elapsed, 1),
        "times_real_time": round(story.seconds / story.elapsed, 1),
        "sayings": len(story.sayings),
        "utterances": story.heard,
        "fates": {fate: fates.count(fate) for fate in sorted(set(fates))},
        "delivered_later": sum(line.recovered for line in lines),
        "typed": sum(len(window.places) for window in story.windows),
        "texts_given": len(soak.service.answered),
        "faults": dict(sorted(story.faults.items())),
        **asdict(verdict),
        "most_in_spool": max(gauge.spooled for gauge in story.gauges),
        "gauges": [asdict(gauge) for gauge in story.gauges],
        "not_as_promised": verdict.faults,
    }


if __name__ == "__main__":
    main()
