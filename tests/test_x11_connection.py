from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dictated.errors import NoDisplayError
from dictated.x11.connection import connect, disconnect

if TYPE_CHECKING:
    from fixtures.screen import Screen


@pytest.mark.parametrize(
    ("display", "told"),
    [
        ("", "DISPLAY is not set"),
        (":4711", "no X server answers on display :4711"),
        ("nonsense", "cannot be used"),
    ],
)
def test_no_display_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, display: str, told: str) -> None:
    monkeypatch.setenv("DISPLAY", display)
    with pytest.raises(NoDisplayError, match=f"^.*{told}.*$"):
        connect()


@pytest.mark.desktop
def test_the_display_is_the_one_that_the_environment_names_now(screen: Screen) -> None:
    display = connect()
    name = display.get_display_name()
    disconnect(display)
    assert name == screen.display
