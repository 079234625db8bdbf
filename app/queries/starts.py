"""Since when units have facts."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.facts import DAILY
from app.models import OrgUnit
from app.queries.facts import table_of

CHUNK = 500


def first_days(session: Session, unit_ids: Sequence[int]) -> dict[int, date | None]:
    """Return the day of each unit's first fact or stock count, None where it has none.

    One look-up in the key of each table per unit: grouping the tables would read all of them.
    """
    firsts = []
    for facts in DAILY:
        table = table_of(facts)
        day = select(func.min(table.c[facts.day_key])).where(table.c.unit_id == OrgUnit.id)
        firsts.append(day.correlate(OrgUnit).scalar_subquery())
    found: dict[int, date | None] = {}
    for start in range(0, len(unit_ids), CHUNK):
        some = unit_ids[start : start + CHUNK]
        for id_, *days in session.execute(select(OrgUnit.id, *firsts).where(OrgUnit.id.in_(some))):
            found[id_] = min((day for day in days if day is not None), default=None)
    return found
