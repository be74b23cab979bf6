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
from anyio import CancelScope

from dictated import build, configfile, control, journal, typed
from dictated.announcer import Announcer
from dictated.desktop import Desktop
from dictated.errors import AlreadyRunningError, DictatedError, RequestError
from dictated.keys import Keys
from dictated.notice import Subject, about, over
from dictated.rounds import Rounds
from dictated.session import Session
from dictated.types import Choose, Command, ToggleWith

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from anyio.abc import TaskGroup, TaskStatus

    from dictated.config import Config
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
        self._keys = Keys(self._obey)
        self._undos = anyio.Semaphore(0)  # how often what was typed last is still to be taken back
        self._changed = anyio.Event()  # the configuration, as whoever sent a signal says
        self._config: Config
        self._rounds: Rounds

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
            self._rounds = Rounds(self._session, build.parts(self._config, self._around))
            async with anyio.create_task_group() as tasks:
                await tasks.start(self._obey_signals, tasks.cancel_scope)
                await tasks.start(control.serve, self._around.paths.socket, self._session)
                await self._work(tasks)
                tasks.cancel_scope.cancel()
        return self._session.error if self._around.input_file else ""

    async def _work(self, tasks: TaskGroup) -> None:
        """Listen, and follow the configuration, until QUIT; whatever ends it, close what was opened."""
        if self._config.audio.listen_at_start:
            self._session.submit(Command.START)
        try:
            async with anyio.create_task_group() as beside:
                beside.start_soon(self._rounds.parts.recorder.warm)
                beside.start_soon(self._follow, tasks)  # what is said meanwhile waits for the engines
                try:
                    await self._rounds.run()
                finally:
                    self._systemd.stopping()
                beside.cancel_scope.cancel()
        finally:
            with CancelScope(shield=True):
                await self._keys.close()
                await self._rounds.close()

    async def _follow(self, tasks: TaskGroup) -> None:
        """Open what the first configuration asks for, then take each new one, one after the other."""
        await self._open(tasks)
        while True:
            await self._changed.wait()
            self._changed = anyio.Event()
            await self._reload()

    async def _open(self, tasks: TaskGroup) -> None:
        """Have what is said transcribed, then the rest that the user sees of us, and say so."""
        await self._rounds.open()
        tasks.start_soon(self._feed_watchdog)
        if self._around.input_file is not None:
            self._session.submit(Command.START)  # a file can wait, a speaker cannot
        else:
            tasks.start_soon(self._desktop.run)
            tasks.start_soon(self._take_back)
            works = await self._keys.watch(build.hotkey(self._config, self._around))
            key = self._config.hotkeys.toggle if works else ""
            log.info("ready; %s starts and stops listening", key or "`dictated toggle`")
        self._systemd.ready()

    def _load(self) -> Config:
        named = self._config_file is not None
        return configfile.load(self._config_file or self._around.paths.config_file, missing_ok=not named)

    async def _reload(self) -> None:
        """Take the new configuration at the next pause for breath, or keep the old one and say why."""
        try:
            config = self._load()
            kept = self._rounds.parts if _same_engines(config, self._config) else None
            await self._rounds.take(build.parts(config, self._around, kept))
        except DictatedError as error:
            kept_config = "the configuration stays as it was: %s"
            log.error(kept_config, error, extra=about(Subject.SETTINGS))  # noqa: TRY400 (told to a person)
            return
        new_keys = build.keys(config) != build.keys(self._config)
        self._config = config
        self._set_up_journal()
        self._desktop.take(config)
        log.info("the configuration is read again", extra=over(Subject.SETTINGS))
        await self._rounds.begun()  # only now are there the profiles that new keys are for
        if new_keys and self._around.input_file is None:
            await self._keys.watch(build.hotkey(config, self._around))

    def _set_up_journal(self) -> None:
        """Have what happens told as the configuration says; who plays a file sits before it."""
        told_on_desktop = self._config.feedback.notify and self._around.input_file is None
        notifier = self._desktop.notifier
        others = [Announcer(notifier, asyncio.get_running_loop())] if told_on_desktop else []
        journal.set_up(self._config.feedback.log_level, self._around.environ, *others)

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
                    self._changed.set()  # the engines of a new configuration may take their time
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
