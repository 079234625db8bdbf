"""Arithmetic on days in SQL that every database writes in its own way."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Date
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class MonthStart(FunctionElement[date]):
    """The first day of a day's month."""

    type = Date()
    inherit_cache = True


class Ordinal(FunctionElement[int]):
    """The ordinal of a day, as Python counts it: 1 is 0001-01-01."""

    type = BigInteger()
    inherit_cache = True


def _day(element: FunctionElement[Any], compiler: SQLCompiler, how: dict[str, Any]) -> str:
    return compiler.process(element.clauses, **how)


@compiles(MonthStart)
def _month_start(element: MonthStart, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401 (SQLAlchemy's own)
    return f"date({_day(element, compiler, how)}, 'start of month')"


@compiles(MonthStart, "postgresql")
def _month_start_postgresql(element: MonthStart, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401
    return f"CAST(date_trunc('month', CAST({_day(element, compiler, how)} AS TIMESTAMP)) AS DATE)"


@compiles(MonthStart, "mysql")
@compiles(MonthStart, "mariadb")
def _month_start_mariadb(element: MonthStart, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401
    day = _day(element, compiler, how)
    return f"DATE_SUB({day}, INTERVAL DAYOFMONTH({day}) - 1 DAY)"


@compiles(Ordinal)
def _ordinal(element: Ordinal, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401
    # A Julian day begins at noon.
    return f"CAST(julianday({_day(element, compiler, how)}) - 1721424.5 AS INTEGER)"


@compiles(Ordinal, "postgresql")
def _ordinal_postgresql(element: Ordinal, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401
    return f"CAST({_day(element, compiler, how)} - DATE '0001-01-01' + 1 AS BIGINT)"


@compiles(Ordinal, "mysql")
@compiles(Ordinal, "mariadb")
def _ordinal_mariadb(element: Ordinal, compiler: SQLCompiler, **how: Any) -> str:  # noqa: ANN401
    return f"(TO_DAYS({_day(element, compiler, how)}) - 365)"
