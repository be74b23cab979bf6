"""The level meter: how loud it is, where the noise of the room lies, and from where on it may be speech."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from dictated.monitor.panel import Panel

if TYPE_CHECKING:
    from dictated.details import Sound

LEAST_DB = -90.0
"""The left end of the meter, in dBFS: below the noise of any microphone. The right end is full scale."""

_PARTS = " ▏▎▍▌▋▊▉"
"""Eighths of a column (Unicode block elements)."""

_REST = 24
"""Columns that the words before and behind the bar of a pause take."""


class Level(Panel):
    """Three lines: the bar, what its marks mean, and speech or the pause that runs down."""

    KEYS = ("sound",)
    BORDER_TITLE = "Level"
    DEFAULT_CSS = """
    Level { height: 5; border: round $primary; padding: 0 1; }
    """

    def render(self) -> Content:
        """Return the lines, or why there are none."""
        sound, width = self.report.sound, self.content_size.width
        if sound is None:
            return Content("nothing is heard: not listening")
        return Content("\n".join([bar(sound, width), marks(sound, width), saying(sound, width)]))


def bar(sound: Sound, width: int) -> str:
    """Draw the level, with a line at the threshold."""
    drawn = filled(column(sound.level_db, width), width, "·")
    if sound.threshold_db is None or not drawn:
        return drawn
    at = int(column(sound.threshold_db, width - 1))
    return f"{drawn[:at]}┃{drawn[at + 1 :]}"


def marks(sound: Sound, width: int) -> str:
    """Point at the noise floor from the left and at the threshold from the right, or where there is room."""
    if sound.floor_db is None or sound.threshold_db is None:
        return ""
    floor, threshold = (int(column(db, width - 1)) for db in (sound.floor_db, sound.threshold_db))
    left, right = f"floor {sound.floor_db:.0f} dB ▲", f"▲ threshold {sound.threshold_db:.0f} dB"
    if floor < threshold and len(left) <= floor + 1 and threshold + len(right) <= width:
        return f"{left:>{floor + 1}}{' ' * (threshold - floor - 1)}{right}"
    return f"floor {sound.floor_db:.0f} dB, ┃ threshold {sound.threshold_db:.0f} dB"[:width]


def saying(sound: Sound, width: int) -> str:
    """Say whether there is speech, and how much of the pause is left that ends an utterance."""
    level = f"{sound.level_db:4.0f} dB"
    if sound.speech:
        return f"{level}  SPEECH"
    if not sound.pause_of_ms:
        return f"{level}  silence"
    left = max(sound.pause_of_ms - sound.pause_ms, 0)
    room = max(width - len(level) - _REST, 0)
    return f"{level}  pause  {filled(left / sound.pause_of_ms * room, room, '·')} {left:4} ms left"


def column(db: float, width: int) -> float:
    """Return where on a meter of this width a level is."""
    return min(max(1 - db / LEAST_DB, 0.0), 1.0) * width


def filled(columns: float, width: int, rest: str) -> str:
    """Return a bar of so many columns, to the eighth, and the rest of the width."""
    whole, part = divmod(round(min(max(columns, 0), width) * 8), 8)
    drawn = "█" * whole + (_PARTS[part] if part else "")
    return drawn + rest * (width - len(drawn))
