"""A stand-in on loopback for an OpenID Connect issuer, with faults on demand, and a login there from end to end.

WeCom and Feishu stand in `tests.signin_apps`.
"""

import base64
import hashlib
import hmac
import json
import secrets
from enum import StrEnum, auto
from functools import cache
from time import time
from typing import Any
from urllib.parse import unquote_plus

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.connectors.signin.oidc import Oidc
from app.connectors.signin.provider import Begun, Identity, Provider, same
from tests.standin import Asked, Reply, StandIn, follow, moved

BACK = "https://luopan.example/login/oidc/back"
SECRET = "s3cr:t/+ of the client"


class Fault(StrEnum):
    """What an issuer can do wrong."""

    NONCE = auto()
    AUDIENCE = auto()
    SECOND_AUDIENCE = auto()
    PARTY = auto()
    EXPIRED = auto()
    FUTURE = auto()
    UNSIGNED = auto()
    PUBLIC_KEY_AS_SECRET = auto()
    OTHER_KEY = auto()
    UNKNOWN_KEY = auto()
    TOKEN_ISSUER = auto()
    DISCOVERED_ISSUER = auto()
    NO_TOKEN = auto()
    NO_TOKEN_TIME = auto()
    NO_SUBJECT = auto()
    TWISTED = auto()
    SCRIPT_AS_PAGE = auto()
    LONG_SUBJECT = auto()


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    """Return an RSA key, the same for the same name."""
    assert name
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Issuer(StandIn):
    """An OpenID Connect issuer that logs everybody in at once as `person`; `fault` may change between calls."""

    def __init__(self, client_id: str = "luopan", secret: str | None = SECRET, methods: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.client_id, self.secret, self.methods = client_id, secret, methods
        self.person: dict[str, Any] = {"sub": "f3b1", "name": "张三", "realm_access": {"roles": ["luopan-admins"]}}
        self.fault: Fault | None = None
        self.kid = "first"
        self._codes: dict[str, dict[str, str]] = {}

    @property
    def issuer(self) -> str:
        """What it is called, in its configuration and in its tokens."""
        return f"{self.address}/realms/company"

    def answer(self, asked: Asked) -> Reply:
        name = asked.path.removeprefix("/realms/company/")
        if name == ".well-known/openid-configuration":
            return Reply(self._configuration())
        if name == "authorize":
            code = secrets.token_urlsafe(16)
            self._codes[code] = asked.query
            return moved(asked.query["redirect_uri"], code=code, state=asked.query["state"])
        if name == "token" and asked.method == "POST":
            return self._exchanged(asked)
        if name == "jwks":
            return Reply({"keys": [self._published(self.kid)]})
        return Reply({"error": "not_found"}, 404)

    def _configuration(self) -> dict[str, Any]:
        methods = {"token_endpoint_auth_methods_supported": list(self.methods)} if self.methods else {}
        return {
            "issuer": "https://evil.example" if self.fault is Fault.DISCOVERED_ISSUER else self.issuer,
            "authorization_endpoint": "javascript:0//"
            if self.fault is Fault.SCRIPT_AS_PAGE
            else f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            **methods,
        }

    def _published(self, kid: str) -> dict[str, Any]:
        public: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(key(kid).public_key(), as_dict=True)
        return {**public, "kid": kid, "use": "sig", "alg": "RS256"}

    def _exchanged(self, asked: Asked) -> Reply:
        if not self._is_client(asked):
            return Reply({"error": "invalid_client"}, 401)
        begun = self._codes.pop(asked.form.get("code", ""), {})
        verifier = asked.form.get("code_verifier", "").encode()
        shown = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
        fits = begun and begun["code_challenge_method"] == "S256" and begun["code_challenge"] == shown
        if not fits or begun["redirect_uri"] != asked.form["redirect_uri"]:
            return Reply({"error": "invalid_grant"}, 400)
        token = {} if self.fault is Fault.NO_TOKEN else {"id_token": self._signed(self._claims(begun["nonce"]))}
        return Reply({"access_token": "opaque", "token_type": "Bearer", **token})

    def _is_client(self, asked: Asked) -> bool:
        if self.secret is None:
            return asked.form.get("client_id") == self.client_id and "Authorization" not in asked.headers
        if "client_secret_post" in self.methods:
            return (asked.form.get("client_id"), asked.form.get("client_secret")) == (self.client_id, self.secret)
        scheme, _, encoded = asked.headers.get("Authorization", "").partition(" ")
        pair = base64.b64decode(encoded).decode().split(":")
        return scheme == "Basic" and [unquote_plus(part) for part in pair] == [self.client_id, self.secret]

    def _claims(self, nonce: str) -> dict[str, Any]:
        now = int(time())
        claims: dict[str, Any] = {
            **self.person,
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
        }
        changed: dict[Fault, dict[str, Any]] = {
            Fault.NONCE: {"nonce": "another"},
            Fault.AUDIENCE: {"aud": "another"},
            Fault.SECOND_AUDIENCE: {"aud": [self.client_id, "another"]},
            Fault.PARTY: {"azp": "another"},
            Fault.EXPIRED: {"iat": now - 600, "exp": now - 300},
            Fault.FUTURE: {"iat": now + 300, "exp": now + 600},
            Fault.TOKEN_ISSUER: {"iss": f"{self.issuer}/"},
            Fault.NO_TOKEN_TIME: {"iat": None},
            Fault.NO_SUBJECT: {"sub": None},
            Fault.LONG_SUBJECT: {"sub": "s" * 256},
        }
        claims |= changed.get(self.fault, {}) if self.fault else {}
        return {name: value for name, value in claims.items() if value is not None}

    def _signed(self, claims: dict[str, Any]) -> str:
        if self.fault is Fault.UNSIGNED:
            return jwt.encode(claims, "", algorithm="none", headers={"kid": self.kid})
        if self.fault is Fault.PUBLIC_KEY_AS_SECRET:
            return _with_public_key(claims, key(self.kid), self.kid)
        signer = key("unpublished") if self.fault in {Fault.OTHER_KEY, Fault.UNKNOWN_KEY} else key(self.kid)
        named = "unpublished" if self.fault is Fault.UNKNOWN_KEY else self.kid
        token = jwt.encode(claims, signer, algorithm="RS256", headers={"kid": named})
        return token[:-8] + 8 * "A" if self.fault is Fault.TWISTED else token


def _with_public_key(claims: dict[str, Any], private: rsa.RSAPrivateKey, kid: str) -> str:
    """Return a token as a forger makes it who knows nothing but the public key, and takes it for an HMAC secret."""
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "kid": kid}, claims)]
    start = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    secret = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    mark = hmac.new(secret, start, hashlib.sha256).digest()
    return f"{start.decode()}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}"


def oidc_of(issuer: Issuer) -> Oidc:
    """Return the provider that a stand-in is."""
    return Oidc(issuer.issuer, issuer.client_id, issuer.secret, inside=True)


def came_back(provider: Provider) -> tuple[str, Begun]:
    """Begin a login, go through its page, and return the code with what was kept."""
    begun = provider.begin(BACK)
    back, query = follow(begun.address)
    assert back == BACK
    assert same(begun.state, query["state"])
    return query["code"], begun


def logged_in(provider: Provider) -> Identity:
    """Go through a login and return who it names."""
    code, begun = came_back(provider)
    return provider.finish(code, begun, BACK)
