"""Units and channels as they are sent or typed; a field left out keeps its value."""

from pydantic import BaseModel, ConfigDict, Field

from app.domain.facts import ChannelKind
from app.domain.scope import UnitKind
from app.inputs.types import Code, Name

SENT_BACK = "May be sent back as it was read; it must be the code of the address."


class UnitInput(BaseModel):
    """A unit of the organisation; name and kind are required when it is new."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    code: Code | None = Field(None, description=SENT_BACK)
    name: Name | None = None
    kind: UnitKind | None = None
    parent: Code | None = Field(None, description="Code of the unit above; null for a root.")
    active: bool | None = Field(None, strict=True)


class ChannelInput(BaseModel):
    """A source channel or a touchpoint; name and kind are required when it is new."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    code: Code | None = Field(None, description=SENT_BACK)
    name: Name | None = None
    kind: ChannelKind | None = None
    color_slot: int | None = Field(None, ge=0, le=8, strict=True, description="Colour for life: 1 to 8, 0 is grey.")
    position: int | None = Field(None, ge=0, le=9999, strict=True)
    active: bool | None = Field(None, strict=True)
