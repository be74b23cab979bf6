"""A GTK 3 text view that writes what is put into it to the pipe named on its command line.

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
    window = Gtk.Window(title="text")
    view = Gtk.TextView()
    view.set_wrap_mode(Gtk.WrapMode.CHAR)

    def inserted(_buffer: Gtk.TextBuffer, _place: Gtk.TextIter, text: str, _size: int) -> None:
        pipe.write(text)
        pipe.flush()

    view.get_buffer().connect("insert-text", inserted)
    window.add(view)
    window.set_default_size(600, 300)
    window.show_all()
    view.grab_focus()
    pipe.write(f"{GdkX11.X11Window.get_xid(window.get_window())}\n")
    Gtk.main()


main()
