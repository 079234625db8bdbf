"""What rows were at a moment, read from the changes that came after it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from app.domain.facts import TABLES, FactTable
from app.models import Change, ChangeBatch

NO_DATA = "no-data"
"""The kind of a change that marks a day 当日无数据."""

Key = tuple[Any, ...]
"""Unit, day and dims of a row, as its columns hold them."""


@dataclass(slots=True)
class Earlier:
    """A row that was changed since: its values then (None: it was not there), and whether it is there now."""

    values: Mapping[str, Any] | None
    exists: bool


ByKey = dict[Key, Earlier]


def columns(table: FactTable) -> tuple[str, ...]:
    """Return the columns of a row's key."""
    return ("unit_id", table.day_key, *(dim.column for dim in table.dims))


def query(moment: datetime, last: date, in_units: ColumnElement[bool] | None) -> Select[*tuple[Any, ...]]:
    """Return the query of all changes of facts up to day `last` that were made from `moment` on, in their order."""
    found: Select[*tuple[Any, ...]] = (
        select(Change.kind, Change.unit_id, Change.day, Change.key, Change.before, Change.after)
        .join(ChangeBatch, ChangeBatch.id == Change.batch_id)
        .where(ChangeBatch.at >= moment, Change.kind.in_((*TABLES, NO_DATA)), Change.day <= last)
        .order_by(Change.id)
    )
    return found if in_units is None else found.where(in_units)


def load(session: Session, changes: Select[*tuple[Any, ...]], channels: Mapping[str, int]) -> dict[str, ByKey]:
    """Return by kind what each changed row was before the first of the changes; `channels` gives ids by code."""
    found: dict[str, ByKey] = {kind: {} for kind in (*TABLES, NO_DATA)}
    for kind, unit_id, day, named, before, after in session.execute(changes.execution_options(yield_per=5000)):
        key = (unit_id, day, *_dims(kind, orjson.loads(named), channels))
        earlier = found[kind].get(key)
        if earlier is None:
            found[kind][key] = Earlier(None if before is None else orjson.loads(before), after is not None)
        else:
            earlier.exists = after is not None
    return found


def _dims(kind: str, named: Mapping[str, Any], channels: Mapping[str, int]) -> Iterable[Any]:
    for dim in TABLES[kind].dims if kind in TABLES else ():
        value = named[dim.key]
        yield (None if value is None else channels[value]) if dim.channels else "" if value is None else value
