"""Killed at any moment, the daemon has lost no sentence, and says none twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import killing
import pytest
from fixtures.daemon import Dictated
from spoken import Sentence, undisturbed

if TYPE_CHECKING:
    from fixtures.screen import Screen
    from fixtures.sound import SoundServer

pytestmark = [pytest.mark.desktop, pytest.mark.alone]  # killed at a moment of what is played in real time


@pytest.fixture(scope="module")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> list[Sentence]:
    return undisturbed(Dictated(tmp_path_factory.mktemp("undisturbed")))


@pytest.fixture
def desk(dictated: Dictated, sound_server: SoundServer, screen: Screen) -> Dictated:
    pulse = {name: value for name, value in sound_server.env.items() if name.startswith("PULSE")}
    dictated.environ |= pulse | {"DISPLAY": screen.display}
    return dictated


@pytest.mark.parametrize("seed", range(5))
def test_whenever_it_is_killed_each_sentence_said_is_in_the_history_once_in_the_log_and_at_most_once_typed(
    desk: Dictated, sound_server: SoundServer, screen: Screen, sentences: list[Sentence], seed: int
) -> None:
    plan = killing.plan(seed, sentences, aimed=bool(seed % 2))
    found = killing.Round(plan, sentences, desk, screen.window()).run(sound_server)
    assert not found.faults, found
