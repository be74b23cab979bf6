"""Reads what a process has taken so far: processor time, wake-ups of each thread, and memory (proc(5))."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Reading:
    """What a process had taken at a moment: seconds by the clock and of CPU, wake-ups by thread.

    A thread wakes as often as it went to sleep (voluntary context switches). The name is the thread's own and
    its number, for the names of several may be the same.
    """

    at: float
    cpu_s: float
    wakeups: Mapping[str, int]

    def since(self, earlier: Reading) -> Spent:
        """Return what was taken between an earlier reading and this one."""
        seconds = self.at - earlier.at
        woke = Counter(self.wakeups)
        woke.subtract(earlier.wakeups)  # a thread that has ended is not counted
        by_thread = {name: round(count / seconds, 2) for name, count in woke.most_common() if count > 0}
        return Spent(seconds, self.cpu_s - earlier.cpu_s, by_thread)


@dataclass(frozen=True)
class Spent:
    """What was taken in so many seconds; wake-ups a second by thread, those of idle ones left out."""

    seconds: float
    cpu_s: float
    wakeups_per_s: Mapping[str, float]

    @property
    def of_a_core(self) -> float:
        """CPU seconds a second."""
        return self.cpu_s / self.seconds


def read(pid: int) -> Reading:
    """Read it now, the threads that have ended counted with its CPU."""
    wakeups = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        told = fields(task / "status")
        wakeups[f"{told['Name']} {task.name}"] = int(told["voluntary_ctxt_switches"])
    return Reading(time.monotonic(), cpu_seconds(pid), wakeups)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process to the nanosecond, by its own clock (clock_getcpuclockid(3))."""
    return time.clock_gettime(~pid << 3 | 2)


def memory_mb(pid: int) -> dict[str, float]:
    """Return the resident memory, and its share of what others hold too, in MiB."""
    told = fields(Path(f"/proc/{pid}/smaps_rollup"))
    return {name.lower(): round(int(told[name].split()[0]) / 1024, 1) for name in ("Rss", "Pss")}


def fields(file: Path) -> dict[str, str]:
    """Return what a file of lines `name: value` says."""
    lines = (line.partition(":") for line in file.read_text(encoding="utf-8").splitlines())
    return {name: value.strip() for name, _, value in lines}
