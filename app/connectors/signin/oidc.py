"""OpenID Connect: the authorization code flow with PKCE, for any issuer that publishes its configuration.

After OpenID Connect Core 1.0 and Discovery 1.0, RFC 7636 (PKCE) and RFC 8725 (best practice for JWT).
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from urllib.parse import quote_plus

from app.connectors.addresses import Place, place
from app.connectors.outgoing import Outgoing, with_query
from app.connectors.signin.idtoken import Keys, verified
from app.connectors.signin.provider import (
    Begun,
    Identity,
    challenge,
    checked_code,
    checked_subject,
    fresh,
    misconfigured,
    refused,
    text_of,
)
from app.domain.errors import Unreachable
from app.domain.text import Text

FRESH_SECONDS = 3600.0
"""How long what an issuer publishes is believed without asking again."""

_WELL_KNOWN = "/.well-known/openid-configuration"
_BASIC, _POST = "client_secret_basic", "client_secret_post"


@dataclass(frozen=True, slots=True)
class _Published:
    """What an issuer says of itself, and the calls that may be made to it."""

    authorize: str
    token: str
    methods: frozenset[str]
    keys: Keys
    calls: Outgoing
    until: float


class Oidc:
    """Login by an OpenID Connect issuer; `inside` is for one on a private network or this machine."""

    key = "oidc"

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str | None,
        *,
        label: Text = Text("SSO", "SSO"),  # noqa: B008 (frozen)
        scopes: str = "openid profile",
        inside: bool = False,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.label = label
        self._issuer, self._client_id, self._secret = issuer, client_id, client_secret
        self._scopes, self._inside, self._clock = scopes, inside, clock
        self._known: _Published | None = None

    def begin(self, back: str) -> Begun:
        """Return the issuer's login page, with a state, a nonce and a verifier of their own."""
        state, nonce, verifier = fresh(), fresh(), fresh()
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": back,
            "scope": self._scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        return Begun(with_query(self._published().authorize, query), state, nonce, verifier)

    def finish(self, code: str, begun: Begun, back: str) -> Identity:
        """Exchange the code, verify the ID token, and return who it names."""
        fields = {
            "grant_type": "authorization_code",
            "code": checked_code(code),
            "redirect_uri": back,
            "code_verifier": begun.verifier,
        }
        known = self._published()
        token = text_of(self._exchanged(known, fields), "id_token")
        if not token:
            raise refused("id_token")
        claims = verified(token, known.keys, issuer=self._issuer, client_id=self._client_id, nonce=begun.nonce)
        subject = checked_subject(claims.get("sub"))
        name = text_of(claims, "name", "preferred_username", "email") or subject
        return Identity(self._issuer, subject, name, claims)

    def _exchanged(self, known: _Published, fields: dict[str, str]) -> Mapping[str, object]:
        headers: dict[str, str] = {}
        if self._secret is None:
            fields["client_id"] = self._client_id
        elif _BASIC in known.methods:
            pair = f"{quote_plus(self._client_id)}:{quote_plus(self._secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        elif _POST in known.methods:
            fields |= {"client_id": self._client_id, "client_secret": self._secret}
        else:
            raise misconfigured(self.label, "token_endpoint_auth_methods_supported")
        try:
            return known.calls.post_form(known.token, fields, headers)
        except Unreachable as error:
            if error.answered == 401:  # noqa: PLR2004 (the client is not known, or its secret is wrong)
                raise misconfigured(self.label, "invalid_client") from None
            if error.answered == 400:  # noqa: PLR2004 (the code is old, used or not for this client)
                raise refused("code") from None
            raise

    def _published(self) -> _Published:
        if self._known is None or self._clock() > self._known.until:
            self._known = self._discovered()
        return self._known

    def _discovered(self) -> _Published:
        own = place(self._issuer)
        calls = Outgoing([_named(own)], inside=self._inside)
        read = calls.get_json(self._issuer.removesuffix("/") + _WELL_KNOWN)
        if read.get("issuer") != self._issuer:
            raise misconfigured(self.label, "issuer")
        authorize, token, jwks = (
            self._endpoint(read, name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
        )
        methods = read.get("token_endpoint_auth_methods_supported", [_BASIC])
        algorithms = read.get("id_token_signing_alg_values_supported")
        calls = Outgoing([_named(place(token)), _named(place(jwks))], inside=self._inside)
        return _Published(
            authorize,
            token,
            frozenset(methods) if isinstance(methods, list) else frozenset(),
            Keys(lambda: calls.get_json(jwks), algorithms if isinstance(algorithms, list) else None),
            calls,
            self._clock() + FRESH_SECONDS,
        )

    def _endpoint(self, read: Mapping[str, object], name: str) -> str:
        address = text_of(read, name)
        try:
            where = place(address)
        except Unreachable:
            raise misconfigured(self.label, name) from None
        if where.scheme != "https" and not self._inside:
            raise misconfigured(self.label, name)
        return address


def _named(where: Place) -> str:
    host = f"[{where.host}]" if ":" in where.host else where.host
    return f"{host}:{where.port}"
