"""Rules of `dictated profile`: it is chosen through the control socket, and shown where the status is."""

from __future__ import annotations

import json
import signal
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from anyio import to_thread
from test_control import daemon, following
from test_session import Desk

from dictated.client import ask
from dictated.commands.ask import in_words, profiles_in_words
from dictated.errors import RequestError
from dictated.gaze import Glance

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.daemon import Dictated
    from fixtures.notifications import Bus
    from fixtures.tray import Host

PROFILES = """
[profiles.code]
windows = ["*vim*"]
[profiles.mail]
"""


def desk() -> Desk:
    made = Desk()
    made.parts = replace(made.parts, profiles=("code", "mail"))
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "control.sock"


async def asked(path: Path, **more: Any) -> dict[str, Any]:
    await anyio.wait_all_tasks_blocked()  # it has begun
    return await to_thread.run_sync(lambda: ask(path, "profile", **more))


async def test_without_a_name_it_says_which_holds_and_which_there_are(path: Path) -> None:
    async with daemon(path, desk()):
        assert await asked(path) == {"profile": "default", "profiles": ["code", "mail"]}


async def test_a_profile_that_is_chosen_holds_and_stands_in_the_status(path: Path) -> None:
    async with daemon(path, desk()):
        answer = await asked(path, name="mail")
        status = await to_thread.run_sync(ask, path, "status")
    assert (answer["profile"], status["profile"], status["profiles"]) == ("mail", "mail", ["code", "mail"])


@pytest.mark.parametrize("name", ["cod", "", 3, ["code"], True])
async def test_any_other_name_is_refused_with_those_there_are_and_changes_nothing(
    path: Path, name: object
) -> None:
    async with daemon(path, desk()):
        await asked(path, name="mail")
        with pytest.raises(
            RequestError, match=r"^there is no profile of that name; there are: default, code"
        ):
            await asked(path, name=name)
        assert (await asked(path))["profile"] == "mail"


async def test_who_follows_is_told_of_another_profile(path: Path) -> None:
    async with daemon(path, desk()), following(path, "profile") as profiles:
        told = [await anext(profiles)]
        await asked(path, name="code")
        assert [*told, await anext(profiles)] == ["default", "code"]


@pytest.mark.parametrize(("chosen", "profile"), [("default", "code"), ("mail", "mail")])
async def test_what_was_held_is_inserted_as_what_is_said_here_and_now(
    path: Path, chosen: str, profile: str
) -> None:
    async def glance() -> Glance:
        return Glance("0x42", "code")

    class Insertion:
        profile = ""

        async def insert(self, _number: int | None, profile: str) -> int:
            self.profile = profile
            return 7

    made, insertion = desk(), Insertion()
    made.parts = replace(made.parts, glance=glance, insertion=insertion)
    async with daemon(path, made):
        await asked(path, name=chosen)
        await to_thread.run_sync(ask, path, "insert")
    assert insertion.profile == profile


def test_each_profile_has_a_line_and_the_one_that_holds_a_star() -> None:
    told = profiles_in_words({"profile": "mail", "profiles": ["code", "mail"]})
    assert told.splitlines() == ["  default", "  code", "* mail"]


@pytest.mark.parametrize(("profile", "words"), [("default", ""), ("code", "; profile code")])
def test_a_status_names_a_profile_that_was_chosen(profile: str, words: str) -> None:
    status = {"state": "off", "profile": profile, "profiles": ["code"], "error": "", "engines": []}
    assert in_words(status) == f"off; nothing heard yet{words}"


def test_the_command_chooses_lists_and_refuses_in_one_line(dictated: Dictated) -> None:
    dictated.configure(PROFILES)
    dictated.start().says("ready")
    answers = [dictated("profile", *name) for name in (["mail"], [], ["nope"], ["default"])]
    assert [answer.stdout for answer in answers] == ["mail\n", "  default\n  code\n* mail\n", "", "default\n"]
    assert (answers[2].returncode, answers[2].stderr) == (
        1,
        "dictated: there is no profile of that name; there are: default, code, mail\n",
    )


@pytest.mark.desktop
async def test_a_profile_is_chosen_in_the_trays_menu(dictated: Dictated, bus: Bus, host: Host) -> None:
    dictated.configure(PROFILES)
    dictated.environ |= bus.environ
    dictated.start()
    await host.registered()
    lines = await host.lines()
    while "Profile: mail" not in lines:  # the icon may be there before the session has begun
        await host.told()
        lines = await host.lines()
    await host.menu("Event", "isvu", (lines["Profile: mail"], "clicked", ("i", 0), 0))
    assert await to_thread.run_sync(lambda: dictated("profile").stdout) == "  default\n  code\n* mail\n"


def test_a_profile_that_a_reload_takes_away_is_told_and_default_holds(dictated: Dictated) -> None:
    dictated.configure(PROFILES)
    daemon = dictated.start()
    daemon.says("ready")
    dictated("profile", "mail")
    dictated.configure("[profiles.code]")
    daemon.process.send_signal(signal.SIGHUP)
    daemon.says("the profile mail is no longer in the configuration; default holds again")
    status = json.loads(dictated("status", "--json").stdout)
    assert (status["profile"], status["profiles"]) == ("default", ["code"])
