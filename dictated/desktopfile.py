"""The desktop file by which a desktop knows who asks for its shortcuts (Desktop Entry Specification 1.5).

xdg-desktop-portal 1.21 and later give no shortcuts to a program without one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dictated.disk import put_whole

if TYPE_CHECKING:
    from collections.abc import Mapping

APP_ID = "io.github.dictated"
"""Who we say we are; the file has this name."""

_TEXT = """[Desktop Entry]
Type=Application
Name=Dictation
Comment=Start or stop listening
Exec={} toggle
Icon=audio-input-microphone
NoDisplay=true
StartupNotify=false
"""

_ESCAPED = str.maketrans({char: f"\\\\{char}" for char in '"`$'} | {"\\": "\\\\\\\\", "%": "%%"})
"""What is written otherwise within quotes, and that within a value of a desktop file (sections 4 and 7)."""


def path_of(environ: Mapping[str, str]) -> Path:
    """Return where it belongs: a person's own applications (XDG Base Directory Specification)."""
    data = environ.get("XDG_DATA_HOME", "")
    home = Path(environ.get("HOME") or "~").expanduser()
    folder = Path(data) if data.startswith("/") else home / ".local/share"
    return folder / "applications" / f"{APP_ID}.desktop"


def install(environ: Mapping[str, str], executable: Path) -> None:
    """Write the file, for this program.

    Raises:
        OSError: it cannot be written.
    """
    path = path_of(environ)
    path.parent.mkdir(parents=True, exist_ok=True)
    put_whole(path, _TEXT.format(f'"{str(executable).translate(_ESCAPED)}"').encode(), 0o644)


def uninstall(environ: Mapping[str, str]) -> None:
    """Remove the file, if there is one.

    Raises:
        OSError: it cannot be removed.
    """
    path_of(environ).unlink(missing_ok=True)
