"""The units and their installation, judged by systemd's own reader."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dictated import configfile, service
from dictated.errors import DictatedError
from dictated.service import Unit

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
VERIFY_S = 60


@pytest.fixture
def verify(tmp_path: Path) -> Callable[..., str]:
    """Say what `systemd-analyze verify` finds wrong; nothing when the unit is sound."""
    program = shutil.which("systemd-analyze")
    if program is None:
        said = "systemd-analyze is not here: install the package systemd"
        pytest.fail(said) if os.environ.get("CI") else pytest.skip(said)
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)

    def run(unit: Path, *options: str) -> str:
        environ = os.environ | {"XDG_RUNTIME_DIR": str(runtime)}
        command = [program, "verify", "--man=no", *options, str(unit)]
        done = subprocess.run(
            command, env=environ, capture_output=True, text=True, timeout=VERIFY_S, check=False
        )
        about_ours = [line for line in done.stderr.splitlines() if "dictated" in line]
        return "\n".join(about_ours) or ("" if done.returncode == 0 else done.stderr)

    return run


@pytest.fixture
def program(tmp_path: Path) -> Path:
    return a_program(tmp_path / "bin/dictated")


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """A home, and no user manager that answers."""
    return {
        "HOME": str(tmp_path / "home"),
        "PATH": os.environ["PATH"],
        "XDG_RUNTIME_DIR": str(tmp_path / "none"),
    }


def a_program(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_shipped_user_unit_is_sound(verify: Callable[..., str]) -> None:
    assert verify(ROOT / "systemd/dictated.service", "--user") == ""


def test_the_shipped_unit_for_voice_notes_is_sound(verify: Callable[..., str]) -> None:
    assert verify(ROOT / "systemd/dictated-notes.service") == ""


def test_the_example_for_voice_notes_is_a_configuration_that_loads() -> None:
    assert configfile.load(ROOT / "docs/notes.toml").output.sinks == ("log",)


def test_the_configuration_of_the_demo_loads() -> None:
    assert configfile.load(ROOT / "docs/demo.toml").output.sinks == ("stdout",)


@pytest.mark.parametrize("folder", ["plain", "with space", "50%", "$HOME", "semi;colon", "#hash", "é"])
def test_an_installed_unit_is_sound_wherever_the_program_lies(
    tmp_path: Path, verify: Callable[..., str], folder: str
) -> None:
    program = a_program(tmp_path / folder / "dictated")
    service.install(tmp_path / "units", Unit(program, tmp_path / folder / "it's \\ a $1 config.toml"))
    assert verify(tmp_path / "units/dictated.service", "--user") == ""


def test_the_reader_of_units_would_tell_of_a_program_that_is_not_there(
    tmp_path: Path, verify: Callable[..., str]
) -> None:
    service.install(tmp_path, Unit(tmp_path / "no such/dictated"))
    assert "not executable" in verify(tmp_path / "dictated.service", "--user")


def test_the_installed_unit_starts_this_program(tmp_path: Path, program: Path) -> None:
    service.install(tmp_path, Unit(program))
    assert f"\nExecStart={program} run\n" in (tmp_path / "dictated.service").read_text()


def test_the_configuration_named_at_installation_is_the_one_the_service_reads(
    tmp_path: Path, program: Path
) -> None:
    service.install(tmp_path, Unit(program, tmp_path / "mine.toml"))
    unit = (tmp_path / "dictated.service").read_text()
    assert f"\nExecStart={program} --config {tmp_path / 'mine.toml'} run\n" in unit


def test_installing_again_changes_nothing(tmp_path: Path, program: Path) -> None:
    assert service.install(tmp_path, Unit(program))
    before = (tmp_path / "dictated.service").stat()
    assert not service.install(tmp_path, Unit(program))
    assert (tmp_path / "dictated.service").stat() == before


def test_installing_from_another_place_replaces_the_path(tmp_path: Path, program: Path) -> None:
    service.install(tmp_path, Unit(tmp_path / "old/dictated"))
    service.install(tmp_path, Unit(program))
    assert str(tmp_path / "old") not in (tmp_path / "dictated.service").read_text()


def test_nothing_but_the_unit_is_left_in_the_folder(tmp_path: Path, program: Path) -> None:
    service.install(tmp_path / "units", Unit(program))
    assert [path.name for path in (tmp_path / "units").iterdir()] == ["dictated.service"]


@pytest.mark.parametrize("types", [True, False])
@pytest.mark.parametrize("confined", [True, False])
def test_the_unit_is_sound_with_and_without_a_desktop_and_confinement(
    tmp_path: Path,
    program: Path,
    verify: Callable[..., str],
    types: bool,  # noqa: FBT001  (a column of the table)
    confined: bool,  # noqa: FBT001
) -> None:
    service.install(tmp_path / "units", Unit(program, types=types, confined=confined))
    assert verify(tmp_path / "units/dictated.service", "--user") == ""


def test_a_service_that_types_starts_and_ends_with_the_desktop(tmp_path: Path, program: Path) -> None:
    service.install(tmp_path, Unit(program))
    assert directives(tmp_path, "graphical-session.target") == ["PartOf", "After", "WantedBy"]


def test_a_service_that_only_logs_starts_without_a_desktop(tmp_path: Path, program: Path) -> None:
    service.install(tmp_path, Unit(program, types=False))
    assert directives(tmp_path, "graphical-session.target") == []
    assert directives(tmp_path, "default.target") == ["WantedBy"]
    assert directives(tmp_path, "pipewire-pulse.service") == ["After"]


def test_a_service_that_types_no_longer_is_no_longer_started_by_the_desktop(
    tmp_path: Path, program: Path
) -> None:
    service.install(tmp_path, Unit(program))
    link = tmp_path / "graphical-session.target.wants/dictated.service"
    link.parent.mkdir()
    link.symlink_to("../dictated.service")
    service.install(tmp_path, Unit(program, types=False))
    assert not link.is_symlink()


def test_what_the_system_cannot_confine_is_confined_less(tmp_path: Path, program: Path) -> None:
    service.install(tmp_path, Unit(program, confined=False))
    unit = (tmp_path / "dictated.service").read_text()
    assert ("\nPrivateUsers=" in unit, "\nCapability" in unit, "\nProtectSystem=" in unit) == (
        False,
        False,
        True,
    )


def directives(folder: Path, target: str) -> list[str]:
    """Return the directives of the installed unit that name this one, in their order."""
    lines = (folder / "dictated.service").read_text().splitlines()
    return [line.partition("=")[0] for line in lines if target in line and not line.startswith("#")]


@pytest.mark.parametrize("name", ["Anna's", 'a "b"', "a\\b"])
def test_a_path_that_systemd_does_not_start_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DictatedError, match="systemd takes no path"):
        service.install(tmp_path, Unit(tmp_path / name / "dictated"))


def test_a_path_with_a_line_break_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DictatedError, match="cannot hold"):
        service.install(tmp_path, Unit(tmp_path / "a\nb/dictated"))


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path, program: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DictatedError, match=r"^.*dictated\.service cannot be written: Not a directory$"):
        service.install(tmp_path / "file/units", Unit(program))


def test_without_a_user_manager_the_user_is_told_what_to_run(bare: dict[str, str], program: Path) -> None:
    said = service.install_and_start(bare, str(program))
    assert "systemctl --user enable --now dictated.service" in said[-1]


def test_the_unit_goes_where_the_configuration_of_this_user_is(
    bare: dict[str, str], program: Path, tmp_path: Path
) -> None:
    service.install_and_start(bare | {"XDG_CONFIG_HOME": str(tmp_path / "conf")}, str(program))
    assert (tmp_path / "conf/systemd/user/dictated.service").is_file()


def test_what_was_installed_is_removed_with_its_links(bare: dict[str, str], program: Path) -> None:
    service.install_and_start(bare, str(program))
    folder = service.unit_directory(bare)
    wants = folder / "graphical-session.target.wants"
    wants.mkdir()
    (wants / "dictated.service").symlink_to("../dictated.service")
    service.stop_and_uninstall(bare)
    assert [path for path in folder.rglob("*") if path.name == "dictated.service"] == []


def test_removing_what_is_not_there_says_so(bare: dict[str, str]) -> None:
    assert "nothing to remove" in service.stop_and_uninstall(bare)[0]


def test_a_link_to_the_program_is_kept_as_it_is(tmp_path: Path, program: Path) -> None:
    link = tmp_path / "dictated"
    link.symlink_to(program)
    assert service.running_executable(str(link)) == link


def test_called_as_a_module_the_program_beside_the_python_is_taken() -> None:
    found = service.running_executable("dictated/__main__.py")
    assert found == Path(sysconfig.get_path("scripts"), "dictated")


def test_a_built_wheel_brings_the_unit(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=VERIFY_S)
    [wheel] = tmp_path.glob("*.whl")
    unit = zipfile.ZipFile(wheel).read("dictated/dictated.service")
    assert unit == (ROOT / "systemd/dictated.service").read_bytes()
