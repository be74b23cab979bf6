"""Dictates a recording under one fault after the other, and says what the user sees and what is lost.

Each fault has a daemon with a state of its own. What is lost is counted in words of the recording as an
undisturbed run understands it, after the fault is over and the next daemon has done its work.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import sys
import tempfile
import time
import wave
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from disturbed import Desk, Found
from fixtures.clock import Clock
from fixtures.daemon import Dictated
from fixtures.screen import open_screen
from fixtures.sound import SoundServer
from listening_service import ListeningService
from recordings import words
from spoken import RECORDING

if TYPE_CHECKING:
    from collections.abc import Callable

    from fixtures.daemon import Daemon

PLAYED_S = 17.2
"""Seconds of the recording that are dictated: four sentences."""

ROOM = 4096
"""Bytes a file may have on a full disk that holds sound and history, but not the log."""

SERVICE = "[stt]\nengine = 'openai'\n{}\n[stt.openai]\nbase_url = '{}'\nmodel = 'any'"


def killed(desk: Desk) -> Found:
    """Killed, and started again."""
    desk.configure()
    desk.cut(desk.dictate(), signal.SIGKILL)
    daemon = desk.next_start()
    return desk.found("`kill -9`, a crash, a power cut in mid-sentence", daemon, "of before", _until(desk))


def ended(desk: Desk) -> Found:
    """Told to end, once."""
    desk.configure()
    daemon = desk.dictate()
    desk.cut(daemon, signal.SIGTERM)
    return desk.found("told to end in mid-sentence (SIGTERM, Ctrl+C, logout)", daemon, "ending", _until(desk))


def ended_twice(desk: Desk) -> Found:
    """Told to end twice at once, and started again."""
    desk.configure()
    daemon = desk.dictate()
    desk.cut(daemon, signal.SIGINT, signal.SIGTERM)
    desk.next_start()
    return desk.found("told twice (Ctrl+C, Ctrl+C)", daemon, "ending", _until(desk))


def _until(desk: Desk, last: str = "belief") -> list[str]:
    """What had been said when the recording was cut: "… It was the epoch of belief."."""
    return desk.said[: desk.said.index(last) + 1]


def full(desk: Desk) -> Found:
    """Room for the log, none for sound and history."""
    desk.configure()
    daemon = desk.dictate()
    _give_room(daemon, ROOM)
    daemon.ends()
    return desk.found("disk full; the log is elsewhere", daemon, "not put down")


def quite_full(desk: Desk) -> Found:
    """No room for anything, until three sentences have been said."""
    desk.configure()
    daemon = desk.dictate()
    _give_room(daemon, 0)
    for _ in range(3):
        daemon.says("kept in memory")
    _give_room(daemon, resource.RLIM_INFINITY)
    daemon.ends()
    desk.next_start()
    return desk.found("disk full, the log on it too, no window; then there is room", daemon, "kept in memory")


def _give_room(daemon: Daemon, most: int) -> None:
    """Let no file of the program grow beyond so many bytes."""
    _, hard = resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (most, hard))


def read_only(desk: Desk) -> Found:
    """A state directory that cannot even be made: a file is in its way."""
    desk.configure()
    (desk.folder / "state").touch()
    daemon = desk.dictate()
    daemon.ends()
    return desk.found("state directory that cannot be written", daemon, "not put down")


def damaged(desk: Desk) -> Found:
    """A history that is no database; it is moved away afterwards."""
    desk.configure()
    history = desk.folder / "state/dictated/history.sqlite3"
    history.parent.mkdir(mode=0o700, parents=True)
    history.write_bytes(os.urandom(8192))
    daemon = desk.dictate()
    daemon.ends()
    history.unlink()
    desk.next_start()
    return desk.found("history file damaged", daemon, "not put down")


def clock_back(desk: Desk) -> Found:
    """The wall clock of the program steps back in mid-recording."""
    desk.configure()
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    clock = Clock(desk.folder, library)
    daemon = desk.dictate(clock.env)
    daemon.says("utterance 2 delivered")
    clock.set(-3600)
    daemon.ends()
    return desk.found("clock set back an hour", daemon, "")


def network_away(desk: Desk) -> Found:
    """Nobody answers at first."""
    with ListeningService(desk.program) as service:
        service.refuse()
        return _served(desk, service, "network away, no other engine")


def service_fails(desk: Desk) -> Found:
    """A service that fails at first."""
    with ListeningService(desk.program, status=500) as service:
        return _served(desk, service, "service answers 500, no other engine")


def _served(desk: Desk, service: ListeningService, fault: str) -> Found:
    """Dictate to a service that fails; then let it work, and `dictated retry`."""
    desk.configure(SERVICE.format("deadline_s = 4", service.url))
    daemon = desk.dictate()
    daemon.ends()
    following = desk.program.start()
    following.says("ready")
    service.mend()
    desk.program("retry")
    desk.await_end()
    following.ends(signal.SIGTERM)
    return desk.found(fault, daemon, "is kept")


def wrong_key(desk: Desk) -> Found:
    """A service that refuses the key, and the embedded engine after it."""
    with ListeningService(desk.program, status=401) as service:
        desk.configure(SERVICE.format("fallback = ['local']", service.url))
        daemon = desk.dictate()
        daemon.ends()
    return desk.found("wrong key, another engine in `stt.fallback`", daemon, "openai")


def screen_gone(desk: Desk) -> Found:
    """The screen goes when two sentences are typed."""
    with ExitStack() as on_screen:
        (desk.folder / "screen").mkdir()
        screen = on_screen.enter_context(open_screen(desk.folder / "screen"))
        window = screen.window()
        desk.configure(sinks='["type"]')
        daemon = desk.dictate({"DISPLAY": screen.display})
        daemon.says("utterance 2 delivered")
        typed = window.rest()
    daemon.ends()
    found = desk.found("X server killed", daemon, "type: ", desk.said[len(words(typed)) :])
    found.words_said = len(desk.said)
    found.note = f"{len(words(typed))} words were typed before, the others are in the log"
    return found


def microphone_gone(desk: Desk) -> Found:
    """The sound server is killed after two sentences, and started again."""
    sound, daemon = _microphone(desk)
    sound.play(desk.clip)
    daemon.says("utterance 2 delivered")
    killed_at = time.monotonic()
    sound.process.kill()
    daemon.says("once the microphone is back")
    told = time.monotonic() - killed_at
    sound.restart()
    back = time.monotonic()
    daemon.says(": listening")
    again = time.monotonic() - back
    sound.play(desk.clip).wait()
    time.sleep(2)  # the virtual loudspeaker keeps something back
    daemon.ends(signal.SIGTERM)
    found = desk.found(
        "sound server killed, and back",
        daemon,
        "once the microphone",
        [*_until(desk, "foolishness"), *desk.said],
    )
    found.note = f"told after {told:.1f} s; listening {again:.1f} s after it is back; not heard in between"
    return found


def muted(desk: Desk) -> Found:
    """Muted when the recording begins, until it is told."""
    sound, daemon = _microphone(desk)
    sound.pactl("set-source-mute", "vmic", "1")
    began = time.monotonic()
    sound.play(desk.clip)
    daemon.says("is it muted?")
    told = time.monotonic() - began
    sound.pactl("set-source-mute", "vmic", "0")
    daemon.says("gives sound again")
    daemon.ends(signal.SIGTERM)
    found = desk.found("microphone muted", daemon, "is it muted?", [])
    found.note = f"told after {told:.1f} s; what is said while it is muted is not heard"
    return found


def _microphone(desk: Desk) -> tuple[SoundServer, Daemon]:
    sound = SoundServer(desk.folder / "sound")
    desk.stack.callback(sound.stop)
    desk.program.environ |= {key: value for key, value in sound.env.items() if key.startswith("PULSE")}
    desk.configure("[audio]\nlisten_at_start = true")
    daemon = desk.program.start()
    daemon.says(": listening")
    return sound, daemon


FAULTS: tuple[Callable[[Desk], Found], ...] = (
    killed,
    ended,
    ended_twice,
    full,
    quite_full,
    read_only,
    damaged,
    clock_back,
    network_away,
    service_fails,
    wrong_key,
    screen_gone,
    microphone_gone,
    muted,
)


def main() -> None:
    """Measure, print the table for the README, and write the figures where they are wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", metavar="NAME", help="of the functions in this file")
    parser.add_argument("--minutes", type=float, default=8.0, help="no fault is begun after that")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    options = parser.parse_args()
    chosen = [fault for fault in FAULTS if not options.only or fault.__name__ in options.only]
    found = measured(chosen, time.monotonic() + options.minutes * 60)
    print("| fault | what you see | words lost | too many | sound lost | |\n|---|---|---|---|---|---|")
    for one in found:
        lost = f"{one.words_lost} of {one.words_said} | {one.words_too_many} | {one.sound_lost_s:g} s"
        print(f"| {one.fault} | {one.seen} | {lost} | {one.note} |")
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in found], indent=2) + "\n")


def measured(chosen: list[Callable[[Desk], Found]], deadline: float) -> list[Found]:
    """Meet each fault once."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        clip = _clip(Path(name) / "clip.wav")
        undisturbed = Dictated(_made(Path(name) / "undisturbed"))
        said = words(undisturbed("transcribe", clip).stdout)
        for fault in chosen:
            if time.monotonic() > deadline:
                break
            with ExitStack() as stack:
                found.append(fault(Desk(Path(name) / fault.__name__, clip, said, stack)))
            print(found[-1], file=sys.stderr)
    return found


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _clip(path: Path) -> Path:
    with wave.open(str(RECORDING)) as whole, wave.open(str(path), "wb") as part:
        part.setparams(whole.getparams())
        part.writeframes(whole.readframes(int(PLAYED_S * whole.getframerate())))
    return path


if __name__ == "__main__":
    main()
