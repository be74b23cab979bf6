"""`dictated monitor`: a page in the terminal that shows what goes on, for a person who would rather look."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from dictated.errors import DictatedError, UsageError

if TYPE_CHECKING:
    import argparse

    from dictated.paths import Paths


def run(_: argparse.Namespace, paths: Paths) -> int:
    """Show the page until the user leaves it.

    Raises:
        DictatedError: the package is missing that draws it.
        UsageError: there is no terminal to draw it on.
    """
    environ = dict(os.environ)  # before textual takes NO_COLOR out of it
    try:
        from dictated.monitor.link import Link  # noqa: PLC0415 (with the page below)
        from dictated.monitor.page import Page  # noqa: PLC0415 (an extra, and slow to import)
    except ModuleNotFoundError as error:
        raise DictatedError(
            "monitor needs a package; get it with: pip install 'dictated[monitor]'"
        ) from error
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):  # it is drawn on the last
        raise UsageError("monitor needs a terminal; `dictated status --follow` is for programs")
    page = Page(Link(paths.socket), environ)
    page.run()
    return page.return_code or 0
