"""A key, given each way, is searched for in everything that a whole run of the program writes."""

from __future__ import annotations

import base64
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import keyrings
import pytest
from anyio import to_thread
from fixtures.daemon import DICTATED
from fixtures.service import Answer
from moonshine_voice import get_assets_path
from recordings import repeated

if TYPE_CHECKING:
    from fixtures.daemon import Dictated
    from fixtures.service import Received, Service

KEY = "sk-or-v1-Zq7dN2xK9w+b4LmC8/Rf5JhG3sPy6EaU="
SPEECH = get_assets_path() / "two_cities.wav"  # 44 s in several utterances
BRISK, TIMES = get_assets_path() / "beckett.wav", 4
"""Short sentences in 10 s, and how often they are said: no test waits for the end of that."""

FORMS = {
    "as it is": KEY.encode(),
    "its beginning": KEY[9:17].encode(),
    "its end": KEY[-8:].encode(),
    "in base64": base64.b64encode(KEY.encode())[:-4],
    "its header in base64": base64.b64encode(f"Bearer {KEY}".encode())[:-4],
    "in a URL": quote(KEY, safe="").encode(),
    "in UTF-16": KEY.encode("utf-16-le"),
    "backwards": KEY[::-1].encode(),
}
"""How it might stand somewhere; a header's `Bearer …` holds it as it is."""


Echo = Callable[[str], Answer]

REFUSALS: list[Echo] = [
    lambda said: Answer(status=500, body=f"cannot serve {said}", headers={"x-echo": said}),
    lambda said: Answer(status=400, body={"error": {"message": f"no {said}", "code": 400, "type": said}}),
    lambda said: Answer(body={"error": {"message": said, "code": 502, "metadata": {"raw": said}}}),
    lambda said: Answer(status=429, body={"error": said}, headers={"retry-after": "0"}),
    lambda said: Answer(status=503, body=[{"errors": [{"message": f"key={said}, it ends {said[-8:]}"}]}]),
    lambda said: Answer(body=f"<html>{said}</html>"),
    lambda said: Answer(body={"text": 7, "detail": said}),
]
"""What a service may say with the key in it, and the next utterance still be asked for."""


def unauthorised(said: str) -> Answer:
    return Answer(status=401, body={"error": {"message": f"{said} is wrong", "code": 401}})


def elsewhere(said: str) -> Answer:
    return Answer(
        status=307, headers={"location": f"http://localhost:1/{quote(said, safe='')}?key={said[-9:]}"}
    )


def echoing(*refusals: Echo) -> Callable[[Received], Answer]:
    """A service that lets everybody in and then refuses so, the last for ever, with the key in every answer."""
    waiting = list(refusals)

    def answer(request: Received) -> Answer:
        said = request.headers.get("authorization", "")
        if request.method == "GET":
            return Answer(body={"data": {"label": said, "limit": None}}, headers={"x-echo": said})
        return (waiting.pop(0) if len(waiting) > 1 else waiting[0])(said)

    return answer


def traces(texts: dict[str, bytes]) -> list[str]:
    """Where the key was found, and how it stood there."""
    return [f"{form} in {name}" for name, text in texts.items() for form, key in FORMS.items() if key in text]


def files(folder: Path, *, but: Path | None) -> dict[str, bytes]:
    """Everything below a folder, by path; `but` is where the test itself put the key."""
    found = [path for path in folder.rglob("*") if path.is_file() and path != but]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def configure(dictated: Dictated, service: Service, settings: str) -> None:
    dictated.configure(
        "[feedback]\nlog_level = 'debug'\n[limits]\ndrain_s = 2\n"
        "[stt]\nengine = 'openrouter'\nskip_after = 100\n"
        f"[stt.openrouter]\nbase_url = '{service.url}'\n{settings}"
    )


def give(way: str, dictated: Dictated, service: Service) -> Path | None:
    """Put the key where `way` says, for the daemon and every command; return the file it stands in."""
    if way == "variable":
        dictated.environ["OPENROUTER_API_KEY"] = KEY
        configure(dictated, service, "")
        return None
    place = dictated.home / ("openrouter-api-key" if way == "credential" else "key")
    place.write_text(KEY + "\n")
    place.chmod(0o600)
    if way == "credential":
        dictated.environ["CREDENTIALS_DIRECTORY"] = str(dictated.home)
    configure(dictated, service, "" if way == "credential" else f"api_key_file = '{place}'")
    return place


def asked(dictated: Dictated) -> dict[str, bytes]:
    """What every command answers while the daemon runs."""
    commands = (
        ["status"],
        ["status", "--json"],
        ["config"],
        ["history"],
        ["stats"],
        ["models", "openrouter"],
    )
    done = {" ".join(command): dictated(*command) for command in commands}
    return {name: (run.stdout + run.stderr).encode() for name, run in done.items()}


def dictation(dictated: Dictated, words: str) -> dict[str, bytes]:
    """Dictate until the daemon says these words; return what it told everybody until its end."""
    daemon = dictated.start("--input", repeated(BRISK, TIMES, dictated.home / "spoken.wav"))
    daemon.says(words)
    process = Path(f"/proc/{daemon.process.pid}")
    seen = {name: (process / name).read_bytes() for name in ("cmdline", "comm")} | asked(dictated)
    daemon.ends(signal.SIGTERM)
    assert daemon.process.stdout is not None
    said = "\n".join([*daemon.lines, daemon.process.stdout.read()])
    return seen | {"the daemon's output": said.encode()}


@pytest.mark.parametrize(
    ("way", "last", "words"),
    [
        ("file", unauthorised, "(401"),
        ("variable", elsewhere, "(307"),
        ("credential", unauthorised, "(401"),
    ],
)
async def test_a_key_is_in_nothing_that_a_whole_run_writes(
    way: str, last: Echo, words: str, dictated: Dictated, service: Service
) -> None:
    place = give(way, dictated, service)
    service.answers(echoing(REFUSALS[0], last))
    seen = await to_thread.run_sync(dictation, dictated, words)
    seen |= files(dictated.home, but=place)
    assert traces(seen) == []
    assert {request.headers.get("authorization") for request in service.requests} == {f"Bearer {KEY}"}
    kept = [name for name in seen if name.startswith("state/")]  # the recording itself lies elsewhere
    assert {".sqlite3", ".wav"} <= {Path(name).suffix for name in kept}


async def test_a_key_that_every_answer_repeats_is_in_nothing_that_transcribing_writes(
    dictated: Dictated, service: Service
) -> None:
    place = give("file", dictated, service)
    service.answers(echoing(*REFUSALS, unauthorised))
    done = await to_thread.run_sync(partial(dictated, "transcribe", SPEECH))
    seen = {"its output": (done.stdout + done.stderr).encode()} | files(dictated.home, but=place)
    assert traces(seen) == []
    assert len([request for request in service.requests if request.method == "POST"]) > len(REFUSALS)


async def test_a_key_of_the_desktop_keyring_is_in_nothing_that_transcribing_writes(
    dictated: Dictated, service: Service
) -> None:
    configure(dictated, service, "api_key_keyring = true")
    service.answers(echoing(REFUSALS[0], unauthorised))
    command = [DICTATED, "--config", dictated.config, "transcribe", SPEECH]
    run = partial(keyrings.run, dictated.home, KEY, "openrouter", command, dictated.environ)
    done = await to_thread.run_sync(run)
    seen = {"its output": (done.stdout + done.stderr).encode()} | files(dictated.home / "state", but=None)
    assert traces(seen) == []
    assert {request.headers.get("authorization") for request in service.requests} == {f"Bearer {KEY}"}


@pytest.mark.parametrize("fault", ["others may read it", "there is more in it"])
async def test_a_key_that_is_refused_is_not_shown(fault: str, dictated: Dictated, service: Service) -> None:
    place = give("file", dictated, service)
    assert place is not None
    place.chmod(0o644 if fault == "others may read it" else 0o600)
    place.write_text(KEY if fault == "others may read it" else f"{KEY} {KEY}")
    done = await to_thread.run_sync(partial(dictated, "run", "--input", SPEECH))
    assert traces({"its output": (done.stdout + done.stderr).encode()}) == []
    assert (done.returncode, service.requests) == (1, [])
    assert "openrouter: the key's file" in done.stderr


def test_the_search_finds_a_key_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "told").write_text(f"Bearer {KEY}, and in the log {base64.b64encode(KEY.encode()).decode()}")
    forms = ("as it is", "its beginning", "its end", "in base64")
    assert traces(files(tmp_path, but=None)) == [f"{form} in told" for form in forms]
