from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dictated.cli import ASKED, GROUPS, main
from dictated.commands.ask import in_words

DICTATED = Path(sys.executable).with_name("dictated")
SLOW = ("numpy", "httpx", "sounddevice", "soundfile", "soxr", "pynput", "moonshine_voice", "rapidfuzz")
HEAVY = (*SLOW, "anyio", "msgspec", "Xlib")
FIXED = [
    "run",
    "start",
    "stop",
    "toggle",
    "cancel",
    "status",
    "transcribe",
    "devices",
    "config",
    "service",
    "doctor",
]


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(variable, str(tmp_path))


def dictated(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([DICTATED, *arguments], capture_output=True, text=True, check=False)


def seconds_of(*arguments: str) -> float:
    started = time.perf_counter()
    dictated(*arguments)
    return time.perf_counter() - started


def test_the_help_shows_every_command_under_its_heading() -> None:
    shown = dictated("--help").stdout
    assert all(f"\n{heading}:\n" in shown for heading in GROUPS)
    assert all(f"\n  {command} " in shown for command in FIXED)


@pytest.mark.parametrize("command", FIXED)
def test_every_command_tells_what_it_does(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert (left.value.code, capsys.readouterr().out.startswith(f"usage: dictated {command}")) == (0, True)


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        ["explode"],
        ["retry", "7", "--all"],
        ["retry", "x"],
        ["run", "--nothing"],
        ["service", "explode"],
        ["transcribe"],
    ],
)
def test_wrong_use_exits_with_2(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(wrong)
    assert (left.value.code, "usage: dictated" in capsys.readouterr().err) == (2, True)


@pytest.mark.parametrize("command", sorted(ASKED))
def test_without_a_daemon_the_exit_code_is_3(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert (main([command]), "dictated run" in capsys.readouterr().err) == (3, True)


def test_a_wrong_configuration_tells_every_fault_and_exits_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "my.toml"
    file.write_text("[vad]\nmode = 9\nmod = 1\n")
    assert (main(["--config", str(file), "config"]), len(capsys.readouterr().err.splitlines())) == (2, 2)


def test_config_prints_what_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "my.toml"
    file.write_text("[segment]\npause_ms = 450\n")
    main(["--config", str(file), "config"])
    assert "\npause_ms = 450\n" in capsys.readouterr().out


def test_config_default_is_the_shipped_file(capsys: pytest.CaptureFixture[str]) -> None:
    main(["config", "--default"])
    assert capsys.readouterr().out == (Path(__file__).parents[1] / "config.toml").read_text(encoding="utf-8")


def test_a_status_has_a_line_for_each_engine_with_what_it_did_and_cost_today() -> None:
    engines = [
        {"name": "openrouter", "state": "skipped", "reason": "no credit", "answers": 3, "cost": 0.0123},
        {"name": "local", "state": "ok", "reason": "", "answers": 2, "cost": 0.0},
        {"name": "openai", "state": "ok", "reason": "", "answers": 0, "cost": 0.0, "profiles": ["a", "b"]},
    ]
    told = in_words({"state": "off", "error": "", "engines": engines}).splitlines()[1:]
    assert told == [
        "openrouter: skipped (no credit); today 3 answers, $0.0123",
        "local: ok; today 2 answers",
        "openai for a, b: ok; today 0 answers",
    ]


def test_config_path_tells_where_it_is_read_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["config", "--path"])
    assert capsys.readouterr().out == f"{tmp_path}/dictated/config.toml\n"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ({"state": "off", "heard": 0, "error": "", "engines": []}, "off; nothing heard yet"),
        (
            {"state": "listening", "heard": 3, "delivered": 2, "error": "", "engines": []},
            "listening; 3 heard, 2 delivered",
        ),
        (
            {"state": "off", "heard": 0, "error": "unplugged", "engines": []},
            "off; nothing heard yet; last error: unplugged",
        ),
    ],
)
def test_a_status_reads_as_a_sentence(status: dict[str, str | int], words: str) -> None:
    assert in_words(status) == words


def test_services_load_nothing_of_httpxs_own_command_line() -> None:
    code = "import sys, dictated.transcribers.services; print([m for m in ('click', 'rich') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"


@pytest.mark.parametrize(("module", "left_out"), [("ask", HEAVY), ("run", SLOW)], ids=["client", "daemon"])
def test_nothing_slow_is_loaded_before_a_command_is_sent_or_the_microphone_opened(
    module: str, left_out: tuple[str, ...]
) -> None:
    code = (
        f"import sys, dictated.cli, dictated.commands.{module}; "
        f"print([m for m in {left_out!r} if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


@pytest.mark.alone
def test_a_toggle_needs_less_than_60_ms() -> None:
    """The best of many, for other processes run too; the answer of a real daemon is in test_daemon."""
    assert any(seconds_of("toggle") < 0.060 for _ in range(50))


def test_the_module_is_the_command() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "dictated", "config", "--path"], capture_output=True, text=True, check=True
    )
    assert run.stdout.startswith(os.environ["HOME"])


def test_a_reader_that_has_read_enough_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer) as closed:
        shown = subprocess.run(
            [DICTATED, "config", "--default"], stdout=closed, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (shown.returncode, shown.stderr) == (141, "")
