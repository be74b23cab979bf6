"""A GTK 3 entry that writes its text to the pipe named on its command line at Enter, and empties itself.

Run by the system's Python, which has GTK. The first line written is the window's X id.
"""

from __future__ import annotations

import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("GdkX11", "3.0")
from gi.repository import GdkX11, Gtk  # noqa: E402  (the version has to be asked for first)


def main() -> None:
    pipe = open(sys.argv[1], "w", encoding="utf-8", buffering=1)  # noqa: SIM115, PTH123  (held until the end)
    window = Gtk.Window(title="entry")
    entry = Gtk.Entry()

    def entered(_entry: Gtk.Entry) -> None:
        pipe.write(f"{entry.get_text()}\n")
        pipe.flush()
        entry.set_text("")

    entry.connect("activate", entered)
    window.add(entry)
    window.set_default_size(600, 50)
    window.show_all()
    entry.grab_focus()
    pipe.write(f"{GdkX11.X11Window.get_xid(window.get_window())}\n")
    Gtk.main()


main()
