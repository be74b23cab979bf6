"""A Tk entry that writes its text to the pipe named on its command line at Enter, and empties itself.

Run by the system's Python, which has Tk. The first line written is the window's X id.
"""

from __future__ import annotations

import sys
import tkinter as tk


def main() -> None:
    pipe = open(sys.argv[1], "w", 1, "utf-8", "replace")  # noqa: SIM115, PTH123  (held until the end)
    window = tk.Tk()
    entry = tk.Entry(window, width=80)

    def entered(_event: object) -> None:
        pipe.write(f"{entry.get()}\n")
        entry.delete(0, "end")

    entry.bind("<Return>", entered)
    entry.pack()
    window.update()
    entry.focus_set()
    pipe.write(f"{window.winfo_id()}\n")  # it stands in the one that the window manager knows
    window.mainloop()


main()
