"""The set-up script on machines that lack this and that: its tools are small programs that keep a record."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / ".ci/setup"
RUN_S = 60
RUNTIME = ["libportaudio2", "libasound2-plugins"]
BUILD = ["gcc", "libc6-dev", "linux-libc-dev"]

PYTHON = """#!/bin/sh
[ -e python-is-old ] && exit 1
case "$1 $2" in
  "-c "*) echo "$0" ;;
  "- ") [ ! -e python-lacks-venv ] || echo python3.11-venv ;;
  "-m venv") echo "$*" >>calls; mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
  "-m pip") echo "$*" >>calls; [ ! -e network-is-down ] ;;
esac
"""
DPKG_QUERY = """#!/bin/sh
shift 3
for name; do grep -qx "$name" installed && echo "installed $name"; done
"""
APT_GET = """#!/bin/sh
echo "apt-get $*" >>calls
case " $* " in
  *" update "*) rm -f lists-are-old ;;
  *) [ ! -e lists-are-old ] || exit 100; for name; do echo "$name" >>installed; done ;;
esac
"""
ID = "#!/bin/sh\ncat uid\n"
SUDO = "#!/bin/sh\nexit 1\n"


@dataclass
class Machine:
    """A checkout and what is installed around it."""

    root: Path

    def setup(self, purpose: str = "run") -> subprocess.CompletedProcess[str]:
        """Run the script as make does."""
        environ = {"PATH": f"{self.root / 'bin'}:{os.environ['PATH']}", "PYTHON": ""}
        return subprocess.run(
            [self.root / ".ci/setup", purpose],
            env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=RUN_S, check=False,
        )  # fmt: skip

    def calls(self, word: str = "") -> list[str]:
        """What was called since the last question, of the calls with this word."""
        path = self.root / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return [line for line in lines if word in line]

    def without(self, *packages: str) -> None:
        """Take packages away."""
        path = self.root / "installed"
        kept = [name for name in path.read_text().splitlines() if name not in packages]
        path.write_text("".join(f"{name}\n" for name in kept))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with every system package, its user root; no .venv yet."""
    root = tmp_path / "check out"
    (root / ".ci").mkdir(parents=True)
    shutil.copy(SCRIPT, root / ".ci/setup")
    (root / "pyproject.toml").write_text("[project]\n")
    (root / "bin").mkdir()
    programs = {"python3": PYTHON, "dpkg-query": DPKG_QUERY, "apt-get": APT_GET, "id": ID, "sudo": SUDO}
    for name in ("python3.11", "python3.12", "python3.13"):
        programs[name] = PYTHON
    for name, text in programs.items():
        (root / "bin" / name).write_text(text)
        (root / "bin" / name).chmod(0o755)
    (root / "uid").write_text("0\n")
    named = [
        line.split()[0] for line in SCRIPT.read_text().splitlines() if line.startswith("  ") and " # " in line
    ]
    (root / "installed").write_text("".join(f"{name}\n" for name in named))
    return Machine(root)


def test_a_first_set_up_makes_the_environment_and_installs_the_program(machine: Machine) -> None:
    assert machine.setup().returncode == 0
    venv, pip = machine.calls()
    assert venv == "-m venv .venv"
    assert pip.endswith("install --quiet --editable .")


@pytest.mark.parametrize("purpose", ["run", "test"])
def test_a_second_set_up_does_nothing_and_says_nothing(machine: Machine, purpose: str) -> None:
    machine.setup(purpose)
    machine.calls()
    again = machine.setup(purpose)
    assert (again.returncode, again.stdout, again.stderr, machine.calls()) == (0, "", "", [])


def test_who_is_set_up_for_tests_is_set_up_to_run(machine: Machine) -> None:
    machine.setup("test")
    machine.calls()
    machine.setup("run")
    assert machine.calls() == []


def test_who_is_set_up_to_run_gets_what_tests_need_when_asked(machine: Machine) -> None:
    machine.setup("run")
    machine.setup("test")
    assert machine.calls("--group dev")


def test_a_set_up_that_broke_off_is_done_again_from_the_beginning(machine: Machine) -> None:
    (machine.root / "network-is-down").touch()
    assert machine.setup().returncode != 0
    (machine.root / "network-is-down").unlink()
    (machine.root / ".venv/half").touch()
    assert machine.setup().returncode == 0
    assert not (machine.root / ".venv/half").exists()


def test_an_update_that_broke_off_is_done_again_from_the_beginning(machine: Machine) -> None:
    machine.setup()
    (machine.root / "pyproject.toml").write_text("[project]\n# new\n")
    (machine.root / "network-is-down").touch()
    machine.setup()
    (machine.root / "network-is-down").unlink()
    machine.calls()
    machine.setup()
    assert machine.calls("-m venv")


def test_a_changed_pyproject_updates_the_environment_and_keeps_it(machine: Machine) -> None:
    machine.setup()
    (machine.root / "pyproject.toml").write_text("[project]\n# new\n")
    machine.calls()
    machine.setup()
    assert [call.split()[1] for call in machine.calls()] == ["pip"]


def test_an_environment_that_was_moved_is_made_anew(machine: Machine) -> None:
    machine.setup()
    machine.calls()
    moved = Machine(machine.root.rename(machine.root.parent / "elsewhere"))
    moved.setup()
    assert moved.calls("-m venv")


def test_an_environment_whose_python_has_gone_is_made_anew(machine: Machine) -> None:
    machine.setup()
    machine.calls()
    (machine.root / ".venv/bin/python").unlink()
    machine.setup()
    assert machine.calls("-m venv")


def test_root_gets_just_the_packages_that_are_missing(machine: Machine) -> None:
    machine.without("libportaudio2", "gcc")
    assert machine.setup().returncode == 0
    [call] = machine.calls("apt-get")
    assert call.endswith("install -y --no-install-recommends libportaudio2 gcc")


def test_package_lists_that_are_old_are_fetched_once(machine: Machine) -> None:
    machine.without("libportaudio2")
    (machine.root / "lists-are-old").touch()
    assert machine.setup().returncode == 0
    verbs = [
        verb for call in machine.calls("apt-get") for verb in ("update", "install") if f" {verb}" in call
    ]
    assert verbs == ["install", "update", "install"]


def test_who_may_not_install_gets_one_line_to_copy(machine: Machine) -> None:
    machine.without("libasound2-plugins", "linux-libc-dev")
    (machine.root / "uid").write_text("1000\n")
    done = machine.setup()
    line = "sudo apt-get install --no-install-recommends libasound2-plugins linux-libc-dev\n"
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"sudo apt-get update && {line}"


def test_that_line_names_what_python_lacks_as_well(machine: Machine) -> None:
    (machine.root / "python-lacks-venv").touch()
    (machine.root / "uid").write_text("1000\n")
    assert machine.setup().stderr.endswith(" python3.11-venv\n")


def test_a_compiler_is_not_asked_for_when_nothing_is_to_be_compiled(machine: Machine) -> None:
    machine.setup()
    machine.without(*BUILD)
    (machine.root / "uid").write_text("1000\n")
    assert machine.setup().returncode == 0


def test_a_library_that_was_removed_since_is_missed(machine: Machine) -> None:
    machine.setup()
    machine.without(*RUNTIME)
    machine.calls()
    machine.setup()
    assert machine.calls("libportaudio2 libasound2-plugins")


def test_to_run_no_test_packages_are_asked_for(machine: Machine) -> None:
    machine.without("xvfb", "xterm")
    machine.setup("run")
    assert machine.calls("apt-get") == []


def test_a_package_whose_longer_namesake_is_there_is_missing_all_the_same(machine: Machine) -> None:
    machine.without("pulseaudio")  # pulseaudio-utils stays
    machine.setup("test")
    assert machine.calls("apt-get")[0].endswith(" pulseaudio")


def test_without_a_python_that_will_do_one_line_says_how_to_go_on(machine: Machine) -> None:
    (machine.root / "python-is-old").touch()
    done = machine.setup()
    assert done.returncode == 1
    assert done.stderr == (
        "No Python 3.11 or later. Install one, or name it: make setup PYTHON=/path/to/python3\n"
    )
