"""安全日志: who came in, who was refused, what they were given and what they took with them."""

from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request, Response

from app.domain.roles import Action
from app.domain.security import Event
from app.queries import security as query
from app.web.guard import Conf, Db, Who, needs, pages, storable
from app.web.render import shell

router = pages()

PAGE = 100
TONES = {Event.LOGIN_FAILED: "warn", Event.LOGIN_THROTTLED: "bad"}


@router.get("/security", openapi_extra=needs(Action.ADMINISTER))
def security_page(
    request: Request, database: Db, settings: Conf, viewer: Who, event: str = "", actor: str = "", before: str = ""
) -> Response:
    """List what happened at the doors, newest first."""
    zone, actor = ZoneInfo(settings.timezone), storable(actor)
    older = int(before) if before.isdecimal() and len(before) < 19 else None  # noqa: PLR2004 (digits of an id)
    kind = Event(event) if event in list(Event) else None
    with database.read() as session:
        found = query.entries(session, viewer, event=kind, actor=actor or None, before=older, limit=PAGE + 1)
    chosen = {"event": kind.value if kind else "", "actor": actor}
    context = {
        "page_title": "安全日志",
        "filters": {**chosen, "events": [(e.value, e.text.zh) for e in Event], "any": any(chosen.values())},
        "entries": [
            {
                "at": entry.at.astimezone(zone),
                "event": entry.event.text.zh,
                "tone": TONES.get(entry.event, ""),
                "actor": entry.actor,
                "subject": entry.subject,
                "detail": entry.detail,
                "address": entry.address,
            }
            for entry in found[:PAGE]
        ],
        "older_href": _href({**chosen, "before": str(found[PAGE - 1].id)}) if len(found) > PAGE else None,
        "first_href": _href(chosen) if before else None,
    }
    return shell(request, "security.html", "security", context)


def _href(params: dict[str, str]) -> str:
    return f"/security?{urlencode({key: value for key, value in params.items() if value})}"
