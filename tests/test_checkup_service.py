from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dictated.checkup import service
from dictated.checkup.finding import Finding, Grade
from dictated.checkup.service import finding
from dictated.service import unit_directory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RUNS = "LoadState=loaded\nActiveState=active\nUnitFileState=enabled\n"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A home, and no program at all."""
    return {"HOME": str(tmp_path), "PATH": str(tmp_path / "bin"), "XDG_RUNTIME_DIR": str(tmp_path)}


@pytest.fixture
def stand_in(tmp_path: Path) -> Callable[..., None]:
    """Put a shell script in the place of a program of systemd."""

    def put(name: str, script: str) -> None:
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o700)

    return put


def looked(environ: dict[str, str], *, types: bool = False) -> Finding:
    (found,) = service.look(environ, types=types)
    return found


@pytest.mark.parametrize(
    ("shown", "lingers", "grade", "mend"),
    [
        (RUNS, True, "ok", ""),
        (RUNS, False, "warn", "loginctl enable-linger"),
        (RUNS.replace("enabled", "disabled"), True, "warn", "systemctl --user enable dictated.service"),
        (RUNS.replace("=active", "=inactive"), True, "warn", "systemctl --user start dictated.service"),
        (RUNS.replace("=active", "=failed"), True, "fail", "journalctl --user -eu dictated.service"),
        (
            RUNS.replace("=active", "=activating") + "ExecMainStatus=218\n",
            True,
            "fail",
            "dictated service install",
        ),
        (
            "LoadState=not-found\nActiveState=inactive\nUnitFileState=\n",
            True,
            "warn",
            "dictated service install",
        ),
        ("", True, "warn", "dictated service install"),
    ],
)
def test_the_first_lack_of_the_service_is_told_with_what_mends_it(
    shown: str,
    lingers: bool,  # noqa: FBT001  (a column of the table)
    grade: str,
    mend: str,
) -> None:
    found = finding(shown, lingers=lingers)
    assert (found.grade, found.mend) == (grade, mend)


@pytest.mark.parametrize(("types", "mend"), [(True, ""), (False, "dictated service install")])
def test_a_service_that_types_nothing_ought_not_to_wait_for_a_desktop(
    types: bool,  # noqa: FBT001  (a column of the table)
    mend: str,
) -> None:
    shown = RUNS + "WantedBy=graphical-session.target\n"
    assert finding(shown, lingers=True, types=types).mend == mend


def test_a_machine_without_systemd_is_told(environ: dict[str, str]) -> None:
    assert looked(environ).found.startswith("there is no systemctl here")


@pytest.mark.parametrize(("installed", "mend"), [(False, "dictated service install"), (True, "")])
def test_without_a_user_manager_only_the_unit_is_looked_for(
    environ: dict[str, str],
    stand_in: Callable[..., None],
    installed: bool,  # noqa: FBT001  (a column of the table)
    mend: str,
) -> None:
    stand_in("systemctl", "exit 1")
    if installed:
        unit_directory(environ).mkdir(parents=True)
        (unit_directory(environ) / "dictated.service").write_text("")
    found = looked(environ)
    assert (found.grade, found.mend, "no user manager answers" in found.found) == (Grade.WARN, mend, True)


@pytest.mark.parametrize(("types", "grade"), [(False, Grade.WARN), (True, Grade.OK)])
def test_a_service_that_needs_no_screen_ought_to_outlive_the_logout(
    environ: dict[str, str],
    stand_in: Callable[..., None],
    types: bool,  # noqa: FBT001  (a column of the table)
    grade: Grade,
) -> None:
    stand_in("systemctl", f"printf '{RUNS}'")
    stand_in("loginctl", "echo no")
    assert looked(environ, types=types).grade == grade


def test_where_nobody_knows_of_lingering_the_service_is_well(
    environ: dict[str, str], stand_in: Callable[..., None]
) -> None:
    stand_in("systemctl", f"printf '{RUNS}'")
    assert looked(environ).grade == Grade.OK
