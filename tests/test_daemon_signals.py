"""Told to end or to read its configuration while somebody speaks: what was said before is not lost."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import fixtures.daemon
import pytest
from moonshine_voice import get_assets_path
from recordings import words

from dictated.daemon import LEAVE_S

if TYPE_CHECKING:
    from fixtures.daemon import Daemon, Dictated

SPEECH = get_assets_path() / "two_cities.wav"
BEGUN_S = 3.0
"""Seconds of the recording after which it says: "It was the best of times, it …"."""

BEGUN = ["it", "was", "the", "best", "of"]


@pytest.fixture
def speaking(dictated: Dictated) -> Daemon:
    """A daemon to which somebody is speaking, in the midst of the first sentence; it keeps no sound."""
    dictated.configure("[history]\nkeep_audio = '0'\n[feedback]\nlog_level = 'debug'")
    daemon = dictated.start("--input", SPEECH)
    daemon.says(": listening")
    time.sleep(BEGUN_S)  # the recording plays on
    return daemon


def next_start(dictated: Dictated) -> list[str]:
    """Let the next daemon bring to its end what the last one left, if anything; return all that was written."""
    if not dictated.notes.exists():
        daemon = dictated.start()
        daemon.says("delivered")
        daemon.ends(signal.SIGTERM)
    return words(" ".join(dictated.written))


def spool(dictated: Dictated) -> list[str]:
    """What is left for the next start."""
    return [path.name for path in (dictated.home / "state/dictated/spool").iterdir()]


@pytest.mark.alone
def test_told_twice_it_leaves_at_once_and_the_next_start_brings_what_was_said(
    dictated: Dictated, speaking: Daemon
) -> None:
    told = time.monotonic()
    for number in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM):  # stopped, it gets both at once
        speaking.process.send_signal(number)
    code = speaking.ends(signal.SIGCONT)
    assert (code, time.monotonic() - told < LEAVE_S, dictated.notes.exists()) == (0, True, False)
    assert next_start(dictated)[:5] == BEGUN


@pytest.mark.alone
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_told_once_more_while_it_ends_it_says_so_in_a_line_and_nothing_is_said_twice(
    dictated: Dictated, speaking: Daemon, number: int
) -> None:
    speaking.process.send_signal(number)
    speaking.says("once more to leave at once")
    assert speaking.ends(number) == 0, speaking.lines
    left = sum("the next start goes on with it" in line for line in speaking.lines)
    assert left == (not dictated.notes.exists()), speaking.lines
    heard = next_start(dictated)
    assert (heard[:5], heard.count("best"), spool(dictated)) == (BEGUN, 1, [])


@pytest.mark.parametrize("change", ["[segment]\npause_ms = 500", "[stt]\nhold_doubtful = false"])
def test_a_new_configuration_in_mid_sentence_costs_nothing_of_what_was_said(
    dictated: Dictated, speaking: Daemon, change: str
) -> None:
    dictated.configure(f"[feedback]\nlog_level = 'debug'\n{change}")
    speaking.process.send_signal(signal.SIGHUP)
    speaking.says("read again")
    speaking.has_said("utterance 1 delivered")
    assert words(dictated.written[0])[:5] == BEGUN


def test_a_bad_configuration_in_mid_sentence_does_not_even_cut_it(
    dictated: Dictated, speaking: Daemon
) -> None:
    dictated.configure("[vad]\nmode = 9")
    speaking.process.send_signal(signal.SIGHUP)
    speaking.says("stays as it was")
    speaking.says("utterance 1 delivered")
    assert words(dictated.written[0])[-5:] == ["was", "the", "worst", "of", "times"]


def test_a_terminal_that_is_closed_ends_it_in_good_order_with_the_sentence_delivered(
    dictated: Dictated,
) -> None:
    ours, terminal = pty.openpty()
    command = ["setsid", "--ctty", fixtures.daemon.DICTATED, "--config", dictated.config, "run"]
    with subprocess.Popen(
        [*command, "--input", SPEECH],
        env=dictated.environ,
        **dict.fromkeys(("stdin", "stdout", "stderr"), terminal),
    ) as process:
        try:
            os.close(terminal)
            hang_up(ours)
            assert process.wait(fixtures.daemon.GRACE) == 0
        finally:
            process.kill()
    assert words(" ".join(dictated.written))[:5] == BEGUN


def hang_up(terminal: int) -> None:
    """Close the terminal in the midst of the first sentence."""
    said = b""
    while b": listening" not in said:
        said += os.read(terminal, 4096)
    time.sleep(BEGUN_S)  # the recording plays on
    os.close(terminal)
