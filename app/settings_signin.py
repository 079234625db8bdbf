"""The variables of single sign-on; all of them may be absent, and then there is none."""

import re
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from app.domain.claims import GrantMapping, grant_mapping

_KINDS = {
    "oidc": (("issuer", "client_id"), ("client_secret", "grants")),
    "wecom": (("corp_id", "agent_id", "secret"), ()),
    "feishu": (("app_id", "secret"), ()),
}
"""What each kind of login needs, and what it may have beside it."""


class SignInSettings(BaseSettings):
    """Who may vouch for people: an OpenID Connect issuer, WeCom or Feishu."""

    public_url: str | None = Field(
        default=None, description="https://host of this installation, where a login elsewhere leads back to"
    )
    oidc_issuer: str | None = Field(
        default=None, max_length=200, description="OpenID Connect issuer, exactly as it names itself"
    )
    oidc_client_id: str | None = Field(default=None, description="what the issuer calls this installation")
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="the client's secret; none for a public client, which has PKCE only"
    )
    oidc_name: str = Field(default="SSO", min_length=1, max_length=40, description="what the login button says")
    oidc_scopes: str = Field(default="openid profile", description="what is asked for; openid is part of it")
    oidc_grants: str | None = Field(default=None, description="JSON: which claims give which roles")
    oidc_inside: bool = Field(default=False, description="the issuer stands on a private network or this machine")
    wecom_corp_id: str | None = Field(default=None, description="企业ID of the WeCom company")
    wecom_agent_id: str | None = Field(default=None, description="AgentId of the self-built WeCom app")
    wecom_secret: SecretStr | None = Field(default=None, description="Secret of the self-built WeCom app")
    feishu_app_id: str | None = Field(default=None, description="App ID of the self-built Feishu app")
    feishu_secret: SecretStr | None = Field(default=None, description="App Secret of the self-built Feishu app")

    @property
    def grant_mapping(self) -> GrantMapping:
        """Which claims of the OpenID Connect issuer give which roles."""
        return grant_mapping(self.oidc_grants)

    @field_validator("public_url")
    @classmethod
    def _a_site(cls, url: str | None) -> str | None:
        if not url:
            return None
        _web(url, "like https://luopan.example.com")
        if urlsplit(url).path not in {"", "/"}:
            raise ValueError("must be like https://luopan.example.com, without a path")
        return url.removesuffix("/")

    @field_validator("oidc_issuer")
    @classmethod
    def _an_issuer(cls, url: str | None) -> str | None:
        return _web(url, "the issuer's address, like https://sso.example.com/realms/company") if url else None

    @field_validator("oidc_scopes")
    @classmethod
    def _with_openid(cls, scopes: str) -> str:
        if "openid" not in scopes.split():
            raise ValueError("must contain openid")
        return " ".join(scopes.split())

    @field_validator("oidc_grants")
    @classmethod
    def _known_roles(cls, text: str | None) -> str | None:
        grant_mapping(text)
        return text

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for kind, (needed, beside) in _KINDS.items():
            given = [name for name in (*needed, *beside) if self._has(f"{kind}_{name}")]
            missing = [f"{kind}_{name}" for name in needed if name not in given]
            if given and not self.public_url:
                missing.append("public_url")
            if given and missing:
                first, *others = (f"LUOPAN_{name.upper()}" for name in (f"{kind}_{given[0]}", *missing))
                raise ValueError(f"{first} is set, so {' and '.join(others)} must be too")
        return self

    def _has(self, name: str) -> bool:
        value = getattr(self, name)
        return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)


def _web(url: str, wanted: str) -> str:
    """Return an https address without userinfo, query or fragment; http is for this machine only."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port
    except ValueError:
        host, port = "", None
    plain = re.fullmatch(r"[!-~]+", url) and host and not set("@?#\\") & set(url) and port != 0
    if not plain or not (parts.scheme == "https" or (parts.scheme == "http" and _this_machine(host))):
        raise ValueError(f"must be {wanted}")
    return url


def _this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
