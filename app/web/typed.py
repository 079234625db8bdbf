"""What people type into cells, as the values that inputs validate; and stored values as they are typed.

The page reads in the same way while one types (static/js/grid/numbers.js).
"""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from app.domain.facts import Unit
from app.domain.number import Number, half_up

Typed = int | str | None

_DECIMAL = re.compile(r"-?\d{1,20}(\.\d{1,20})?", re.ASCII)
_IGNORED = re.compile(r"[\s,¥]")
_MARKS = {Unit.COUNT: "", Unit.YUAN: "元", Unit.RATE: "%"}
"""What may stand behind a number, by its unit."""
_WAN = "万"


def read(text: str, unit: Unit) -> Typed:
    """Return what a cell says: an integer for a count, a decimal text otherwise, None when empty.

    Full-width digits, thousands separators and 万 are understood, a rate is read in percent. What is
    not a number comes back as it is, for the validator to refuse.
    """
    plain = _IGNORED.sub("", unicodedata.normalize("NFKC", text)).replace("−", "-")
    if not plain:
        return None
    number = plain.removesuffix(_MARKS[unit]) if _MARKS[unit] else plain
    tens_of_thousands = unit is not Unit.RATE and number.endswith(_WAN)
    number = number.removesuffix(_WAN) if tens_of_thousands else number
    # Python would also read 1e9, NaN and 1_000.
    if not _DECIMAL.fullmatch(number):
        return text
    if unit is Unit.RATE:
        return format(Decimal(number).scaleb(-2), "f")
    if tens_of_thousands:
        number = _shortest(Decimal(number).scaleb(4))
    if unit is Unit.YUAN:
        return number
    return text if "." in number else int(number)


def _shortest(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def write(value: Number | Decimal | None, unit: Unit) -> str:
    """Return a stored value as a person would type it: yuan with two decimals, rates in percent."""
    if value is None:
        return ""
    if unit is Unit.COUNT:
        return str(value)
    if unit is Unit.YUAN:
        return str(half_up(value, 2))
    return _shortest(half_up(value, 10) * 100)


def same(one: Typed, other: Typed) -> bool:
    """Say whether two readings are the same number, or the same lack of one."""
    if one is None or other is None or one == other:
        return one == other
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False
