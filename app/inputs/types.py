"""Field types that several inputs share: days, codes, counts, money and decimals."""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.domain.facts import FIRST_DAY, LAST_DAY, MAX_COUNT, MAX_FEN

CODE_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,39}$"

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,20}(\.\d{1,20})?", re.ASCII)


def is_code(text: str) -> bool:
    """Say whether a text can be the code of a unit or a channel."""
    return re.fullmatch(CODE_PATTERN.strip("^$"), text, re.ASCII) is not None


def parse_day(value: object) -> date:
    """Read `YYYY-MM-DD`, between 2000 and 2199."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise PydanticCustomError("day_format", "must be a day YYYY-MM-DD")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("day_unknown", "this day does not exist") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise PydanticCustomError("day_range", "must lie between 2000-01-01 and 2199-12-31")
    return day


def parse_month(value: object) -> date:
    """Read `YYYY-MM` as the first day of that month."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _MONTH.fullmatch(value):
        raise PydanticCustomError("month_format", "must be a month YYYY-MM")
    return parse_day(f"{value}-01")


def parse_decimal(value: object) -> Decimal:
    """Read a JSON number or a plain decimal string, zero or more; exponents, NaN and the like are refused."""
    text = value if isinstance(value, str) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = format(Decimal(repr(value)), "f") if value == value and abs(value) < 10**20 else None  # noqa: PLR0124 (NaN)
    if isinstance(value, Decimal) and value.is_finite():
        text = format(value, "f")
    if text is None or not _DECIMAL.fullmatch(text):
        raise PydanticCustomError("number", "must be a number")
    number = Decimal(text)
    if number < 0:
        raise PydanticCustomError("negative", "must be zero or more")
    return number


def one_line(text: str) -> str:
    """Return a text that stands on one line; what people call or note something by must."""
    if any(unicodedata.category(char) == "Cc" for char in text):
        raise PydanticCustomError("control", "must not hold control characters")
    return text


def _to_fen(value: object) -> int:
    yuan = parse_decimal(value)
    # As written: "1.000" says more than a fen can hold, even where it is zero.
    if int(yuan.as_tuple().exponent) < -2:  # noqa: PLR2004 (1/100 yuan)
        raise PydanticCustomError("money_decimals", "must have at most two decimals")
    return int(yuan * 100)


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticCustomError("integer", "must be an integer")
    return value


def _count(value: object) -> int:
    value = _integer(value)
    if value < 0:
        raise PydanticCustomError("negative", "must be zero or more")
    if value > MAX_COUNT:
        raise PydanticCustomError("too_large", "must be at most 10^12")
    return value


def _bounded_fen(fen: int) -> int:
    if fen > MAX_FEN:
        raise PydanticCustomError("too_large_money", "must be at most 10^13 yuan")
    return fen


_NUMBER_SCHEMA = {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": r"^\d+(\.\d+)?$"}]}

Day = Annotated[date, BeforeValidator(parse_day), WithJsonSchema({"type": "string", "format": "date"})]
Month = Annotated[date, BeforeValidator(parse_month), WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}$"})]
Code = Annotated[str, Field(strict=True, pattern=CODE_PATTERN)]
Name = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(one_line)]
"""What people call something: one line, since PostgreSQL cannot keep a NUL and no page can show one."""
Count = Annotated[int, BeforeValidator(_count), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MAX_COUNT})]
Yuan = Annotated[int, BeforeValidator(_to_fen), AfterValidator(_bounded_fen), WithJsonSchema(_NUMBER_SCHEMA)]
"""Money: yuan come in, as a number or a decimal string; fen are kept."""
PlainDecimal = Annotated[Decimal, BeforeValidator(parse_decimal), WithJsonSchema(_NUMBER_SCHEMA)]
DayN = Annotated[Literal[1, 7, 30], BeforeValidator(_integer)]
"""The day after adding on which a cohort is counted; True and 7.0 are equal to one, but are none."""
Revision = Annotated[int, Field(strict=True, ge=0)]
