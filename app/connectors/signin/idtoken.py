"""ID tokens: signed by a key that the issuer publishes, meant for this client, of this login, and of now.

PyJWT and cryptography are loaded by the first token.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from app.connectors.signin.provider import refused, same

if TYPE_CHECKING:
    from jwt import PyJWK

ALGORITHMS = frozenset(
    ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
)
"""Asymmetric ones only: `none` proves nothing, and with HS256 a public key would be a secret that everybody has."""

LEEWAY = 30
"""Seconds by which two clocks may differ."""
LONGEST = 64 * 1024
MAX_KEYS = 100

_KINDS = {"RSA": ("RS", "PS"), "EC": ("ES",), "OKP": ("Ed",)}
"""Which algorithms a kind of key is for, by their first letters."""


class Keys:
    """The published keys of an issuer, fetched when first needed and once more for a key nobody knew yet."""

    def __init__(self, fetch: Callable[[], Mapping[str, object]], algorithms: Iterable[object] | None = None) -> None:
        self._fetch = fetch
        named = ALGORITHMS if algorithms is None else {name for name in algorithms if isinstance(name, str)}
        self.algorithms = ALGORITHMS & named
        self._known: list[Mapping[str, object]] | None = None

    def find(self, kid: object, algorithm: str) -> "PyJWK":
        """Return the key that a token names; without a name, the only one that fits. SignInRefused for none."""
        from jwt import PyJWK, PyJWTError  # noqa: PLC0415 (only a login needs it)

        known = self._known
        fitting = [] if known is None else _fitting(known, kid, algorithm)
        if not fitting:
            self._known = known = self._read()
            fitting = _fitting(known, kid, algorithm)
        if len(fitting) != 1:
            raise refused("kid")
        try:
            return PyJWK(dict(fitting[0]), algorithm)
        except (PyJWTError, ValueError, TypeError, KeyError):
            raise refused("jwks") from None

    def _read(self) -> list[Mapping[str, object]]:
        keys = self._fetch().get("keys")
        if not isinstance(keys, list):
            raise refused("jwks")
        return [key for key in keys[:MAX_KEYS] if isinstance(key, dict)]


def _fitting(keys: list[Mapping[str, object]], kid: object, algorithm: str) -> list[Mapping[str, object]]:
    return [
        key
        for key in keys
        if algorithm.startswith(_KINDS.get(str(key.get("kty")), ("-",)))
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and (kid is None or key.get("kid") == kid)
    ]


def verified(token: str, keys: Keys, *, issuer: str, client_id: str, nonce: str) -> dict[str, object]:
    """Return the claims of an ID token; SignInRefused names the part that is not as it must be."""
    import jwt  # noqa: PLC0415 (as above)

    if len(token) > LONGEST:
        raise refused("id_token")
    try:
        header = jwt.get_unverified_header(token)
        algorithm = header.get("alg")
        if not isinstance(algorithm, str) or algorithm not in keys.algorithms:
            raise refused("alg")
        claims: dict[str, object] = jwt.decode(
            token,
            keys.find(header.get("kid"), algorithm),
            algorithms=[algorithm],
            audience=client_id,
            issuer=issuer,
            leeway=LEEWAY,
            options={"require": ["iss", "sub", "aud", "exp", "iat"], "enforce_minimum_key_length": True},
        )
    except jwt.PyJWTError as error:
        raise refused(_part(error)) from None
    except RecursionError:
        raise refused("id_token") from None
    audience, party = claims["aud"], claims.get("azp")
    if (party is None and isinstance(audience, list) and len(audience) > 1) or party not in (None, client_id):
        raise refused("azp")
    if not same(nonce, str(claims.get("nonce", ""))):
        raise refused("nonce")
    return claims


def _part(error: Exception) -> str:
    """Return the name of what an error of PyJWT is about; its text may hold what the token says."""
    import jwt  # noqa: PLC0415 (as above)

    parts: dict[type[Exception], str] = {
        jwt.ExpiredSignatureError: "exp",
        jwt.ImmatureSignatureError: "iat",
        jwt.InvalidIssuedAtError: "iat",
        jwt.InvalidAudienceError: "aud",
        jwt.InvalidIssuerError: "iss",
        jwt.InvalidSignatureError: "signature",
    }
    if isinstance(error, jwt.MissingRequiredClaimError):
        return error.claim
    return next((part for kind, part in parts.items() if isinstance(error, kind)), "id_token")
