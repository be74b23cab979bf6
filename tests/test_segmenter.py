"""Sound is written as text: `s` is a frame the VAD calls speech, `.` one it does not.

Utterances come out as text of the same length: their frames where they were, `_` for what is left out.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.framer import Framer
from dictated.segmenter import Rules, Segmenter
from dictated.types import FRAME_BYTES, FRAME_SAMPLES, Frame, Segment

RULES = Rules(pause=3, longest=50)

RULE_SETS = st.builds(
    lambda onset, pre_roll, pause, tail, least_speech, room, dip_window: Rules(
        onset=onset,
        pre_roll=pre_roll,
        pause=pause,
        tail=min(tail, pause),
        least_speech=least_speech,
        longest=pre_roll + 2 * onset + room,
        dip_window=dip_window,
    ),
    st.integers(1, 4),
    st.integers(0, 5),
    st.integers(1, 6),
    st.integers(0, 6),
    st.integers(1, 4),
    st.integers(0, 12),
    st.integers(1, 8),
)
FORGIVING = RULE_SETS.map(
    lambda rules: Rules(
        pre_roll=rules.pre_roll,
        pause=rules.pause,
        tail=rules.tail,
        longest=rules.longest,
        dip_window=rules.dip_window,
    )
)
PICTURES = st.lists(
    st.tuples(st.sampled_from("s."), st.integers(1, 7)).map(lambda run: run[0] * run[1]), max_size=25
).map("".join)


def frame(position: int, level: int = 0) -> Frame:
    """A frame that knows its position, so that every one is different; `level` makes it louder."""
    return Frame(position.to_bytes(2, "little") + level.to_bytes(2, "little") * (FRAME_SAMPLES - 1))


def segments(picture: str, rules: Rules, levels: list[int] | None = None) -> list[Segment]:
    segmenter = Segmenter(rules)
    frames = [frame(i, levels[i] if levels else 0) for i in range(len(picture))]
    found = [segmenter.push(f, speech=char == "s") for f, char in zip(frames, picture, strict=True)]
    return [segment for segment in [*found, segmenter.flush()] if segment]


def pictures(picture: str, rules: Rules, levels: list[int] | None = None) -> list[str]:
    return [
        "_" * s.first + picture[s.first : s.first + s.frames] + "_" * (len(picture) - s.first - s.frames)
        for s in segments(picture, rules, levels)
    ]


def positions(found: list[Segment]) -> list[int]:
    return [position for s in found for position in range(s.first, s.first + s.frames)]


@pytest.mark.parametrize(
    ("rules", "heard", "given_out"),
    [
        pytest.param(Rules(pause=3), "..ss.s....", ["__ss.s____"], id="a gap shorter than the pause is kept"),
        pytest.param(Rules(pause=3), "ss...ss", ["ss_____", "_____ss"], id="a pause ends an utterance"),
        pytest.param(Rules(pause=3, tail=2), "ss.....", ["ss..___"], id="the tail of the pause is kept"),
        pytest.param(Rules(pause=3, pre_roll=2), "....ss...", ["__..ss___"], id="the pre-roll is kept"),
        pytest.param(Rules(pre_roll=3), ".ss..", [".ss__"], id="a pre-roll longer than the recording"),
        pytest.param(
            Rules(pause=2, tail=2, pre_roll=4),
            "ss...ss..",
            ["ss.._____", "____.ss.."],
            id="the pre-roll never holds what the utterance before held",
        ),
        pytest.param(Rules(onset=2, pause=3), "s....s..", [], id="a click opens no utterance"),
        pytest.param(Rules(onset=2, pause=3), "..s.s....", ["__s.s____"], id="two of four frames open one"),
        pytest.param(
            Rules(onset=2, pause=4), "ssss.......s..", ["ssss__________"], id="nor does a click keep it open"
        ),
        pytest.param(
            Rules(onset=2, pause=4),
            "ss..s....",
            ["ss..s____"],
            id="within twice the onset a single frame is still the same speech",
        ),
        pytest.param(Rules(least_speech=3, pause=3), "..ss...", [], id="a cough is no utterance"),
        pytest.param(
            Rules(least_speech=3, pause=3), "..s.ss...", ["__s.ss___"], id="least speech counts its frames"
        ),
        pytest.param(
            Rules(pause=3, longest=4, dip_window=1),
            "ssssss....",
            ["sss_______", "___sss____"],
            id="the longest utterance is cut and goes on",
        ),
        pytest.param(
            Rules(pause=3, longest=4, dip_window=1, least_speech=3),
            "ssss....",
            ["sss_____", "___s____"],
            id="the rest of a cut is no cough",
        ),
        pytest.param(
            Rules(pause=3, longest=4, dip_window=1, least_speech=2),
            "ssss....s....",
            ["sss__________", "___s_________"],
            id="but a cough after it is one",
        ),
        pytest.param(
            Rules(onset=2, pause=4, tail=4),
            "ss...sss....",
            ["ss..._______", "_____sss...."],
            id="speech that begins as the pause ends is no part of the tail",
        ),
        pytest.param(
            Rules(pause=3, longest=4, dip_window=1),
            "sss......",
            ["sss______"],
            id="a rest without speech is no utterance",
        ),
    ],
)
def test_what_is_heard_comes_out_as(rules: Rules, heard: str, given_out: list[str]) -> None:
    assert pictures(heard, rules) == given_out


def test_the_longest_utterance_is_cut_at_its_quietest_moment() -> None:
    rules = Rules(pause=3, longest=20, dip_window=15)
    levels = [3000] * 9 + [2000, 1000, 100, 1000, 2000] + [3000] * 11

    assert [s.frames for s in segments("s" * 25, rules, levels)] == [11, 14]


def test_a_closed_mouth_of_one_frame_is_no_dip() -> None:
    rules = Rules(pause=3, longest=30, dip_window=25)
    levels = [3000] * 10 + [0] + [3000] * 4 + [1000] * 5 + [3000] * 10

    assert segments("s" * 30, rules, levels)[0].frames == 17


def test_the_end_is_no_dip_for_having_fewer_neighbours() -> None:
    rules = Rules(pause=3, longest=30, dip_window=25)
    levels = [3000] * 15 + [2600] * 5 + [3000] * 10

    assert segments("s" * 30, rules, levels)[0].frames == 17


def test_no_dip_is_looked_for_before_the_last_window() -> None:
    rules = Rules(pause=3, longest=20, dip_window=5)
    levels = [3000] * 5 + [0] * 5 + [3000] * 10

    assert segments("s" * 20, rules, levels)[0].frames >= 15


def test_an_utterance_comes_out_with_the_frame_that_completes_its_pause() -> None:
    segmenter = Segmenter(RULES)

    out = [segmenter.push(frame(i), speech=char == "s") for i, char in enumerate("ss....")]

    assert [bool(segment) for segment in out] == [False, False, False, False, True, False]


def test_an_utterance_knows_where_its_speech_begins_and_ends() -> None:
    rules = Rules(onset=2, pause=4, pre_roll=3, tail=2)

    assert [(s.first, s.onset, s.offset, s.voiced) for s in segments(".....sss.s.....", rules)] == [
        (2, 5, 10, 4)
    ]


def test_a_flush_without_speech_gives_nothing() -> None:
    assert Segmenter(RULES).flush() is None


@given(PICTURES, FORGIVING)
def test_every_voiced_frame_is_in_exactly_one_utterance(picture: str, rules: Rules) -> None:
    """With onset and least speech of one frame there is no exception."""
    given_out = positions(segments(picture, rules))

    assert all(given_out.count(i) == 1 for i, char in enumerate(picture) if char == "s")


@given(PICTURES, RULE_SETS)
def test_speech_is_left_out_only_as_a_click_or_a_cough(picture: str, rules: Rules) -> None:
    """A click: no stretch of twice the onset that ends in speech and holds it holds `onset` frames of speech.

    A cough is dropped whole, so without `least_speech` nothing else is ever left out.
    """
    eager = Rules(
        onset=rules.onset,
        pre_roll=rules.pre_roll,
        pause=rules.pause,
        tail=rules.tail,
        longest=rules.longest,
        dip_window=rules.dip_window,
    )
    given_out = set(positions(segments(picture, eager)))
    counts = {
        held
        for end in range(len(picture))
        if picture[end] == "s"
        for held in [range(max(0, end + 1 - rules.onset_window), end + 1)]
        if picture[held.start : held.stop].count("s") >= rules.onset
    }
    speech = {i for held in counts for i in held if picture[i] == "s"}

    assert speech <= given_out


@given(PICTURES, RULE_SETS)
def test_a_dropped_cough_held_less_than_the_least_speech(picture: str, rules: Rules) -> None:
    left_out = set(range(len(picture))) - set(positions(segments(picture, rules)))
    run = 0
    for position, char in enumerate(picture):
        run = run + 1 if char == "s" and position in left_out else 0
        assert run < max(rules.onset, rules.least_speech)


@given(PICTURES, RULE_SETS)
def test_utterances_come_in_order_and_do_not_overlap(picture: str, rules: Rules) -> None:
    given_out = positions(segments(picture, rules))

    assert given_out == sorted(set(given_out))


@given(PICTURES, RULE_SETS)
def test_the_lengths_never_add_up_to_more_than_was_heard(picture: str, rules: Rules) -> None:
    assert sum(s.frames for s in segments(picture, rules)) <= len(picture)


@given(PICTURES, RULE_SETS)
def test_the_sound_of_an_utterance_is_the_stretch_it_claims(picture: str, rules: Rules) -> None:
    heard = b"".join(frame(i).pcm for i in range(len(picture)))

    for s in segments(picture, rules):
        assert s.pcm == heard[s.first * FRAME_BYTES : (s.first + s.frames) * FRAME_BYTES]


@given(PICTURES, RULE_SETS)
def test_speech_lies_inside_its_utterance_and_is_counted(picture: str, rules: Rules) -> None:
    for s in segments(picture, rules):
        assert s.first <= s.onset < s.offset <= s.first + s.frames
        assert picture[s.onset] == picture[s.offset - 1] == "s"
        assert s.voiced == picture[s.first : s.first + s.frames].count("s")


@given(PICTURES, RULE_SETS)
def test_no_utterance_is_longer_than_the_longest(picture: str, rules: Rules) -> None:
    assert all(s.frames <= rules.longest for s in segments(picture, rules))


@given(st.integers(10, 60), RULE_SETS)
def test_a_cut_drops_nothing_between_the_parts(length: int, rules: Rules) -> None:
    assert positions(segments("s" * length, rules)) == list(range(length))


@given(PICTURES, st.integers(1, 3 * FRAME_BYTES))
def test_any_chunking_of_the_same_bytes_gives_the_same_utterances(picture: str, size: int) -> None:
    pcm = b"".join(frame(i, level=char == "s").pcm for i, char in enumerate(picture))
    framer, segmenter = Framer(), Segmenter(RULES)
    found = [
        segmenter.push(f, speech=f.pcm[-2:] != b"\0\0")
        for start in range(0, len(pcm), size)
        for f in framer.push(pcm[start : start + size])
    ]

    expected = segments(picture, RULES, [int(char == "s") for char in picture])
    assert [s for s in [*found, segmenter.flush()] if s] == expected


def test_while_nothing_is_said_no_more_than_the_pre_roll_is_kept() -> None:
    segmenter = Segmenter(Rules(pre_roll=15, onset=3))

    for i in range(5000):
        segmenter.push(frame(i), speech=i % 7 == 0)

    assert len(segmenter._pcm) <= (15 + 6) * FRAME_BYTES  # noqa: SLF001 (memory shows nowhere else)


def test_lengths_in_milliseconds_are_rounded_to_frames() -> None:
    rules = Rules.from_ms(
        onset=50, pre_roll=300, pause=590, tail=900, least_speech=0, longest=20_000, dip_window=5
    )

    assert rules == Rules(onset=2, pre_roll=15, pause=30, tail=30, least_speech=1, longest=1000, dip_window=1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"onset": 0},
        {"pause": 0},
        {"least_speech": 0},
        {"dip_window": 0},
        {"tail": 2},
        {"pre_roll": -1},
        {"pre_roll": 9, "longest": 10},
    ],
)
def test_rules_that_contradict_themselves_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"frame|pause|room"):
        Rules(**wrong)
