"""What every test may ask for; the sound server and the screen are in `fixtures/`."""

from __future__ import annotations

import pytest

pytest_plugins = ["fixtures.daemon", "fixtures.screen", "fixtures.sound"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
