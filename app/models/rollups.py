"""Tables of the rollups: `<name>_day` and `<name>_month`, made from their declarations."""

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import BigInteger, Column, Date, Integer, PrimaryKeyConstraint, String, Table
from sqlalchemy.types import TypeEngine

from app.domain.rollups import ROLLUPS, Rollup
from app.models.base import Base

DIM_TYPES: dict[str, TypeEngine[Any]] = {"day_n": Integer(), "customer_kind": String(16)}
"""Types of the dims that are no ids of channels."""


def recorded(measure: str) -> str:
    """Return the column that counts how many facts recorded a measure."""
    return f"{measure}_n"


def _table(rollup: Rollup, grain: str) -> Table:
    """Return a table keyed (unit, day, dims); in that of months `day` is the first of the month.

    It refers to nothing: a writer would wait for whoever holds the units above its own. What stands in
    it is derived, and `luopan verify` compares it.
    """
    name = f"{rollup.name}_{grain}"
    dims: list[Column[Any]] = [
        Column(dim, DIM_TYPES.get(dim, BigInteger()), nullable=False, autoincrement=False) for dim in rollup.dims
    ]
    sums = [Column(measure, BigInteger()) for measure in rollup.measures]
    counts = [Column(recorded(measure), BigInteger(), nullable=False) for measure in rollup.measures]
    return Table(
        name,
        Base.metadata,
        Column("unit_id", BigInteger(), nullable=False, autoincrement=False),
        Column("day", Date(), nullable=False),
        *dims,
        *sums,
        *counts,
        Column("facts", BigInteger(), nullable=False),
        PrimaryKeyConstraint("unit_id", "day", *rollup.dims),
        sqlite_with_rowid=False,
        **cast("dict[str, Any]", Base.__table_args__),
    )


@dataclass(frozen=True, slots=True)
class Sums:
    """The two tables of a rollup."""

    day: Table
    month: Table


SUMS: dict[str, Sums] = {rollup.name: Sums(_table(rollup, "day"), _table(rollup, "month")) for rollup in ROLLUPS}
"""By the name of the rollup."""
