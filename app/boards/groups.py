"""The numbers of a KPI strip by unit, channel or customer kind: a row for each group, the total recomputed."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.boards.board import Board, Shown, metrics, terms
from app.boards.tables import column
from app.boards.view import Column, Panel, Plain, Row, Table
from app.domain.book import Book
from app.domain.facts import ChannelKind, CustomerKind, Unit
from app.domain.number import plain
from app.domain.roles import Viewer
from app.domain.scope import GroupBy, Scope
from app.domain.text import Text
from app.domain.tree import Tree, UnitNode
from app.metrics.compare import compare, value
from app.metrics.definition import Metric
from app.queries import book

MOST = 200
"""Rows that a table holds: a page must not grow with the organisation."""

TITLES = {
    GroupBy.UNIT: (Text("分单元", "By unit"), Text("单元", "Unit")),
    GroupBy.CHANNEL: (Text("分渠道", "By channel"), Text("渠道", "Channel")),
    GroupBy.CUSTOMER_KIND: (Text("分客户类型", "By customer kind"), Text("客户类型", "Customer kind")),
}
NOTES = {
    GroupBy.UNIT: Text(
        "只列直属下级，各含其全部下级；合计含所选单元自身，比率按总数重算。",
        "Direct children, each with all below it; the total holds the unit's own figures too, ratios are recomputed.",
    ),
    GroupBy.CHANNEL: Text(
        "引流渠道与成交触点各自加总，不能相加；存量只按单元统计。合计中的比率按总数重算。",
        "Source channels and touchpoints each add up on their own; stocks exist per unit only. Ratios are recomputed.",
    ),
    GroupBy.CUSTOMER_KIND: Text(
        "只有由销售数据得出的指标分客户类型。合计中的比率按总数重算。",
        "Only metrics made of sales are known by customer kind. Ratios of the total are recomputed.",
    ),
}
_OWN = Text("本级", "itself")
_KINDS = {ChannelKind.TOUCHPOINT: Text("触点", "touchpoint"), ChannelKind.SOURCE: Text("引流", "source")}


def load(session: Session, viewer: Viewer, tree: Tree, board: Board, shown: Shown, by: GroupBy) -> Book:
    """Return the sums of the board's range and of what it is compared with, by group."""
    scope = Scope(shown.scope.unit_id, shown.scope.channel, shown.scope.customer_kind, by)
    ranges = [shown.period, shown.compared, *book.begun(shown.period, shown.compared)]
    return book.load(session, viewer, tree, scope, terms(*board.cards), ranges, shown.today, ())


def panel(board: Board, shown: Shown, loaded: Book, by: GroupBy, tree: Tree, unit: UnitNode) -> Panel:
    """Return the table of a split; of more than 200 groups those with the most, and how many there are."""
    asked = metrics(*board.cards)
    lines = [_Line(code, shown, loaded, asked) for code in loaded.groups]
    found = _ordered([line for line in lines if line.has_value], shown, by)
    kept = found[:MOST]
    title, head = TITLES[by]
    change = Text(f"{asked[0].label.zh}环比", f"{asked[0].label.en}, change")
    columns = (*(column(key) for key in board.cards), Column("change", change, Unit.RATE, signed=True))
    sums = {key: shown.plain(key) for key in board.cards}
    total = Row(Text("合计", "Total"), {**sums, "change": _moved(shown, asked[0])})
    cut = Text(f"共 {len(found)} 个，按{asked[0].label.zh}列出前 {MOST} 个", f"The first {MOST} of {len(found)}")
    return Panel(
        "groups",
        "table",
        title,
        cut if len(found) > MOST else None,
        table=Table(columns, tuple(line.row(by, shown, tree, unit) for line in kept), total, NOTES[by], head),
    )


def _moved(shown: Shown, metric: Metric) -> Plain:
    beside = compare(metric, shown.number(metric.key), shown.number(metric.key, shown.compared))
    return plain(beside.change, Unit.RATE)


class _Line:
    """A group with its values over the range."""

    def __init__(self, code: str, shown: Shown, loaded: Book, asked: Sequence[Metric]) -> None:
        self.code = code
        self.values = {metric.key: value(metric, loaded, shown.period, code) for metric in asked}
        self.first = asked[0]
        self.before = value(self.first, loaded, shown.compared, code)
        self.plain = {metric.key: plain(self.values[metric.key], metric.unit) for metric in asked}

    @property
    def has_value(self) -> bool:
        """Say whether there is anything to show."""
        return any(number is not None for number in self.values.values())

    def row(self, by: GroupBy, shown: Shown, tree: Tree, unit: UnitNode) -> Row:
        """Return the row of the group."""
        change = compare(self.first, self.values[self.first.key], self.before).change
        channel = shown.channels.get(self.code) if by is GroupBy.CHANNEL else None
        return Row(
            _label(self.code, by, shown, tree, unit),
            {"group": self.code, **self.plain, "change": plain(change, Unit.RATE)},
            slot=channel.color_slot if channel else None,
            group=(by, self.code),
        )


def _label(code: str, by: GroupBy, shown: Shown, tree: Tree, unit: UnitNode) -> Text:
    if by is GroupBy.CUSTOMER_KIND:
        return CustomerKind(code).text
    if by is GroupBy.CHANNEL:
        channel = shown.channels[code]
        kind = _KINDS[channel.kind]
        return Text(f"{kind.zh} · {channel.name}", f"{channel.name} ({kind.en})")
    name = tree.by_code[code].name
    if code != unit.code or tree.is_leaf(unit.id):
        return Text(name, name)
    return Text(f"{name}（{_OWN.zh}）", f"{name} ({_OWN.en})")


def _ordered(lines: list[_Line], shown: Shown, by: GroupBy) -> list[_Line]:
    """Order units by the first metric, the most first; channels and kinds as they always stand."""
    if by is GroupBy.CHANNEL:
        places = {
            code: (row.kind is ChannelKind.SOURCE, place) for place, (code, row) in enumerate(shown.channels.items())
        }
        return sorted(lines, key=lambda line: places[line.code])
    if by is GroupBy.CUSTOMER_KIND:
        return sorted(lines, key=lambda line: list(CustomerKind).index(CustomerKind(line.code)))
    return sorted(
        lines, key=lambda line: (line.values[line.first.key] is None, -(line.values[line.first.key] or 0), line.code)
    )
