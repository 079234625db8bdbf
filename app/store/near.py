"""Looking up many keys at once without naming each of them to the database."""

from collections.abc import Sequence
from math import prod
from typing import Any

from sqlalchemy import ColumnElement, and_, tuple_
from sqlalchemy.orm import InstrumentedAttribute

SPARE = 4
"""How many times as many rows as wanted may come back: a list per column costs far less than one of tuples."""


def near(
    columns: Sequence[ColumnElement[Any] | InstrumentedAttribute[Any]], wanted: Sequence[tuple[Any, ...]]
) -> ColumnElement[bool]:
    """Return a condition that holds for all of the tuples, and perhaps for some others between them.

    Keys that are written together mostly lie close: a few days of a few units and channels.
    """
    values = [sorted(set(column)) for column in zip(*wanted, strict=True)]
    if wanted and prod(map(len, values)) <= SPARE * len(wanted):
        return and_(*(column.in_(some) for column, some in zip(columns, values, strict=True)))
    return tuple_(*columns).in_(wanted)
