"""Addresses of other servers: which may be asked at all, and how one is shown without its secrets.

An address that somebody typed must not reach what only this machine can reach: neither by its
spelling, nor by what its name resolves to.
"""

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from app.domain.errors import Unreachable
from app.domain.text import Text

Ip = IPv4Address | IPv6Address

LONGEST = 2048
HIDDEN = "…"
_SHORT = 16
"""A longer part of a path may be a key."""

_NEVER = [
    ip_network(net)
    for net in (
        *("0.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "192.0.0.0/24"),
        *("168.63.129.16/32", "192.88.99.0/24", "224.0.0.0/3"),
        *("::ffff:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/23", "2002::/16"),
        *("fd00:ec2::/32", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
]
"""Link-local, services of clouds about themselves, carrier networks, multicast, and IPv6 that carries an IPv4 one."""
_PRIVATE = [ip_network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")]
_LOOPBACK = [ip_network(net) for net in ("127.0.0.0/8", "::1/128")]
_UNICAST = ip_network("2000::/3")
"""Where every public IPv6 address stands."""

_PRINTABLE = re.compile(r"[!-~]+")
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)")
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address leads: scheme, plain host, port, and the rest as it is sent."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """Host and port as the header Host has them; without the port of the scheme."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def refused(host: str = "") -> Unreachable:
    """Return the refusal to ask an address at all."""
    return Unreachable(
        Text(f"不允许访问这个地址{host and f'（{host}）'}", f"This address must not be asked{host and f' ({host})'}")
    )


def place(address: str) -> Place:
    """Read an address; Unreachable for anything but `https://host[:port]/...` (or http) without userinfo."""
    if len(address) > LONGEST or "\\" in address or any(sign <= " " for sign in address):
        raise refused()
    try:
        parts = urlsplit(address)
        host, port = plain_host(parts.hostname or ""), parts.port
    except ValueError:
        raise refused() from None
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.scheme not in _PORTS or "@" in parts.netloc or parts.fragment or not _PRINTABLE.fullmatch(target):
        raise refused()
    return Place(parts.scheme, host, _PORTS[parts.scheme] if port is None else port, target)


def plain_host(host: str) -> str:
    """Return a host in lower case, in ASCII and without the dot at its end; ValueError for what is none.

    A number is a host only where it is written as everybody writes it: 127.1 and 0x7f000001 are refused.
    """
    if ":" in host:
        if "%" in host:
            raise ValueError(host)
        return IPv6Address(host).compressed
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    host = host.lower().removesuffix(".")
    if _NUMBER.fullmatch(host):
        return str(IPv4Address(host))
    if not _NAME.fullmatch(host):
        raise ValueError(host)
    return host


def may_ask(ip: Ip, *, inside: bool = False) -> bool:
    """Say whether a connection to this address is allowed; `inside` allows private networks and loopback too."""
    if is_loopback(ip):
        return inside
    if any(ip in net for net in _NEVER):
        return False
    if any(ip in net for net in _PRIVATE):
        return inside
    return ip.is_global and (ip.version == 4 or ip in _UNICAST)  # noqa: PLR2004 (the version of IP)


def is_loopback(ip: Ip) -> bool:
    """Say whether this is the machine itself."""
    return any(ip in net for net in _LOOPBACK)


def resolved(host: str, port: int) -> list[str]:
    """Return every address a name has now; OSError when it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in found))


def checked(where: Place, found: Iterable[str], *, inside: bool) -> list[Ip]:
    """Return the addresses of a place; Unreachable when a single one of them must not be asked."""
    try:
        ips = [ip_address(one) for one in found]
    except ValueError:
        raise refused(where.host) from None
    if not ips or not all(may_ask(ip, inside=inside) for ip in ips):
        raise refused(where.host)
    if where.scheme != "https" and not (inside and all(map(is_loopback, ips))):
        raise refused(where.host)
    return ips


def masked(address: str) -> str:
    """Return an address for a page or a log: its query, its last part and whatever may be a key become `…`."""
    try:
        where = place(address)
    except Unreachable:
        return HIDDEN
    path, question, _ = where.target.partition("?")
    *start, last = path.split("/")
    kept = [part if len(part) <= _SHORT else HIDDEN for part in start]
    return f"{where.scheme}://{where.authority}{'/'.join([*kept, HIDDEN if last else ''])}{question and f'?{HIDDEN}'}"
