"""A chat model as tests have it: what it writes, and a clean-up that asks it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from doubles import transcript
from fixtures.service import Answer
from openai.types.chat import ChatCompletion

from dictated.errors import RefinerError
from dictated.history import History
from dictated.ledger import Ledger
from dictated.refineconfig import Cleanup as Settings
from dictated.refiners.cleanup import Cleanup
from dictated.secret import Secret
from dictated.wire.link import Link

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

SAID = "um i think we should uh meet on tuesday"
CLEANED = "I think we should meet on Tuesday."


def budget(dollars: float = 0.0) -> Ledger:
    return Ledger(History(Path("never written")), dollars)


async def refused(cleanup: Cleanup, said: str = SAID) -> str:
    with pytest.raises(RefinerError) as told:
        await cleanup.refine(transcript(said))
    return str(told.value)


def wrote(content: str | None, finish: str = "stop", usage: Any = None) -> Answer:
    """A chat model's answer, as the service's own package knows it."""
    completion = ChatCompletion.model_validate(
        {
            "usage": usage,
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": "a-model",
            "choices": [
                {
                    "index": 0,
                    "finish_reason": finish,
                    "message": {"role": "assistant", "content": content, "refusal": None},
                }
            ],
        }
    )
    return Answer(body=completion.model_dump_json())


@asynccontextmanager
async def cleanups(url: str) -> AsyncIterator[Callable[..., Cleanup]]:
    """Give what makes one that asks the service there."""
    link = Link()

    def make(
        ledger: Ledger | None = None,
        find_key: Callable[[], Secret | None] = lambda: Secret("a-key"),
        **settings: Any,
    ) -> Cleanup:
        known = {"base_url": f"{url}/v1", "model": "a-model", **settings}
        return Cleanup(Settings(**known), link, find_key, ledger or budget())

    try:
        yield make
    finally:
        await link.close()
