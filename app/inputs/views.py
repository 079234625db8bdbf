"""A saved view as it is sent: its name, and of the board's address what the board knows."""

from typing import Annotated
from urllib.parse import parse_qsl, urlencode

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.domain.errors import Invalid
from app.domain.text import Text
from app.inputs.types import one_line

PARAMETERS = {
    "growth": ("unit", "channel", "compare", "range", "from", "to", "as_of", "grain", "by"),
    "sales": ("unit", "channel", "compare", "range", "from", "to", "as_of", "grain", "by", "kind"),
    "targets": ("unit", "month", "year", "metric", "by", "as_of"),
}
"""What the address of each board may hold; everything else is left out of a view."""
LONGEST_NAME, LONGEST_VALUE = 60, 60


class ViewName(BaseModel):
    """What a view is called."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME), AfterValidator(one_line)]


def kept_query(board: str, query: str) -> str:
    """Return the parameters of an address that a board knows, each once; Invalid for another board."""
    known = PARAMETERS.get(board)
    if known is None:
        raise Invalid.one("board", Text("没有这个看板", "no such board"))
    given = dict(parse_qsl(query, max_num_fields=100))
    kept = {name: given[name] for name in known if given.get(name)}
    if any(len(value) > LONGEST_VALUE or not value.isprintable() for value in kept.values()):
        raise Invalid.one("query", Text("地址里的筛选条件无效", "the parameters of the address are not valid"))
    return urlencode(kept)
