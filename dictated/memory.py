"""Keeps the process small over days: one heap for all threads."""

from __future__ import annotations

import ctypes

_M_ARENA_MAX = -8
"""mallopt(3): how many heaps glibc may make."""


def share_one_heap() -> None:
    """Let all threads share one heap; call it before the first thread starts.

    glibc gives each thread a heap of its own, and what a model needs for the longest utterance stays with
    every thread that ever decoded one: over an hour that made 43 MB (benchmarks/hour.py). Does nothing where
    the C library is another.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)
