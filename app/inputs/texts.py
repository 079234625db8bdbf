"""Numbers as people write them: full-width digits, thousands separators, ¥ and 元, 万, percent."""

import re
import unicodedata
from decimal import Decimal

WAN = Decimal(10_000)

_NUMBER = re.compile(r"([+-]?\d{1,16}(?:\.\d{1,12})?)(万|%)?", re.ASCII)
"""At most 28 digits: what Decimal keeps exactly."""
_IGNORED = str.maketrans("", "", ", ，\u00a0\u3000\t¥￥")


def plain(text: str) -> str:
    """Return a text without what only makes a number easier to read."""
    return unicodedata.normalize("NFKC", text).translate(_IGNORED).replace("−", "-")


def number(text: str, *, percent: bool = False) -> Decimal | None:
    """Read a number; None when it is none. A percent sign is understood where `percent` allows it."""
    found = _NUMBER.fullmatch(plain(text).removesuffix("元"))
    if found is None or (found[2] == "%" and not percent):
        return None
    value = Decimal(found[1])
    if found[2] == "万":
        return value * WAN
    return value.scaleb(-2) if found[2] else value
