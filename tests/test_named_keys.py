"""Rules of the keys that messages name, so that a person can mend something there: each of them exists."""

from __future__ import annotations

import ast
import errno
import re
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import httpx
import pytest

import dictated
from dictated.config import Config
from dictated.errors import TranscriberError
from dictated.secret import find, missing
from dictated.sttconfig import Engine, OpenAIEngine
from dictated.wire import faults
from dictated.wire.rejection import Rejection

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICES = ("openrouter", "cloudflare", "openai", "text.cleanup")
TABLES = "|".join(Config.__struct_fields__)
KEY = re.compile(rf"(?<![\w./-])(?:{TABLES})(?:\.[a-z_]+)+(?![\w(])")
FAILURES = (
    *(OSError(code, "it failed") for code in (errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTUNREACH)),
    *(socket.gaierror(), ssl.SSLError()),
    *(kind("it failed") for kind in (httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)),
    *(kind("it failed") for kind in (httpx.LocalProtocolError, httpx.RemoteProtocolError, httpx.ReadError)),
    httpx.RemoteProtocolError("Server disconnected without sending a response."),
)


def unknown(sentence: str) -> list[str]:
    """The keys in it that there are not, and the engines without models."""
    asked = re.findall(r"`dictated models ([\w.]+)`", sentence)
    return [
        *(key for key in KEY.findall(sentence) if not is_there(key)),
        *(name for name in asked if name not in get_args(Engine)),
    ]


def is_there(key: str) -> bool:
    table: object = Config()
    for name in key.split("."):
        if isinstance(table, dict):  # of what the user names: profiles, phrases
            return True
        if not hasattr(table, name):
            return False
        table = getattr(table, name)
    return True


def told(name: str) -> Iterator[TranscriberError]:
    """Every way in which a service may fail."""
    yield from (faults.explain(name, Rejection(status)) for status in range(300, 600))
    yield from (faults.unreachable(name, failure, "example") for failure in FAILURES)
    yield from (faults.too_slow(name, 1), faults.no_key_yet(name, 1), faults.nonsense(name, "no JSON"))


@pytest.mark.parametrize("name", SERVICES)
def test_each_key_that_a_failure_of_a_service_names_is_there(name: str) -> None:
    assert {str(error): unknown(str(error)) for error in told(name) if unknown(str(error))} == {}


@pytest.mark.parametrize("name", SERVICES)
def test_each_key_that_a_missing_key_of_a_service_names_is_there(name: str, tmp_path: Path) -> None:
    with pytest.raises(TranscriberError) as refused:
        find(name, OpenAIEngine(api_key_file=str(tmp_path)), {})
    sentences = (missing(name, OpenAIEngine()), str(refused.value))
    assert [(len(KEY.findall(one)) > 0, unknown(one)) for one in sentences] == [(True, [])] * 2


def test_each_key_that_the_program_writes_out_is_there() -> None:
    assert {key for key in KEY.findall("\n".join(literals())) if not is_there(key)} == set()


def literals() -> Iterator[str]:
    for file in Path(dictated.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
