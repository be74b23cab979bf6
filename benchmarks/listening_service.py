"""A speech-to-text service on loopback that fails until it is mended, and then really transcribes."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from fixtures.daemon import Dictated

_WAVE = b"RIFF"
_OK = 200


class ListeningService:
    """Answers `status` to everything until `mend`; the words are then those of the program's own engine."""

    def __init__(self, program: Dictated, status: int = _OK) -> None:
        self._program = program
        self._status = status
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._address = self._server.server_address
        self._thread: threading.Thread | None = None
        self._counted = 0

    @property
    def url(self) -> str:
        """Where it is, mended or not."""
        return f"http://127.0.0.1:{self._address[1]}/v1"

    def __enter__(self) -> Self:
        self._serve()
        return self

    def __exit__(self, *_: object) -> None:
        self.refuse()

    def refuse(self) -> None:
        """Be away: the port refuses."""
        if self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
            self._thread = None

    def mend(self) -> None:
        """Answer from now on, at the same port."""
        self._status = _OK
        if self._thread is None:
            self._server = ThreadingHTTPServer(("127.0.0.1", self._address[1]), self._handler())
            self._serve()

    def _serve(self) -> None:
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def _text(self, request: bytes) -> str:
        """Take the sound out of a form (RFC 7578), and the words out of the sound."""
        self._counted += 1
        path = self._program.home / f"sent-{self._counted}.wav"
        begin = request.index(_WAVE)
        size = int.from_bytes(request[begin + 4 : begin + 8], "little") + 8
        path.write_bytes(request[begin : begin + size])
        own = self._program.home / "own.toml"
        own.touch()
        lines = self._program("--config", own, "transcribe", path).stdout.splitlines()
        return " ".join(lines)

    def _handler(service) -> type[BaseHTTPRequestHandler]:  # noqa: N805 (`self` is the request below)
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                request = self.rfile.read(int(self.headers["Content-Length"]))
                good = service._status == _OK
                self._answer({"text": service._text(request)} if good else {"error": {"message": "no"}})

            def do_GET(self) -> None:
                self._answer({"data": []})

            def _answer(self, content: object) -> None:
                body = json.dumps(content).encode()
                self.send_response(service._status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler
