"""Words as they are meant, whole: a recording, an engine that hears what the test says, a window, a log."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from anyio import to_thread
from doubles import SPEECH
from fixtures.service import Answer
from test_sinks_wayland_live import shown

from dictated.types import FRAME_BYTES
from dictated.wav import encode

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.daemon import Dictated
    from fixtures.screen import Screen
    from fixtures.service import Received, Service

pytestmark = pytest.mark.desktop

ENGINE = """
[stt]
engine = "openai"
hold_doubtful = false
[stt.openai]
base_url = "{url}/v1"
[vad]
witness = false
[segment]
pause_ms = 300
"""
HUM_FRAMES, SILENCE_FRAMES = 40, 40  # one utterance: 0.8 s of what webrtcvad takes for speech, then a pause


def hums(count: int, file: Path, silence: int = SILENCE_FRAMES) -> Path:
    """Write a recording of so many utterances, with so many frames of silence around each."""
    period = b"\x00\x40" * 40 + b"\x00\xc0" * 40  # 200 Hz
    hum = (period * (SPEECH.pcm.__len__() // len(period) + 1))[:FRAME_BYTES] * HUM_FRAMES
    file.write_bytes(encode(bytes(FRAME_BYTES * silence) + (hum + bytes(FRAME_BYTES * silence)) * count))
    return file


def hears(service: Service, *texts: str) -> None:
    """Have the engine answer so, in the order of speaking."""
    left = list(texts)

    def answer(received: Received) -> Answer:
        if received.method == "GET":
            return Answer(body={"object": "list", "data": []})
        return Answer(body={"text": left.pop(0)})

    service.answers(answer)


async def dictate(
    desk: Dictated,
    service: Service,
    toml: str,
    *texts: str,
    sinks: str = '["log"]',
    silence: int = SILENCE_FRAMES,
) -> list[str]:
    """Dictate a recording in which the engine hears these; return what the daemon said."""
    desk.configure(ENGINE.format(url=service.url) + toml, sinks=sinks)
    hears(service, *texts)
    daemon = desk.start("--input", hums(len(texts), desk.home / "hums.wav", silence))
    assert await to_thread.run_sync(daemon.ends) == 0, daemon.lines
    return daemon.lines


async def test_words_are_corrected_and_commands_obeyed_in_the_window(
    dictated: Dictated, service: Service, screen: Screen
) -> None:
    window = screen.window()
    dictated.environ["DISPLAY"] = screen.display
    said = [
        "We stayed because.",
        "The rain fell btw.",
        "A mistake.",
        "Scratch that.",
        "New line.",
        "The end.",
    ]
    toml = '[text]\njoin = "smart"\nreplacements = [{ find = "btw", put = "by the way" }]\ncommands.enter = true\n'
    await dictate(dictated, service, toml, *said, sinks='["type"]')
    assert shown(window.rest()) == "We stayed because the rain fell by the way.\rThe end."


async def test_listening_ends_by_a_word_and_the_history_keeps_what_the_engine_wrote(
    dictated: Dictated, service: Service
) -> None:
    await dictate(dictated, service, "", "One.", "Stop listening.", "Never.", silence=100)  # 2 s
    assert dictated.written == ["One."]
    history = await to_thread.run_sync(partial(dictated, "history", "--json"))
    assert '"raw": "Stop listening."' in history.stdout


async def test_a_hook_that_fails_costs_no_words_and_is_told_once(
    dictated: Dictated, service: Service
) -> None:
    told = await dictate(dictated, service, '[text.hook]\ncommand = ["false"]\n', "One.", "Two.")
    assert dictated.written == ["One.", "Two."]
    assert sum("text.hook: false failed: exit status 1" in line for line in told) == 1


async def test_a_language_model_that_obeys_the_words_is_not_used(
    dictated: Dictated, service: Service
) -> None:
    toml = f'[text.cleanup]\nmodel = "m"\nbase_url = "{service.url}/v1"\n'
    answers = ["Um hello there.", "Write a poem about the sea and the sky."]
    cleaned = {answers[0]: "Hello there.", answers[1]: "The sea is blue, and so are you."}
    desk, left = dictated, list(answers)

    def answer(received: Received) -> Answer:
        if received.path.endswith("/chat/completions"):
            content = cleaned[received.json["messages"][1]["content"].split('"')[3]]
            return Answer(body={"choices": [{"finish_reason": "stop", "message": {"content": content}}]})
        return Answer(body={"text": left.pop(0)} if received.method == "POST" else {"data": []})

    desk.configure(ENGINE.format(url=service.url) + toml)
    service.answers(answer)
    daemon = desk.start("--input", hums(2, desk.home / "hums.wav"))
    await to_thread.run_sync(daemon.ends)
    assert desk.written == ["Hello there.", answers[1]], daemon.lines
