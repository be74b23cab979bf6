"""The ways of typing on Wayland, made by their names in the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dictated.wayland.paste import Paste
from dictated.wayland.virtualkeyboard import VirtualKeyboard
from dictated.wayland.ydotool import Ydotool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dictated.outputconfig import MethodName
    from dictated.wayland.method import Key, Method
    from dictated.wayland.portal import Portal


def methods_of(
    names: Sequence[MethodName],
    portal: Portal,
    environ: Mapping[str, str],
    settle: float,
    aim: Callable[[Key], Key] = lambda key: key,
) -> list[Method]:
    """Make them, in that order; a key that pastes is pressed by whichever of them has keys, aimed by `aim`.

    The portal asks the user: where it is not among the names, it must not. Whoever gives it closes it.
    """
    keyboard, ydotool = VirtualKeyboard(environ, settle), Ydotool(environ)
    keys: list[Key] = [keyboard, portal, ydotool] if "portal" in names else [keyboard, ydotool]
    made: dict[MethodName, Method] = {
        "virtual-keyboard": keyboard,
        "portal": portal,
        "paste": Paste(environ, [aim(key) for key in keys]),
        "ydotool": ydotool,
    }
    return [made[name] for name in names]
