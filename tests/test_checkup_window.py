from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from fixtures.screen import DEADLINE, x_server

from dictated.checkup.window import window
from dictated.errors import NoDisplayError
from dictated.x11.connection import connect, disconnect
from dictated.x11.focus import focused

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.screen import Screen

pytestmark = pytest.mark.desktop


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is waited for: nothing here is about the time."""
    monkeypatch.setattr("dictated.checkup.window.SHOWN_S", DEADLINE)
    monkeypatch.setattr("dictated.x11.focus._PATIENCE", DEADLINE)


def focus() -> str:
    display = connect()
    found = focused(display)
    disconnect(display)
    return found


@pytest.mark.parametrize("layout", ["us", "de"])
def test_it_reads_what_a_hand_types(screen: Screen, layout: str) -> None:
    screen.layout(layout)
    with window() as own, ThreadPoolExecutor() as threads:
        reading = threads.submit(own.read)
        screen.tap(50, 38)  # Shift and A
        screen.tap(29)  # Z on a keyboard of the USA, Y on one of Germany
        own.stop()
        assert reading.result() == {"us": "Ay", "de": "Az"}[layout]


def test_it_reads_by_the_layout_that_is_active(screen: Screen) -> None:
    screen.layout("us,ru", "-option", "grp:menu_toggle")
    screen.tap(135)  # Menu
    with window() as own, ThreadPoolExecutor() as threads:
        reading = threads.submit(own.read)
        screen.tap(38)  # A
        own.stop()
        assert reading.result() == "ф"


def test_it_has_the_focus_for_as_long_as_it_is_open(screen: Screen) -> None:
    first = screen.window()
    with window() as own:
        during = focus()
    assert (during == own.name, int(focus().split("/")[0], 16)) == (True, first.identity)


def test_it_gets_the_focus_where_there_is_no_window_manager(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with x_server(tmp_path) as (name, _):
        monkeypatch.setenv("DISPLAY", name)
        with window() as own:
            assert focus() == own.name


def test_it_gives_the_focus_back_where_no_window_manager_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with x_server(tmp_path) as (name, _):
        monkeypatch.setenv("DISPLAY", name)
        with window() as first:
            with window():
                pass
            assert focus() == first.name


def test_without_a_display_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(NoDisplayError), window():
        pass
