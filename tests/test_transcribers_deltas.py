from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dictated.transcribers.deltas import DONE, Deltas


def delta(text: str) -> dict[str, Any]:
    return {"type": "transcript.text.delta", "delta": text}


def done(text: str) -> dict[str, Any]:
    return {"type": "transcript.text.done", "text": text}


def chunk(text: str, reason: str | None = None) -> dict[str, Any]:
    return {
        "object": "transcription.chunk",
        "choices": [{"delta": {"content": text}, "finish_reason": reason}],
    }


def gathered(*pieces: Any) -> Deltas:
    deltas = Deltas()
    for piece in pieces:
        deltas.take(piece if isinstance(piece, str) else json.dumps(piece))
    return deltas


def text(deltas: Deltas, *, framed: bool = True) -> str | None:
    document = deltas.document(framed=framed)
    return None if document is None else document["text"].strip()


WHOLE = [
    ("OpenAI", [delta("Some"), delta(" words."), done("Some words.")], "Some words."),
    ("the last word goes before its pieces", [delta("Sum"), done("Some words.")], "Some words."),
    ("the last word may be empty", [delta("Sum"), done("")], ""),
    ("pieces and [DONE]", [delta("Some"), delta(" words."), DONE], "Some words."),
    (
        "what is not known is passed over",
        [{"type": "transcript.text.start"}, ["x"], 7, {}, done("Some")],
        "Some",
    ),
    ("vLLM", [chunk(" Some"), chunk(" words."), chunk("", "stop"), DONE], "Some words."),
    ("vLLM, two chunks of sound", [chunk(" Some", "stop"), chunk(" words.", "stop"), DONE], "Some words."),
    ("[DONE] alone", [DONE], ""),
]

WITHOUT_END = [
    ("speaches", [{"text": "Some"}, {"text": "words."}], "Some words."),
    ("a chat that is over", [chunk("Some words."), chunk("", "stop")], "Some words."),
]

HALF = [
    ("nothing", []),
    ("pieces", [delta("Some"), delta(" words.")]),
    ("a chat", [chunk("Some")]),
    ("a chat after the first chunk of sound", [chunk("Some", "stop"), chunk(" words.")]),
    (
        "a chat with odd choices",
        [{"choices": ["words"]}, {"choices": [{"delta": "words", "finish_reason": []}]}],
    ),
]


@pytest.mark.parametrize(("pieces", "words"), [row[1:] for row in WHOLE], ids=[row[0] for row in WHOLE])
def test_a_stream_that_says_its_end_is_whole_however_the_connection_ends(
    pieces: list[Any], words: str
) -> None:
    assert text(gathered(*pieces), framed=False) == words


@pytest.mark.parametrize(
    ("pieces", "words"), [row[1:] for row in WITHOUT_END], ids=[row[0] for row in WITHOUT_END]
)
@pytest.mark.parametrize("framed", [True, False])
def test_a_form_without_an_end_is_whole_where_http_says_so(
    pieces: list[Any], words: str, *, framed: bool
) -> None:
    assert text(gathered(*pieces), framed=framed) == (words if framed else None)


@pytest.mark.parametrize("pieces", [row[1] for row in HALF], ids=[row[0] for row in HALF])
def test_half_a_text_is_none(pieces: list[Any]) -> None:
    assert text(gathered(*pieces)) is None


@pytest.mark.parametrize("piece", [done("words"), DONE, {"error": {"message": "it broke"}}])
def test_the_servers_word_that_this_was_all_ends_it(piece: Any) -> None:
    assert gathered(delta("words"), piece).ended


@pytest.mark.parametrize("pieces", [
    [delta("words"), {"error": {"message": "it broke"}}],
    [delta("words"), {"error": {"message": "it broke"}}, DONE],
    [chunk("words"), chunk("", "abort"), DONE],
])  # fmt: skip
def test_an_error_is_kept_whatever_follows(pieces: list[Any]) -> None:
    assert (gathered(*pieces).document(framed=False) or {})["error"]["message"].startswith("it ")


def test_usage_is_kept_from_whichever_piece_tells_it() -> None:
    deltas = gathered(chunk("words", "stop"), {"choices": [], "usage": {"prompt_tokens": 9}}, DONE)
    assert (deltas.document(framed=False) or {})["usage"] == {"prompt_tokens": 9}


def test_what_is_no_json_is_no_stream_of_ours() -> None:
    with pytest.raises(ValueError, match="JSON"):
        gathered("words")


KEYS = st.sampled_from(
    ["type", "delta", "text", "choices", "content", "finish_reason", "usage", "logprobs", "error"]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["transcript.text.delta", "transcript.text.done", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
)


@given(st.lists(VALUES, max_size=6), st.booleans())
def test_no_json_whatever_is_too_odd(pieces: list[Any], framed: bool) -> None:  # noqa: FBT001 - hypothesis gives it by position
    deltas = gathered(*(json.dumps(piece) for piece in pieces))
    document = deltas.document(framed=framed)
    assert document is None or {"text", "logprobs"} <= document.keys()
