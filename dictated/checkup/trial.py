"""What became of the sample by each way of typing on Wayland, and what that says of the session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dictated.checkup.finding import Finding, Grade, Part
from dictated.checkup.sample import PLAIN, SAMPLE, differences

if TYPE_CHECKING:
    from collections.abc import Sequence

WHAT = "typing"

NO_KEYBOARD = "not tried: another window has the keyboard"

APPLY = "dictated doctor --apply"
INSTALL = "sudo apt install wl-clipboard ydotool"
AGAIN = "leave full screen, keep your hands off the keyboard, and try again"


@dataclass(frozen=True, slots=True)
class Trial:
    """One method's: what came of `sample`, None where nothing was typed; why, or why it broke off."""

    method: str
    sample: str = SAMPLE
    came: str | None = None
    seconds: float = 0.0
    reason: str = ""

    @property
    def exact(self) -> bool:
        """Whether it came as it was typed."""
        return self.came == self.sample and not self.reason


def works(trials: Sequence[Trial]) -> dict[str, float]:
    """Return the seconds of each method that was exact; those that type ASCII only where no other was."""
    exact = [trial for trial in trials if trial.exact]
    whole = [trial for trial in exact if trial.sample == SAMPLE]
    return {trial.method: trial.seconds for trial in whole or exact}


def findings(trials: Sequence[Trial], sinks: Sequence[str]) -> list[Finding]:
    """Say it of each; where none works, that is as bad as there is no other sink."""
    able = any(trial.exact for trial in trials)
    told = [trial for trial in trials if able or trial.reason != NO_KEYBOARD]
    found = [_finding(trial, able=able) for trial in told]
    return found if able else [*found, _nothing(trials, alone=set(sinks) == {"type"})]


def _finding(trial: Trial, *, able: bool) -> Finding:
    said = f"by {trial.method}: {_said(trial)}"
    if trial.exact:
        return Finding(WHAT, Grade.OK, said, part=Part.SINK)
    if trial.came is None:
        return Finding(WHAT, Grade.OK if able else Grade.WARN, said)
    return Finding(WHAT, Grade.WARN, said, APPLY if able else "")


def _said(trial: Trial) -> str:
    if trial.came is None:
        return trial.reason
    if trial.reason:
        return f"it broke off: {trial.reason}"
    if wrong := differences(trial.sample, trial.came):
        return "a window got other characters than were typed: " + ", ".join(wrong)
    which, others = ("ASCII ", "; it types no others") if trial.sample == PLAIN else ("", "")
    return (
        f"all {len(trial.sample)} {which}characters reached a window exactly, {trial.seconds:.1f} s{others}"
    )


def _nothing(trials: Sequence[Trial], *, alone: bool) -> Finding:
    grade, part = (Grade.FAIL, Part.SINK) if alone else (Grade.WARN, None)
    if any(trial.reason == NO_KEYBOARD for trial in trials):
        return Finding(WHAT, grade, "a window of our own did not get the keyboard", AGAIN, part)
    return Finding(WHAT, grade, "nothing types exactly in this Wayland session", INSTALL, part)
