from __future__ import annotations

import shutil
import socket
import ssl
import threading
import wave
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
import trustme
from moonshine_voice import ModelArch, get_assets_path

from dictated.errors import TranscriberError
from dictated.transcribers import moonshine
from dictated.transcribers.moonshine import Moonshine, catalogue, described, fetch, find
from dictated.types import NO_HINTS, SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOST = "download.moonshine.ai"
TINY = get_assets_path() / "tiny-en"


class Proxy(threading.Thread):
    """A proxy that answers for Moonshine's server, with the files of the model that came with the program.

    `most` is how many bytes of a file it sends before it hangs up; `damaged` has it change the first byte.
    """

    def __init__(self, authority: trustme.CA, most: int | None = None) -> None:
        super().__init__()
        self.most = most
        self.damaged = False
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(HOST).configure_cert(self._tls)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://{}:{}".format(*self._listener.getsockname())

    def run(self) -> None:
        with suppress(OSError):  # the listener is closed at the end
            while True:
                client, _ = self._listener.accept()
                with client:
                    self._serve(client)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.join()

    def _serve(self, client: socket.socket) -> None:
        head(client)  # CONNECT
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with self._tls.wrap_socket(client, server_side=True) as safe:
            path, first = wanted(head(safe))
            body = (TINY / path.rpartition("/")[2]).read_bytes()
            total, rest = len(body), body[first:]
            status = f"206 Part\r\nContent-Range: bytes {first}-{total - 1}/{total}" if first else "200 OK"
            safe.sendall(f"HTTP/1.1 {status}\r\nContent-Length: {len(rest)}\r\n\r\n".encode())
            safe.sendall((b"?" + rest[1:] if self.damaged else rest)[: self.most])


def head(client: socket.socket) -> str:
    """The request line and the headers."""
    found = b""
    while not found.endswith(b"\r\n\r\n"):
        found += client.recv(1)
    return found.decode()


def wanted(request: str) -> tuple[str, int]:
    """Its path, and the byte from which on it wants the file."""
    _, _, after = request.partition("bytes=")
    return request.split()[1], int(after.partition("-")[0]) if after else 0


@pytest.fixture
def proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    proxy = Proxy(authority)
    monkeypatch.setenv("https_proxy", proxy.url)
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    proxy.start()
    yield proxy
    proxy.close()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MOONSHINE_VOICE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def listed(name: str) -> moonshine.Listed:
    model = find(name)
    assert model is not None
    return model


def test_the_catalogue_is_that_of_the_package() -> None:
    assert {"base-es", "tiny-ko", "base-en", "medium-streaming-en"} < {model.name for model in catalogue()}


@pytest.mark.parametrize(
    ("name", "found"),
    [("es", "base-es"), ("en", "medium-streaming-en"), ("tiny-ja", "tiny-ja"), ("xx", None)],
)
def test_a_language_alone_stands_for_the_model_that_moonshine_prefers(name: str, found: str | None) -> None:
    model = find(name)
    assert (model.name if model else None) == found


@pytest.mark.parametrize(("name", "licence"), [("es", "https://www.moonshine.ai/license"), ("en", "MIT")])
def test_the_licence_is_told(name: str, licence: str) -> None:
    assert described(listed(name)).note.endswith(licence)


def test_a_model_is_fetched_whole_and_understands(proxy: Proxy) -> None:
    model = listed("tiny-en")
    fetch(model, bar=False)
    loaded = Moonshine(model.folder, model.arch)
    loaded.load()
    with wave.open(str(get_assets_path() / "beckett.wav")) as file:
        text, _ = loaded.decode(file.readframes(10 * SAMPLE_RATE), NO_HINTS)
    assert (model.is_here, text.endswith("fail better."), proxy.most) == (True, True, None)


def test_what_is_here_is_not_fetched_again(cache: Path) -> None:
    model = listed("tiny-en")
    shutil.copytree(TINY, model.folder)
    fetch(model, bar=False)
    assert cache in model.folder.parents


def test_a_download_that_breaks_off_is_told_and_leaves_no_model_and_goes_on_the_next_time(
    proxy: Proxy,
) -> None:
    model = listed("tiny-en")
    proxy.most = 1_000_000
    with pytest.raises(TranscriberError, match="check the network and fetch it again"):
        fetch(model, bar=False)
    assert not model.is_here
    proxy.most = None
    fetch(model, bar=False)
    assert model.is_here


def test_what_comes_damaged_is_not_kept(proxy: Proxy) -> None:
    model = listed("base-es")  # the proxy sends another model's files
    with pytest.raises(TranscriberError, match="what came was damaged"):
        fetch(model, bar=False)
    assert not model.is_here, proxy


def test_what_comes_with_a_wrong_byte_is_not_kept(proxy: Proxy) -> None:
    proxy.damaged = True
    with pytest.raises(TranscriberError, match="what came was damaged"):
        fetch(listed("tiny-en"), bar=False)


def test_a_file_of_the_wrong_size_does_not_count_and_is_fetched_anew(proxy: Proxy) -> None:
    model = listed("tiny-en")
    shutil.copytree(TINY, model.folder)
    (model.folder / "tokenizer.bin").write_bytes(b"cut")
    before = model.is_here
    fetch(model, bar=False)
    assert (before, model.is_here, proxy.most) == (False, True, None)


def test_without_network_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")  # where nobody listens
    with pytest.raises(
        TranscriberError, match=r"^moonshine:base-es was not fetched: its server cannot be reached"
    ):
        fetch(listed("base-es"), bar=False)


def test_a_folder_that_may_not_be_written_is_told(cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    with pytest.raises(
        TranscriberError, match=rf"^moonshine:base-es was not fetched: {cache}.*: Not a directory"
    ):
        fetch(listed("base-es"), bar=False)


def test_a_bar_is_drawn_only_where_it_is_asked_for(proxy: Proxy, capfd: pytest.CaptureFixture[str]) -> None:
    fetch(listed("tiny-en"), bar=False)
    quiet = capfd.readouterr().err
    shutil.rmtree(listed("tiny-en").folder)
    fetch(listed("tiny-en"), bar=True)
    assert (quiet, "100%" in capfd.readouterr().err) == ("", True), proxy


def test_the_architecture_of_a_folder_is_found_from_its_decoder(tmp_path: Path) -> None:
    (tmp_path / "decoder_model_merged.ort").write_bytes(b"... past_key_values.7.decoder.key ...")
    assert (moonshine._arch(TINY), moonshine._arch(tmp_path)) == (ModelArch.TINY, ModelArch.BASE)  # noqa: SLF001 (only Tiny is at hand)


@pytest.mark.parametrize(
    ("size", "arch"),
    [
        (7_569_200, ModelArch.TINY_STREAMING),
        (43_853_224, ModelArch.SMALL_STREAMING),
        (94_202_872, ModelArch.MEDIUM_STREAMING),
    ],
)
def test_the_architecture_of_a_streaming_folder_is_found_from_its_size(
    tmp_path: Path, size: int, arch: ModelArch
) -> None:
    (tmp_path / "streaming_config.json").write_text("{}")
    with (tmp_path / "encoder.ort").open("wb") as encoder:
        encoder.truncate(size)
    assert moonshine._arch(tmp_path) == arch  # noqa: SLF001 (no such model is at hand)


def test_a_file_that_is_missing_or_empty_is_told(tmp_path: Path) -> None:
    (tmp_path / "encoder_model.ort").write_bytes(b"...")
    (tmp_path / "tokenizer.bin").touch()
    with pytest.raises(TranscriberError, match=r"\(decoder_model_merged.ort, tokenizer.bin missing\)"):
        Moonshine(tmp_path).load()
