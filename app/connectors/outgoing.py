"""Outgoing calls: https to the hosts of a list, to addresses that were checked, with a bound on everything.

httpx is loaded by the first call, so that a process that asks nobody does without it.
"""

import logging
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import orjson

from app.connectors.addresses import Ip, Place, checked, place, refused, resolved
from app.domain.errors import Unreachable
from app.domain.text import Text

if TYPE_CHECKING:
    import httpx

LARGEST = 1 << 20
SECONDS = 5.0
TRIED = 3
"""Addresses of one name that are tried before it counts as away."""

_HTTPS = 443
_LOGGERS = ("httpx", *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")))
_AWAY = Text("{host} 没有回应", "{host} does not answer")
_ODD = Text("{host} 的回应无法识别", "{host} answered something that cannot be read")
_LARGE = Text("{host} 的回应太大", "{host} answered too much")
_SLOW = Text("{host} 回应太慢", "{host} answers too slowly")
_MOVED = Text("{host} 转到了别的地址", "{host} redirects elsewhere, which is not followed")
_FAILED = Text("{host} 返回了状态 {status}", "{host} answered with status {status}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: its HTTP status, never a redirect, and the body."""

    host: str
    status: int
    content: bytes = field(repr=False)

    def json(self) -> dict[str, object]:
        """Return the object in the body; Unreachable when the status is no success or the body no object."""
        if not 200 <= self.status < 300:  # noqa: PLR2004 (success)
            raise Unreachable(_FAILED.fill(host=self.host, status=self.status), self.status)
        try:
            read = orjson.loads(self.content)
        except orjson.JSONDecodeError:
            read = None
        if not isinstance(read, dict):
            raise Unreachable(_ODD.fill(host=self.host), self.status)
        return read


class Outgoing:
    """Calls to the hosts of a list (`name` or `name:port`), and to nobody else; Unreachable for all that fails.

    `inside` allows hosts of the list to stand on private networks or, http too, on this machine.
    """

    def __init__(
        self,
        hosts: Iterable[str],
        *,
        inside: bool = False,
        seconds: float = SECONDS,
        largest: int = LARGEST,
        resolve: Callable[[str, int], Iterable[str]] = resolved,
        trust: Callable[[], ssl.SSLContext] | None = None,
    ) -> None:
        places = [place(f"https://{host}") for host in hosts]
        self._hosts = frozenset((where.host, where.port) for where in places)
        self._inside, self._seconds, self._largest = inside, seconds, largest
        self._resolve, self._trust = resolve, trust or trusted

    def get_json(
        self, address: str, query: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, object]:
        """Ask for a JSON object."""
        return self.send("GET", with_query(address, query or {}), b"", headers or {}).json()

    def post_json(self, address: str, body: object, headers: Mapping[str, str] | None = None) -> dict[str, object]:
        """Send JSON and return the JSON object that is answered."""
        sent = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
        return self.send("POST", address, orjson.dumps(body), sent).json()

    def post_form(
        self, address: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> dict[str, object]:
        """Send a form and return the JSON object that is answered."""
        sent = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return self.send("POST", address, urlencode(fields).encode(), sent).json()

    def send(self, method: str, address: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        """Send one request and return the answer, whatever its status; redirects are refused."""
        where = place(address)
        if (where.host, where.port) not in self._hosts:
            raise refused(where.host)
        try:
            found = list(self._resolve(where.host, where.port))
        except (OSError, UnicodeError):
            raise Unreachable(_AWAY.fill(host=where.host)) from None
        ips = checked(where, found, inside=self._inside)
        return self._tried(where, ips[:TRIED], method, content, headers)

    def _tried(self, where: Place, ips: list[Ip], method: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        import httpx  # noqa: PLC0415 (only a process that asks somebody needs it)

        silence(_LOGGERS)
        trust = self._trust() if where.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        with httpx.Client(verify=trust, trust_env=False, follow_redirects=False, timeout=self._seconds) as client:
            for ip in ips:
                try:
                    request = client.build_request(method, _pinned(where, ip), content=content or None)
                    request.headers.update({"Accept-Encoding": "identity", "Accept": "application/json", **headers})
                    request.headers["Host"] = where.authority
                    # The address is the one that was checked; the certificate must still be that of the name.
                    request.extensions["sni_hostname"] = where.host
                    return self._read(client, request, where)
                except (httpx.ConnectError, httpx.ConnectTimeout):
                    continue
                except (httpx.HTTPError, httpx.InvalidURL, UnicodeError):
                    break
        raise Unreachable(_AWAY.fill(host=where.host)) from None

    def _read(self, client: "httpx.Client", request: "httpx.Request", where: Place) -> Answer:
        late, content = monotonic() + 2 * self._seconds, bytearray()
        answer = client.send(request, stream=True)
        try:
            if answer.is_redirect or 300 <= answer.status_code < 400:  # noqa: PLR2004 (redirects)
                raise Unreachable(_MOVED.fill(host=where.host), answer.status_code)
            if answer.headers.get("Content-Encoding", "identity") != "identity":
                raise Unreachable(_ODD.fill(host=where.host), answer.status_code)
            for piece in answer.iter_raw():
                content += piece
                if len(content) > self._largest:
                    raise Unreachable(_LARGE.fill(host=where.host), answer.status_code)
                if monotonic() > late:
                    raise Unreachable(_SLOW.fill(host=where.host), answer.status_code)
        finally:
            answer.close()
        return Answer(where.host, answer.status_code, bytes(content))


def with_query(address: str, query: Mapping[str, str]) -> str:
    """Return an address with more parameters in its query."""
    if not query:
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"


def silence(names: Iterable[str]) -> None:
    """Keep loggers quiet at any level: these write whole addresses and headers, with the keys in them."""
    for name in names:
        logging.getLogger(name).addFilter(_nothing)


def _nothing(_: logging.LogRecord) -> bool:
    return False


@lru_cache
def trusted() -> ssl.SSLContext:
    """Return what certificates are checked with: the public authorities, and those of this machine."""
    import httpx  # noqa: PLC0415 (as above)

    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


def _pinned(where: Place, ip: Ip) -> str:
    host = f"[{ip}]" if ip.version == 6 else str(ip)  # noqa: PLR2004 (the version of IP)
    return f"{where.scheme}://{host}:{where.port}{where.target}"
