"""What is asked with each request over a connection that stays open: as new as what is committed, whoever wrote it."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

from anyio.from_thread import BlockingPortal
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import Database
from app.domain.roles import SYSTEM, Role, Viewer
from app.models import ApiToken
from app.queries import access
from app.store import sessions, tokens, users
from app.store.secrets import session_hash, token_hash
from app.store.sessions import Browser
from app.store.users import Given
from tests.api.kit import Api, load_facts, row

GROWTH = {"unit": "co", "from": "2023-05-01", "to": "2023-05-31"}
KEY = b"key"


def told(api: Api, etag: str) -> int:
    """Return the status of a board for somebody who has it already."""
    headers = {"If-None-Match": etag}
    status: int = api.send("GET", "/boards/growth", params=GROWTH, headers=headers).status_code
    return status


def elsewhere(database: Database, statement: str, *values: object) -> None:
    """Commit over a connection of somebody else."""
    with closing(sqlite3.connect(str(database.url.database), isolation_level=None)) as other:
        assert other.execute(statement, values).rowcount == 1


def newest(api: Api) -> int:
    with api.database.read() as session:
        found: int = session.execute(select(func.max(ApiToken.id))).scalar_one()
        return found


def test_each_write_of_somebody_else_ends_the_next_304(filled: Api) -> None:
    with closing(Database(str(filled.database.url))) as other:
        for adds in range(1, 4):
            etag = filled.get("/boards/growth", **GROWTH).headers["ETag"]
            assert [told(filled, etag), told(filled, etag)] == [304, 304]
            load_facts(other, "friends", [row("friends", adds=300 + adds)])
            assert told(filled, etag) == 200


def test_c16_a_token_that_somebody_else_ends_gets_no_further_304(filled: Api) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    for column, moment in (("revoked_at", now), ("expires_at", now - timedelta(seconds=1))):
        viewer = filled.of(Role.VIEWER)
        etag = viewer.get("/boards/growth", **GROWTH).headers["ETag"]
        assert told(viewer, etag) == 304
        elsewhere(
            filled.database,
            f"UPDATE api_tokens SET {column} = ? WHERE id = ?",  # noqa: S608 (names of columns)
            moment.isoformat(" ", "microseconds"),
            newest(filled),
        )
        assert told(viewer, etag) == 401


def test_c16_a_role_that_somebody_else_narrows_gets_no_further_304(filled: Api) -> None:
    viewer = filled.of(Role.VIEWER)
    etag = viewer.get("/boards/growth", **GROWTH).headers["ETag"]
    assert told(viewer, etag) == 304
    elsewhere(
        filled.database,
        "UPDATE api_tokens SET unit_id = (SELECT id FROM units WHERE code = 'west') WHERE id = ?",
        newest(filled),
    )
    assert told(viewer, etag) == 403


def test_requests_hold_up_no_checkpoint(filled: Api) -> None:
    etag = filled.get("/boards/growth", **GROWTH).headers["ETag"]
    load_facts(filled.database, "friends", [row("friends", adds=307)])
    assert told(filled, etag) == 200
    with closing(sqlite3.connect(str(filled.database.url.database), timeout=0)) as other:
        is_held_up, _pages, _moved = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert not is_held_up


def test_the_same_is_found_at_hand_as_by_the_engine(filled: Api, loop: BlockingPortal) -> None:
    with filled.database.write() as session:
        grants = [Given(Role.ADMIN), Given(Role.OPERATOR, "east")]
        owner = users.add(session, SYSTEM, "ada", grants)
        login = session_hash(KEY, sessions.start(session, KEY, owner, timedelta(days=1), Browser()))
        person = access.by_session(session, login)
        assert person is not None
        asked = [*((SYSTEM, days) for days in (None, 3)), *((person.viewer, days) for days in (None, 3))]
        hashes = [token_hash(_made(session, *one, number)) for number, one in enumerate(asked)]
    with filled.database.read() as session:
        expected = [access.by_session(session, login), *(access.by_token(session, hashed) for hashed in hashes)]
    database = filled.database
    at_hand = [
        loop.call(database.soon, lambda reader: access.by_session(reader, login)),
        *(loop.call(database.soon, lambda reader, hashed=hashed: access.by_token(reader, hashed)) for hashed in hashes),
    ]
    assert None not in expected
    assert at_hand == expected
    assert loop.call(database.soon, lambda reader: access.by_token(reader, "0" * 64)) is None


def _made(session: Session, viewer: Viewer, days: int | None, number: int) -> str:
    return tokens.create(session, viewer, f"token {number}", Given(Role.VIEWER, "east"), days=days)
