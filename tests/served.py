"""A served Luopan: the demo's organisation with the article's case, four people, and a clock that stands still."""

import re
import secrets
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx2 import Response
from sqlalchemy import insert, select
from starlette.testclient import TestClient

from app.api.figures import PATH as FIGURES
from app.cli import demo
from app.cli.demo import article
from app.db import Database
from app.domain.facts import DAILY, TABLES, FactTable
from app.domain.roles import SYSTEM, Role
from app.inputs.facts import ROWS
from app.inputs.master import ChannelInput, UnitInput
from app.jobs.seen import Seen
from app.kept.answers import Answers
from app.main import create_app
from app.models import LoginSession, User
from app.queries.facts import table_of
from app.settings import Settings
from app.store import channels, facts, passwords, units, users
from app.store.secrets import session_hash
from app.web.guard import cookie_name
from tests import shelf
from tests.page import Node, parse

MEMORY = 2**20
NOW = datetime(2023, 10, 9, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY = NOW.date()
UNIT, OTHER = "ecommerce", "stores"
"""Two teams of the company; nothing is entered for them yet."""
PASSWORD = "correct horse"
PEOPLE: dict[str, tuple[Role, str | None]] = {
    "ada": (Role.ADMIN, None),
    "mo": (Role.MANAGER, None),
    "olga": (Role.OPERATOR, UNIT),
    "vic": (Role.VIEWER, None),
}
"""Name, role and unit of everybody who can log in."""


@cache
def stored_password() -> str:
    """Return what is stored of everybody's password: hashing it once is enough."""
    return passwords.hashed(PASSWORD, "")


class Frozen(Settings):
    """Settings under which it is always the same moment."""

    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


def fill(database: Database) -> None:
    """Write the organisation, the article's case and the people into a migrated database."""
    with database.write() as session:
        for unit in demo.units():
            units.put(session, SYSTEM, unit["code"], UnitInput(**{k: v for k, v in unit.items() if k != "code"}))
        for channel in demo.channels():
            given = ChannelInput(**{k: v for k, v in channel.items() if k != "code"})
            channels.put(session, SYSTEM, channel["code"], given)
        for name, (role, code) in PEOPLE.items():
            users.add(session, SYSTEM, name, [users.Given(role, code)], stored_password())
    for kind, rows in article.facts():
        put(database, kind, rows)


def put(database: Database, kind: str, rows: list[dict[str, Any]]) -> None:
    """Write facts past the pages."""
    parsed = [ROWS[kind].model_validate(row) for row in rows]
    with database.write() as session:
        facts.put(session, SYSTEM, TABLES[kind], parsed, TODAY)


def copied(file: Path) -> AbstractContextManager[Database]:
    """Give a database that is a copy of a SQLite file; who meets another writer there is soon told."""
    return shelf.lent(file, 0.2)


@cache
def frozen() -> Frozen:
    """Return the settings of most tests: to look through the environment for each variable takes a while."""
    return Frozen()


def begin_session(database: Database, settings: Settings, name: str, *, lives: timedelta = timedelta(days=1)) -> str:
    """Return the id of a new login session, made without its slow check of a password."""
    session_id, now = secrets.token_urlsafe(32), datetime.now(UTC)
    with database.write() as session:
        user_id = session.execute(select(User.id).where(User.name == name)).scalar_one()
        hashed = session_hash(settings.key, session_id)
        row = {"id_hash": hashed, "user_id": user_id, "created_at": now, "expires_at": now + lives}
        session.execute(insert(LoginSession), [row])
    return session_id


@cache
def _shared_app() -> FastAPI:
    return create_app(frozen(), Database("sqlite://"))


def lent(database: Database) -> FastAPI:
    """Return the application that the tests of a worker share, on this database: making one takes 40 ms."""
    app = _shared_app()
    app.state.database, app.state.seen, app.state.answers = database, Seen(), Answers(MEMORY)
    return app


class Site:
    """Somebody's browser on a Luopan of its own: answers are not followed, and pages are parsed."""

    def __init__(self, app: FastAPI, database: Database, settings: Settings, name: str = "") -> None:
        self.app, self.database, self.settings = app, database, settings
        host = "https://luopan.test" if settings.env == "production" else "http://luopan.test"
        self.client = TestClient(app, base_url=host, follow_redirects=False, raise_server_exceptions=False)
        if name:
            session_id = begin_session(database, settings, name)
            self.client.cookies.set(cookie_name(settings), session_id, domain="luopan.test")

    @classmethod
    def on(cls, database: Database, settings: Settings | None = None, name: str = "ada") -> "Site":
        """Return a browser on a new application."""
        given = settings or frozen()
        return cls(create_app(given, database), database, given, name)

    def of(self, name: str) -> "Site":
        """Return another browser on the same application, logged in as `name`; nobody for ""."""
        return Site(self.app, self.database, self.settings, name)

    def get(self, path: str, **options: Any) -> Response:  # noqa: ANN401 (options of httpx)
        return self.client.get(path, **options)

    def page(self, path: str, status: int = 200) -> Node:
        """Return the page at an address, which must answer with `status`."""
        return shown(self.get(path), status)

    def post(self, path: str, data: Mapping[str, str], **headers: str) -> Response:
        """Send a form as a browser on this site does."""
        sent = {"Sec-Fetch-Site": "same-origin", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.post(path, data=data, headers=sent)

    def submit(self, page: Node, changes: Mapping[str, str], form: str = "grid-form") -> Response:
        """Send a form of a page with some of its fields changed."""
        found = page.one("form", id=form) if form else page.one("main").one("form", method="post")
        fields = found.fields()
        unknown = set(changes) - set(fields)
        assert not unknown, f"the form has no field {unknown}; it has {sorted(fields)}"
        return self.post(found["action"], {**fields, **changes})

    def fill_in(self, path: str, changes: Mapping[str, str], form: str = "grid-form") -> Response:
        """Open a page, change fields of its form and send it."""
        return self.submit(self.page(path), changes, form)

    def stored(self, table: FactTable) -> list[dict[str, Any]]:
        """Return all rows of a kind of fact, past the pages."""
        with self.database.read() as session:
            return [dict(row) for row in session.execute(select(table_of(table))).mappings()]

    def add_person(self, name: str, role: Role, unit: str | None = None) -> "Site":
        """Return the browser of a new person."""
        with self.database.write() as session:
            users.add(session, SYSTEM, name, [users.Given(role, unit)], stored_password())
        return self.of(name)


def shown(response: Response, status: int = 200) -> Node:
    """Return the page of an answer."""
    assert response.status_code == status, f"{response.status_code}: {response.text[:2000]}"
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return parse(response.text)


def routes(app: FastAPI) -> list[APIRoute]:
    """Return the routes that stand outside of the API: pages, and what needs no login."""
    found = [route for route in app.routes if isinstance(route, APIRoute)]
    assert len(found) == len(app.routes)
    return [route for route in found if not route.include_in_schema and route.path != FIGURES]


OPEN = {
    *("/login", "/login/{provider}", "/login/{provider}/back", "/logout", "/setup"),
    *("/healthz", "/livez", "/readyz", "/static/{version}/{path:path}"),
}
"""What answers without a login."""


DOWNLOADS = "/export/"
"""What begins with this answers with a file."""
LINKS = "/views/"
"""What begins with this leads on from a key that nobody can guess."""


def addresses(app: FastAPI, method: str = "GET") -> list[str]:
    """Return the address of every page behind the login; one for each kind of form, and the first batch."""
    paths = [route.path for route in routes(app) if route.path not in OPEN and method in (route.methods or ())]
    paths = [
        re.sub(r"\{(batch|note|person|token)\}", "1", path) for path in paths if not path.startswith((DOWNLOADS, LINKS))
    ]
    kinds = [table.kind for table in DAILY]
    return [path.replace("{kind}", kind) for path in paths for kind in (kinds if "{kind}" in path else kinds[:1])]
