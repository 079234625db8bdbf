"""Many rows written at once hold what SQLAlchemy would have written one by one."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from app.models import Note
from app.store.bulk import insert_rows, plain
from tests.store.conftest import Company

TABLE = Note.metadata.tables["notes"]
CHINA = timezone(timedelta(hours=8))
MOMENTS = (
    datetime(2023, 5, 4, 12, 30, 1, 250_001, tzinfo=UTC),
    datetime(2023, 5, 4, 12, 30, 1, 250_001, tzinfo=CHINA),
    datetime(2024, 2, 29, tzinfo=CHINA),
)
TEXTS = ("直播 😀", "50 % of :all and %s, %(text)s", "'; drop table notes; --", "")
ORDERS = (
    ("unit_id", "day", "kind", "text", "actor", "at"),
    ("at", "actor", "text", "kind", "day", "unit_id"),
)


@pytest.mark.parametrize("names", ORDERS, ids=["as declared", "reversed"])
def test_rows_are_read_back_as_they_were_given_whatever_the_order_of_columns(
    company: Company, names: tuple[str, ...]
) -> None:
    given = [
        {"unit_id": 1, "day": at.date(), "kind": "live", "text": text, "actor": "ada", "at": at}
        for at in MOMENTS
        for text in TEXTS
    ]
    with company.database.write() as session:
        insert_rows(session.connection(), plain(TABLE), names, [tuple(row[name] for name in names) for row in given])
    with company.database.read() as session:
        stored = session.execute(select(TABLE).order_by(TABLE.c.id)).mappings().all()
    assert [{name: row[name] for name in given[0]} for row in stored] == given
    assert {row["user_id"] for row in stored} == {None}
    assert {row["at"].astimezone(UTC) for row in stored} == {at.astimezone(UTC) for at in MOMENTS}


def test_a_column_that_there_is_not_is_no_silent_loss(company: Company) -> None:
    with company.database.write() as session, pytest.raises(KeyError, match="nonesuch"):
        insert_rows(session.connection(), plain(TABLE), ("unit_id", "nonesuch"), [(1, date(2023, 5, 4))])
