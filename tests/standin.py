"""A server on loopback that stands in for another one: real HTTP, and what it was asked is kept."""

import http.client
import json
import ssl
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as a stand-in saw it."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """What a stand-in answers: JSON for a dict, else the bytes as they are."""

    body: dict[str, Any] | bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class StandIn:
    """A server on a port of its own, which keeps what it was asked and counts connections."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.connections = 0
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def host(self) -> str:
        """The host with its port."""
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def address(self) -> str:
        """The address without a slash at its end."""
        return f"http://{self.host}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def speak_tls(self, pem: Path) -> None:
        """Speak https from now on, with the key and the certificate of a file."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        # The handshake is left to the thread of the connection: a refused one must not stop the server.
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)

    def paths(self) -> list[str]:
        """Return the paths that were asked, in order."""
        return [asked.path for asked in self.asked]

    def answer(self, asked: Asked) -> Reply:
        """Say what is answered."""
        raise NotImplementedError


class _Server(ThreadingHTTPServer):
    owner: StandIn
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of a client that hangs up."""

    def verify_request(self, *_: object) -> bool:
        self.owner.connections += 1
        return True


class _Handler(BaseHTTPRequestHandler):
    def _serve(self) -> None:
        assert isinstance(self.server, _Server)
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        form = "urlencoded" in self.headers.get("Content-Type", "")
        asked = Asked(
            self.command,
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            dict(parse_qsl(body.decode())) if form else {},
            dict(self.headers.items()),
            body,
        )
        self.server.owner.asked.append(asked)
        reply = self.server.owner.answer(asked)
        content = json.dumps(reply.body).encode() if isinstance(reply.body, dict) else reply.body
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(content)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _serve  # noqa: N815 (the library's names)

    def log_message(self, *_: object) -> None:
        """Say nothing: the output of tests is read."""


def moved(address: str, **query: str) -> Reply:
    """Return a redirect."""
    return Reply(status=302, headers={"Location": f"{address}?{urlencode(query)}"})


def follow(address: str) -> tuple[str, dict[str, str]]:
    """Open a login page as a browser does; return where it leads back to, and with which parameters."""
    parts = urlsplit(address)
    assert parts.hostname == "127.0.0.1"
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        assert answer.status == 302, answer.read()
        back, _, query = (answer.getheader("Location") or "").partition("?")
    finally:
        connection.close()
    return back, dict(parse_qsl(query))
