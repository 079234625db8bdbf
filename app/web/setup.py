"""One-time links: the first admin of a new installation, or a password of one's own."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session

from app.domain.errors import Invalid
from app.domain.text import Text
from app.i18n import sentence, t
from app.kept.given import Db
from app.store import links, passwords
from app.web.guard import OpenPage, peer_of, storable
from app.web.login import BY_LINK, entered, started
from app.web.render import other_language, page, spoken_path

router = APIRouter(route_class=OpenPage, include_in_schema=False)

DIFFERENT = Text("两次输入的密码不一致", "The two passwords differ")

Password = Annotated[str, Form(max_length=passwords.MAX_LENGTH)]


@router.get("/setup")
def setup_page(database: Db, key: str = "") -> Response:
    """Show the form of a live link; a dead one is not found."""
    with database.read() as session:
        owner = links.owner(session, key)
    return _form(key, owner, "", {})


@router.post("/setup")
def set_up(
    request: Request,
    database: Db,
    key: Annotated[str, Form(max_length=100)] = "",
    name: Annotated[str, Form(max_length=120)] = "",
    password: Password = "",
    again: Password = "",
) -> Response:
    """Make the first admin, or set a password, and log in."""
    name = storable(name).strip()
    with database.read() as session:
        owner = links.owner(session, key)
    try:
        hashed = checked(password, again, owner or name)

        def work(session: Session) -> str:
            user_id = links.use(session, key, name, hashed, peer_of(request))
            return started(session, request, user_id, keep=False, how=BY_LINK)

        session_id = database.transact(work)
    except Invalid as error:
        return _form(key, owner, name, {issue.field: sentence(issue.message) for issue in error.issues})
    return entered(request, session_id, "/", keep=False)


def checked(password: str, again: str, name: str) -> str:
    """Return the hash of a password that was typed twice; Invalid where it is weak or the two differ."""
    if password != again:
        raise Invalid.one("again", DIFFERENT)
    return passwords.hashed(password, name)


def _form(key: str, owner: str | None, name: str, errors: dict[str, str]) -> Response:
    title = t("创建管理员", "Create the admin") if owner is None else t("设置密码", "Set a password")
    context = {"page_title": title, "key": key, "owner": owner, "name": name, "errors": errors}
    context |= {"action": spoken_path("/setup"), "switch": other_language("/setup", {"key": key})}
    return page("setup.html", context, 422 if errors else 200)
