"""C23: no spelling of an address, no name and no redirect leads an outgoing call inside, and no key leaks from one."""

import gzip
import ipaddress
import logging
import socket
from collections.abc import Iterator
from contextlib import suppress
from threading import Event, Thread
from time import sleep

import pytest

from app.connectors.addresses import masked, may_ask
from app.connectors.outgoing import Outgoing
from app.domain.errors import Unreachable
from tests.standin import Asked, Reply, StandIn, moved

KEY = "a-key-nobody-may-see"
PUBLIC = "203.0.114.7"
"""A public address; nothing here connects to it."""

NOWHERE = str(ipaddress.IPv4Address(0))
SPELLINGS = [
    *("127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001"),
    *(NOWHERE, "0", "localhost", "LOCALHOST.", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"),
    *("[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]"),
    *("169.254.169.254", "[fd00:ec2::254]", "[fe80::1]", "100.100.100.200", "10.0.0.1", "172.16.0.1", "192.168.1.1"),
    *("１２７.0.0.1", "127。0。0。1", "ⓛocalhost", "224.0.0.1", "255.255.255.255", "[ff02::1]", "192.0.0.192"),
]
NEVER = [
    *(NOWHERE, "169.254.169.254", "100.100.100.200", "fd00:ec2::254", "fe80::1", "224.0.0.1", "::", "2002:7f00:1::"),
    *("::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "2001:0:7f00:1::", "240.0.0.1", "fec0::1", "192.88.99.1"),
    "168.63.129.16",
]


class Server(StandIn):
    """A server that answers by the path it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = ""

    def answer(self, asked: Asked) -> Reply:
        replies = {
            "/moved": moved(self.inside, key=KEY),
            "/large": Reply(b"[" + b"1," * (1 << 20)),
            "/gzip": Reply(gzip.compress(b"{}"), headers={"Content-Encoding": "gzip"}),
            "/text": Reply(b"ok"),
            "/deep": Reply(b"[" * 100_000),
            "/list": Reply(b"[1]"),
            "/failed": Reply({"error": KEY}, 500),
            "/cookie": Reply({"ok": True}, headers={"Set-Cookie": f"key={KEY}"}),
        }
        return replies.get(asked.path, Reply({"path": asked.path, **asked.query}))


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as started:
        yield started


def to_loopback(*_: object) -> list[str]:
    return ["127.0.0.1"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_c23_no_spelling_of_an_inside_address_is_reached_even_when_it_is_listed(server: Server, spelling: str) -> None:
    for scheme in ("http", "https"):
        with pytest.raises(Unreachable):
            Outgoing([f"{spelling}:{server.port}"], seconds=1).get_json(f"{scheme}://{spelling}:{server.port}/?k={KEY}")
    assert server.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        "https://allowed.example.evil.test{port}/",
        "https://evil.test{port}/allowed.example",
        "https://allowed.example@127.0.0.1{port}/",
        "https://allowed.example:443@127.0.0.1{port}/",
        "https://127.0.0.1{port}#@allowed.example/",
        "https://127.0.0.1{port}\\@allowed.example/",
        "https://127.0.0.1{port}%2f@allowed.example/",
        "https://allowed.example{port}/",
        "https://xallowed.example/",
        "https://allowed.example:22/",
        "http://allowed.example/",
        "ftp://allowed.example/",
        "file:///etc/passwd",
        "gopher://allowed.example/",
        "//allowed.example/",
        "https:///",
        "https://allowed.example/\n",
        " https://allowed.example/",
        "https://allowed.example/ü",
        "https://allowed%2eexample/",
        "https://[::1%25lo]/",
        "https://allowed.example:99999/",
        "https://allowed.example/" + "a" * 3000,
        "",
    ],
)
def test_c23_only_an_exact_host_of_the_list_is_asked(server: Server, address: str) -> None:
    calls = Outgoing(["allowed.example"], inside=True, resolve=to_loopback, seconds=1)
    with pytest.raises(Unreachable):
        calls.get_json(address.replace("{port}", f":{server.port}"))
    assert server.connections == 0


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"],
        [PUBLIC, "127.0.0.1"],
        ["2606:4700::1111", "fd00:ec2::254"],
        ["169.254.169.254"],
        ["64:ff9b::7f00:1"],
        ["fe80::1%lo"],
        [],
        ["nonsense"],
    ],
)
@pytest.mark.parametrize("host", ["metadata.google.internal", "rebound.example"])
def test_c23_a_name_is_refused_when_one_of_its_addresses_is_inside(server: Server, host: str, found: list[str]) -> None:
    calls = Outgoing([f"{host}:{server.port}"], resolve=lambda *_: found)
    with pytest.raises(Unreachable) as caught:
        calls.post_json(f"https://{host}:{server.port}/hook?key={KEY}", {})
    assert caught.value.message.zh == f"不允许访问这个地址（{host}）"
    assert server.connections == 0


def test_c23_a_redirect_leads_nowhere(server: Server) -> None:
    with Server() as inside:
        server.inside = f"{inside.address}/secret"
        calls = Outgoing([server.host, inside.host], inside=True)
        with pytest.raises(Unreachable, match="redirects elsewhere") as caught:
            calls.get_json(f"{server.address}/moved")
        assert (server.connections, inside.connections) == (1, 0)
    assert KEY not in caught.value.message.zh + caught.value.message.en


@pytest.mark.parametrize("ip", NEVER)
def test_c23_not_even_a_local_issuer_stands_on_a_metadata_or_translated_address(ip: str) -> None:
    assert not may_ask(ipaddress.ip_address(ip), inside=True)


def test_public_addresses_may_be_asked_and_private_ones_only_inside() -> None:
    for ip in map(ipaddress.ip_address, (PUBLIC, "8.8.8.8", "2606:4700::1111")):
        assert may_ask(ip)
        assert may_ask(ip, inside=True)
    for ip in map(ipaddress.ip_address, ("10.1.2.3", "172.31.0.1", "192.168.0.1", "fd12::1", "127.0.0.1", "::1")):
        assert not may_ask(ip)
        assert may_ask(ip, inside=True)


def test_http_is_for_this_machine_only() -> None:
    for inside in (True, False):
        with pytest.raises(Unreachable, match="must not be asked"):
            Outgoing(["sso.example:80"], inside=inside, resolve=lambda *_: ["10.0.0.1"]).get_json("http://sso.example/")


def test_a_local_server_is_asked_when_inside_is_allowed(server: Server) -> None:
    calls = Outgoing([server.host, f"Sso.Example.:{server.port}"], inside=True, resolve=to_loopback)
    assert calls.get_json(f"{server.address}/a", {"b": "c d"}) == {"path": "/a", "b": "c d"}
    assert calls.get_json(f"http://SSO.example.:{server.port}/a?b=c") == {"path": "/a", "b": "c"}
    assert calls.post_json(f"{server.address}/a", {"text": "盘点"}, {"X-Key": "1"}) == {"path": "/a"}
    assert calls.post_form(f"{server.address}/a", {"code": "1+2"}) == {"path": "/a"}
    first, second, third, fourth = server.asked
    assert (first.headers["Host"], second.headers["Host"]) == (server.host, f"sso.example:{server.port}")
    assert (third.body, third.headers["X-Key"]) == ('{"text":"盘点"}'.encode(), "1")
    assert fourth.form == {"code": "1+2"}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("large", "回应太大"),
        ("gzip", "无法识别"),
        ("text", "无法识别"),
        ("deep", "无法识别"),
        ("list", "无法识别"),
        ("failed", "返回了状态 500"),
    ],
)
def test_an_answer_that_is_not_wanted_is_refused_in_a_sentence_without_what_it_says(
    server: Server, path: str, said: str
) -> None:
    with pytest.raises(Unreachable) as caught:
        Outgoing([server.host], inside=True).get_json(f"{server.address}/{path}?key={KEY}")
    assert said in caught.value.message.zh
    assert KEY not in f"{caught.value!r} {caught.value.message}"


def test_a_server_that_is_away_or_never_ends_is_not_waited_for() -> None:
    free = Event()

    class Slow(StandIn):
        def answer(self, asked: Asked) -> Reply:
            free.wait(5)
            return Reply({"path": asked.path})

    with Slow() as slow:
        away = slow.address
        with pytest.raises(Unreachable, match="does not answer"):
            Outgoing([slow.host], inside=True, seconds=0.1).get_json(f"{away}/")
        free.set()
    with pytest.raises(Unreachable, match="does not answer"):
        Outgoing([slow.host], inside=True, seconds=0.1).get_json(f"{away}/")


def test_an_answer_that_trickles_is_given_up() -> None:
    def trickle(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            for _ in range(100):
                connection.sendall(b" ")
                sleep(0.02)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=trickle, args=(listening,))
        thread.start()
        host = f"127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(Unreachable, match="answers too slowly"):
            Outgoing([host], inside=True, seconds=0.1).get_json(f"http://{host}/")
        thread.join()


def test_a_name_that_nobody_knows_does_not_answer() -> None:
    def unknown(*_: object) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, KEY)

    with pytest.raises(Unreachable, match=r"^sso\.example does not answer$"):
        Outgoing(["sso.example"], resolve=unknown).get_json(f"https://sso.example/?key={KEY}")


def test_the_environment_names_no_proxy(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server() as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
            monkeypatch.setenv(name, proxy.address)
        assert Outgoing([server.host], inside=True).get_json(f"{server.address}/a") == {"path": "/a"}
        assert proxy.connections == 0


def test_c23_no_key_reaches_the_log_at_any_level(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    calls = Outgoing([server.host], inside=True)
    calls.get_json(f"{server.address}/")
    for name in ("", "httpx", "httpcore", "httpcore.connection", "httpcore.http11"):
        caplog.set_level(logging.DEBUG, name)
    calls.get_json(f"{server.address}/cookie?key={KEY}", {"corpsecret": KEY})
    calls.post_json(f"{server.address}/{KEY}", {"key": KEY}, {"Authorization": f"Bearer {KEY}"})
    for path in ("failed", "moved"):
        with pytest.raises(Unreachable) as caught:
            calls.get_json(f"{server.address}/{path}?key={KEY}")
        logging.getLogger("luopan.test").error("it failed", exc_info=caught.value)
    assert len(server.asked) == 5
    assert "it failed" in caplog.text
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (
            f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}",
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/…?…",
        ),
        (f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}", "https://open.feishu.cn/open-apis/bot/v2/hook/…"),
        (f"https://hooks.example:8443/{KEY}/send/", "https://hooks.example:8443/…/send/"),
        (f"https://Hooks.Example?{KEY}", "https://hooks.example/?…"),
        ("https://hooks.example/", "https://hooks.example/"),
        (f"https://me:{KEY}@hooks.example/", "…"),
        (f"{KEY}", "…"),
        ("", "…"),
    ],
)
def test_c23_an_address_is_shown_without_what_may_be_a_key(address: str, shown: str) -> None:
    assert masked(address) == shown
