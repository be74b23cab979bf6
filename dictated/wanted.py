"""What the user wants of the session, as all commands so far leave it; pure."""

from __future__ import annotations

from dictated.types import Command, State


class Wanted:
    """Whether to listen, and whether to end; whoever carries it out takes it back by itself."""

    def __init__(self) -> None:
        self.listening = False
        self.paused = False  # it was wanted when the pause began, and no command has come since
        self.discard = False  # what is heard and not yet delivered is to be thrown away
        self.ending: Command | None = None  # QUIT or RELOAD, once one was asked for

    def take(self, command: Command) -> bool:
        """Take note of a command; say whether it begins to listen afresh."""
        if command in {Command.QUIT, Command.RELOAD}:  # says nothing of listening, nor of a pause
            self.end(command)
            return False
        was, was_paused = self.listening, self.paused
        match command:
            case Command.RESUME:
                self.listening = was or was_paused
            case Command.TOGGLE:
                self.listening = not was
            case Command.CANCEL:
                self.listening = False
                self.discard = True
            case _:
                self.listening = command is Command.START
        self.paused = command is Command.PAUSE and was
        return self.listening and not was and command is not Command.RESUME

    def heading(self, state: State | None) -> State:
        """Say which state this leads to or through from one in which it listens, None where in none."""
        if self.listening:
            return state or State.STARTING
        return State.STOPPING if state else State.OFF

    def end(self, command: Command) -> None:
        """Want an end; no RELOAD comes after a QUIT."""
        self.ending = Command.QUIT if self.ending is Command.QUIT else command

    def ended(self) -> Command:
        """Take note that the end has come; return which it was."""
        ending, self.ending = self.ending or Command.QUIT, None
        return ending

    def discards(self) -> bool:
        """Say, once, whether what is on its way is to be thrown away."""
        discard, self.discard = self.discard, False
        return discard
