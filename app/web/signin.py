"""Logging in elsewhere: off to who vouches for people, and back with somebody."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.connectors.signin import back_address
from app.connectors.signin.provider import Begun, Identity, Provider, refused, same
from app.db import Database
from app.domain.errors import Forbidden, NotFound, SignInRefused, Unreachable
from app.domain.text import Language, Text
from app.i18n import sentence, speak, spoken
from app.kept.given import Conf, Db
from app.settings import Settings
from app.store import identities
from app.web.guard import OpenPage, peer_of, storable
from app.web.login import BY_SIGN_ON, entered, login_form, safe_next, started

router = APIRouter(route_class=OpenPage, include_in_schema=False)

MINUTES = 10
"""How long a login elsewhere may take."""

log: structlog.stdlib.BoundLogger = structlog.get_logger("luopan.security")


@router.get("/login/{provider}")
def begin(request: Request, settings: Conf, provider: str, next: str = "/") -> Response:  # noqa: A002 (as on /login)
    """Lead to who vouches, and remember in a cookie what must be there on the way back."""
    chosen, target = _provider(request, provider), safe_next(next)
    try:
        begun = chosen.begin(back_address(settings, provider))
    except (Unreachable, SignInRefused) as error:
        return login_form(request, "", target, sentence(error.message), error)
    kept = {
        "provider": provider,
        "next": target,
        "lang": spoken(),
        **{name: getattr(begun, name) for name in Begun.__slots__},
    }
    answer = RedirectResponse(begun.address, 303)
    answer.set_cookie(
        _cookie(settings),
        _sealed(settings, kept),
        max_age=MINUTES * 60,
        httponly=True,
        samesite="lax",
        secure=settings.env == "production",
    )
    return answer


@router.get("/login/{provider}/back")
def back(
    request: Request,
    database: Db,
    settings: Conf,
    provider: str,
    code: Annotated[str, Query(max_length=5000)] = "",
    state: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    """Log in whoever came back, as far as the answer can be believed."""
    chosen, kept = _provider(request, provider), _opened(settings, request.cookies.get(_cookie(settings), ""))
    speak(Language(kept.get("lang", Language.ZH)))
    try:
        if kept.get("provider") != provider or not same(kept["state"], state):
            raise refused("state")
        begun = Begun(**{name: kept[name] for name in Begun.__slots__})
        identity = chosen.finish(code, begun, back_address(settings, provider))
        session_id = _in(request, database, settings, identity)
    except (SignInRefused, Unreachable, Forbidden) as error:
        log.warning("login_failed", provider=provider, peer=peer_of(request), reason=error.message.en)
        return login_form(request, "", kept.get("next", "/"), sentence(error.message), error)
    answer = entered(request, session_id, kept["next"], keep=False)
    answer.delete_cookie(_cookie(settings), httponly=True, samesite="lax", secure=settings.env == "production")
    return answer


def _in(request: Request, database: Database, settings: Settings, identity: Identity) -> str:
    try:
        return database.transact(lambda session: _welcome(session, request, settings, identity))
    except IntegrityError:  # somebody's first login came twice at one moment: now the person is there
        return database.transact(lambda session: _welcome(session, request, settings, identity))


def _welcome(session: Session, request: Request, settings: Settings, identity: Identity) -> str:
    who = identities.Vouched(identity.issuer, identity.subject, storable(identity.name))
    mapped = settings.oidc_grants and identity.issuer == settings.oidc_issuer
    given = settings.grant_mapping.held(identity.claims) if mapped else None
    user_id = identities.user_of(session, who, given)
    return started(session, request, user_id, keep=False, how=BY_SIGN_ON)


def _provider(request: Request, key: str) -> Provider:
    found: dict[str, Provider] = request.app.state.providers
    if key not in found:
        raise NotFound(Text("没有这种登录方式", "There is no such way to log in"))
    return found[key]


def _cookie(settings: Settings) -> str:
    return f"{'__Host-' if settings.env == 'production' else ''}luopan_signin"


def _sealed(settings: Settings, kept: dict[str, Any]) -> str:
    """Return what only this installation can have written."""
    body = base64.urlsafe_b64encode(json.dumps(kept).encode()).decode()
    return f"{body}.{_seal(settings, body)}"


def _opened(settings: Settings, cookie: str) -> dict[str, Any]:
    """Return what was kept; nothing for a cookie that is missing or that somebody else wrote."""
    body, _, seal = cookie.rpartition(".")
    if not hmac.compare_digest(seal.encode(), _seal(settings, body).encode()):
        return {}
    try:
        kept: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body))
    except (ValueError, binascii.Error):
        return {}
    return kept


def _seal(settings: Settings, body: str) -> str:
    return hmac.new(settings.key, f"signin {body}".encode(), hashlib.sha256).hexdigest()
