"""Profiles at work: the whole program, with a virtual microphone, real windows and a recorded voice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from recordings import words
from test_dictation import SHORT_SAID, desk, play, short

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.daemon import Dictated
    from fixtures.screen import Screen, Window
    from fixtures.sound import SoundServer

__all__ = ["desk", "short"]

pytestmark = pytest.mark.desktop

PROFILES = """
[feedback]
log_level = "debug"
[profiles.code]
windows = ["Editor"]
text = { join = "none", replacements = [{ find = "tried", put = "try_it()" }] }
[profiles.mail]
windows = ["*: secret"]
text = { replacements = [{ find = "tried", put = "written" }] }
[profiles.notes]
hotkey = "<ctrl>+<f9>"
output = { sinks = ["log"] }
"""


class Office:
    """The program at work on a desktop, and somebody who says the same two utterances again and again."""

    def __init__(self, desk: Dictated, sound: SoundServer, screen: Screen, recording: Path) -> None:
        desk.configure(PROFILES, sinks='["type"]')
        self.desk = desk
        self.daemon = desk.start()
        self.daemon.says("ready")
        self._sound = sound
        self._screen = screen
        self._recording = recording
        self._utterances = 0

    def window(self, *shown: str) -> Window:
        """Open a window that shows this of itself, as `xdotool set_window` takes it."""
        opened = self._screen.window()
        self._screen.xdotool("set_window", *shown, str(opened.identity))
        return opened

    def say(self, hotkey: str = "ctrl+alt+d") -> None:
        """Press the hotkey, speak, and press it again when all is delivered."""
        self._screen.xdotool("key", hotkey)
        self.daemon.says(": listening")
        play(self._sound, self._recording, self.desk.home)
        self._utterances += 2
        self.daemon.says(f"utterance {self._utterances} delivered")
        self._screen.xdotool("key", hotkey)
        self.daemon.says("not listening")


@pytest.fixture
def office(desk: Dictated, sound_server: SoundServer, screen: Screen, short: Path) -> Office:
    return Office(desk, sound_server, screen, short)


def test_in_each_window_words_are_as_its_profile_has_them_and_no_title_is_told(office: Office) -> None:
    mail = office.window("--name", "Inbox: secret")
    code = office.window("--class", "Editor")
    other = office.window("--name", "a game")
    typed = []
    for window in (code, mail, other):
        window.focus()
        office.say()
        typed.append(window.rest())
    office.daemon.ends(15)
    assert typed[0] == "Ever try_it().Ever failed."
    assert [words(text) for text in typed[1:]] == [["ever", "written", "ever", "failed"], SHORT_SAID]
    assert "secret" not in "\n".join(office.daemon.lines)


def test_the_profile_that_is_chosen_goes_before_that_of_the_window(office: Office) -> None:
    code = office.window("--class", "Editor")
    office.desk("profile", "mail")
    office.say()
    assert words(code.rest()) == ["ever", "written", "ever", "failed"]


def test_the_hotkey_of_a_profile_dictates_to_its_sinks_and_then_all_is_as_before(office: Office) -> None:
    code = office.window("--class", "Editor")
    office.say("ctrl+F9")
    meanwhile = code.rest()
    office.say()
    assert (words(" ".join(office.desk.written)), meanwhile) == (SHORT_SAID, "")
    assert code.rest() == "Ever try_it().Ever failed."
