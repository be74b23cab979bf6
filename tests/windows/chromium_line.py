"""A Chromium text area that writes its text to the pipe named on its command line at Enter, and empties itself.

The page is served and its text taken back on the loopback. The first line written is the window's X id.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from http.server import BaseHTTPRequestHandler, HTTPServer

TITLE = "dictated text area"
PAGE = f"""<!doctype html><meta charset="utf-8"><title>{TITLE}</title>
<textarea id="area" autofocus rows="20" cols="80"></textarea><script>
area.onkeydown = event => {{
  if (event.key != "Enter") return;
  event.preventDefault();
  fetch("/", {{method: "POST", body: area.value}});
  area.value = "";
}};
area.focus();
</script>"""
PLAIN = ["--no-first-run", "--no-default-browser-check", "--disable-gpu", "--disable-extensions"]


class Page(BaseHTTPRequestHandler):
    """Gives the page, and takes the text."""

    pipe = open(sys.argv[1], "w", encoding="utf-8", buffering=1)  # noqa: SIM115, PTH123  (held until the end)

    def do_GET(self) -> None:
        self.answer(PAGE.encode())

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.answer(b"")
        self.pipe.write(f"{text}\n")

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    server = HTTPServer(("127.0.0.1", 0), Page)
    address = f"http://127.0.0.1:{server.server_port}/"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = ["chromium", "--no-sandbox", *PLAIN, f"--user-data-dir={profile}", f"--app={address}"]
        browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(2):  # the page; a browser also asks for an icon
                server.handle_request()
            search = ["xdotool", "search", "--sync", "--onlyvisible", "--name", TITLE]
            found = subprocess.run(search, capture_output=True, text=True, check=True)
            Page.pipe.write(f"{found.stdout.split()[0]}\n")
            server.serve_forever()
        finally:
            browser.terminate()
            browser.wait()


main()
