"""Rules of the kept sound: it is found where the spool put it, also in a later run."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from doubles import SPOKEN_AT, utterance

from dictated.sinks.keptsound import KeptSound
from dictated.spool import Spool

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_where_the_spool_put_it(tmp_path: Path) -> None:
    kept = [Spool(tmp_path).keep(utterance(number)) for number in (1, 2)]
    assert [KeptSound(tmp_path)(utterance(number)) for number in (1, 2)] == kept


def test_what_has_another_number_in_a_later_run_is_found_by_its_time(tmp_path: Path) -> None:
    kept = Spool(tmp_path).keep(utterance(1))
    Spool(tmp_path).keep(replace(utterance(2), began=SPOKEN_AT + timedelta(microseconds=1)))
    assert KeptSound(tmp_path)(utterance(1_000_000_007)) == kept


@pytest.mark.parametrize("folder", ["", "not there"])
def test_where_none_is_kept_there_is_none(folder: str, tmp_path: Path) -> None:
    assert KeptSound(tmp_path / folder)(utterance(1)) is None
