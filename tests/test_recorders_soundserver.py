from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from dictated.recorders.device import Device
from dictated.recorders.soundserver import source_chosen, sources

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.sound import SoundServer

pytestmark = pytest.mark.desktop


def test_sources_are_listed_with_their_form_and_the_default(
    sound_server: SoundServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in sound_server.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("dictated.recorders.soundserver.PACTL_S", 10)  # a busy machine is waited for
    assert sources() == [
        Device(
            None,
            "vspk.monitor",
            2,
            48_000,
            default=False,
            kind="source",
            title="Monitor of Null Output",
            monitor=True,
        ),
        Device(None, "vmic", 2, 48_000, default=True, kind="source", title="Remapped Monitor of Null Output"),
    ]


def test_without_a_sound_server_there_are_no_sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/none")
    assert sources() == []


def test_without_pactl_there_are_no_sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert sources() == []


@pytest.mark.parametrize(
    "answer", ["not JSON", "[]", "{}", '[{"name": 1}]', '[{"name": "a", "description": "b"}]']
)
def test_a_pactl_of_another_kind_gives_no_sources(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str
) -> None:
    pactl = tmp_path / "pactl"
    pactl.write_text(f"#!/bin/sh\necho '{answer}'\n")
    pactl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert sources() == []


@pytest.mark.parametrize("before", [None, "mine"])
def test_the_choice_of_a_source_ends_with_the_block(
    monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    monkeypatch.delenv("PULSE_SOURCE", raising=False)
    if before:
        monkeypatch.setenv("PULSE_SOURCE", before)
    with source_chosen("vmic"):
        inside = os.environ["PULSE_SOURCE"]
    assert (inside, os.environ.get("PULSE_SOURCE")) == ("vmic", before)
