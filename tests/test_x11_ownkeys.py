from __future__ import annotations

import pytest

from dictated.x11.ownkeys import OwnKeys


@pytest.fixture
def own() -> OwnKeys:
    own = OwnKeys()
    own.watch(lambda _keycode: None)
    return own


def test_an_event_that_was_expected_is_ours_once(own: OwnKeys) -> None:
    own.expect(40, down=True)
    assert [own.claim(40, down=True) for _ in range(2)] == [True, False]


def test_an_event_that_was_not_expected_is_a_hands(own: OwnKeys) -> None:
    own.expect(40, down=True)
    assert not own.claim(40, down=False)


def test_an_expected_event_that_the_server_swallowed_is_passed_over(own: OwnKeys) -> None:
    for keycode in (40, 41):
        own.expect(keycode, down=True)
    assert [own.claim(41, down=True), own.claim(40, down=True)] == [True, False]


def test_nothing_is_remembered_while_nobody_watches(own: OwnKeys) -> None:
    own.unwatch()
    own.expect(40, down=True)
    own.watch(lambda _keycode: None)
    assert not own.claim(40, down=True)


def test_a_watcher_hears_of_a_key_let_go_unseen() -> None:
    own, heard = OwnKeys(), []
    own.watch(heard.append)
    own.let_go(37)
    assert heard == [37]
