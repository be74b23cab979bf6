"""Rules of who is asked for an utterance of a profile."""

from __future__ import annotations

from dataclasses import replace

import anyio
import pytest
from doubles import utterance
from foresight import ForesightedTranscriber, spoken

from dictated.errors import TranscriberError
from dictated.router import Router
from dictated.supposition import Supposition
from dictated.types import Transcript


class Named(ForesightedTranscriber):
    """Says its name."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.closed = False

    async def preview(self, answer: Transcript) -> Transcript:
        return replace(answer, engine=self.name)

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


async def test_what_was_asked_ahead_is_shown_as_its_profile_would(router: Router) -> None:
    answer = Transcript(replace(spoken(1, 5), profile="code"), "x", "", 0.0)
    assert (await router.preview(answer)).engine == "code"


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


@pytest.mark.parametrize(
    ("reasons", "told"),
    [
        (["no key", "no key", "no key"], ["no key"]),
        (["no key", "no credit"], ["no key", "no credit"]),
        (["no key", "", "no key"], ["no key", "no key"]),
    ],
)
async def test_why_it_cannot_is_told_once_until_that_changes(
    engines: dict[str, Named],
    router: Router,
    caplog: pytest.LogCaptureFixture,
    reasons: list[str],
    told: list[str],
) -> None:
    for reason in reasons:
        engines["code"].cold = TranscriberError(reason) if reason else None
        await router.warm()
    assert caplog.messages == [f"profile code: {reason}" for reason in told]


async def test_what_is_wrong_with_several_is_told_in_one_line(
    engines: dict[str, Named], router: Router, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("code", "mail"):
        engines[name].cold = TranscriberError("no key")
    await router.warm()
    assert caplog.messages == ["profile code, mail: no key"]


async def test_what_is_wrong_without_a_profile_is_not_told_of_each_again(
    engines: dict[str, Named], router: Router, caplog: pytest.LogCaptureFixture
) -> None:
    engines[""].cold = engines["code"].cold = TranscriberError("no key")
    engines["mail"].cold = TranscriberError("no credit")
    with pytest.raises(TranscriberError, match="no key"):
        await router.warm()
    assert caplog.messages == ["profile mail: no credit"]


class Slow(Named):
    """Is not warm before it is let."""

    def __init__(self, name: str, let: anyio.Event) -> None:
        super().__init__(name)
        self.let = let

    async def warm(self) -> None:
        await super().warm()
        await self.let.wait()


async def test_all_are_warmed_side_by_side() -> None:
    let = anyio.Event()
    engines = {name: Slow(name, let) for name in ("", "code", "mail")}
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(Router(engines[""], engines).warm)
        await anyio.wait_all_tasks_blocked()
        begun = [engine.warmed for engine in engines.values()]
        let.set()
    assert begun == [1, 1, 1]


async def test_one_that_profiles_share_is_warmed_once() -> None:
    shared = Named("")
    await Router(shared, {"code": shared, "mail": shared}).warm()
    assert shared.warmed == 1


async def test_the_default_one_that_cannot_work_is_an_error(
    engines: dict[str, Named], router: Router
) -> None:
    engines[""].cold = TranscriberError("no key")
    with pytest.raises(TranscriberError, match="no key"):
        await router.warm()


async def test_all_are_closed(engines: dict[str, Named], router: Router) -> None:
    await router.close()
    assert all(engine.closed for engine in engines.values())
