"""安全日志: who came in, who was refused, what they were given and what they took with them."""

from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Request, Response

from app.domain.roles import Action, Role
from app.domain.security import Event
from app.domain.text import Language
from app.i18n import say, t
from app.kept.given import Conf, Db, Who
from app.queries import security as query
from app.web.account import ALL_UNITS
from app.web.guard import needs, pages, storable
from app.web.login import BY_LINK, BY_SIGN_ON
from app.web.render import shell

router = pages()

PAGE = 100
TONES = {Event.LOGIN_FAILED: "warn", Event.LOGIN_THROTTLED: "bad"}


JOIN = " · "
_WORDS = {text.say(Language.ZH): text for text in (*(role.text for role in Role), ALL_UNITS, BY_SIGN_ON, BY_LINK)}
"""What details are made of beside names; the log keeps them in one language."""


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
        "page_title": t("安全日志", "Security log"),
        "filters": {**chosen, "events": [(e.value, say(e.text)) for e in Event], "any": any(chosen.values())},
        "entries": [
            {
                "at": entry.at.astimezone(zone),
                "event": say(entry.event.text),
                "tone": TONES.get(entry.event, ""),
                "actor": entry.actor,
                "subject": entry.subject,
                "detail": detail(entry.detail),
                "address": entry.address,
            }
            for entry in found[:PAGE]
        ],
        "older_href": _href({**chosen, "before": str(found[PAGE - 1].id)}) if len(found) > PAGE else None,
        "first_href": _href(chosen) if before else None,
    }
    return shell(request, "security.html", "security", context)


def detail(text: str | None) -> str | None:
    """Return a detail of the log with its words in the language that is spoken."""
    return text and JOIN.join(say(_WORDS[part]) if part in _WORDS else part for part in text.split(JOIN))


def _href(params: dict[str, str]) -> str:
    return f"/security?{urlencode({key: value for key, value in params.items() if value})}"
