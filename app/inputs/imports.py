"""What is said about a file that is imported: what its columns mean, and what its rows became."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.domain.errors import LuopanError
from app.domain.text import Text
from app.inputs.facts import FactInput

Kind = Literal["friends", "retention", "sales", "pushes", "stock-counts", "targets"]
Short = Field("", max_length=200)


class Column(BaseModel):
    """What one column holds: nothing of interest (""), a part of the key, or a measure."""

    model_config = ConfigDict(extra="forbid")

    field: str = Short
    at: str = Field("", max_length=200, description="A part of the key that the whole column stands for: `dim:code`.")
    wan: bool = Field(default=False, description="Whether its numbers count in 万.")


class Reading(BaseModel):
    """How a sheet is read: where its header stands, what the columns hold, and what holds for all rows."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    sheet: str | None = Field(None, max_length=200)
    header: int = Field(ge=1, le=1000, description="The row of the header, from 1.")
    columns: list[Column] = Field(max_length=500)
    constants: dict[str, str] = Field(default_factory=dict, max_length=20)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a row, and in which column of the file ("" for the row as a whole)."""

    column: str
    message: Text


@dataclass(frozen=True, slots=True)
class Parsed:
    """One row of a file: its number there, the facts in it, or what is wrong with it.

    `columns` holds for each fact the headers of its fields.
    """

    row: int
    facts: tuple[FactInput, ...] = ()
    columns: tuple[Mapping[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()


class Cancelled(LuopanError):
    """Whoever asked for it has gone or changed their mind: nothing is written."""

    status = 499

    def __init__(self) -> None:
        super().__init__(Text("已取消，没有写入任何数据", "Cancelled; nothing was written"))


Chunk = Sequence[Parsed]
