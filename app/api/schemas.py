"""Shapes of answers, for the OpenAPI document; `tests/api` holds real answers against them."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from app.domain.facts import TABLES, ChannelKind, Unit
from app.domain.scope import UnitKind
from app.inputs.facts import KEYS


class Answer(BaseModel):
    """What every answer shares: no field that is not documented."""

    model_config = ConfigDict(extra="forbid")


class FieldError(Answer):
    """One refused value."""

    row: int | None = Field(None, description="Counts from 0; none for a query parameter.")
    field: str
    message: str


class Stale(Answer):
    """A row whose stored revision is not the one that was sent."""

    row: int
    stored: int


class Problem(Answer):
    """RFC 9457: what went wrong."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []
    conflicts: list[Stale] = []


class UnitOut(Answer):
    """A unit of the organisation."""

    code: str
    name: str
    kind: UnitKind
    parent: str | None
    active: bool


class UnitsOut(Answer):
    """All units that the token may read."""

    units: list[UnitOut]


class ChannelOut(Answer):
    """A source channel or a touchpoint."""

    code: str
    name: str
    kind: ChannelKind
    color_slot: int
    position: int
    active: bool


class ChannelsOut(Answer):
    """All channels."""

    channels: list[ChannelOut]


class WrittenOut(Answer):
    """What a PUT of facts did."""

    inserted: int
    updated: int
    unchanged: int
    version: int = Field(description="The data version after the write.")


class RemovedOut(Answer):
    """What a DELETE of facts did."""

    deleted: int
    missing: int
    version: int


class Names(Answer):
    """A wording in both languages."""

    zh: str
    en: str


class MetricOut(Answer):
    """One entry of the catalogue."""

    key: str
    name: Names
    unit: Unit
    better: Literal["up", "down"]
    limit: float | None
    formula: str
    about: Names


class MetricsOut(Answer):
    """The catalogue."""

    metrics: list[MetricOut]


class ComparedOut(Answer):
    """A metric's value in the compared period, the relative change, and the difference of two rates."""

    value: float | None
    change: float | None
    points: float | None


class ValuesOut(Answer):
    """Metrics by their key; null is no value."""

    values: dict[str, float | None]
    compare: dict[str, ComparedOut] | None


class RowOut(ValuesOut):
    """Metrics of one period and group."""

    period: date
    end: date
    group: str | None


class QueryOut(Answer):
    """The answer to a metric query."""

    unit: str
    from_: date = Field(alias="from")
    to: date
    grain: str
    by: str | None
    coverage: float | None
    rows: list[RowOut]
    total: ValuesOut


class PanelOut(Answer):
    """One panel of a board."""

    key: str
    kind: Literal["chart", "table"]
    title: str
    figure: dict[str, Any] | None = None
    table: dict[str, Any] | None = None
    choices: list[dict[str, Any]] | None = None


class BoardOut(Answer):
    """A board's view model."""

    board: str
    title: str
    scope: dict[str, Any]
    coverage: float | None
    cards: list[dict[str, Any]]
    panels: list[PanelOut]
    version: int


def _facts_page(kind: str) -> type[BaseModel]:
    """Return the shape of a page of one kind of facts: key, measures and revision."""
    key = {name: (field.annotation, field) for name, field in KEYS[kind].model_fields.items()}
    measures = {
        measure.key: (float | None if measure.unit is Unit.YUAN else int | None, ...)
        for measure in TABLES[kind].measures
    }
    if kind == "targets":
        measures = {"value": (float | None, ...)}
    name = KEYS[kind].__name__.removesuffix("Key")
    fields: dict[str, Any] = {**key, **measures, "revision": (int, ...)}
    row = create_model(f"{name}Out", __base__=Answer, **fields)
    page: dict[str, Any] = {"rows": (list[row], ...), "next": (str | None, ...)}
    return create_model(f"{name}Page", __base__=Answer, **page)


FACTS_PAGES = {kind: _facts_page(kind) for kind in TABLES}
