"""What people type into cells, as the values that inputs validate; and stored values as they are typed."""

import re
import unicodedata
from decimal import Decimal

from app.domain.facts import Unit
from app.domain.number import Number, half_up

Typed = int | str | None

_DECIMAL = re.compile(r"-?\d{1,20}(\.\d{1,20})?", re.ASCII)
_STRIPPED = str.maketrans("", "", ", ，\u3000\t¥￥")


def read(text: str, unit: Unit) -> Typed:
    """Return what a cell says: an integer for a count, a decimal text otherwise, None when empty.

    Full-width digits and thousands separators are understood, a rate is read in percent. What is
    not a number comes back as it is, for the validator to refuse.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_STRIPPED).replace("−", "-")
    if not plain:
        return None
    if unit is Unit.COUNT:
        digits = plain.removeprefix("-")
        return int(plain) if digits.isascii() and digits.isdecimal() and len(digits) <= 20 else text  # noqa: PLR2004
    if unit is Unit.RATE:
        share = plain.removesuffix("%")
        # Python would also read 1e9, NaN and 1_000.
        return format(Decimal(share).scaleb(-2), "f") if _DECIMAL.fullmatch(share) else text
    return plain.removesuffix("元")


def write(value: Number | Decimal | None, unit: Unit) -> str:
    """Return a stored value as a person would type it: yuan with two decimals, rates in percent."""
    if value is None:
        return ""
    if unit is Unit.COUNT:
        return str(value)
    if unit is Unit.YUAN:
        return str(half_up(value, 2))
    text = format(half_up(value, 10) * 100, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
