"""Rules of who is asked for an utterance of a profile."""

from __future__ import annotations

from dataclasses import replace

import pytest
from doubles import utterance
from foresight import ForesightedTranscriber, spoken

from dictated.errors import TranscriberError
from dictated.router import Router
from dictated.supposition import Supposition


class Named(ForesightedTranscriber):
    """Says its name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.closed = False

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
def engines() -> dict[str, Named]:
    return {name: Named(name) for name in ("", "code", "mail")}


@pytest.fixture
def router(engines: dict[str, Named]) -> Router:
    return Router(engines[""], {name: engine for name, engine in engines.items() if name})


@pytest.mark.parametrize(("profile", "asked"), [("", ""), ("code", "code"), ("mail", "mail"), ("gone", "")])
async def test_the_transcriber_of_the_profile_is_asked(profile: str, asked: str, router: Router) -> None:
    answer = await router.transcribe(replace(utterance(1), profile=profile))
    assert answer.engine == asked


async def test_it_is_asked_ahead_too(router: Router) -> None:
    supposition = Supposition(replace(spoken(1, 5), profile="code"))
    supposition.come_true(supposition.utterance)
    assert (await router.suppose(supposition)).engine == "code"


def test_what_was_supposed_for_another_profile_is_not_what_was_said() -> None:
    assert not Supposition(spoken(1, 5)).covers(replace(spoken(1, 5, 2), profile="code"))


async def test_one_of_a_profile_that_cannot_work_keeps_nobody_from_working(
    engines: dict[str, Named], router: Router, caplog: pytest.LogCaptureFixture
) -> None:
    engines["code"].cold = TranscriberError("no key")
    await router.warm()
    assert (engines["mail"].warmed, [record.getMessage() for record in caplog.records]) == (
        1,
        ["profile code: no key"],
    )


async def test_the_default_one_that_cannot_work_is_an_error(
    engines: dict[str, Named], router: Router
) -> None:
    engines[""].cold = TranscriberError("no key")
    with pytest.raises(TranscriberError, match="no key"):
        await router.warm()


async def test_all_are_closed(engines: dict[str, Named], router: Router) -> None:
    await router.close()
    assert all(engine.closed for engine in engines.values())
