"""`dictated run`: starts in order, works in rounds of one configuration each, ends in reverse order."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import signal
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import anyio
from anyio import CancelScope, to_thread

from dictated import build, configfile, control, journal, typed
from dictated.announcer import Announcer
from dictated.desktop import Desktop
from dictated.errors import AlreadyRunningError, DictatedError, HotkeyError, RequestError
from dictated.notice import Subject, about, over
from dictated.retention import Retention
from dictated.session import Session
from dictated.types import Choose, Command, ToggleWith

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from anyio.abc import TaskGroup, TaskStatus

    from dictated.config import Config
    from dictated.parts import Parts
    from dictated.ports import Hotkey
    from dictated.systemd import Systemd
    from dictated.types import Wish

log = logging.getLogger(__name__)

STARTED_ON_TERMINAL = os.isatty(0)
"""Whether there is a terminal whose closing means that the user has gone."""

LEAVE_S = 2.0
"""How long leaving at once may take, before the process ends whatever its threads do."""


class Daemon:
    """One process that listens, transcribes and delivers until it is told to end."""

    def __init__(self, around: build.Surroundings, systemd: Systemd, config_file: Path | None = None) -> None:
        """`config_file` is where the user said the configuration is."""
        self._systemd = systemd
        self._config_file = config_file
        self._session = Session()
        self._desktop = Desktop(around.environ, self._session, self._obey)
        self._around = replace(around, locked=lambda: self._desktop.lock.locked, reader=self._desktop.reader)
        self._undos = anyio.Semaphore(0)  # how often what was typed last is still to be taken back
        self._config: Config
        self._parts: Parts  # what the next round of the session works with
        self._hotkey: Hotkey | None = None
        self._late_hotkey: Hotkey | None = None  # did not work when it was started, and does when it can

    async def run(self) -> str:
        """Serve until QUIT; return what ended the input before its time, or nothing.

        Raises:
            AlreadyRunningError: another daemon holds the lock.
            ConfigError: the configuration cannot be used.
            ExceptionGroup: of a `DictatedError`, where an engine cannot work, or a service of the daemon
                cannot start.
        """
        with _lock(self._around.paths.lock):
            self._config = self._load()
            self._set_up_journal()
            self._desktop.take(self._config)
            self._parts = build.parts(self._config, self._around)
            async with anyio.create_task_group() as tasks:
                await tasks.start(self._obey_signals, tasks.cancel_scope)
                await tasks.start(control.serve, self._around.paths.socket, self._session)
                tasks.start_soon(self._parts.recorder.warm)
                tasks.start_soon(self._open, tasks)  # what is said meanwhile waits for the engines
                await self._work()
                tasks.cancel_scope.cancel()
        return self._session.error if self._around.input_file else ""

    async def _work(self) -> None:
        """Run the session, round after round, each with the parts of the configuration that holds."""
        if self._config.audio.listen_at_start:
            self._session.submit(Command.START)
        ending = None
        try:
            while ending is not Command.QUIT:
                parts = self._parts
                ending = await self._round(parts)
                await parts.delivery.close()
                if parts is not self._parts:
                    parts.refuge.hand_over(self._parts.refuge)
                if parts.transcriber is not self._parts.transcriber:
                    await _close_engines(parts)
        finally:
            self._systemd.stopping()
            with CancelScope(shield=True):
                await self._ignore_keys()
                await self._parts.refuge.close()
                await _close_engines(self._parts)

    async def _open(self, tasks: TaskGroup) -> None:
        """Have what is said transcribed, then the rest that the user sees of us, and say so."""
        await _open_engines(self._parts)
        tasks.start_soon(self._feed_watchdog)
        if self._around.input_file is not None:
            self._session.submit(Command.START)  # a file can wait, a speaker cannot
        else:
            tasks.start_soon(self._desktop.run)
            tasks.start_soon(self._take_back)
            await self._watch_keys()
            key = self._config.hotkeys.toggle if self._hotkey else ""
            log.info("ready; %s starts and stops listening", key or "`dictated toggle`")
        self._systemd.ready()

    async def _round(self, parts: Parts) -> Command:
        """Run the session with these parts, and beside it what looks after the disk; return what ended it."""
        async with anyio.create_task_group() as beside:
            for run in (parts.ledger.run, parts.refuge.run, Retention(parts.spool, parts.history).run):
                beside.start_soon(run)
            if self._around.input_file is None:
                await parts.recovery.prepare()
                beside.start_soon(parts.recovery.run)
            ending = await self._session.run(parts)
            beside.cancel_scope.cancel()
        return ending

    def _load(self) -> Config:
        named = self._config_file is not None
        return configfile.load(self._config_file or self._around.paths.config_file, missing_ok=not named)

    async def _reload(self) -> None:
        """Take the new configuration at the next pause for breath, or keep the old one and say why."""
        try:
            config = self._load()
            kept = self._parts if _same_engines(config, self._config) else None
            parts = build.parts(config, self._around, kept)
            if kept is None:
                await _open_engines(parts)
        except DictatedError as error:
            kept_config = "the configuration stays as it was: %s"
            log.error(kept_config, error, extra=about(Subject.SETTINGS))  # noqa: TRY400 (told to a person)
            return
        new_keys = build.keys(config) != build.keys(self._config)
        self._config, self._parts = config, parts
        self._set_up_journal()
        self._desktop.take(config)
        if new_keys:
            await self._ignore_keys()
            await self._watch_keys()
        self._session.submit(Command.RELOAD)
        log.info("the configuration is read again", extra=over(Subject.SETTINGS))

    def _set_up_journal(self) -> None:
        """Have what happens told as the configuration says; who plays a file sits before it."""
        told_on_desktop = self._config.feedback.notify and self._around.input_file is None
        notifier = self._desktop.notifier
        others = [Announcer(notifier, asyncio.get_running_loop())] if told_on_desktop else []
        journal.set_up(self._config.feedback.log_level, self._around.environ, *others)

    async def _watch_keys(self) -> None:
        """Start the hotkeys; where they cannot work, say what does."""
        if self._around.input_file is not None:
            return
        loop = asyncio.get_running_loop()

        def send(wish: Wish) -> None:
            loop.call_soon_threadsafe(self._obey, wish)

        hotkey = build.hotkey(self._config, self._around)
        try:
            await to_thread.run_sync(hotkey.start, send)
        except HotkeyError as error:
            log.warning("no hotkey: %s", error, extra=about(Subject.HOTKEY))
            self._late_hotkey = hotkey
        else:
            self._hotkey = hotkey

    def _obey(self, wish: Wish) -> None:
        """Do what a key or the tray's menu asks for; returns at once."""
        match wish:
            case ToggleWith(profile):
                self._session.toggle_with(profile)
            case Choose(profile):
                with suppress(RequestError):  # it was in the menu until just now
                    self._session.chosen.choose(profile)
            case Command.UNDO:
                if self._undos.value < typed.MOST:
                    self._undos.release()
            case _:
                self._session.submit(wish)

    async def _take_back(self) -> None:
        """Take back what was typed last, each time that is asked for."""
        while True:
            await self._undos.acquire()
            await self._session.parts.delivery.take_back(1)

    async def _ignore_keys(self) -> None:
        for hotkey in (self._hotkey, self._late_hotkey):
            if hotkey is not None:
                await to_thread.run_sync(hotkey.stop)
        self._hotkey = self._late_hotkey = None

    async def _feed_watchdog(self) -> None:
        """Tell systemd that the loop turns."""
        interval = self._systemd.watchdog_interval()
        while interval is not None:
            self._systemd.watchdog()
            await anyio.sleep(interval)

    async def _obey_signals(self, scope: CancelScope, *, task_status: TaskStatus[None]) -> None:
        """TERM and INT end in good order, a second one at once; HUP reads the configuration again."""
        told = False
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)  # stopped, we would hold the keys of a pressed hotkey
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as signals:
            task_status.started()
            async for number in signals:
                if number == signal.SIGHUP and _has_terminal():
                    await self._reload()
                elif told:
                    asyncio.get_running_loop().call_later(LEAVE_S, os._exit, 1)  # for a thread that hangs
                    scope.cancel()
                else:
                    told = True
                    log.info("ending: delivering what is said already; once more to leave at once")
                    self._session.submit(Command.QUIT)


def _same_engines(one: Config, other: Config) -> bool:
    """Whether the engines made for one configuration do for another."""
    return (one.stt, one.text, one.profiles, one.limits, one.history) == (
        other.stt,
        other.text,
        other.profiles,
        other.limits,
        other.history,
    )


async def _open_engines(parts: Parts) -> None:
    """Read what the engines have cost today, then load or connect them."""
    await parts.ledger.open()
    await parts.transcriber.warm()


async def _close_engines(parts: Parts) -> None:
    """Close the engines, and then what they write into."""
    await parts.transcriber.close()
    await parts.ledger.close()
    await to_thread.run_sync(parts.history.close)


def _has_terminal() -> bool:
    """Whether a daemon started on a terminal still has it; one that was not has nothing to lose."""
    if not STARTED_ON_TERMINAL:
        return True
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:  # hung up: whoever started us is gone, and nobody would know that we listen
        return False
    return True


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Be the one daemon of this user.

    Raises:
        AlreadyRunningError: another one is running, and which.
        DictatedError: the directory cannot be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = path.open("a+")
    except OSError as error:
        raise DictatedError(
            f"{path.parent} cannot be written ({error.strerror}); set XDG_RUNTIME_DIR to a directory of yours"
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunningError(
                f"a daemon of yours is running already (process {file.read().strip() or 'unknown'});"
                " `dictated status` asks it, `kill` ends it"
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
