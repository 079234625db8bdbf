"""An ID token is believed for a published signing key of the right kind only."""

import json
from time import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from app.connectors.signin.idtoken import LEEWAY, LONGEST, Keys, verified
from app.domain.errors import SignInRefused
from tests.signin import key

EC, ED = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()
CURVE_384 = ec.generate_private_key(ec.SECP384R1())
Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def published(private: Private, **more: Any) -> dict[str, Any]:  # noqa: ANN401 (whatever a key may say)
    if isinstance(private, rsa.RSAPrivateKey):
        made = jwt.algorithms.RSAAlgorithm.to_jwk(private.public_key())
    elif isinstance(private, ec.EllipticCurvePrivateKey):
        made = jwt.algorithms.ECAlgorithm.to_jwk(private.public_key())
    else:
        made = jwt.algorithms.OKPAlgorithm.to_jwk(private.public_key())
    return {**json.loads(made), **more}


def claims(**more: Any) -> dict[str, Any]:  # noqa: ANN401 (whatever a token may say)
    now = int(time())
    return {"iss": "i", "sub": "s", "aud": "c", "iat": now, "exp": now + 60, "nonce": "n", **more}


def signed(private: Private, algorithm: str, kid: str | None = None, **more: Any) -> str:  # noqa: ANN401 (as above)
    return jwt.encode(claims(**more), private, algorithm=algorithm, headers={"kid": kid} if kid else None)


def read(token: str, *keys: Any, algorithms: list[object] | None = None) -> dict[str, Any]:  # noqa: ANN401 (as above)
    return verified(token, Keys(lambda: {"keys": list(keys)}, algorithms), issuer="i", client_id="c", nonce="n")


def refusal(token: str, *keys: Any, algorithms: list[object] | None = None) -> str:  # noqa: ANN401 (as above)
    with pytest.raises(SignInRefused) as caught:
        read(token, *keys, algorithms=algorithms)
    return caught.value.message.zh.partition("（")[2].partition("）")[0]


@pytest.mark.parametrize(
    ("private", "algorithm"), [(EC, "ES256"), (CURVE_384, "ES384"), (ED, "EdDSA"), (key("first"), "PS256")]
)
def test_every_asymmetric_kind_of_key_is_understood_with_a_name_and_without(private: Private, algorithm: str) -> None:
    others: tuple[object, ...] = ({"kty": "oct", "k": "AAAA"}, published(private, use="enc", kid="a"), "no key", {})
    assert read(signed(private, algorithm), published(private), *others)["sub"] == "s"
    pair = (published(private, kid="a"), published(key("second"), kid="b"))
    assert read(signed(private, algorithm, "a"), *pair, *others)["sub"] == "s"


def test_without_a_name_two_fitting_keys_are_one_too_many() -> None:
    assert refusal(signed(EC, "ES256"), published(EC, kid="a"), published(EC, kid="b")) == "kid"


def test_a_key_serves_its_own_algorithm_only() -> None:
    assert refusal(signed(key("first"), "RS512", "a"), published(key("first"), kid="a", alg="RS256")) == "kid"
    assert refusal(signed(EC, "ES256", "a"), published(key("first"), kid="a")) == "kid"
    assert refusal(signed(EC, "ES256", "a"), published(CURVE_384, kid="a")) != ""


def test_an_issuer_is_held_to_the_algorithms_that_it_names() -> None:
    token = signed(EC, "ES256")
    assert refusal(token, published(EC), algorithms=["RS256", "none", 5, None]) == "alg"
    assert refusal(token, published(EC), algorithms=[]) == "alg"
    assert read(token, published(EC), algorithms=["ES256"])["sub"] == "s"


def test_a_short_key_is_refused() -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 (that is the point)
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = signed(short, "RS256")
    assert refusal(token, published(short)) == "id_token"


@pytest.mark.parametrize("keys", [{}, {"keys": {}}, {"keys": "x"}])
def test_what_is_no_list_of_keys_is_refused(keys: dict[str, object]) -> None:
    with pytest.raises(SignInRefused, match="jwks"):
        verified(signed(EC, "ES256"), Keys(lambda: keys), issuer="i", client_id="c", nonce="n")
    assert refusal(signed(EC, "ES256"), {"kty": "EC", "crv": "P-256"}) == "jwks"


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "e30.e30.", "W10.e30.", "x" * (LONGEST + 1)])
def test_what_is_no_token_is_refused(token: str) -> None:
    assert refusal(token, published(EC)) in {"id_token", "alg"}


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ({"azp": ["c"]}, "azp"),
        ({"azp": {}}, "azp"),
        ({"nonce": None}, "nonce"),
        ({"nonce": ["n"]}, "nonce"),
        ({"aud": []}, "aud"),
        ({"aud": [["c"]]}, "aud"),
        ({"exp": "soon"}, "id_token"),
        ({"exp": None}, "exp"),
    ],
)
def test_claims_of_another_shape_are_refused(more: dict[str, Any], part: str) -> None:
    assert refusal(signed(EC, "ES256", **more), published(EC)) == part


def test_clocks_may_differ_by_the_leeway_and_no_more() -> None:
    now = int(time())
    assert read(signed(EC, "ES256", exp=now - LEEWAY + 10, iat=now + LEEWAY - 10), published(EC))["sub"] == "s"
    assert refusal(signed(EC, "ES256", exp=now - LEEWAY - 1), published(EC)) == "exp"
    assert refusal(signed(EC, "ES256", iat=now + LEEWAY + 10), published(EC)) == "iat"


def test_two_audiences_are_fine_when_the_token_says_it_was_made_for_this_one() -> None:
    assert read(signed(EC, "ES256", aud=["c", "d"], azp="c"), published(EC))["sub"] == "s"
