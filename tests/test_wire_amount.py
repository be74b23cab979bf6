"""Rules of what counts as a number in a service's answer."""

from __future__ import annotations

from typing import Any

import pytest

from dictated.wire.amount import amount, number


@pytest.mark.parametrize("value", [True, "1", None, [], {}, float("inf"), float("nan"), 10**400])
def test_what_is_no_number_is_none(value: Any) -> None:
    assert (number(value), amount(value)) == (None, None)


@pytest.mark.parametrize(("value", "counted"), [(-1, None), (-0.1, None), (0, 0.0), (2, 2.0)])
def test_less_than_nothing_is_no_amount(value: float, counted: float | None) -> None:
    assert amount(value) == counted
