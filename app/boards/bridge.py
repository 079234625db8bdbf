"""Why GMV changed against the compared period: by factor, and by new and old customers."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.boards import bridge_reasons as reasons
from app.boards.board import Shown
from app.boards.cards import compare_label
from app.boards.figures.bridge import Step, waterfall
from app.boards.tables import joined
from app.boards.view import Column, Figure, Panel, Plain, Row, Table
from app.domain.facts import Unit
from app.domain.number import DECIMALS, Number, half_up, plain, ratio
from app.domain.period import Period
from app.domain.terms import Level, Stock, Take, Term
from app.domain.text import Text
from app.i18n import compact, say, show
from app.metrics.bridge import AIMED, CHAIN, KINDS, Bridge, Part, Side, bridge
from app.metrics.catalog import CATALOG, DEFINED
from app.metrics.catalog.sales import BUYERS, GMV, GMV_NEW, GMV_OLD, ORDERS

TERMS: tuple[Term, ...] = (
    *(GMV, GMV_NEW, GMV_OLD, Level(Stock.CURRENT, Take.OPENING), BUYERS, ORDERS),
    Level(Stock.CURRENT, Take.CLOSING),
)
"""What a side is made of, in the order of its fields."""

_METRICS = {
    "users": "opening_friends",
    "buyers/users": "buyers_per_opening",
    "orders/users": "orders_per_opening",
    "gmv/users": "gmv_per_opening",
    "friends": "friends_current",
    "buyers/friends": "buyers_per_closing",
    "orders/friends": "orders_per_closing",
    "gmv/friends": "gmv_per_closing",
    "orders/buyers": "orders_per_buyer",
    "gmv/buyers": "gmv_per_buyer",
    "gmv/orders": "aov",
    **{key: key for key in ("buyers", "orders", "gmv", *KINDS)},
}
"""What each part is; a frequency is written with two decimals."""
_NAMES = {"friends": Text("期末现好友", "Closing friends")}

TARGETS = ("gmv", *KINDS, None, "buyers", "orders", "friends_current")
"""Whose targets a side is made of, in the order of its fields: the friends of an opening have none."""

_BEFORE, _TARGET = Text("对比期", "Before"), Text("目标", "Target")
_COLUMNS = (
    Column("after", Text("本期", "Now"), Unit.YUAN, by_row=True),
    Column("effect", Text("对变化的贡献（元）", "Contribution (yuan)"), Unit.YUAN, signed=True),
    Column("points", Text("拉动增长", "Of the growth"), Unit.RATE, signed=True),
)


@dataclass(frozen=True, slots=True)
class _Split:
    """One of the two ways to split: how its panel is named."""

    key: str
    title: Text
    label: Text
    width: int


_BY_FACTOR = _Split("bridge", Text("GMV 变化的原因", "Why GMV changed"), Text("因素", "Factor"), 8)
_BY_CUSTOMER = _Split(
    "bridge_customers", Text("GMV 变化：新客与老客", "GMV change by customer"), Text("客群", "Customers"), 4
)


@dataclass(frozen=True, slots=True)
class _Sides:
    """What is compared, the way between, and the parts of it that one panel shows."""

    before: Side
    after: Side
    found: Bridge | None


def factors(shown: Shown) -> Panel:
    """Return the change of GMV split into users, conversion, frequency and order value."""
    sides = _sides(shown)
    why = reasons.no_factors(sides.found, sides.before, aim=shown.aim) if sides.found else None
    return _panel(shown, _BY_FACTOR, sides, sides.found.factors if sides.found else (), _method(shown, sides), why)


def customers(shown: Shown) -> Panel:
    """Return the change of GMV split into new and old customers."""
    sides = _sides(shown)
    why = reasons.no_customers(sides.before, sides.after, aim=shown.aim)
    method = Text("逐项相减，合计与 GMV 之差精确到分", "Plain differences; they add up to the change to the cent")
    parts = sides.found.customers if sides.found else ()
    return _panel(shown, _BY_CUSTOMER, sides, parts, method if parts or why is None else why, why)


def _sides(shown: Shown) -> _Sides:
    after = _side(shown, shown.period)
    before = _targets(shown) if shown.aim else _side(shown, shown.compared)
    return _Sides(before, after, bridge(before, after, AIMED if shown.aim else CHAIN))


def _targets(shown: Shown) -> Side:
    """Return the targets of the one month that is shown, of which there may be no more than a total."""
    if reasons.untargetable(shown) is not None:
        return Side(None)
    code = shown.scope.channel.code if shown.scope.channel else None
    return Side(*(_target(shown, key, code) if key else None for key in TARGETS))


def _target(shown: Shown, key: str, code: str | None) -> int | None:
    found = shown.targets.get((key, code))
    return None if found is None else int(found * (100 if CATALOG[key].unit is Unit.YUAN else 1))


def _side(shown: Shown, period: Period) -> Side:
    return Side(*(shown.books[None].answer(term, period) for term in TERMS))


def _panel(shown: Shown, split: _Split, sides: _Sides, parts: Sequence[Part], method: Text, why: Text | None) -> Panel:
    beside, found = _TARGET if shown.aim else _BEFORE, sides.found
    said = (
        joined(_finding(shown, found, parts, why), Text("，", "; ")) if found else reasons.nothing(shown, sides.after)
    )
    other = None if shown.aim else shown.compared
    columns = (Column("before", beside, Unit.YUAN, by_row=True, period=other), *_COLUMNS)
    return Panel(
        split.key,
        "chart",
        split.title,
        said if found else None,
        width=split.width,
        height=260,
        figure=_figure(found, parts, beside) if found else None,
        finding=said,
        table=Table(columns, _rows(found, parts), _total(found), method, split.label),
        note=method if parts else None,
        # Where the range itself has no GMV, the filters are to blame, as on every other card.
        empty=said if found is None and sides.after.gmv is not None else None,
    )


def _figure(found: Bridge, parts: Sequence[Part], beside: Text) -> Figure:
    steps = [Step(say(_name(part.key)), _yuan(part.effect)) for part in parts]
    return waterfall(steps, _yuan(found.change), f"{say(beside)} {compact(_yuan(found.before))}")


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def _rows(found: Bridge | None, parts: Sequence[Part]) -> tuple[Row, ...]:
    return tuple(_row(found, part) for part in parts if found)


def _total(found: Bridge | None) -> Row | None:
    if found is None:
        return None
    whole = Part("gmv", found.before, found.after, found.change)
    return _row(found, whole)


def _name(key: str) -> Text:
    return _NAMES.get(key) or DEFINED[_METRICS[key]].label


def _row(found: Bridge, part: Part) -> Row:
    unit = DEFINED[_METRICS[part.key]].unit
    money = part.key.startswith("gmv")
    values: dict[str, Plain] = {
        "part": part.key,
        "unit": unit,
        "before": _given(part.before, unit, money=money),
        "after": _given(part.after, unit, money=money),
        "effect": _yuan(part.effect),
        "points": plain(ratio(part.effect, found.before), Unit.RATE),
    }
    return Row(_name(part.key), values, metric=_METRICS[part.key])


def _given(value: Number | None, unit: Unit, *, money: bool) -> Plain:
    if value is None:
        return None
    if money:
        return plain(Fraction(value, 100), Unit.YUAN)
    # A frequency moves in its third decimal: it is given out as exactly as a rate.
    return plain(value, unit) if unit is Unit.COUNT else half_up(value, DECIMALS[Unit.RATE])


def _finding(shown: Shown, found: Bridge, parts: Sequence[Part], why: Text | None) -> list[Text]:
    """Say how GMV changed, what drove it most and what worked against it most, or why that cannot be told."""
    against, rate = _against(shown), ratio(found.change, found.before)
    change, grown = _amount(found.change), show(rate, Unit.RATE, signed=True)
    share = Text("", "") if rate is None else Text(f"（{grown}）", f" ({grown})")
    told = Text(f"{against.zh} GMV 变化 {change} 元{share.zh}", f"GMV {change} yuan{share.en} {against.en}")
    if not parts:
        return [told, *filter(None, [why])]
    driver = max(parts, key=lambda part: abs(part.effect))
    counter = min(parts, key=lambda part: part.effect * (1 if driver.effect > 0 else -1))
    if driver.effect == 0:
        return [told, Text("各项都没有变化", "no part changed")]
    words = [told, _told(driver, Text("最主要来自", "driven most by"))]
    if counter.effect * driver.effect < 0:
        words.append(_told(counter, Text("最大的反向因素是", "most against it:")))
    return words


def _against(shown: Shown) -> Text:
    if not shown.aim:
        return compare_label(shown.how, shown.compared)
    year, month = shown.period.last.year, shown.period.last.month
    return Text(f"较 {year}年{month}月目标", f"vs the target of {year}-{month:02d}")


def _told(part: Part, words: Text) -> Text:
    name, amount = _name(part.key), _amount(part.effect)
    return Text(f"{words.zh}{name.zh}（{amount} 元）", f"{words.en} {name.en} ({amount} yuan)")


def _amount(fen: int) -> str:
    return show(_yuan(fen), Unit.YUAN, signed=True)


def _method(shown: Shown, sides: _Sides) -> Text:
    """Name the factors, how the change is shared among them, and what is left out for lack of numbers."""
    found = sides.found
    if found is None:
        return reasons.nothing(shown, sides.after)
    if not found.factors:
        return reasons.no_factors(found, sides.before, aim=shown.aim)
    chain = joined((_name(part.key) for part in found.factors), Text(" × ", " × "))
    words = [
        Text(f"GMV = {chain.zh}", f"GMV = {chain.en}"),
        Text(
            "每个因素的贡献是它在所有替换顺序下的平均影响（Shapley 值），合计精确到分",
            "A contribution is the mean effect over all orders of change (Shapley value); they add up to the cent",
        ),
    ]
    if "friends" not in found.lacking and shown.aim:
        words.append(
            Text("好友的目标是期末数，两边都取期末现好友", "Friends are those at the close, as their target is")
        )
    words.extend(reasons.left_out(found, sides.before, aim=shown.aim))
    if "buyers" not in found.lacking:
        words.append(Text("购买人数跨日不去重", "Buyers are counted by day, not deduplicated"))
    days = len(shown.compared), len(shown.period.until(shown.today))
    if days[0] != days[1] and not shown.aim:
        words.append(
            Text(f"两期天数不同（{days[0]} / {days[1]} 天）", f"The periods differ in days ({days[0]} / {days[1]})")
        )
    return joined(words, Text("。", ". "))
