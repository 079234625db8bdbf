"""The other side of a cohort: adds for a retention row, the highest retained for a friends row."""

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.facts import FRIENDS, RETENTION, FactTable
from app.models import Friends, Retention
from app.store.keys import Key
from app.store.near import near

CHUNK = 500


def counterparts(session: Session, table: FactTable, keys: Sequence[Key]) -> dict[Key, int | None]:
    """Return what each row's cohort is measured against; empty where no cohort was counted."""
    if table is RETENTION:
        place = (Friends.unit_id, Friends.day, Friends.channel_id)
        query = select(*place, func.max(Friends.adds))
    elif table is FRIENDS and _any_between(session, keys):
        place = (Retention.unit_id, Retention.cohort_day, Retention.channel_id)
        query = select(*place, func.max(Retention.retained))
    else:
        return {}
    found: dict[tuple[object, ...], int | None] = {}
    cohorts = sorted({(key.unit_id, key.day, key.dims[0]) for key in keys})
    for start in range(0, len(cohorts), CHUNK):
        narrowed = query.where(near(place, cohorts[start : start + CHUNK])).group_by(*place)
        found.update({(unit, day, channel): value for unit, day, channel, value in session.execute(narrowed)})
    return {key: found.get((key.unit_id, key.day, key.dims[0])) for key in keys}


def counted(session: Session, keys: Sequence[Key]) -> Iterator[tuple[Key, int, int | None]]:
    """Yield the retention rows of cohorts, named by the keys of their friends rows: key, day_n, retained."""
    place = (Retention.unit_id, Retention.cohort_day, Retention.channel_id)
    wanted = {key.flat: key for key in keys}
    cohorts = sorted(wanted) if _any_between(session, keys) else []
    for start in range(0, len(cohorts), CHUNK):
        query = select(*place, Retention.day_n, Retention.retained).where(near(place, cohorts[start : start + CHUNK]))
        for unit_id, day, channel_id, day_n, retained in session.execute(query):
            if (unit_id, day, channel_id) in wanted:
                yield wanted[unit_id, day, channel_id], day_n, retained


def _any_between(session: Session, keys: Sequence[Key]) -> bool:
    """Say whether any cohort of these units and days was counted at all: those of new days were not yet."""
    if not keys:
        return False
    units, days = sorted({key.unit_id for key in keys}), [key.day for key in keys]
    between = select(Retention.id).where(Retention.cohort_day.between(min(days), max(days))).limit(1)
    chunks = (units[start : start + CHUNK] for start in range(0, len(units), CHUNK))
    return any(session.execute(between.where(Retention.unit_id.in_(some))).first() for some in chunks)
