"""What a request says about where it came from is believed of proxies that the settings name, and of nobody else."""

from typing import Any

import pytest
import uvicorn
from httpx2 import ASGITransport, AsyncClient
from pydantic import ValidationError

from app.cli.serve import proxies
from app.settings import Settings
from tests.loops import awaited

PEER = "192.0.2.7"


def seen(settings: Settings, *forwarded: str) -> list[tuple[str, str]]:
    """Return which peer and scheme the application sees in requests of `PEER` with each X-Forwarded-For."""
    found = []

    async def application(scope: Any, _receive: Any, send: Any) -> None:  # noqa: ANN401 (ASGI)
        found.append((scope["client"][0], scope["scheme"]))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async def ask() -> None:
        config = uvicorn.Config(application, log_config=None, **proxies(settings))
        config.load()
        transport = ASGITransport(config.loaded_app, client=(PEER, 4711))
        async with AsyncClient(transport=transport, base_url="http://luopan.test") as client:
            for address in forwarded:
                await client.get("/", headers={"X-Forwarded-For": address, "X-Forwarded-Proto": "https"})

    awaited(ask)
    return found


def test_a_rotating_forwarded_address_does_not_change_the_peer_by_default() -> None:
    assert seen(Settings(), *(f"198.51.100.{number}" for number in range(5))) == [(PEER, "http")] * 5


def test_a_proxy_that_is_not_named_is_not_believed() -> None:
    assert seen(Settings(trusted_proxies="10.0.0.0/8, 127.0.0.1"), "198.51.100.1") == [(PEER, "http")]


def test_a_named_proxy_is_believed_about_the_last_address_only() -> None:
    settings = Settings(trusted_proxies="192.0.2.0/24")
    assert seen(settings, "1.1.1.1, 198.51.100.1", "2.2.2.2, 198.51.100.1") == [("198.51.100.1", "https")] * 2


def test_the_default_of_uvicorn_does_not_come_back_by_its_own_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    assert seen(Settings(), "198.51.100.1") == [(PEER, "http")]


@pytest.mark.parametrize("named", ["*", "proxy.example.com", "10.0.0.1/8", "10.0.0.1 10.0.0.2"])
def test_what_is_no_address_is_refused(named: str) -> None:
    with pytest.raises(ValidationError, match="is neither an address nor a network"):
        Settings(trusted_proxies=named)


def test_an_empty_list_trusts_nobody() -> None:
    assert Settings(trusted_proxies=" , ").trusted_proxies is None
