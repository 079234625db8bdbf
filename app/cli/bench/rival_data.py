"""The numbers of the rival board: pandas over SQL, one function for each set of data.

They come from the daily sums of one unit, the tables that our own board reads.
"""

import json
from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import Connection, text

LIMIT = 0.05
STEPS = 10**10
"""The smallest steps of a rate in which targets are stored."""
FLOWS = ["reach", "adds", "losses", "adds_reached"]

OPENING = """
SELECT COALESCE(SUM(cumulative), 0) AS cumulative, COALESCE(SUM(current), 0) AS current FROM (
  SELECT adds AS cumulative, COALESCE(adds, 0) - COALESCE(losses, 0) AS current
  FROM friends_day WHERE unit_id = :unit AND day < :first
  UNION ALL SELECT cumulative_step, current_step FROM stock_day WHERE unit_id = :unit AND day < :first
) AS moved
"""
DAILY = """
SELECT day, SUM(reach) AS reach, SUM(adds) AS adds, SUM(losses) AS losses, SUM(adds_reached) AS adds_reached
FROM friends_day WHERE unit_id = :unit AND day BETWEEN :first AND :last GROUP BY day
"""
COUNTED = """
SELECT day, cumulative_step, current_step FROM stock_day WHERE unit_id = :unit AND day BETWEEN :first AND :last
"""
CHANNELS = """
SELECT c.name, SUM(f.adds) AS adds, SUM(f.reach) AS reach, SUM(f.adds_reached) AS adds_reached, MAX(t.value) AS target
FROM friends_day f JOIN channels c ON c.id = f.channel_id
LEFT JOIN targets t ON t.unit_id = f.unit_id AND t.channel_id = c.id AND t.metric = 'add_rate' AND t.month = :month
WHERE f.unit_id = :unit AND f.day BETWEEN :first AND :last GROUP BY c.id, c.name HAVING SUM(f.reach) > 0
"""
RETENTION = """
SELECT day, day_n, SUM(retained) AS retained, SUM(adds) AS adds
FROM retention_day WHERE unit_id = :unit AND day BETWEEN :first AND :last GROUP BY day, day_n
"""


@dataclass(frozen=True, slots=True)
class Source:
    """One unit in one open connection."""

    connection: Connection
    unit_id: int

    @classmethod
    def of(cls, connection: Connection, code: str) -> "Source":
        """Return the source of a unit."""
        found = connection.execute(text("SELECT id FROM units WHERE code = :code"), {"code": code})
        return cls(connection, int(found.scalar_one()))

    def frame(self, query: str, **days: date) -> pd.DataFrame:
        """Return the rows of a query as a frame."""
        given = {"unit": self.unit_id} | {name: day.isoformat() for name, day in days.items()}
        dates = ["day"] if query.lstrip().startswith("SELECT day") else None
        return pd.read_sql(text(query), self.connection, params=given, parse_dates=dates)


def daily(source: Source, first: date, last: date) -> pd.DataFrame:
    """Return for every day its flows, both stocks at its close, and losses of the month so far."""
    days = source.frame(DAILY, first=first, last=last).set_index("day")
    days = days.reindex(pd.date_range(first, last)).astype("float64")
    steps = source.frame(COUNTED, first=first, last=last).set_index("day")
    steps = steps.reindex(days.index, fill_value=0)
    given = {"unit": source.unit_id, "first": first.isoformat()}
    opening = source.connection.execute(text(OPENING), given).one()
    adds, losses = days["adds"].fillna(0), days["losses"].fillna(0)
    days["cumulative"] = (adds + steps["cumulative_step"]).cumsum() + int(opening.cumulative)
    days["current"] = (adds - losses + steps["current_step"]).cumsum() + int(opening.current)
    month = days.index.to_period("M")
    held = days["current"].shift(1, fill_value=int(opening.current))
    days["month_opening"] = held.groupby(month).transform("first")
    days["churn"] = losses.groupby(month).cumsum() / days["month_opening"]
    return days


def channels(source: Source, first: date, last: date) -> pd.DataFrame:
    """Return each channel's adds, reach, add rate and target of the last month, the best rate last."""
    rows = source.frame(CHANNELS, first=first, last=last, month=last.replace(day=1))
    rows["rate"] = rows["adds_reached"] / rows["reach"]
    rows["target"] = rows["target"].astype("float64") / STEPS
    return rows.sort_values("rate")


def cohorts(source: Source, first: date, last: date) -> pd.DataFrame:
    """Return retention by week of adding, the newest first; its columns are days after the adding."""
    rows = source.frame(RETENTION, first=first, last=last)
    rows["week"] = rows["day"].dt.to_period("W-SUN").dt.start_time
    sums = rows.groupby(["week", "day_n"])[["retained", "adds"]].sum()
    rates = (sums["retained"] / sums["adds"]).unstack()  # noqa: PD010 (pivot_table takes half as long again)
    return rates.reindex(pd.date_range(first, last, freq="W-MON")[::-1])


def limit(source: Source) -> float:
    """Return the limit of churn."""
    stored = source.connection.execute(text("SELECT value FROM settings WHERE key = 'churn_limit'")).scalar()
    return LIMIT if stored is None else float(json.loads(stored))
