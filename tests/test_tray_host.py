"""The icon in a tray that others wrote: swaybar, which comes with sway."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fixtures.tray import listed
from test_tray_tray import NAME, showing

if TYPE_CHECKING:
    from fixtures.notifications import Bus, Complaints
    from fixtures.sway import Session

BAR = """
bar {{
  swaybar_command {program}
  tray_output *
}}
"""


@pytest.mark.desktop
async def test_the_tray_of_sway_takes_the_icon_when_it_comes(
    session: Session, bus: Bus, grumbles: Complaints
) -> None:
    address = bus.environ["DBUS_SESSION_BUS_ADDRESS"]
    program = session.folder / "bar"
    program.write_text(f'#!/bin/sh\nexport DBUS_SESSION_BUS_ADDRESS={address}\nexec swaybar "$@"\n')
    program.chmod(0o755)
    with (session.folder / "sway.conf").open("a") as config:
        config.write(BAR.format(program=program))
    async with showing(bus.environ):
        assert (await grumbles.next()).startswith("INFO: no tray icon: ")
        session.run("swaymsg", "reload")
        assert await grumbles.next() == "DEBUG: the icon is in the tray"
        assert [place.split("/")[0] for place in await listed(bus)] == [NAME]
