from __future__ import annotations

import json
from argparse import Namespace
from typing import TYPE_CHECKING, Any

import pytest
from anyio import to_thread
from fixtures.service import Answer

from dictated.commands import models
from dictated.errors import TranscriberError, UsageError
from dictated.paths import Paths

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.service import Service

CATALOGUE = {
    "data": [
        {"id": "openai/whisper-1", "name": "Whisper 1", "pricing": {"prompt": "0.006", "completion": "0"}},
        {"id": "a/b", "name": "B", "pricing": {"prompt": "0.0000025", "completion": "0.00001"}},
        {"id": "a/c"},
    ]
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def asked(tmp_path: Path, toml: str = "", **arguments: Any) -> int:
    config = tmp_path / "config.toml"
    config.write_text(toml)
    known = {"config": str(config), "engine": None, "json": False, "download": None}
    return models.run(Namespace(**(known | arguments)), Paths.from_environment({"HOME": str(tmp_path)}))


async def listed(tmp_path: Path, service: Service, model: str, **arguments: Any) -> int:
    """Run the command in a thread, for it has a loop of its own."""
    service.answers(Answer(body=CATALOGUE))
    toml = f'[stt]\nengine = "openrouter"\n[stt.openrouter]\nbase_url = "{service.url}"\nmodel = "{model}"\n'
    return await to_thread.run_sync(lambda: asked(tmp_path, toml, **arguments))


async def test_models_are_shown_in_columns_with_the_configured_one_marked(
    tmp_path: Path, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await listed(tmp_path, service, "openai/whisper-1") == 0
    assert capsys.readouterr().out == (
        "  a/b               $2.50 in, $10.00 out per million tokens  B\n"
        "  a/c\n"
        "* openai/whisper-1  $0.006, its unit is not told             Whisper 1\n"
    )


async def test_as_json_models_are_one_array(
    tmp_path: Path, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    await listed(tmp_path, service, "a/c", json=True)
    found = json.loads(capsys.readouterr().out)
    assert [entry["configured"] for entry in found] == [False, True, False]
    assert found[1] == {"name": "a/c", "price": "", "note": "", "configured": True}


async def test_a_configured_model_that_is_not_listed_is_told(
    tmp_path: Path, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    await listed(tmp_path, service, "openai/wisper-1")
    assert capsys.readouterr().err == 'stt.openrouter.model = "openai/wisper-1" is not among them\n'


async def test_a_listed_model_leaves_nothing_to_say(
    tmp_path: Path, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    await listed(tmp_path, service, "a/b")
    assert capsys.readouterr().err == ""


async def test_another_engine_than_the_configured_one_can_be_named(
    tmp_path: Path, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    await listed(tmp_path, service, "a/b", engine="local")
    assert ("\n  moonshine:tiny-ja" in capsys.readouterr().out, service.requests) == (True, [])


def test_without_prices_there_is_no_column_for_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(tmp_path)
    lines = capsys.readouterr().out.splitlines()
    longest = max(len(line[2:].split()[0]) for line in lines)
    assert [line[2 + longest :].startswith("  ") and line[4 + longest] != " " for line in lines] == [
        True
    ] * len(lines)


async def test_what_cannot_be_listed_is_an_error(tmp_path: Path, service: Service) -> None:
    toml = f'[stt]\nengine = "openrouter"\n[stt.openrouter]\nbase_url = "{service.url}"\n'
    service.answers(Answer(status=500))
    with pytest.raises(TranscriberError, match="openrouter"):
        await to_thread.run_sync(asked, tmp_path, toml)


def test_a_local_model_that_is_a_folder_need_not_be_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(tmp_path, f'[stt.local]\nmodel = "{tmp_path}"\n')
    assert capsys.readouterr().err == ""


def test_a_model_that_is_fetched_is_told_with_how_to_use_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(tmp_path, download="tiny-en") == 0
    told = capsys.readouterr().out
    assert (told.startswith("tiny-en: "), 'stt.local.model = "tiny-en"' in told) == (True, True)


def test_a_model_nobody_knows_cannot_be_fetched(tmp_path: Path) -> None:
    with pytest.raises(TranscriberError):
        asked(tmp_path, download="whisper:nonesuch")


def test_a_services_model_cannot_be_fetched(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="local"):
        asked(tmp_path, engine="openrouter", download="openai/whisper-1")
