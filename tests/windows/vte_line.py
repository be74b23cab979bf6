"""A VTE terminal in which bash writes each line to the pipe named on its command line.

Run by the system's Python, which has VTE. The first line written is the window's X id.
"""

from __future__ import annotations

import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("GdkX11", "3.0")
gi.require_version("Vte", "2.91")
from gi.repository import GdkX11, GLib, Gtk, Vte  # noqa: E402  (the version has to be asked for first)

SCRIPT = 'while IFS= read -er line; do printf "%s\\n" "$line" > "$0"; done'


def main() -> None:
    window = Gtk.Window(title="vte")
    terminal = Vte.Terminal()
    window.add(terminal)
    window.show_all()
    terminal.grab_focus()
    xid = GdkX11.X11Window.get_xid(window.get_window())
    script = f'echo {xid} > "$0"; {SCRIPT}'
    terminal.spawn_async(
        Vte.PtyFlags.DEFAULT,
        None,
        ["bash", "--norc", "-c", script, sys.argv[1]],
        None,
        GLib.SpawnFlags.SEARCH_PATH,
        None,
        None,
        -1,
        None,
        None,
    )
    Gtk.main()


main()
