from __future__ import annotations

import os
import signal
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from fixtures.daemon import Dictated
from moonshine_voice import get_assets_path
from recordings import beginning, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fixtures.daemon import Daemon

SPOKEN_S = 3.5
FOREVER = get_assets_path() / "two_cities.wav"  # 44 s: no test waits for its end


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The beginning of a recording: "Ever tried, ever failed." """
    copy = tmp_path_factory.mktemp("speech") / "speech.wav"
    return beginning(get_assets_path() / "beckett.wav", SPOKEN_S, copy)


@dataclass(frozen=True)
class Dictation:
    """What came of a whole run: the program and the daemon that has ended, and how long it listened."""

    program: Dictated
    daemon: Daemon
    code: int
    seconds: float


@pytest.fixture(scope="module")
def dictation(tmp_path_factory: pytest.TempPathFactory, speech: Path) -> Iterator[Dictation]:
    """A file as the microphone, to its end."""
    program = Dictated(tmp_path_factory.mktemp("dictation"))
    daemon = program.start("--input", speech)
    daemon.says("listening")
    started = time.monotonic()
    code = daemon.ends()
    yield Dictation(program, daemon, code, time.monotonic() - started)
    program.close()


def test_a_file_as_the_microphone_is_written_down_and_ends_the_program(dictation: Dictation) -> None:
    assert dictation.code == 0
    assert words(" ".join(dictation.program.written)) == ["ever", "tried", "ever", "failed"]


def test_a_file_plays_in_real_time(dictation: Dictation) -> None:
    assert dictation.seconds > SPOKEN_S - 0.1


def test_what_is_said_is_not_in_the_log_lines(dictation: Dictation) -> None:
    assert "tried" not in "\n".join(dictation.daemon.lines).lower()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_in_mid_sentence_finishes_and_delivers_it(dictated: Dictated, number: int) -> None:
    daemon = dictated.start("--input", FOREVER)
    daemon.says("listening")
    time.sleep(2.5)  # the recording plays on: "It was the best of times, it was the worst …"
    assert daemon.ends(number) == 0
    assert words(" ".join(dictated.written))[:5] == ["it", "was", "the", "best", "of"]


def test_a_second_signal_leaves_at_once_and_keeps_the_sound(dictated: Dictated) -> None:
    daemon = dictated.start("--input", FOREVER)
    daemon.says("listening")
    for number in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM):  # stopped, it gets both at once
        daemon.process.send_signal(number)
    assert daemon.ends(signal.SIGCONT) in {0, 1}


def test_stop_in_mid_sentence_delivers_it(dictated: Dictated) -> None:
    dictated.configure("[feedback]\nlog_level = 'debug'")
    daemon = dictated.start("--input", FOREVER)
    daemon.says("listening")
    time.sleep(2.5)  # the recording plays on
    dictated("stop")
    daemon.says("delivered")
    assert words(" ".join(dictated.written))[:5] == ["it", "was", "the", "best", "of"]


def test_ctrl_z_does_not_stop_it_for_it_may_hold_a_key(dictated: Dictated) -> None:
    daemon = dictated.start("--input", FOREVER)
    daemon.says("listening")
    daemon.process.send_signal(signal.SIGTSTP)
    assert dictated.status()["state"] == "listening"


def test_a_second_daemon_says_who_holds_the_lock(dictated: Dictated) -> None:
    first = dictated.start("--input", FOREVER)
    first.says("listening")
    second = dictated("run")
    assert (second.returncode, f"process {first.process.pid}" in second.stderr) == (1, True)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["retry"], "nothing has failed; `dictated history` shows what there is"),
        (["retry", "--all"], "nothing has failed; `dictated history` shows what there is"),
        (["retry", "7"], "there is no number 7; `dictated history` shows what there is"),
        (["insert"], "nothing is held back; `dictated history` shows what there is"),
    ],
)
def test_what_cannot_be_tried_again_or_inserted_is_told(
    dictated: Dictated, asked: list[str], told: str
) -> None:
    dictated.start("--input", FOREVER).says("listening")
    run = dictated(*asked)
    assert (run.returncode, run.stderr) == (1, f"dictated: {told}\n")


@pytest.mark.alone
def test_toggle_is_answered_within_60_ms_by_a_running_daemon(dictated: Dictated) -> None:
    """The best of many, for other processes run too."""
    dictated.start("--input", FOREVER).says("listening")

    def seconds() -> float:
        started = time.perf_counter()
        assert dictated("toggle").returncode == 0
        return time.perf_counter() - started

    assert any(seconds() < 0.060 for _ in range(50))


def test_a_wrong_configuration_is_told_and_exits_with_2(dictated: Dictated) -> None:
    dictated.configure("[vad]\nmode = 9")
    run = dictated("run")
    assert (run.returncode, run.stderr) == (
        2,
        f"dictated: {dictated.config}: vad.mode: found 9; allowed: int <= 3\n",
    )


def test_a_wrong_hotkey_is_told_and_exits_with_2(dictated: Dictated) -> None:
    dictated.configure('[hotkeys]\ntoggle = "<ctl>+d"')
    run = dictated("run")
    assert (run.returncode, "hotkeys.toggle" in run.stderr) == (2, True)


def test_an_input_that_is_not_there_is_told_and_exits_with_1(dictated: Dictated, tmp_path: Path) -> None:
    run = dictated("run", "--input", tmp_path / "nothing.wav")
    assert (run.returncode, "nothing.wav" in run.stderr, "Traceback" in run.stderr) == (1, True, False)


def test_a_model_that_is_not_there_is_told_and_exits_with_1(dictated: Dictated, tmp_path: Path) -> None:
    dictated.configure(f'[stt.local]\nmodel = "{tmp_path}"')
    run = dictated("run")
    assert (run.returncode, run.stderr.count("\n"), "stt.local.model" in run.stderr) == (1, 1, True), (
        run.stderr
    )


def test_a_runtime_directory_too_deep_for_a_socket_is_told_and_exits_with_1(
    dictated: Dictated, tmp_path: Path
) -> None:
    dictated.environ["XDG_RUNTIME_DIR"] = str(tmp_path / ("deep" * 40))
    run = dictated("run")
    assert (run.returncode, "XDG_RUNTIME_DIR" in run.stderr, "Traceback" in run.stderr) == (1, True, False), (
        run.stderr
    )


def test_a_bad_configuration_on_reload_keeps_the_old_one_and_says_so(dictated: Dictated) -> None:
    daemon = dictated.start("--input", FOREVER)
    daemon.says("listening")
    dictated.configure("[vad]\nmode = 9")
    daemon.process.send_signal(signal.SIGHUP)
    told = daemon.says("stays as it was")
    assert ("vad.mode: found 9" in told, dictated.status()["state"]) == (True, "listening")


def test_a_good_configuration_is_taken_on_reload(dictated: Dictated, tmp_path: Path) -> None:
    daemon = dictated.start()
    daemon.says("ready")
    dictated.notes = tmp_path / "other.txt"
    dictated.configure("[feedback]\nlog_level = 'debug'")
    daemon.process.send_signal(signal.SIGHUP)
    daemon.says("read again")
    assert dictated.status()["state"] == "off"


def test_ready_is_told_to_systemd_only_when_it_can_transcribe(dictated: Dictated, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(os.fspath(tmp_path / "notify"))
        systemd.settimeout(30)
        daemon = dictated.start(
            environ={"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "200000"}
        )
        said = [systemd.recv(4096)]
        while not any(b"READY=1" in one for one in said):
            said.append(systemd.recv(4096))
        answered = dictated.status()["state"]
        while b"WATCHDOG=1" not in said:
            said.append(systemd.recv(4096))
        code = daemon.ends(signal.SIGTERM)
    assert (answered, code) == ("off", 0)


def test_with_no_display_the_words_go_to_the_log_and_it_is_said_once(
    dictated: Dictated, speech: Path
) -> None:
    dictated.configure("[feedback]\nlog_level = 'info'", sinks='["type"]')
    daemon = dictated.start("--input", speech)
    daemon.ends()
    told = [line for line in daemon.lines if "type: " in line]
    assert (len(told), words(" ".join(dictated.written))[0]) == (1, "ever")
