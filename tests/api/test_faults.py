"""Faults of the database under a write: a deadlock that stays is 503, a full disk is 507, and nothing is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from anyio.from_thread import BlockingPortal
from sqlalchemy import event

from app.db import Database
from app.domain.errors import BUSY, FULL
from app.domain.roles import Role
from tests.api.kit import Api, Frozen, opened, row

_POSTGRESQL = (
    "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'secret of the inside' USING ERRCODE = '{}'; END $$"
)
_MARIADB = (
    "CREATE TRIGGER fail BEFORE INSERT ON friends FOR EACH ROW "
    "SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = {}, MESSAGE_TEXT = 'secret of the inside (Errcode: 28)'"
)
TRIGGERS = {
    "postgresql": (_POSTGRESQL, "CREATE TRIGGER fail BEFORE INSERT ON friends FOR EACH ROW EXECUTE FUNCTION fail()"),
    "mariadb": (_MARIADB,),
}
UNDONE = {"postgresql": ("DROP TRIGGER fail ON friends", "DROP FUNCTION fail"), "mariadb": ("DROP TRIGGER fail",)}
DEADLOCK = {"postgresql": ("40P01",), "mariadb": (1213,)}
NOON = datetime(2023, 10, 9, 12, tzinfo=UTC)
NO_ROOM = {"postgresql": ("53100",), "mariadb": (1021, 1114, 1030)}


@contextmanager
def _failing(database: Database, code: object) -> Iterator[None]:
    """Let each write of friends fail as the database itself would name it."""
    kind = database.url.get_backend_name()
    with database.engine.begin() as connection:
        for statement in TRIGGERS[kind]:
            connection.exec_driver_sql(statement.replace("{}", str(code)))
    try:
        yield
    finally:
        with database.engine.begin() as connection:
            for statement in UNDONE[kind]:
                connection.exec_driver_sql(statement)


def test_a_deadlock_that_stays_is_503_and_a_full_disk_is_507(any_api: Api) -> None:
    kind = any_api.database.url.get_backend_name()
    cases = [(code, 503, BUSY.en) for code in DEADLOCK.get(kind, ())]
    cases += [(code, 507, FULL.en) for code in NO_ROOM.get(kind, ())]
    before = any_api.tables()
    for code, status, said in cases:
        with _failing(any_api.database, code):
            answer = any_api.rows("friends", row("friends"))
        assert (answer.status_code, answer.json()["detail"]) == (status, said)
        assert ("Retry-After" in answer.headers) == (status == 503)
        assert any_api.tables() == before
    assert any_api.save("friends", row("friends"))["inserted"] == 1


def test_a_file_that_may_not_grow_is_507(sqlite_database: Database, loop: BlockingPortal) -> None:
    api = Api.on(sqlite_database, loop)

    @event.listens_for(sqlite_database.engine, "checkout")
    def _small(connection: object, *_: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # type: ignore[attr-defined]

    channels = [api.put(f"/channels/c{number}", {"name": "x" * 100, "kind": "source"}) for number in range(80)]
    assert {answer.status_code for answer in channels} == {201, 507}
    assert channels[-1].json()["detail"] == FULL.en


@pytest.mark.parametrize(("a_second", "most"), [(1, 10), (0, 0)])
def test_a_token_that_asks_too_often_is_told_when_to_come_back(
    company_file: Path, loop: BlockingPortal, a_second: int, most: int
) -> None:
    with opened(company_file) as database, time_machine.travel(NOON, tick=False):
        api = Api.on(database, loop, Frozen(api_rate=a_second))
        answers = [api.get("/units") for _ in range(15)]
        assert [answer.status_code for answer in answers] == [200] * (most or 15) + [429] * (15 - most if most else 0)
        if most:
            assert 1 <= int(answers[-1].headers["Retry-After"]) <= 10
            assert answers[-1].json()["detail"].startswith("Too many requests")
            assert api.rows("friends", row("friends")).status_code == 429
            lower = api.client.get("/api/v1/units", headers={"Authorization": f"bearer  {api.token}"})
            assert lower.status_code == 429
        assert api.of(Role.VIEWER).get("/units").status_code == 200
        with time_machine.travel(NOON + timedelta(seconds=11), tick=False):
            assert api.get("/units").status_code == 200
        assert api.with_token("lp_wrong").get("/units").status_code == 401
