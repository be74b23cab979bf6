"""The keys of [output]: where words go, and how each sink puts them there; see `config`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from dictated.sttconfig import Seconds  # noqa: TC001 (msgspec reads the annotations)

Milliseconds = Annotated[int, Meta(ge=0, le=60_000)]

MethodName = Literal["virtual-keyboard", "portal", "paste", "ydotool"]
"""A way of typing on Wayland."""


class TypeSink(Struct, frozen=True, kw_only=True):
    """Typing into the focused window."""

    modifier_wait_ms: Annotated[
        Milliseconds,
        Meta(description="How long to wait for Ctrl, Alt, Shift or Super to be let go before typing."),
    ] = 1000
    max_delay: Annotated[
        Seconds,
        Meta(
            description="Seconds after which words that come late are held (`dictated history`), not typed."
        ),
    ] = 10.0
    on_focus_change: Annotated[
        Literal["hold", "type", "refocus"],
        Meta(
            description="When another window has the focus than when you spoke: hold the words, type them "
            "there all the same, or give the first window the focus again."
        ),
    ] = "hold"
    when_locked: Annotated[
        Literal["hold", "type"],
        Meta(description="While the screen is locked: hold the words, or type them all the same."),
    ] = "hold"
    wayland: Annotated[
        tuple[MethodName, ...],
        Meta(min_length=1, description="How words are typed in a Wayland session, in the order tried."),
    ] = ("virtual-keyboard", "portal", "paste", "ydotool")
    live: Annotated[
        bool,
        Meta(
            description="Let words appear while they are still being said, by the local engine; what turns "
            "out otherwise is corrected in the same window."
        ),
    ] = False
    read_back: Annotated[
        bool,
        Meta(description="Look whether typed words arrived, where the window tells (AT-SPI: GTK, Qt)."),
    ] = True
    paste_from: Annotated[
        int,
        Meta(
            ge=0,
            le=20_000,
            description="X11: a text this long is pasted, and the clipboard put back as it was; 0 is never.",
        ),
    ] = 0
    settle_ms: Annotated[
        Milliseconds,
        Meta(description="How long a window is given to see a changed keyboard mapping (é, я, 你, 🙂)."),
    ] = 30


class LogSink(Struct, frozen=True, kw_only=True):
    """Appending to a file."""

    path: Annotated[
        str,
        Meta(
            min_length=1,
            description="Takes ~ and the fields of strftime (%Y-%m-%d …); its folders are made. What does "
            "not begin with / begins in your home folder.",
        ),
    ] = "~/.local/state/dictated/log/%Y-%m-%d.txt"
    format: Annotated[
        Literal["text", "markdown", "jsonl"],
        Meta(
            description="text: time and words; markdown: a list item with the time; jsonl: one object a line."
        ),
    ] = "text"
    link_audio: Annotated[
        bool,
        Meta(
            description="markdown: a link to the sound of what was said, which works for as long as that is "
            "kept (history.keep_audio)."
        ),
    ] = False


class ClipboardSink(Struct, frozen=True, kw_only=True):
    """Putting each utterance on the clipboard."""

    timeout: Annotated[
        Seconds, Meta(description="Seconds the clipboard program (wl-copy, xclip or xsel) may take.")
    ] = 2.0


class Output(Struct, frozen=True, kw_only=True):
    """Where words go."""

    sinks: Annotated[
        tuple[Literal["type", "log", "clipboard", "stdout"], ...],
        Meta(
            min_length=1,
            description='Any of "type", "log", "clipboard", "stdout"; what one cannot take goes to the log.',
        ),
    ] = ("type",)
    type: TypeSink = field(default_factory=TypeSink)
    log: LogSink = field(default_factory=LogSink)
    clipboard: ClipboardSink = field(default_factory=ClipboardSink)
