"""Words that appear while they are being said, with the real engine and a recorded voice in real time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from live_text import LiveScreen
from recordings import FOLDER, recorded, words

from dictated import build
from dictated.config import Config
from dictated.delivery import Delivery
from dictated.paths import Paths
from dictated.session import Session
from dictated.types import Command
from dictated.x11.ownkeys import OwnKeys

if TYPE_CHECKING:
    from pathlib import Path

SPEECH = "sb15.wav"
SAID = "sunday is the best part of the week"


@pytest.mark.alone
async def test_words_appear_while_they_are_said_and_the_whole_is_right(tmp_path: Path) -> None:
    recorded(SPEECH)  # which is there, or the test is not
    around = build.Surroundings(
        Paths(tmp_path / "config", tmp_path, tmp_path), {}, OwnKeys(), input_file=FOLDER / SPEECH
    )
    screen, session = LiveScreen(), Session()
    made = replace(build.parts(Config(), around), delivery=Delivery([screen], screen))
    await made.transcriber.warm()  # a busy machine is still loading it when all is said
    session.submit(Command.START)
    await session.run(made)
    await made.transcriber.close()
    assert screen.story[0].startswith("1 appears: Sunday")
    assert words(screen.texts[0]) == SAID.split()
