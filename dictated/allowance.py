"""How often something may be asked for: a token bucket."""

from __future__ import annotations


class Allowance:
    """Allows `burst` at once and `per_second` in the long run. The caller brings the time, in seconds."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._per_second = per_second
        self._burst = burst
        self._left = float(burst)
        self._seen: float | None = None

    def take(self, now: float) -> bool:
        """Say whether one more is allowed at this moment, and count it if so."""
        passed = 0.0 if self._seen is None else max(0.0, now - self._seen)
        self._seen = now
        self._left = min(self._burst, self._left + passed * self._per_second)
        if self._left < 1:
            return False
        self._left -= 1
        return True
