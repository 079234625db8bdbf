"""Query parameters that several routes share."""

from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic_core import PydanticCustomError

from app.domain.errors import Invalid, Issue
from app.domain.facts import FactTable
from app.domain.period import Period
from app.domain.text import Text
from app.inputs.problems import MESSAGES
from app.inputs.types import parse_day, parse_month
from app.queries.as_of import Close, close_of
from app.settings import Settings

Unit = Annotated[
    str, Query(description="Code of a unit; covers its whole subtree.", examples=["luopan"], max_length=40)
]
OptionalUnit = Annotated[str | None, Query(description="Code of a unit; without it, all you may read.", max_length=40)]
Channel = Annotated[str | None, Query(description="Code of a source channel or a touchpoint.", max_length=40)]
Limit = Annotated[int, Query(ge=1, le=10_000, description="Rows a page.")]
From = Annotated[str, Query(alias="from", description="First day, YYYY-MM-DD.", examples=["2023-05-01"])]
To = Annotated[str, Query(description="Last day, YYYY-MM-DD.", examples=["2023-05-07"])]
AsOf = Annotated[str | None, Query(description="A day YYYY-MM-DD: the numbers as they stood at its close.")]
OptionalDay = "A day YYYY-MM-DD (a month YYYY-MM for targets)."


def day(field: str, text: str) -> date:
    """Read a day of the query; Invalid naming its field."""
    try:
        return parse_day(text)
    except PydanticCustomError as error:
        raise Invalid.one(field, MESSAGES[error.type]) from None


def close(text: str | None, settings: Settings) -> Close | None:
    """Read the day at whose close numbers are wanted; Invalid for a day to come."""
    return None if text is None else close_of(day("as_of", text), settings.now())


def month(field: str, text: str) -> date:
    """Read a month of the query as its first day; Invalid naming its field."""
    try:
        return parse_month(text)
    except PydanticCustomError as error:
        raise Invalid.one(field, MESSAGES[error.type]) from None


def day_or_month(table: FactTable, field: str, text: str | None) -> date | None:
    """Read a bound in what its table is keyed by."""
    if text is None:
        return None
    return month(field, text) if table.day_key == "month" else day(field, text)


def period(first: str, last: str) -> Period:
    """Read a range; Invalid when it ends before it starts."""
    start, end = day("from", first), day("to", last)
    if start > end:
        raise Invalid([Issue("from", Text("开始日期晚于结束日期", "must not be after to"))])
    return Period(start, end)
