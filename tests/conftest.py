"""What every test may ask for; the program, the sound server and the screen are in `fixtures/`."""

from __future__ import annotations

import pytest
from hypothesis import settings

pytest_plugins = [
    "fixtures.daemon",
    "fixtures.screen",
    "fixtures.notifications",  # after the screen, which it imports
    "fixtures.logind",
    "fixtures.usermanager",
    "fixtures.service",
    "fixtures.sound",
    "fixtures.sway",
    "fixtures.accessibility",  # after the notifications and sway, which it imports
    "fixtures.tray",
    "fixtures.whisper",
]

settings.register_profile("patient", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("patient")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
