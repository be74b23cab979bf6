"""Why a model could not be fetched, in one line that says how to mend it."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from dictated.errors import TranscriberError

if TYPE_CHECKING:
    from collections.abc import Iterator

MEGABYTE = 1_000_000
"""Bytes, as disks and downloads count them."""

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""The disk is full, or what this user may put on it."""

_LINKS = 10
"""How many causes of an error are followed: some libraries chain them in a circle."""


def explain(name: str, error: Exception) -> TranscriberError:
    """Turn what a downloader raised while fetching the model into one line."""
    for cause in _causes(error):
        number = cause.errno if isinstance(cause, OSError) else None
        if number in _NO_ROOM:
            return TranscriberError(
                f"{name} was not fetched: no room on the disk; make some, and fetch it again", lasting=True
            )
        if isinstance(cause, OSError) and cause.filename:
            return TranscriberError(
                f"{name} was not fetched: {cause.filename}: {cause.strerror}", lasting=True
            )
        status = getattr(getattr(cause, "response", None), "status_code", None)
        if isinstance(status, int):
            return TranscriberError(
                f"{name} was not fetched: the server answered {status}; try again later", retryable=True
            )
    if isinstance(error, ValueError):  # a size or checksum that is not the promised one
        return TranscriberError(
            f"{name} was not fetched: what came was damaged; fetch it again", retryable=True
        )
    return TranscriberError(
        f"{name} was not fetched: its server cannot be reached ({type(error).__name__}); "
        "check the network and fetch it again",
        retryable=True,
    )


def megabytes(size: int) -> str:
    """Write a size in bytes as people read it."""
    return f"{max(1, round(size / MEGABYTE))} MB"


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    for _ in range(_LINKS):
        if cause is None:
            return
        yield cause
        cause = cause.__cause__ or cause.__context__
