"""What every login elsewhere has in common: it begins with an address, and ends with who somebody is."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from app.domain.errors import SignInRefused
from app.domain.text import Text

LONGEST_CODE = 4096
LONGEST_SUBJECT = 255
"""OpenID Connect allows no more."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A login under way: where the browser goes, and what must be kept for its return, out of anybody's sight."""

    address: str = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who came back: `issuer` and `subject` together name one person for ever; `name` is for people to read."""

    issuer: str
    subject: str
    name: str
    claims: Mapping[str, object] = field(repr=False)


class Provider(Protocol):
    """Somebody who vouches for people. The caller keeps `Begun` and compares the state before it asks to finish."""

    @property
    def key(self) -> str:
        """The word for it in addresses and tables."""

    @property
    def label(self) -> Text:
        """What its button says."""

    def begin(self, back: str) -> Begun:
        """Begin a login that returns to `back`; Unreachable when the provider must be asked first and is away."""

    def finish(self, code: str, begun: Begun, back: str) -> Identity:
        """Return who the code stands for; SignInRefused when it must not be believed, Unreachable when away."""


def same(kept: str, given: str) -> bool:
    """Say whether a state is the one that was kept, in a time that does not tell how much of it is right."""
    return bool(kept) and hmac.compare_digest(kept.encode(), given.encode("utf-8", "surrogatepass"))


def fresh() -> str:
    """Return a new unguessable word: 43 letters, digits, - and _."""
    return secrets.token_urlsafe(32)


def challenge(verifier: str) -> str:
    """Return what PKCE shows of a verifier at the beginning (S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def checked_code(code: str) -> str:
    """Return the code that a browser brought back; SignInRefused for what cannot be one."""
    if not code.isascii() or not code.isprintable() or not 0 < len(code) <= LONGEST_CODE:
        raise refused("code")
    return code


def checked_subject(subject: object) -> str:
    """Return what names a person for ever; SignInRefused for what no table keeps to the letter."""
    plain = isinstance(subject, str) and 0 < len(subject) <= LONGEST_SUBJECT and subject.isprintable()
    if not isinstance(subject, str) or not plain or subject != subject.strip():
        raise refused("sub")
    return subject


def text_of(claims: Mapping[str, object], *names: str) -> str:
    """Return the first of these claims that is a text with something in it, "" when there is none."""
    texts = (value.strip() for name in names if isinstance(value := claims.get(name), str))
    return next(filter(None, texts), "")


def fault_of(said: Mapping[str, object], name: str) -> int:
    """Return the number of a fault that stands in an answer: 0 for none, -1 for what is no number."""
    fault = said.get(name, 0)
    return fault if isinstance(fault, int) else -1


def refused(reason: str) -> SignInRefused:
    """Return the refusal of an answer; `reason` says which part of it, for whoever has to find the cause."""
    return SignInRefused(
        Text(
            f"登录没有完成：对方返回的信息无效（{reason}），请重新登录",
            f"The login did not complete: {reason} is not valid. Log in again.",
        )
    )


def misconfigured(label: Text, reason: str) -> SignInRefused:
    """Return the refusal of a login that no repetition will mend; `reason` is for the operator."""
    return SignInRefused(
        Text(
            f"{label.zh}登录的配置有误（{reason}），请联系管理员",
            f"{label.en} sign-on is not set up properly ({reason}). Tell your admin.",
        )
    )
