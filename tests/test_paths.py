from __future__ import annotations

from pathlib import Path

import pytest

from dictated.paths import Paths


@pytest.mark.parametrize(
    ("environ", "config", "state", "socket"),
    [
        (
            {"HOME": "/home/ann", "XDG_RUNTIME_DIR": "/run/user/7"},
            "/home/ann/.config/dictated/config.toml",
            "/home/ann/.local/state/dictated",
            "/run/user/7/dictated/control.sock",
        ),
        (
            {"HOME": "/h", "XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s", "XDG_RUNTIME_DIR": "/r"},
            "/c/dictated/config.toml",
            "/s/dictated",
            "/r/dictated/control.sock",
        ),
        (
            {"HOME": "/h", "XDG_CONFIG_HOME": "relative", "XDG_STATE_HOME": "", "XDG_RUNTIME_DIR": "/r"},
            "/h/.config/dictated/config.toml",
            "/h/.local/state/dictated",
            "/r/dictated/control.sock",
        ),
    ],
)
def test_the_xdg_variables_are_followed(
    environ: dict[str, str], config: str, state: str, socket: str
) -> None:
    paths = Paths.from_environment(environ)
    assert (paths.config_file, paths.state_dir, paths.socket) == (Path(config), Path(state), Path(socket))


def test_without_a_runtime_directory_there_is_still_a_place_for_the_socket() -> None:
    assert Paths.from_environment({"HOME": "/h"}).socket.name == "control.sock"
