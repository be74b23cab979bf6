"""What the stages ask of the world: small protocols, whose alternatives live in the plural folders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from dictated.types import NO_HINTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from dictated.types import Frame, Hints, Model, Transcript, Utterance, Wish


class Recorder(Protocol):
    """A source of frames, one opening at a time."""

    @property
    def overflows(self) -> int:
        """How often the driver lost sound because nobody fetched it in time, since the program started."""
        ...

    async def warm(self) -> None:
        """Load what opening needs, so that the first one is as quick as any; opens nothing, never fails."""
        ...

    async def open(self) -> AsyncIterator[Frame]:
        """Open the source; what is said after this returns is in the frames.

        The iterator ends after `close`, or at the end of a file. It raises `RecorderLostError` when an
        open device stops giving frames.

        Raises:
            RecorderError: the device is not there, is busy, or cannot do what is asked.
            AudioFileError: the file cannot be read.
        """
        ...

    async def close(self) -> None:
        """Close the source; frames already captured still come out of the iterator, then it ends.

        Closing what is not open does nothing.
        """
        ...


class Vad(Protocol):
    """Tells speech from the rest, a frame at a time. Not safe for two threads at once."""

    def is_speech(self, frame: Frame) -> bool:
        """Say whether this frame is speech. Takes well under a frame's time."""
        ...

    def reset(self) -> None:
        """Forget what was heard: a new recording begins."""
        ...


class Transcriber(Protocol):
    """An engine. Several `transcribe` calls may be under way at once."""

    @property
    def name(self) -> str:
        """How the engine is called in the log and the history."""
        ...

    async def warm(self) -> None:
        """Load or connect; the first utterance after this is as fast as any other.

        Called when the program starts and each time listening starts, also while another call is under way;
        quick where all is warm already.

        Raises:
            TranscriberError: the engine cannot work now, and how to mend it.
        """
        ...

    async def transcribe(self, utterance: Utterance, hints: Hints = NO_HINTS) -> Transcript:
        """Return the text, stripped, white space collapsed; empty where nothing was said.

        One attempt: trying again, and trying elsewhere, is the business of `chain`.

        Raises:
            TranscriberError: there is no text.
        """
        ...

    async def close(self) -> None:
        """Give back what `warm` took."""
        ...


class Refiner(Protocol):
    """Another's hand on a text before it is delivered: a user's program, a language model."""

    @property
    def name(self) -> str:
        """How it is called in the log."""
        ...

    async def refine(self, transcript: Transcript) -> str:
        """Return what is to stand for the text, tidied; empty for nothing at all. Takes a bounded time.

        Raises:
            RefinerError: there is nothing better than the text as it is, and why.
        """
        ...

    async def close(self) -> None:
        """Give back what is held."""
        ...


class Catalogue(Protocol):
    """An engine that can say which models it has."""

    async def models(self) -> Sequence[Model]:
        """Return them by name.

        Raises:
            TranscriberError: they cannot be listed.
        """
        ...

    async def close(self) -> None:
        """Give back what listing took."""
        ...


class Sink(Protocol):
    """A place words go to."""

    @property
    def name(self) -> str:
        """How the sink is called in the configuration."""
        ...

    async def deliver(self, transcript: Transcript) -> None:
        """Put the words there, whole, or raise; called in the order of speaking, one at a time.

        Raises:
            SinkError: the words did not arrive.
        """
        ...

    async def close(self) -> None:
        """Give back what is held; the sink is not used again."""
        ...


@runtime_checkable
class Searchable(Sink, Protocol):
    """A sink that can be looked into: after a crash, whether words have arrived."""

    async def place(self) -> str:
        """Say where the next words will stand, for `has`."""
        ...

    async def has(self, transcript: Transcript, place: str) -> bool:
        """Say whether these words stand there."""
        ...


@runtime_checkable
class Undoable(Sink, Protocol):
    """A sink that can take back what it delivered last."""

    async def undo(self) -> int:
        """Take back the words delivered last, exactly their graphemes; return how many those were.

        The time before takes back what was delivered before that, a bounded number of times.

        Raises:
            SinkError: there is nothing left to take back, or it stands in another window than the one that
                has the focus; nothing is done. Or it broke off, and then there is nothing to take back.
        """
        ...


@runtime_checkable
class Live(Sink, Protocol):
    """A sink where words can appear while they are still being said."""

    @property
    def live(self) -> bool:
        """Whether they are to appear (`output.type.live`)."""
        ...

    @property
    def corrections(self) -> int:
        """How many graphemes that had appeared were taken back since the sink was made."""
        ...

    async def appear(self, utterance: Utterance, text: str) -> None:
        """Have `text` stand there as the beginning of this utterance's words, in place of what did before.

        `deliver` of the utterance of that number completes it, whatever its words are then.

        Raises:
            HeldError: nothing may appear there now; nothing was done, and what stands there stays.
            SinkError: it broke off, and nothing more may appear of this utterance.
        """
        ...

    def stands_of(self, utterance: Utterance) -> bool:
        """Say whether the beginning of this utterance's words stands somewhere, or may."""
        ...

    async def vanish(self) -> None:
        """Take back what appeared of an utterance that is not delivered; nothing where nothing may be.

        Raises:
            SinkError: it broke off.
        """
        ...


class Hotkey(Protocol):
    """A watcher of keys."""

    def start(self, send: Callable[[Wish], None]) -> None:
        """Begin to watch; `send` may be called from any thread.

        Raises:
            HotkeyError: the keys cannot be watched here.
        """
        ...

    def stop(self) -> None:
        """Watch no more. Stopping what is not started does nothing."""
        ...
