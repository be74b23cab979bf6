"""The pieces of a streamed answer, put together into the document that the same server sends unstreamed.

Three forms are known: OpenAI's transcript.text.delta and transcript.text.done; vLLM's, shaped like those of a
chat, ended by [DONE]; and speaches', an object with `text` for each segment and no end but that of the body.
"""

from __future__ import annotations

from typing import Any

import msgspec

DONE = "[DONE]"
"""What vLLM sends last, and OpenAI's other streams."""

_BROKEN_OFF = ("abort", "error")
"""vLLM's `finish_reason` where it gave up (vllm.v1.engine.FinishReason)."""


class Deltas:
    """What has come of one answer."""

    def __init__(self) -> None:
        self.ended = False  # the server said that this was all
        self._pieces: list[str] = []
        self._logprobs: list[Any] = []
        self._said: dict[str, Any] = {}  # what came beside the text: usage, the whole text, an error
        self._closed = False  # nothing more is owed after the last piece, in the forms that send no end

    def take(self, data: str) -> None:
        """Take the data of one event; what is of no known form is passed over.

        Raises:
            ValueError: it is no JSON.
        """
        if data == DONE:
            self.ended = True
            return
        piece = msgspec.json.decode(data)
        if not isinstance(piece, dict):
            return
        self._keep(piece, "usage")
        if piece.get("error"):
            self._keep(piece, "error")
            self.ended = True
        elif isinstance(piece.get("type"), str):
            self._take_event(piece)
        elif isinstance(piece.get("choices"), list):
            self._take_choices(piece["choices"])
        elif isinstance(piece.get("text"), str):
            self._pieces.append(f"{piece['text']} ")  # a segment, stripped
            self._closed = True

    def document(self, *, framed: bool) -> dict[str, Any] | None:
        """Return the answer, or None where it ended before its end.

        `framed` says that HTTP told where the body ends, and it did end there: a connection that breaks is
        then told from an answer that is over, which the forms without an end of their own depend on.
        """
        if not (self.ended or (framed and self._closed)):
            return None
        return {"text": "".join(self._pieces), "logprobs": self._logprobs, **self._said}

    def _take_event(self, piece: dict[str, Any]) -> None:
        kind = piece["type"]
        if kind == "transcript.text.delta":
            self._add(piece.get("delta"))
            self._logprobs += _list(piece.get("logprobs"))
        elif kind == "transcript.text.done":
            self._keep(piece, "text")
            self._keep(piece, "logprobs")
            self.ended = True

    def _take_choices(self, choices: list[Any]) -> None:
        """Of several chunks of sound each has its own `finish_reason`, so that alone is not the end."""
        for choice in choices[:1]:
            delta = choice.get("delta") if isinstance(choice, dict) else None
            self._add(delta.get("content") if isinstance(delta, dict) else None)
            reason = choice.get("finish_reason") if isinstance(choice, dict) else None
            if reason in _BROKEN_OFF:
                self._said["error"] = {"message": "it was broken off", "code": 500}
            self._closed = isinstance(reason, str)

    def _add(self, text: Any) -> None:
        if isinstance(text, str):
            self._pieces.append(text)

    def _keep(self, piece: dict[str, Any], name: str) -> None:
        if piece.get(name) is not None:
            self._said[name] = piece[name]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
