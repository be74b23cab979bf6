"""A GTK window whose focused text screen readers can see: version, kind of text and pipe are its arguments.

Run by the system's Python, which has GTK. It writes "focused" to the pipe each time it gets the keyboard.
"""

from __future__ import annotations

import sys

import gi

version, kind, path = sys.argv[1:]
gi.require_version("Gtk", version)
from gi.repository import GLib, Gtk  # noqa: E402  (the version has to be asked for first)


def text() -> Gtk.Widget:
    """Return what has the keyboard in this window."""
    if kind == "view":
        return Gtk.TextView()
    if kind == "password" and version == "4.0":
        return Gtk.PasswordEntry()
    entry = Gtk.Entry()
    entry.set_visibility(kind != "password")
    entry.set_editable(kind != "read-only")
    if kind == "full":
        entry.set_text("full")
        entry.set_max_length(4)
    if kind == "selected":
        entry.set_text("old words")
    return entry


def main() -> None:
    pipe = open(path, "w", encoding="utf-8", buffering=1)  # noqa: SIM115, PTH123  (held until the end)
    Gtk.init()
    focused = text()
    window = Gtk.Window(title="text")
    if version == "4.0":
        window.set_child(focused)
    else:
        window.add(focused)
        focused.show()

    def tell(*_: object) -> bool:
        """Tell it when all that goes with it is done: the window is told before its text, or after."""
        GLib.idle_add(lambda: pipe.write("focused\n") and False)
        return False

    if version == "4.0":
        controller = Gtk.EventControllerFocus()
        controller.connect("enter", tell)
        focused.add_controller(controller)
    else:
        focused.connect("focus-in-event", tell)
    window.present()
    focused.grab_focus()  # which selects what an entry holds
    if kind == "full":
        focused.set_position(-1)
    if version == "4.0":
        GLib.MainLoop().run()
    else:
        Gtk.main()  # which, and nothing else, makes a GTK 3 program known


main()
