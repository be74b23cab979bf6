from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
import threading
import wave
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import TYPE_CHECKING, ClassVar

import pytest
from moonshine_voice import get_assets_path
from recordings import FOLDER, recorded

from dictated.errors import TranscriberError
from dictated.transcribers.whisper import LISTED, Whisper, _evidence, _tokens
from dictated.types import NO_HINTS, SAMPLE_RATE, Evidence, Hints

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REPOSITORY = "Systran/faster-whisper-base"
COMMIT = "c0ffee" * 6 + "c0de"

NOBODY = "http://127.0.0.1:1"
"""Where nobody listens."""

FETCH = """
import sys
from dictated.errors import TranscriberError
from dictated.transcribers.local import fetch
try:
    print(fetch(sys.argv[1]).note)
except TranscriberError as error:
    print(error)
"""

FIND = "from dictated.transcribers.whisper import find; print(find('base'))"

LISTEN = """
import sys, wave
from dictated.transcribers import whisper
from dictated.types import NO_HINTS
whisper.fetch("base", bar=False)  # does nothing now
model = whisper.Whisper(whisper.find("base"), "en")
model.load()
print(model.decode(wave.open(sys.argv[1]).readframes(10 * 16_000), NO_HINTS)[0])
"""


def pcm(name: str, seconds: float = 10) -> bytes:
    """The beginning of a recording that comes with the other local engine."""
    with wave.open(str(get_assets_path() / name)) as file:
        return file.readframes(int(seconds * SAMPLE_RATE))


class Hub(BaseHTTPRequestHandler):
    """The Hugging Face hub with one model, as far as its client asks for it."""

    folder: ClassVar[Path]

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.startswith(f"/{REPOSITORY}/resolve/"):
            return self.send_file(self.folder / path.rpartition("/")[2])
        files = sorted(self.folder.iterdir())
        if path == f"/api/models/{REPOSITORY}/tree/{COMMIT}":
            return self.send(json.dumps([listed(file) for file in files]).encode())
        if path.startswith(f"/api/models/{REPOSITORY}"):
            siblings = [{"rfilename": file.name} for file in files]
            return self.send(json.dumps({"id": REPOSITORY, "sha": COMMIT, "siblings": siblings}).encode())
        return self.send(b"{}", 404, {"X-Error-Code": "RepoNotFound"})

    def send_file(self, file: Path) -> None:
        self.send(file.read_bytes(), 200, {"ETag": f'"{digest(file)}"', "X-Repo-Commit": COMMIT})

    def send(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def listed(file: Path) -> dict[str, object]:
    return {"type": "file", "path": file.name, "size": file.stat().st_size, "oid": digest(file)[:40]}


@pytest.fixture
def hub(whisper_base: Path) -> Iterator[str]:
    handler = type("HubOfBase", (Hub,), {"folder": whisper_base})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


Python = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def python(tmp_path: Path) -> Python:
    """Run a program in a process of its own: the client of the hub reads its settings when it is imported."""

    def run(program: str, *arguments: object, hub: str, most: int = -1) -> subprocess.CompletedProcess[str]:
        environ = {**os.environ, "HF_ENDPOINT": hub, "HF_HOME": str(tmp_path / "hub")}
        environ = {name: value for name, value in environ.items() if not name.lower().endswith("_proxy")}
        return subprocess.run(
            [sys.executable, "-c", program, *map(str, arguments)],
            env=environ,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def model(whisper_base: Path) -> Whisper:
    model = Whisper(whisper_base, "en-US")
    model.load()
    return model


def test_what_is_said_is_understood(model: Whisper) -> None:
    text, _ = model.decode(pcm("beckett.wav"), NO_HINTS)
    assert text.strip().lower() == "ever tried, ever failed, no matter, try again, fail again, fail better."


def test_speech_comes_with_evidence_for_it(model: Whisper) -> None:
    _, evidence = model.decode(pcm("beckett.wav"), NO_HINTS)
    assert evidence.no_speech is not None
    assert evidence.logprob is not None
    assert (evidence.no_speech < 0.5, -1 < evidence.logprob < 0) == (True, True)


def test_the_surest_segment_speaks_for_speech_and_long_segments_weigh_more() -> None:
    sure = SimpleNamespace(start=0.0, end=3.0, no_speech_prob=0.1, avg_logprob=-0.2)
    unsure = SimpleNamespace(start=3.0, end=4.0, no_speech_prob=0.8, avg_logprob=-1.0)
    assert _evidence([sure, unsure]) == Evidence(no_speech=0.1, logprob=pytest.approx(-0.4))


def test_no_text_has_no_evidence() -> None:
    assert _evidence([]) == Evidence()


def test_the_vocabulary_changes_how_a_word_is_written(model: Whisper) -> None:
    sound = (recorded("sns0870.wav") * 32767).astype("<i2").tobytes()
    text, _ = model.decode(sound, Hints(vocabulary=("Jon Dashwoud",)))
    assert "Dashwoud" in text


def test_the_prompt_changes_how_a_word_is_written(model: Whisper) -> None:
    sound = (recorded("sns0870.wav") * 32767).astype("<i2").tobytes()
    text, _ = model.decode(sound, Hints(prompt="The story of Jon Dashwoud."))
    assert "Dashwoud" in text


def test_hints_as_long_as_may_be_leave_room_for_the_text(model: Whisper) -> None:
    recorded("sonnet1.mp3")  # or skip
    prose = json.loads((FOLDER / "manifest.json").read_text())["files"]["sonnet1.mp3"]
    text, _ = model.decode(pcm("beckett.wav"), Hints(prose, tuple(prose.split()), prose))
    assert text.lower().rstrip(" .").endswith("better"), text


def test_the_language_is_found_out_where_it_is_not_told(whisper_base: Path) -> None:
    model = Whisper(whisper_base, "auto")
    model.load()
    assert "try again, fail again" in model.decode(pcm("beckett.wav"), NO_HINTS)[0].lower()


def test_a_language_that_it_does_not_know_is_told(whisper_base: Path) -> None:
    with pytest.raises(TranscriberError, match=r'^stt.local.language: .* does not know "english"'):
        Whisper(whisper_base, "English").load()


@pytest.mark.parametrize(("seconds", "tokens"), [(0.5, 32), (3, 95), (7.2, 200), (7.3, None), (30, None)])
def test_a_short_sound_can_only_give_a_short_text(seconds: float, tokens: int | None) -> None:
    assert _tokens(seconds) == tokens


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json"])
def test_a_file_that_is_missing_is_told(whisper_base: Path, tmp_path: Path, name: str) -> None:
    for file in whisper_base.iterdir():
        (tmp_path / file.name).symlink_to(file)
    (tmp_path / name).unlink()
    with pytest.raises(TranscriberError, match=rf"holds no model for faster-whisper \({name} missing\)"):
        Whisper(tmp_path, "en").load()


@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json"])
def test_a_file_that_is_broken_is_told(whisper_base: Path, tmp_path: Path, name: str) -> None:
    for file in whisper_base.iterdir():
        (tmp_path / file.name).symlink_to(file)
    (tmp_path / name).unlink()
    (tmp_path / name).write_text("not a model")
    with pytest.raises(TranscriberError, match=r"cannot be loaded .*; check stt.local.model"):
        Whisper(tmp_path, "en").load()


def test_where_the_extra_is_not_installed_the_command_to_get_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "faster_whisper", None)  # as if it were not there
    with pytest.raises(TranscriberError, match=r"pip install 'dictated\[whisper\]'$"):
        Whisper(tmp_path, "en").load()


def test_the_names_are_those_of_faster_whisper() -> None:
    models = pytest.importorskip("faster_whisper.utils")._MODELS  # noqa: SLF001 (it has no other way to tell)
    assert {name: listed.repository for name, listed in LISTED.items()} == models


def test_a_model_is_fetched_and_then_found_without_network(python: Python, hub: str) -> None:
    fetched = python(FETCH, "whisper:base", hub=hub)
    heard = python(LISTEN, get_assets_path() / "beckett.wav", hub=NOBODY)
    assert (fetched.stdout, fetched.stderr) == ("here, 148 MB, 99 languages, MIT\n", "")
    assert heard.stdout.strip().endswith("fail better."), heard.stderr


def test_looking_for_a_model_asks_no_server(python: Python, hub: str) -> None:
    assert python(FIND, hub=hub).stdout == "None\n"


def test_a_model_of_which_a_file_is_missing_is_not_taken_for_whole(python: Python, tmp_path: Path) -> None:
    cached = tmp_path / "hub" / "hub" / "models--Systran--faster-whisper-base"
    for file, text in {"refs/main": COMMIT, f"snapshots/{COMMIT}/config.json": "{}"}.items():
        (cached / file).parent.mkdir(parents=True)
        (cached / file).write_text(text)
    assert python(FIND, hub=NOBODY).stdout == "None\n"


@pytest.mark.parametrize("address", [NOBODY, "http://hub.invalid"])
def test_without_network_one_line_says_so(python: Python, address: str) -> None:
    run = python(FETCH, "whisper:base", hub=address)
    assert (run.stdout.count("\n"), run.stderr) == (1, "")
    assert run.stdout.startswith("whisper:base was not fetched: its server cannot be reached")


def test_on_a_full_disk_one_line_says_so_and_the_model_is_not_taken_for_whole(
    python: Python, hub: str
) -> None:
    run = python(FETCH, "whisper:base", hub=hub, most=50_000_000)
    assert run.stdout == "whisper:base was not fetched: no room on the disk; make some, and fetch it again\n"
    assert python(FIND, hub=NOBODY).stdout == "None\n"


def test_a_model_that_the_hub_does_not_have_is_told(python: Python, hub: str) -> None:
    run = python(FETCH, "whisper:nobody/nothing", hub=hub)
    assert run.stdout == "there is no nobody/nothing on the hub; check its name\n"
