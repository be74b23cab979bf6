"""Rules of the profile that was asked for: by name it lasts, by a hotkey it is lent."""

from __future__ import annotations

import logging

import pytest

from dictated.chosen import Chosen
from dictated.errors import RequestError


@pytest.fixture
def chosen() -> Chosen:
    made = Chosen()
    made.take(("code", "mail"))
    return made


def test_at_first_the_window_decides(chosen: Chosen) -> None:
    assert (chosen.name, chosen.shown) == ("", "default")


def test_what_is_chosen_holds_until_another_is(chosen: Chosen) -> None:
    chosen.choose("code")
    chosen.choose("mail")
    assert (chosen.name, chosen.shown) == ("mail", "mail")


def test_default_lets_the_window_decide_again(chosen: Chosen) -> None:
    chosen.choose("code")
    chosen.choose("default")
    assert chosen.name == ""


def test_a_profile_that_there_is_not_is_refused_with_those_that_there_are(chosen: Chosen) -> None:
    chosen.choose("code")
    with pytest.raises(RequestError, match="no profile of that name; there are: default, code, mail"):
        chosen.choose("cod\ne")
    assert chosen.name == "code"


def test_what_is_lent_goes_before_what_was_chosen_until_it_is_given_back(chosen: Chosen) -> None:
    chosen.choose("code")
    chosen.lend("mail")
    lent = chosen.name
    chosen.give_back()
    assert (lent, chosen.name) == ("mail", "code")


def test_who_chooses_while_one_is_lent_has_what_is_chosen(chosen: Chosen) -> None:
    chosen.lend("mail")
    chosen.choose("code")
    assert (chosen.name, chosen.lends("mail")) == ("code", False)


def test_what_is_lent_and_unknown_is_as_if_nothing_were(chosen: Chosen) -> None:
    chosen.choose("code")
    chosen.lend("gone")
    assert chosen.name == "code"


def test_what_is_unknown_takes_nothing_away_that_is_lent(chosen: Chosen) -> None:
    chosen.lend("mail")
    chosen.lend("gone")
    assert chosen.name == "mail"


def test_a_chosen_profile_that_is_still_there_holds_on(chosen: Chosen) -> None:
    chosen.choose("code")
    chosen.take(("poem", "code"))
    assert (chosen.name, chosen.names) == ("code", ("poem", "code"))


def test_a_chosen_profile_that_is_gone_is_told_and_default_holds(
    chosen: Chosen, caplog: pytest.LogCaptureFixture
) -> None:
    chosen.choose("code")
    with caplog.at_level(logging.WARNING):
        chosen.take(("mail",))
    assert (chosen.name, "code is no longer in the configuration" in caplog.text) == ("", True)


def test_a_lent_profile_that_is_gone_is_given_back(chosen: Chosen) -> None:
    chosen.choose("code")
    chosen.lend("mail")
    chosen.take(("code",))
    assert chosen.name == "code"


def test_each_change_is_told() -> None:
    told = []
    chosen = Chosen(lambda: told.append(chosen.name))
    chosen.take(("code", "mail"))
    chosen.choose("code")
    chosen.lend("mail")
    chosen.give_back()
    chosen.give_back()
    assert told == ["", "code", "mail", "code"]
