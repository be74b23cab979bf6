"""Rules of when utterances are transcribed ahead: where that costs no money, unless the user wants it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from dictated import build
from dictated.config import Config, SegmentSettings
from dictated.endpoint import NONE, Patience
from dictated.paths import Paths
from dictated.profileconfig import Profile
from dictated.profiles import speculates
from dictated.sttconfig import Stt
from dictated.textconfig import Text
from dictated.x11.ownkeys import OwnKeys

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = SegmentSettings(speculate_ms=200)
PATIENT = SegmentSettings(pause_least_ms=300, pause_most_ms=900)


@pytest.mark.parametrize(
    ("stt", "ahead"),
    [
        (Stt(), True),
        (Stt(fallback=("openai",)), True),
        (Stt(engine="openai", fallback=("local",)), False),
        (Stt(engine="openai", speculate="always"), True),
        (Stt(speculate="always"), True),
        (Stt(speculate="never"), False),
    ],
)
def test_speculation_is_for_the_local_engine_unless_it_is_wanted_always_or_never(
    stt: Stt,
    ahead: bool,  # noqa: FBT001 (of a table)
) -> None:
    assert speculates(stt) is ahead


def test_a_daemon_speculates_after_the_time_of_the_configuration(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "config", tmp_path / "state", tmp_path / "run")
    around = build.Surroundings(paths, {}, OwnKeys())
    assert build.parts(Config(segment=SETTINGS), around).rules.speculate == 10


def test_recordings_are_transcribed_without_speculation() -> None:
    assert build.rules(SETTINGS) == replace(build.rules(SETTINGS, ahead=True), speculate=0)


def test_a_pause_has_the_bounds_of_the_configuration_and_the_language_of_the_text(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "config", tmp_path / "state", tmp_path / "run")
    around = build.Surroundings(paths, {}, OwnKeys())
    config = Config(segment=PATIENT, text=Text(language="fr"))
    assert build.parts(config, around).patience("") == Patience(15, 45, "fr")


@pytest.mark.parametrize(
    ("profile", "language"), [("german", "de"), ("code", "fr"), ("", "fr"), ("gone", "fr")]
)
def test_the_words_of_a_profile_are_judged_by_its_own_language(profile: str, language: str) -> None:
    profiles = {"german": Profile(text={"language": "de"}), "code": Profile(text={"join": "none"})}
    config = Config(segment=PATIENT, text=Text(language="fr"), profiles=profiles)
    assert build.patience(config)(profile) == Patience(15, 45, language)


def test_unless_wanted_every_pause_is_the_usual_one() -> None:
    assert build.patience(Config())("") == NONE
