"""Where keys are found, which are refused, and that a key shows itself nowhere."""

from __future__ import annotations

import copy
import json
import logging
import os
import pickle
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import keyrings
import msgspec
import pytest
from restrictions import ordinary_user

from dictated import secret
from dictated.errors import TranscriberError
from dictated.secret import Secret, find, missing
from dictated.sttconfig import OpenRouterEngine

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "sk-or-v1-0123456789abcdef"
BARE = OpenRouterEngine()
VARIABLE = {"OPENROUTER_API_KEY": "sk-of-the-variable"}


@dataclass
class Holder:
    key: Secret


def key_file(path: Path, content: str | bytes = KEY, mode: int = 0o600) -> OpenRouterEngine:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(mode)
    return OpenRouterEngine(api_key_file=str(path))


def credentials(folder: Path, content: str = KEY, mode: int = 0o400) -> dict[str, str]:
    path = folder / "openrouter-api-key"
    path.write_text(content)
    path.chmod(mode)
    return {"CREDENTIALS_DIRECTORY": str(folder)}


def refusal(settings: OpenRouterEngine, environ: dict[str, str] | None = None) -> TranscriberError:
    with pytest.raises(TranscriberError) as caught:
        find("openrouter", settings, environ or {})
    return caught.value


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        format,
        lambda key: f"{key!s:>20}{key:>30}",
        lambda key: "%s %r" % (key, key),  # noqa: UP031 (the old way is what is tested)
        lambda key: repr(Holder(key)) + repr(asdict(Holder(key))),
        lambda key: repr([key, {key: key}]),
        lambda key: json.dumps({"key": key}, default=str),
        lambda key: msgspec.json.encode({"key": key}, enc_hook=str).decode(),
        lambda key: repr(TranscriberError(f"{key}", lasting=True)),
        lambda key: repr(copy.copy(key)) + repr(copy.deepcopy([key])),
    ],
)
def test_a_key_prints_as_stars_in_every_way(show: Callable[[Secret], str]) -> None:
    shown = show(Secret(KEY))
    assert KEY not in shown
    assert "***" in shown


@pytest.mark.parametrize(
    "write",
    [json.dumps, msgspec.json.encode, msgspec.msgpack.encode, msgspec.to_builtins, pickle.dumps, vars],
)
def test_a_key_is_not_written_where_nobody_asked_for_stars(write: Callable[[Secret], object]) -> None:
    with pytest.raises(TypeError) as caught:
        write(Secret(KEY))
    assert KEY not in str(caught.value)


def test_a_key_prints_as_stars_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("dictated").warning("%s %r %s", Secret(KEY), Secret(KEY), [Secret(KEY)])
    assert caplog.messages == ["Secret('***') Secret('***') [Secret('***')]"]


def test_the_same_key_is_equal_and_stays_itself_when_copied() -> None:
    one = Secret(KEY)
    assert one == Secret(KEY) == copy.deepcopy(one)
    assert len({one, Secret(KEY), Secret("another")}) == 2
    assert one != KEY


def test_a_key_is_shown_to_who_reveals_it() -> None:
    assert Secret(KEY).reveal() == KEY


def test_a_key_comes_from_its_file_without_the_line_break(tmp_path: Path) -> None:
    assert find("openrouter", key_file(tmp_path / "key", KEY + "\r\n"), {}) == Secret(KEY)


def test_a_key_comes_from_a_file_below_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    key_file(tmp_path / "key")
    assert find("openrouter", OpenRouterEngine(api_key_file="~/key"), {}) == Secret(KEY)


def test_a_key_comes_from_its_variable() -> None:
    assert find("openrouter", BARE, {"OPENROUTER_API_KEY": KEY}) == Secret(KEY)


def test_a_key_comes_from_the_variable_that_the_user_named() -> None:
    assert find("openrouter", OpenRouterEngine(api_key_env="MINE"), {"MINE": KEY}) == Secret(KEY)


def test_a_key_comes_from_a_systemd_credential_that_its_group_may_read(tmp_path: Path) -> None:
    assert find("openrouter", BARE, credentials(tmp_path, KEY + "\n", 0o440)) == Secret(KEY)


def test_the_file_goes_before_the_variable(tmp_path: Path) -> None:
    assert find("openrouter", key_file(tmp_path / "key"), VARIABLE) == Secret(KEY)


def test_the_variable_goes_before_the_credential(tmp_path: Path) -> None:
    assert find("openrouter", BARE, VARIABLE | credentials(tmp_path)) == Secret("sk-of-the-variable")


@pytest.mark.parametrize("empty", ["", " ", "\n"])
def test_an_empty_variable_is_no_key_and_the_credential_is_looked_at(empty: str, tmp_path: Path) -> None:
    environ = {"OPENROUTER_API_KEY": empty} | credentials(tmp_path)
    assert find("openrouter", BARE, environ) == Secret(KEY)


@pytest.mark.parametrize(
    "environ",
    [{}, {"OPENROUTER_API_KEY": ""}, {"CREDENTIALS_DIRECTORY": ""}, {"CREDENTIALS_DIRECTORY": "/nowhere"}],
)
def test_where_there_is_no_key_none_is_found(environ: dict[str, str]) -> None:
    assert find("openrouter", BARE, environ) is None


def test_without_systemd_no_file_of_the_folder_we_stand_in_is_a_credential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert find("openrouter", BARE, {}) is None


def test_without_a_variables_name_the_environment_is_not_looked_at() -> None:
    assert find("openrouter", OpenRouterEngine(api_key_env=""), {"": KEY}) is None


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o620, 0o644, 0o602])
def test_a_file_that_others_can_read_or_change_is_refused_with_the_command_that_mends_it(
    mode: int, tmp_path: Path
) -> None:
    error = refusal(key_file(tmp_path / "key", mode=mode))
    assert f"chmod 600 {tmp_path / 'key'}" in str(error)
    assert error.lasting


def test_a_file_that_others_can_read_is_refused_though_the_variable_has_a_key(tmp_path: Path) -> None:
    assert "chmod 600" in str(refusal(key_file(tmp_path / "key", mode=0o644), VARIABLE))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "is not there"),  # noqa: ARG005 (a file that nobody made)
        (lambda path: path.write_text(""), "is empty"),
        (lambda path: path.write_text(" \n"), "is empty"),
        (Path.mkdir, "is a folder"),
        (os.mkfifo, "is no ordinary file"),
        (lambda path: path.symlink_to(path), "is a link that leads nowhere"),
        (lambda path: path.write_text("x" * 5000), "is longer than 4096 bytes"),
        (lambda path: path.write_bytes(bytes(5000)), "is longer than 4096 bytes"),
        (lambda path: path.write_text(f"{KEY}\n{KEY}\n"), "holds more than a key"),
        (lambda path: path.write_text(f"Bearer {KEY}"), "holds more than a key"),
        (lambda path: path.write_text(f"{KEY}é"), "holds more than a key"),
        (lambda path: path.write_text(f"\ufeff{KEY}"), "holds more than a key"),
        (lambda path: path.write_bytes(KEY.encode() + b"\0x"), "holds more than a key"),
        (lambda path: path.write_bytes(KEY.encode("utf-16")), "holds more than a key"),
    ],
)
def test_a_file_that_holds_no_usable_key_is_refused_in_one_line_without_showing_it(
    make: Callable[[Path], object], words: str, tmp_path: Path
) -> None:
    path = tmp_path / "key"
    make(path)
    if path.is_file():
        path.chmod(0o600)
    error = refusal(OpenRouterEngine(api_key_file=str(path)))
    assert words in str(error)
    assert str(error).startswith("openrouter: ")
    assert error.lasting
    assert KEY[:8] not in str(error)
    assert str(error).isprintable()


def test_a_file_below_a_file_is_not_there(tmp_path: Path) -> None:
    key_file(tmp_path / "key")
    assert "is not there" in str(refusal(OpenRouterEngine(api_key_file=f"{tmp_path}/key/key")))


def test_a_file_that_we_may_not_read_is_refused(tmp_path: Path) -> None:
    settings = key_file(tmp_path / "key", mode=0o000)
    tmp_path.chmod(0o755)
    with ordinary_user():
        assert "cannot be read by this user" in str(refusal(settings))


@pytest.mark.parametrize("name", ["key\0", "~nobody-of-that-name/key", "key\nother"])
def test_a_name_that_no_file_has_is_refused_in_one_line(name: str) -> None:
    assert str(refusal(OpenRouterEngine(api_key_file=name))).isprintable()


@pytest.mark.parametrize("value", [f"{KEY}\n{KEY}", f"{KEY}\x7f", "ключ", "\udcff", "x" * 4097])
def test_a_variable_with_what_no_header_can_carry_is_refused_without_showing_it(value: str) -> None:
    error = refusal(BARE, {"OPENROUTER_API_KEY": value})
    assert "$OPENROUTER_API_KEY" in str(error)
    assert KEY[:8] not in str(error)
    assert error.lasting


def test_a_credential_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "openrouter-api-key").mkdir()
    assert "systemd credential" in str(refusal(BARE, {"CREDENTIALS_DIRECTORY": str(tmp_path)}))


def test_a_credential_with_more_than_a_key_is_refused(tmp_path: Path) -> None:
    assert "openrouter-api-key holds more" in str(refusal(BARE, credentials(tmp_path, f"{KEY} {KEY}")))


def test_the_sentence_for_a_missing_key_names_every_place() -> None:
    said = missing("openrouter", BARE)
    for place in (
        "no key for openrouter",
        "OPENROUTER_API_KEY",
        "stt.openrouter.api_key_file",
        "chmod 600",
        "openrouter-api-key",
        "keyring set dictated openrouter",
        "stt.openrouter.api_key_keyring = true",
    ):
        assert place in said


def test_the_sentence_for_a_missing_key_names_no_variable_where_none_is_asked() -> None:
    assert "environment" not in missing("openai", OpenRouterEngine(api_key_env=""))


ASKING = OpenRouterEngine(api_key_keyring=True)
FIND = """
import os
from dictated.secret import find
from dictated.sttconfig import OpenRouterEngine
found = find("openrouter", OpenRouterEngine(api_key_keyring=True), os.environ)
print(found and found.reveal())
"""


def test_a_key_comes_from_a_real_desktop_keyring(tmp_path: Path) -> None:
    done = keyrings.run(tmp_path, KEY, "openrouter", [sys.executable, "-c", FIND])
    assert done.stdout == f"{KEY}\n", done.stderr


def test_a_real_desktop_keyring_without_the_key_gives_none(tmp_path: Path) -> None:
    done = keyrings.run(tmp_path, KEY, "cloudflare", [sys.executable, "-c", FIND])
    assert done.stdout == "None\n", done.stderr


def test_the_keyring_is_asked_last(tmp_path: Path) -> None:
    assert find("openrouter", ASKING, credentials(tmp_path) | {"PATH": "/nowhere"}) == Secret(KEY)


def test_the_keyring_is_not_asked_unless_it_is_wanted() -> None:
    assert find("openrouter", BARE, {"PYTHON_KEYRING_BACKEND": "no.such.Keyring"}) is None


@pytest.mark.parametrize(
    ("backend", "words"),
    [
        ("keyring.backends.fail.Keyring", "NoKeyringError: No recommended backend was available"),
        ("no.such.Keyring", "ModuleNotFoundError: No module named 'no'"),
    ],
)
def test_a_keyring_that_fails_is_told_in_one_line(backend: str, words: str) -> None:
    error = refusal(ASKING, {"PYTHON_KEYRING_BACKEND": backend})
    assert f"the desktop keyring refuses ({words}" in str(error)
    assert str(error).isprintable()
    assert error.lasting


def test_a_keyring_that_holds_nothing_gives_none() -> None:
    assert find("openrouter", ASKING, {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}) is None


STUCK = """
from keyring.backend import KeyringBackend
class Keyring(KeyringBackend):
    priority = 1
    def get_password(self, service, username):
        import signal
        signal.pause()
    def set_password(self, service, username, password): ...
    def delete_password(self, service, username): ...
"""


def backend(folder: Path, source: str) -> dict[str, str]:
    (folder / "stubborn.py").write_text(source)
    return {"PYTHONPATH": str(folder), "PYTHON_KEYRING_BACKEND": "stubborn.Keyring"}


def test_a_keyring_that_never_answers_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret, "KEYRING_S", 0.5)
    assert "gave no answer in 0.5 s" in str(refusal(ASKING, backend(tmp_path, STUCK)))


def test_a_keyring_that_dies_is_told(tmp_path: Path) -> None:
    dies = backend(tmp_path, STUCK.replace("signal.pause()", "signal.raise_signal(9)"))
    assert "refuses (it ended without an answer)" in str(refusal(ASKING, dies))


def test_a_key_in_the_keyring_that_no_header_can_carry_is_refused(tmp_path: Path) -> None:
    wide = backend(tmp_path, STUCK.replace("signal.pause()", f"return '{KEY} {KEY}'"))
    assert "the key in the desktop keyring holds more than a key" in str(refusal(ASKING, wide))


def test_without_the_keyring_package_the_command_that_installs_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)  # as Python notes a module that is not there
    assert "pip install 'dictated[keyring]'" in str(refusal(ASKING))


def test_a_file_called_keyring_where_we_were_started_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "keyring.py").write_text("print('sk-of-a-stranger')")
    monkeypatch.chdir(tmp_path)
    assert find("openrouter", ASKING, {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}) is None
