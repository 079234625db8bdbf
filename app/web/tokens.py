"""令牌: keys for other programs, shown once, dead when revoked."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from app.domain.errors import Forbidden, Invalid
from app.domain.roles import Action, Role, TokenScope
from app.domain.text import Text
from app.i18n import listing, say, sentence, t
from app.kept.given import Db, Who, database_of, settings_of, viewer_of
from app.queries import tokens as query
from app.queries import units
from app.store import tokens
from app.store.users import Given
from app.web.account import ALL_UNITS
from app.web.guard import Id, needs, pages, typed_fields
from app.web.people import choices
from app.web.pick import unit_options
from app.web.render import shell

router = pages()

LIVES = {
    "30": Text("30 天", "30 days"),
    "90": Text("90 天", "90 days"),
    "365": Text("1 年", "1 year"),
    "": Text("不过期", "No end"),
}


@router.get("/tokens", openapi_extra=needs(Action.ACCOUNT))
def tokens_page(request: Request, database: Db, viewer: Who) -> Response:
    """List one's own tokens, or all of them for an admin."""
    del viewer, database
    return _page(request, {}, {})


@router.post("/tokens", openapi_extra=needs(Action.ACCOUNT))
async def create_token(request: Request) -> Response:
    """Make a token and show it, this once."""
    # Several boxes of one name may be ticked, so the fields are read as they are.
    async with request.form(max_fields=20) as form:
        scopes = [value for value in form.getlist("scope") if isinstance(value, str)]
    return await run_in_threadpool(_create, request, await typed_fields(request), scopes)


@router.post("/tokens/{token}/revoke", openapi_extra=needs(Action.ACCOUNT))
def revoke_token(token: Id, database: Db, viewer: Who) -> Response:
    """Kill a token."""
    database.transact(lambda session: tokens.revoke(session, viewer, token))
    return RedirectResponse("/tokens?saved=1", 303)


def _create(request: Request, fields: dict[str, str], scopes: list[str]) -> Response:
    try:
        role, days = fields.get("role", ""), fields.get("days", "")
        if role not in list(Role):
            raise Invalid.one("role", Text("请选择角色", "Choose a role"))
        if days not in LIVES:
            raise Invalid.one("days", Text("请选择有效期", "Choose how long"))
        given = Given(Role(role), fields.get("unit") or None)
        wanted = [TokenScope(scope) for scope in scopes if scope in list(TokenScope)]
        lives = int(days) if days else None
        made = database_of(request).transact(
            lambda session: tokens.create(
                session, viewer_of(request), fields.get("name", ""), given, scopes=wanted, days=lives
            )
        )
    except Invalid as error:
        return _page(
            request, {**fields, "scopes": scopes}, {i.field: sentence(i.message) for i in error.issues}, error.status
        )
    except Forbidden as error:
        return _page(request, {**fields, "scopes": scopes}, {"role": sentence(error.message)}, error.status)
    return _page(request, {}, {}, made=made)


def _page(
    request: Request, fields: dict[str, Any], errors: dict[str, str], status: int = 200, made: str | None = None
) -> Response:
    viewer, zone = viewer_of(request), ZoneInfo(settings_of(request).timezone)
    with database_of(request).read() as session:
        found = query.tokens(session, viewer)
        tree = units.load_tree(session)
    own = {grant.role for grant in viewer.grants}
    blank = {"name": "", "role": Role.VIEWER.value, "unit": "", "days": "365", "scopes": [TokenScope.READ.value]}
    context = {
        "page_title": t("令牌", "Tokens"),
        "tokens": [_line(token, zone, request.app.state.seen.token(token.id)) for token in found],
        "made": made,
        "form": {**blank, **fields},
        "errors": errors,
        "scopes": [(scope.value, say(scope.text)) for scope in TokenScope if viewer.may(next(iter(scope.actions)))],
        "lives": [{"value": value, "label": say(label)} for value, label in LIVES.items()],
        "is_admin": viewer.may(Action.ADMINISTER),
        **choices(unit_options(tree, viewer, fields.get("unit", ""))),
    }
    if Role.ADMIN not in own:
        context["roles"] = [role for role in context["roles"] if role["value"] in own | {Role.VIEWER}]
    if not viewer.may(Action.READ, ()):
        context["units"] = context["units"][1:]
    return shell(request, "tokens.html", "tokens", context, status)


def _line(token: query.Token, zone: ZoneInfo, used: datetime | None) -> dict[str, Any]:
    used = used or token.used_at
    over = token.expires_at is not None and token.expires_at <= datetime.now(UTC)
    return {
        "id": token.id,
        "name": token.name,
        "role": say(token.role.text),
        "unit": token.unit or say(ALL_UNITS),
        "scopes": listing(say(scope.text) for scope in token.scopes),
        "owner": token.owner or t("命令行", "Command line"),
        "created": token.created_at.astimezone(zone),
        "expires": token.expires_at and token.expires_at.astimezone(zone),
        "used": used and used.astimezone(zone),
        "state": "revoked" if token.revoked_at else "expired" if over else "live",
    }
