from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from traced import heard

from dictated.config import Config, SegmentSettings, VadSettings
from dictated.configrules import faults
from dictated.tuning.fit import Fit
from dictated.tuning.proposal import ABOVE_MS, LEAST_MS, MOST_MS, gain, pause, pauses, telling

QUIET = "." * 30
SPOKEN = f"{QUIET}{'s' * 50}{QUIET}"


@pytest.mark.parametrize(
    ("speech", "room", "command"),
    [
        (-26.0, -60.0, []),
        (-40.0, -70.0, []),
        (-50.0, -80.0, ["pactl set-source-volume @DEFAULT_SOURCE@ +20dB"]),
        (-44.0, -80.0, ["pactl set-source-volume @DEFAULT_SOURCE@ +18dB"]),
    ],
)
def test_a_quiet_microphone_is_set_higher(speech: float, room: float, command: list[str]) -> None:
    assert [one.command for one in gain(heard(SPOKEN, speech=speech, room=room), "")] == command


def test_speech_that_is_cut_off_at_full_scale_is_set_lower() -> None:
    (one,) = gain(heard(SPOKEN, speech=-5.0, clipped=f"{QUIET}cc"), "")
    assert one.command == "pactl set-source-volume @DEFAULT_SOURCE@ -6dB"


def test_the_configured_microphone_is_the_one_that_is_set() -> None:
    (one,) = gain(heard(SPOKEN, speech=-50.0, room=-80.0), "my mic")
    assert one.command == "pactl set-source-volume 'my mic' +20dB"


def test_a_muted_microphone_is_unmuted() -> None:
    (one,) = gain(heard(QUIET, room=-96.0), "")
    assert one.command == "pactl set-source-mute @DEFAULT_SOURCE@ 0"


def test_without_speech_nothing_else_is_said() -> None:
    (one,) = gain(heard(QUIET), "")
    assert str(one).startswith("no speech was heard")


def test_a_noisy_room_is_told() -> None:
    (one,) = gain(heard(SPOKEN, speech=-26.0, room=-35.0), "")
    assert "9 dB above the room" in str(one)


def test_only_settings_that_differ_are_proposed() -> None:
    then = VadSettings(mode=1, noise_margin_db=8.0)
    proposed = telling(VadSettings(), then, Fit(1.0, 0, 0.0), Fit(0.0, 0, 0.0))
    assert [(".".join(one.key), one.value) for one in proposed] == [
        ("vad.mode", 1),
        ("vad.noise_margin_db", 8.0),
    ]


def test_a_proposal_says_what_how_and_why() -> None:
    (one,) = telling(VadSettings(), VadSettings(engine="silero"), Fit(1.0, 0, 0.0), Fit(0.0, 0, 0.0))
    assert str(one) == 'vad.engine: "webrtc" -> "silero"  (now: 1.0 s of speech lost; then: all well)'


@pytest.mark.parametrize(
    ("picture", "found"),
    [
        ("ss...ss", [60]),
        ("ss..ss", []),
        (f"ss{'.' * 50}ss{'.' * 51}ss", [1000]),
        ("....ss....", []),
        ("", []),
    ],
)
def test_a_pause_is_within_a_sentence_if_neither_too_short_nor_too_long(
    picture: str, found: list[int]
) -> None:
    assert pauses([char == "s" for char in picture]) == found


@pytest.mark.parametrize(
    ("gaps", "now", "value"),
    [
        ([100] * 7, 600, []),
        ([100] * 8, 600, [300]),
        ([400] * 10, 600, []),
        ([560] * 20, 600, [750]),
        ([100] * 19 + [900], 600, [300]),
        ([100] * 18 + [900] * 2, 600, [1050]),
        ([600] * 8, 750, []),
    ],
)
def test_a_pause_ends_an_utterance_that_is_longer_than_nearly_all_within_sentences(
    gaps: list[int], now: int, value: list[int]
) -> None:
    assert [one.value for one in pause(gaps, SegmentSettings(pause_ms=now))] == value


@given(
    st.lists(st.integers(60, 1000), min_size=8),
    st.builds(
        SegmentSettings,
        pause_ms=st.integers(100, 2000),
        pause_least_ms=st.sampled_from([0, 200, 400, 900, 1500]),
        pause_most_ms=st.sampled_from([0, 500, 1000, 1500]),
        speculate_ms=st.sampled_from([0, 150, 300, 800]),
    ),
)
def test_a_pause_is_proposed_that_the_configuration_takes(gaps: list[int], segment: SegmentSettings) -> None:
    if not list(faults(Config(segment=segment))):
        for one in pause(gaps, segment):
            then = structs.replace(segment, pause_ms=one.value)
            assert list(faults(Config(segment=then))) == []


@given(st.lists(st.integers(60, 1000), min_size=8), st.integers(0, 5000))
def test_a_proposed_pause_is_within_its_bounds(gaps: list[int], now: int) -> None:
    for one in pause(gaps, SegmentSettings(pause_ms=now)):
        assert (
            LEAST_MS <= float(one.value) <= min(MOST_MS, max(gaps) + ABOVE_MS + 50) or one.value == LEAST_MS
        )
