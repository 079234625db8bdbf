"""The targets of the units directly below: as rows beside a unit's own, and all at one glance."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.boards.target_rows import COLUMNS, Maker, patterns
from app.boards.view import Column, Panel, Plain, Row, Table
from app.domain.facts import Unit
from app.domain.roles import Viewer
from app.domain.scope import GroupBy, Scope
from app.domain.text import Text
from app.domain.tree import Tree
from app.metrics.catalog import CATALOG
from app.metrics.forecast import needed_terms
from app.queries import book, targets

MOST = 24
"""Children whose targets are shown: a page must not grow with the organisation."""
UNITS = Text("单元", "Unit")
METRICS = Text("指标", "Metric")
TITLE = Text("单元 × 指标", "Units × metrics")
ABOUT = Text(
    "完成率；上限类为用量（实际 ÷ 上限），超过 100% 即超限",
    "Completion; for limits usage (actual ÷ limit), over the limit beyond 100%",
)
NOTE = Text(
    "只比较各单元自己的目标与实际，下级目标不相加；按渠道、客户类型设的目标在各单元页面查看。",
    "Each unit's own target beside its own actual; targets of children are never summed. "
    "Targets by channel or customer kind are on each unit's own page.",
)


@dataclass(frozen=True, slots=True)
class Below:
    """The targets of direct children, in the order of the tree and of the catalogue."""

    rows: tuple[Row, ...] = ()
    more: int = 0
    """Children with targets that are not among them."""

    @property
    def panel(self) -> Panel | None:
        """The rows as a table; None without any."""
        if not self.rows:
            return None
        table = Table((Column("unit", UNITS), *COLUMNS), self.rows, note=NOTE, label=METRICS, more=self.more)
        return Panel("unit_targets", "table", Text("下级单元的目标", "Targets of units below"), table=table)


def load_below(session: Session, viewer: Viewer, tree: Tree, unit_id: int, maker: Maker) -> Below:
    """Return the targets of direct children beside what each reached, before too, and what is to be expected.

    One book by unit answers them all: how many statements that takes does not depend on how many children there are.
    """
    found = targets.below(session, viewer, tree, unit_id, maker.period.first, MOST)
    rows = [(tree.nodes[id_], row) for id_, rows in found.targets.items() for row in rows if row.metric in CATALOG]
    if not rows:
        return Below()
    metrics = {row.metric: CATALOG[row.metric] for _, row in rows}.values()
    terms = [term for metric in metrics for term in (*metric.terms, *needed_terms(metric))]
    spans = (maker.period, maker.other, *patterns(maker.period, maker.today))
    loaded = book.load(session, viewer, tree, Scope(unit_id, by=GroupBy.UNIT), terms, spans, maker.today)
    order = {key: index for index, key in enumerate(CATALOG)}
    rows.sort(key=lambda pair: order[pair[1].metric])
    return Below(tuple(maker.child(unit, row, loaded) for unit, row in rows), found.more)


def heat(name: str, own: Sequence[Row], below: Below, maker: Maker) -> Panel | None:
    """Return how far the unit and those below it are with each metric; None where none below has a target."""
    if not below.rows:
        return None
    whole = [row for row in own if not row.level and row.values["target"] is not None]
    used = {str(row.values["metric"]) for row in (*whole, *below.rows)}
    columns = tuple(Column(key, metric.label, Unit.RATE, metric=key) for key, metric in CATALOG.items() if key in used)
    children: dict[str, list[Row]] = {}
    for row in below.rows:
        children.setdefault(str(row.values["unit"]), []).append(row)
    keys = [column.key for column in columns]
    lines = [_line(Text(name, name), keys, whole, None, maker)] if whole else []
    lines += [_line(rows[0].short or rows[0].label, keys, rows, code, maker) for code, rows in children.items()]
    table = Table(columns, tuple(lines), note=NOTE, label=UNITS, more=below.more)
    return Panel("units", "table", TITLE, ABOUT, table=table)


def _line(name: Text, keys: Sequence[str], rows: Sequence[Row], code: str | None, maker: Maker) -> Row:
    """Return a unit's shares; beside each stands how the target stands, where there is one."""
    shares: dict[str, Plain] = dict.fromkeys(keys)
    beside: dict[str, Plain] = {"unit": code}
    for row in rows:
        key, usage = str(row.values["metric"]), row.values["usage"]
        shares[key] = row.values["completion"] if usage is None else usage
        beside[key] = row.values["status"]
        beside[f"{key}.near"] = maker.near(beside[key], shares[key])
    return Row(name, shares, level=0 if code is None else 1, beside=beside)
