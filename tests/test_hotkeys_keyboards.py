from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fixtures.keyboards import EV_KEY, EV_REL, EV_SYN, LETTERS, SYN_DROPPED, Inputs

from dictated.hotkeys.keyboards import Change, Keyboards

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from fixtures.keyboards import Keyboard

CTRL, D, F9 = 29, 32, 67
KEYS = range(1, 128)


@pytest.fixture
def inputs(tmp_path: Path) -> Generator[Inputs]:
    made = Inputs(tmp_path / "input")
    yield made
    made.close()


@pytest.fixture
def keyboards(inputs: Inputs) -> Generator[Keyboards]:
    opened = Keyboards(inputs.folder, inputs.open)
    yield opened
    opened.close()


def names(keyboards: Keyboards) -> list[str]:
    return [device.name for device in keyboards.open]


def read(keyboards: Keyboards, place: int = 0) -> list[Change]:
    return list(keyboards.read(keyboards.open[place]))


@pytest.mark.parametrize(
    ("name", "keys", "read"),
    [
        ("AT Translated Set 2 keyboard", KEYS, True),
        ("keyd virtual keyboard", KEYS, True),
        ("KMonad simulated keyboard", LETTERS, True),
        ("Logitech Mouse", [272, 273], False),
        ("Power Button", [116], False),
        ("Intel HID events", [113, 114, 115, 224], False),
        ("a number pad", range(71, 84), False),
        ("ydotoold virtual device", KEYS, False),
    ],
)
def test_what_a_hand_types_on_is_a_keyboard(
    inputs: Inputs,
    keyboards: Keyboards,
    name: str,
    keys: Sequence[int],
    read: bool,  # noqa: FBT001  (a column of the table)
) -> None:
    inputs.plug(0, name, keys)
    assert (list(keyboards.look()), names(keyboards)) == ([], [name] if read else [])


def test_only_devices_of_events_are_asked(inputs: Inputs, keyboards: Keyboards) -> None:
    for name in ("mice", "mouse0", "js0"):
        (inputs.folder / name).touch()
    (inputs.folder / "by-id").mkdir()
    assert (list(keyboards.look()), keyboards.open) == ([], [])


def test_what_is_no_keyboard_is_asked_once_and_again_when_it_changes(
    inputs: Inputs, keyboards: Keyboards
) -> None:
    mouse = inputs.plug(0, "mouse", [272])
    asked = []
    for _ in range(2):
        list(keyboards.look())
        list(keyboards.look())
        asked.append(mouse.opened)
        mouse.path.chmod(0o600)
    assert asked == [1, 2]


def test_keys_are_told_as_they_go_down_and_up_and_repeats_are_not(
    inputs: Inputs, keyboards: Keyboards
) -> None:
    keyboard = plugged(inputs, keyboards)
    keyboard.press(D)
    keyboard.repeat(D)
    keyboard.send((4, 4, 458756), (EV_REL, D, 1))  # what it scanned; a wheel
    keyboard.release(D)
    assert read(keyboards) == [Change(D, down=True), Change(D, down=False)]


def test_a_key_is_down_until_it_is_up_on_every_keyboard(inputs: Inputs, keyboards: Keyboards) -> None:
    one, other = inputs.plug(0), inputs.plug(1)
    list(keyboards.look())
    one.press(CTRL)
    other.press(CTRL)
    told = read(keyboards, 0) + read(keyboards, 1)
    one.release(CTRL)
    other.release(CTRL)
    assert told == [Change(CTRL, down=True)] * 2
    assert (read(keyboards, 0), read(keyboards, 1)) == ([], [Change(CTRL, down=False)])


def test_a_keyboard_that_goes_lets_go_of_its_keys(inputs: Inputs, keyboards: Keyboards) -> None:
    keyboard = plugged(inputs, keyboards)
    keyboard.press(D)
    read(keyboards)
    keyboard.unplug()
    assert (read(keyboards), names(keyboards)) == ([Change(D, down=False)], [])


def test_a_keyboard_whose_file_has_gone_is_closed(inputs: Inputs, keyboards: Keyboards) -> None:
    keyboard = plugged(inputs, keyboards)
    keyboard.press(D)
    read(keyboards)
    keyboard.path.unlink()
    assert (list(keyboards.look()), names(keyboards)) == ([Change(D, down=False)], [])


def test_another_keyboard_by_the_same_name_is_opened_when_the_first_has_gone(
    inputs: Inputs, keyboards: Keyboards
) -> None:
    plugged(inputs, keyboards).unplug()
    inputs.plug(0, "the next")
    assert (read(keyboards), names(keyboards)) == ([], ["the next"])


def test_what_is_down_when_a_keyboard_comes_was_not_pressed_while_we_looked(
    inputs: Inputs, keyboards: Keyboards
) -> None:
    keyboard = inputs.plug(0)
    keyboard.down.add(CTRL)
    told = list(keyboards.look())
    keyboard.release(CTRL)
    assert told + read(keyboards) == [Change(CTRL, down=True, seen=False), Change(CTRL, down=False)]


def test_after_events_were_lost_the_keyboard_is_asked_what_is_down(
    inputs: Inputs, keyboards: Keyboards
) -> None:
    keyboard = plugged(inputs, keyboards)
    keyboard.press(D)
    read(keyboards)
    keyboard.down = {CTRL}
    keyboard.send((EV_SYN, SYN_DROPPED, 0), (EV_KEY, F9, 1))
    assert read(keyboards) == [Change(D, down=False), Change(CTRL, down=True, seen=False)]


def test_nothing_to_read_is_no_fault(inputs: Inputs, keyboards: Keyboards) -> None:
    keyboard = plugged(inputs, keyboards)
    assert (read(keyboards), len(keyboards.open), keyboard.opened) == ([], 1, 1)


def test_what_is_no_keyboard_does_not_stay_open(inputs: Inputs, keyboards: Keyboards) -> None:
    inputs.plug(0, "mouse", [272])
    before = files()
    list(keyboards.look())
    assert files() == before


def test_a_device_that_may_not_be_read_is_told_until_it_may(inputs: Inputs, keyboards: Keyboards) -> None:
    keyboard = inputs.plug(0)
    keyboard.path.chmod(0)
    list(keyboards.look())
    refused = keyboards.refused
    keyboard.path.chmod(0o660)
    list(keyboards.look())
    assert (refused, keyboards.refused, len(keyboards.open)) == (True, False, 1)


def test_a_refused_device_that_has_gone_is_told_no_more(inputs: Inputs, keyboards: Keyboards) -> None:
    keyboard = inputs.plug(0)
    keyboard.path.chmod(0)
    list(keyboards.look())
    keyboard.unplug()
    list(keyboards.look())
    assert not keyboards.refused


def files() -> int:
    """Return how many files are open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def plugged(inputs: Inputs, keyboards: Keyboards) -> Keyboard:
    """A keyboard that is open."""
    keyboard = inputs.plug(0)
    list(keyboards.look())
    return keyboard
