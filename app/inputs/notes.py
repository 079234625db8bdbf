"""A note as it is typed: a day of a unit, its kind and one line of text."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.domain.notes import LONGEST, NoteKind
from app.inputs.types import Code, Day, one_line


class NoteInput(BaseModel):
    """A note to be pinned."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    unit: Code
    day: Day
    kind: NoteKind
    text: Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(one_line)]
