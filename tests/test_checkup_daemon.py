from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dictated.checkup.daemon import Daemon
from dictated.checkup.finding import Grade
from dictated.paths import Paths

if TYPE_CHECKING:
    from pathlib import Path

    from fixtures.daemon import Dictated


def look(daemon: Daemon) -> tuple[str, str]:
    (finding,) = daemon.look()
    return finding.grade, finding.found


def test_that_no_daemon_runs_is_no_fault_but_told(tmp_path: Path) -> None:
    assert look(Daemon(tmp_path / "none")) == (Grade.WARN, "it does not run")


def test_a_daemon_that_runs_says_what_it_does(dictated: Dictated) -> None:
    dictated.start().says("ready")
    daemon = Daemon(Paths.from_environment(dictated.environ).socket)
    assert (look(daemon), daemon.listens) == ((Grade.OK, "it runs: off"), False)


def test_what_the_daemon_could_not_do_is_told_with_what_mends_it(dictated: Dictated) -> None:
    dictated.environ["PULSE_SERVER"] = "unix:/none"
    dictated.configure('[audio]\ndevice = "none"')
    dictated.start().says("ready")
    dictated("start")
    (finding,) = Daemon(Paths.from_environment(dictated.environ).socket).look()
    assert (finding.found.startswith("it runs; last error: "), bool(finding.mend)) == (True, True)


@pytest.mark.parametrize(
    ("state", "listens"), [("listening", True), ("off", False), ("no microphone", False)]
)
def test_a_daemon_holds_the_microphone_while_it_listens(tmp_path: Path, state: str, *, listens: bool) -> None:
    daemon = Daemon(tmp_path)
    daemon.status = {"state": state}
    assert daemon.listens == listens
