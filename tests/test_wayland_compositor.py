"""Rules of the focus: sway and Hyprland tell which window has the keyboard, and give it back when asked."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from fixtures.screen import DEADLINE
from test_wayland_virtualkeyboard import stand_in

from dictated.profiles import Look
from dictated.wayland.compositor import Hyprland, Silent, Sway, compositor_of

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.sway import Session


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is waited for: nothing here is about the time."""
    monkeypatch.setattr("dictated.wayland.compositor._ANSWER_SECONDS", DEADLINE)


@pytest.mark.parametrize(
    ("environ", "kind"),
    [
        ({"SWAYSOCK": "/run/sway"}, Sway),
        ({"HYPRLAND_INSTANCE_SIGNATURE": "abc"}, Hyprland),
        ({"WAYLAND_DISPLAY": "wayland-0"}, Silent),
    ],
)
def test_the_compositor_is_known_by_its_variable(environ: dict[str, str], kind: type) -> None:
    assert type(compositor_of(environ)) is kind


@pytest.mark.desktop
async def test_sway_names_the_window_that_has_the_keyboard(session: Session) -> None:
    window = session.terminal()
    name = await Sway(session.env).window()
    assert name is not None
    assert name.endswith(f"/{window.process.pid}")


@pytest.mark.desktop
async def test_sway_names_a_window_that_floats(session: Session) -> None:
    window = session.terminal()
    session.run("swaymsg", "floating enable")
    assert (await Sway(session.env).window() or "").endswith(f"/{window.process.pid}")


@pytest.mark.desktop
async def test_sway_says_when_no_window_has_it(session: Session) -> None:
    assert await Sway(session.env).window() == ""


@pytest.mark.desktop
async def test_sway_gives_a_window_the_keyboard_again(session: Session) -> None:
    session.terminal()
    sway = Sway(session.env)
    name = await sway.window() or ""
    session.terminal()
    assert (await sway.focus(name), await sway.window()) == (True, name)


@pytest.mark.desktop
async def test_a_window_that_has_closed_is_not_given_it(session: Session) -> None:
    session.terminal()
    assert not await Sway(session.env).focus("9999/1")


@pytest.mark.parametrize("script", ["exit 1", "echo '{'", "echo 3"])
async def test_a_compositor_that_does_not_answer_tells_nothing(tmp_path: Path, script: str) -> None:
    for program in ("swaymsg", "hyprctl"):
        stand_in(tmp_path, program, script)
    environ = {"PATH": f"{tmp_path}:{os.defpath}"}
    assert (await Sway(environ).window(), await Hyprland(environ).window()) == (None, None)


async def test_a_compositor_without_its_program_tells_nothing(tmp_path: Path) -> None:
    assert await Sway({"PATH": str(tmp_path)}).window() is None


@pytest.mark.parametrize(
    ("answer", "name"), [('{"address": "0x5f", "class": "foot", "pid": 12}', "0x5f/12"), ("{}", "")]
)
async def test_hyprland_names_the_window_that_has_the_keyboard(
    tmp_path: Path, answer: str, name: str
) -> None:
    stand_in(tmp_path, "hyprctl", f"echo '{answer}'")
    assert await Hyprland({"PATH": f"{tmp_path}:{os.defpath}"}).window() == name


async def test_hyprland_shows_the_class_and_the_title_of_a_window(tmp_path: Path) -> None:
    answer = '{"address": "0x5f", "class": "foot", "title": "vim", "pid": 12}'
    stand_in(tmp_path, "hyprctl", f"echo '{answer}'")
    assert await Hyprland({"PATH": f"{tmp_path}:{os.defpath}"}).look() == Look("foot", "vim", "0x5f/12")


@pytest.mark.parametrize(
    ("shown", "look"),
    [
        ('"app_id": "foot", "name": "vim"', Look("foot", "vim", "7/12")),
        (
            '"app_id": null, "name": "vim", "window_properties": {"class": "XTerm"}',
            Look("XTerm", "vim", "7/12"),
        ),
        ('"app_id": 3, "name": null, "window_properties": []', Look("", "", "7/12")),
    ],
)
async def test_sway_shows_the_class_and_the_title_of_a_window(tmp_path: Path, shown: str, look: Look) -> None:
    tree = f'{{"id": 1, "nodes": [{{"id": 7, "pid": 12, "focused": true, {shown}}}]}}'
    stand_in(tmp_path, "swaymsg", f"echo '{tree}'")
    assert await Sway({"PATH": f"{tmp_path}:{os.defpath}"}).look() == look


@pytest.mark.desktop
async def test_sway_shows_the_class_of_a_terminal(session: Session) -> None:
    session.terminal()
    look = await Sway(session.env).look()
    assert look is not None
    assert (look.kind, look.name) == ("foot", await Sway(session.env).window())


async def test_hyprland_is_asked_for_the_window_by_its_address(tmp_path: Path) -> None:
    answer = '{"address": "0x5f", "pid": 12}'
    stand_in(tmp_path, "hyprctl", f"[ $1 = -j ] || echo $* > $0.asked; echo '{answer}'")
    given = await Hyprland({"PATH": f"{tmp_path}:{os.defpath}"}).focus("0x5f/12")
    assert (given, (tmp_path / "hyprctl.asked").read_text()) == (True, "dispatch focuswindow address:0x5f\n")


async def test_a_silent_compositor_neither_tells_nor_gives() -> None:
    assert (await Silent().window(), await Silent().look(), await Silent().focus("1/2")) == (
        None,
        None,
        False,
    )
