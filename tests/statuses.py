"""What the daemon says of itself."""

from __future__ import annotations

from typing import Any

OFF: dict[str, Any] = {
    "state": "off",
    "waiting": 0,
    "heard": 0,
    "delivered": 0,
    "empty": 0,
    "held": 0,
    "on_hold": 0,
    "kept": 0,
    "cancelled": 0,
    "corrections": 0,
    "overflows": 0,
    "error": "",
    "engines": [],
}
"""It has just started."""

LISTENING = OFF | {"state": "listening"}
LOST = OFF | {"state": "no microphone"}
