"""A Qt line edit that writes its text to the pipe named on its command line at Enter, and empties itself.

Run by the system's Python, which has PyQt 5. The first line written is the window's X id.
"""

from __future__ import annotations

import sys

from PyQt5.QtWidgets import QApplication, QLineEdit


def main() -> None:
    pipe = open(sys.argv[1], "w", encoding="utf-8", buffering=1)  # noqa: SIM115, PTH123  (held until the end)
    app = QApplication(["line"])
    line = QLineEdit()

    def entered() -> None:
        pipe.write(f"{line.text()}\n")
        line.clear()

    line.returnPressed.connect(entered)
    line.resize(600, 50)
    line.show()
    pipe.write(f"{int(line.winId())}\n")
    app.exec()


main()
