"""What the tests of the API share: a small company, and a client that holds every answer against the contract."""

import json
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx2 import Response
from pydantic import BaseModel
from sqlalchemy import select
from starlette.testclient import TestClient

from app.api import router
from app.api.resource import PREFIX
from app.api.schemas import Problem
from app.db import Database
from app.domain.facts import TABLES
from app.domain.roles import SYSTEM, Role
from app.inputs.facts import ROWS
from app.inputs.master import ChannelInput, UnitInput
from app.jobs.seen import Seen
from app.kept.answers import Answers
from app.main import create_app
from app.models import Base
from app.settings import Settings
from app.store import channels, tokens, units
from app.store import facts as fact_store
from app.store.users import Given
from tests import shelf

Row = dict[str, Any]

TODAY = date(2023, 10, 9)
MEMORY = 2**20
UNITS = (
    {"code": "co", "name": "公司", "kind": "company", "parent": None},
    {"code": "east", "name": "东区", "kind": "team", "parent": "co"},
    {"code": "west", "name": "西区", "kind": "team", "parent": "co"},
    {"code": "corner", "name": "街角店", "kind": "account", "parent": "east"},
)
CHANNELS = (
    {"code": "parcel", "name": "包裹卡", "kind": "source", "color_slot": 1, "position": 1},
    {"code": "douyin", "name": "抖音", "kind": "source", "color_slot": 2, "position": 2},
    {"code": "group", "name": "社群", "kind": "touchpoint", "color_slot": 1, "position": 1},
    {"code": "sms", "name": "短信召回", "kind": "touchpoint", "color_slot": 2, "position": 2},
)
KEYS: dict[str, Row] = {
    "friends": {"day": "2023-05-04", "unit": "east", "channel": "parcel"},
    "retention": {"cohort_day": "2023-05-04", "unit": "east", "channel": "parcel", "day_n": 7},
    "sales": {
        "day": "2023-05-04",
        "unit": "east",
        "touchpoint": "group",
        "source": "parcel",
        "customer_kind": "new",
    },
    "pushes": {"day": "2023-05-04", "unit": "east", "touchpoint": "group"},
    "stock-counts": {"day": "2023-05-04", "unit": "east"},
    "targets": {"month": "2023-05", "unit": "east", "metric": "gmv", "channel": None, "customer_kind": None},
}
"""The key of one row of each kind, as GET gives it back."""
MEASURES: dict[str, Row] = {
    "friends": {"reach": 1000, "adds": 200, "losses": 0},
    "retention": {"retained": 181},
    "sales": {
        "gmv": Decimal("2471.05"),
        "orders": 100,
        "buyers": 98,
        "refunds": Decimal("3000.5"),
        "member_gmv": Decimal("0.01"),
        "member_orders": 7,
    },
    "pushes": {"pushes": 12000, "push_cost": 600, "push_gmv": Decimal("1800.6"), "push_losses": 25},
    "stock-counts": {"cumulative": 31774, "current": 10000},
    "targets": {"value": Decimal("470553.25")},
}
"""Measures of that row; as many decimals as money may have."""


class Frozen(Settings):
    """Settings under which it is always the same day."""

    at: date = TODAY

    def today(self) -> date:
        return self.at


def row(kind: str, **changes: Any) -> Row:  # noqa: ANN401 (any value that JSON can hold)
    """Return a good row of a kind, changed."""
    return {**KEYS[kind], **MEASURES[kind], **changes}


def without(fields: Row, *names: str) -> Row:
    """Return fields without some of them."""
    return {name: value for name, value in fields.items() if name not in names}


@cache
def _shared_app() -> FastAPI:
    return create_app(Frozen(), Database("sqlite://"))


class Api:
    """A client with a token; each answer must have the documented shape, each refusal be a problem document."""

    def __init__(self, client: TestClient, database: Database, token: str = "") -> None:
        self.client = client
        self.database = database
        self.token = token

    @classmethod
    def on(cls, database: Database, loop: BlockingPortal, settings: Settings | None = None) -> "Api":
        """Return a client of a new application that runs in `loop`, with an admin's token."""
        return cls.at(create_app(settings or Frozen(), database), database, loop)

    @classmethod
    def lent(cls, database: Database, loop: BlockingPortal) -> "Api":
        """Return a client of the application that the tests of a worker share: making one takes 40 ms."""
        app = _shared_app()
        app.state.database, app.state.seen, app.state.answers = database, Seen(), Answers(MEMORY)
        return cls.at(app, database, loop)

    @classmethod
    def at(cls, app: FastAPI, database: Database, loop: BlockingPortal) -> "Api":
        """Return a client of an application, with an admin's token."""
        client = TestClient(app)
        # One event loop for all requests, as a server has it; start-up and shut-down are left out.
        client.portal = loop
        return cls(client, database).of(Role.ADMIN)

    def of(self, role: Role, unit: str | None = None) -> "Api":
        """Return a client with a new token."""
        with self.database.write() as session:
            return self.with_token(tokens.create(session, SYSTEM, f"{role} of {unit}", Given(role, unit)))

    def with_token(self, token: str) -> "Api":
        return Api(self.client, self.database, token)

    def send(self, method: str, path: str, **options: Any) -> Response:  # noqa: ANN401 (options of httpx)
        """Send a request below /api/v1 and check the form of its answer."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        options["headers"] = {**headers, **options.get("headers", {})}
        response = self.client.request(method, f"/api/v1{path}", **options)
        check(method, path, response)
        return response

    def get(self, path: str, **params: Any) -> Response:  # noqa: ANN401 (any value of a query)
        """Send a GET; `from_` stands for `from`."""
        return self.send("GET", path, params={name.rstrip("_"): value for name, value in params.items()})

    def read(self, path: str, **params: Any) -> Any:  # noqa: ANN401 (parsed JSON)
        """Return the body of a GET that must succeed."""
        response = self.get(path, **params)
        assert response.status_code == 200, response.text
        return body(response)

    def put(self, path: str, content: Any) -> Response:  # noqa: ANN401 (anything that JSON can hold)
        return self.send("PUT", path, content=dumped(content), headers={"Content-Type": "application/json"})

    def rows(self, kind: str, *rows: Row) -> Response:
        """Send a PUT of facts."""
        return self.put(f"/facts/{kind}", {"rows": list(rows)})

    def save(self, kind: str, *rows: Row) -> Row:
        """Write facts that must be accepted."""
        response = self.rows(kind, *rows)
        assert response.status_code == 200, response.text
        return dict(body(response))

    def remove(self, kind: str, *keys: Row) -> Response:
        content = dumped({"keys": list(keys)})
        return self.send("DELETE", f"/facts/{kind}", content=content, headers={"Content-Type": "application/json"})

    def facts(self, kind: str, **params: Any) -> list[Row]:  # noqa: ANN401 (any value of a query)
        """Return the stored rows of a kind."""
        found: list[Row] = self.read(f"/facts/{kind}", **params)["rows"]
        return found

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return the rows of every table but that of tokens, as they are stored."""
        with self.database.read() as session:
            return {
                table.name: [tuple(stored) for stored in session.execute(select(table))]
                for table in Base.metadata.sorted_tables
                if table.name != "api_tokens"
            }


def dumped(value: Any) -> bytes:  # noqa: ANN401 (anything that JSON can hold)
    """Return JSON; decimals become numbers."""
    return json.dumps(value, default=float).encode()


def body(response: Response) -> Any:  # noqa: ANN401 (parsed JSON)
    """Return the JSON of an answer, its numbers exactly as they are written."""
    return json.loads(response.content, parse_float=Decimal, parse_constant=_refuse)


def _refuse(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")


def routes() -> Iterator[APIRoute]:
    """Yield the routes of version 1."""
    for route in router.routes:
        assert isinstance(route, APIRoute)
        yield route


def below(route: APIRoute) -> str:
    """Return the path of a route below /api/v1, as requests of the client name it."""
    assert route.path.startswith(PREFIX)
    return route.path.removeprefix(PREFIX)


def _models() -> Iterator[tuple[str, re.Pattern[str], int | str, type[BaseModel]]]:
    for route in routes():
        for status, response in route.responses.items():
            if "model" in response:
                for method in route.methods or ():
                    yield method, route.path_regex, status, response["model"]


MODELS = tuple(_models())


def check(method: str, path: str, response: Response) -> None:
    """Hold an answer against its documented shape."""
    kind = response.headers.get("content-type", "")
    if response.status_code == 304:
        assert response.content == b""
        return
    if response.status_code >= 400:
        assert kind == "application/problem+json", response.text
        problem = Problem.model_validate_json(response.content)
        assert problem.status == response.status_code
        assert all(len(text) > 3 for text in (problem.title, problem.detail))
        return
    assert kind == "application/json"
    body(response)
    for of_method, place, status, model in MODELS:
        if of_method == method and status == response.status_code and place.match(f"{PREFIX}{path}"):
            model.model_validate_json(response.content)


def refused(response: Response, *expected: tuple[int | None, str]) -> None:
    """Assert that exactly these values were refused: (row, field), row None where there is none."""
    sent = f"{response.request.url} {response.request.content[-400:]!r}"
    assert response.status_code == 422, f"{sent}: {response.text}"
    errors = response.json()["errors"]
    assert [(error.get("row"), error["field"]) for error in errors] == list(expected), f"{sent}: {errors}"
    assert all(error["message"] for error in errors)


def opened(file: Path) -> AbstractContextManager[Database]:
    """Give a database that is a copy of a SQLite file."""
    return shelf.lent(file, 5)


def load_master(database: Database) -> None:
    """Write the units and channels of the small company."""
    with database.write() as session:
        for unit in UNITS:
            units.put(session, SYSTEM, str(unit["code"]), UnitInput.model_validate(without(unit, "code")))
        for channel in CHANNELS:
            channels.put(session, SYSTEM, str(channel["code"]), ChannelInput.model_validate(without(channel, "code")))


def load_facts(database: Database, kind: str, rows: list[Row]) -> None:
    """Write facts past the REST interface, for tests that only read."""
    parsed = [ROWS[kind].model_validate(row) for row in rows]
    with database.write() as session:
        fact_store.put(session, SYSTEM, TABLES[kind], parsed, TODAY)
