"""Why a change of GMV is not split, or not into all its factors: told of the side that truly lacks something."""

from collections.abc import Sequence
from decimal import Decimal

from app.boards import aims
from app.boards.board import Shown
from app.boards.tables import joined
from app.domain.facts import Unit
from app.domain.text import Text
from app.i18n import compact, show
from app.metrics.bridge import KINDS, Bridge, Side
from app.metrics.catalog import CATALOG

_NAMES = {
    "users": Text("期初现好友", "opening friends"),
    "friends": Text("好友", "friends"),
    "buyers": Text("购买人数", "buyers"),
    "orders": Text("订单数", "orders"),
    **{key: CATALOG[key].label for key in KINDS},
}

_NO_GMV = Text("本期没有 GMV 记录，无法拆分变化", "No GMV is recorded in this period: nothing can be split")
_NO_OTHER = Text("对比期没有数据，无法拆分变化", "The compared period has no data: the change cannot be split")
_NO_TARGET = Text("没有 GMV 的目标，无法拆分变化", "No target of GMV is set: the change cannot be split")
_NOT_ONE_MONTH = Text(
    "目标按月设定，选单个整月才能拆分变化", "Targets are set for months: choose a single whole one to split the change"
)
_ONE_KIND = Text(
    "选了客群时不按目标拆分变化", "With a kind of customer chosen, the change is not split against targets"
)
_UNKNOWN = Text(
    "现好友、购买人数和订单数在本期或对比期都不齐，无法按因素拆分",
    "Friends, buyers and orders are each missing on one side: GMV cannot be split by factor",
)


def nothing(shown: Shown, after: Side) -> Text:
    """Say which side has no GMV at all."""
    if after.gmv is None:
        return _NO_GMV
    return (untargetable(shown) or _NO_TARGET) if shown.aim else _NO_OTHER


def untargetable(shown: Shown) -> Text | None:
    """Say why what is shown can have no target: targets are of one month, and of all customers."""
    if len(aims.months_of(shown.period, shown.today)) != 1:
        return _NOT_ONE_MONTH
    return _ONE_KIND if shown.scope.customer_kind else None


def no_factors(found: Bridge, before: Side, *, aim: bool) -> Text:
    """Say why no factor is left."""
    if not aim:
        return _UNKNOWN
    return _totals_only(joined(_lacking(found, before), Text("，", ", ")))


def left_out(found: Bridge, before: Side, *, aim: bool) -> list[Text]:
    """Say what makes no factor, and for lack of what."""
    if not found.lacking:
        return []
    if aim:
        return [Text(f"{why.zh}，不作因素", f"{_start(why.en)}: no factor of it") for why in _lacking(found, before)]
    lacking = joined((_NAMES[name] for name in found.lacking), Text("、", ", "))
    return [
        Text(
            f"{lacking.zh}缺失或为零，不作因素", f"{_start(lacking.en)}: missing or zero on a side, so no factor of it"
        )
    ]


def no_customers(before: Side, after: Side, *, aim: bool) -> Text | None:
    """Say why new and old customers do not tell the change; None where they do."""
    if not before.adds_up:
        return _no_targets(before) if aim else _no_kinds(before, Text("对比期", "the compared period"))
    return None if after.adds_up else _no_kinds(after, Text("本期", "this period"))


def _no_targets(target: Side) -> Text:
    untold = [key for key in KINDS if target.quantity(key) is None]
    if untold:
        return _totals_only(_no_target_of(untold))
    parts, whole = _amounts(target)
    return Text(
        f"新客与老客目标之和 {parts} ≠ GMV 目标 {whole}，不作拆分",
        f"the targets of new and old customers add up to {parts}, not to the GMV target {whole}: no split",
    )


def _no_kinds(side: Side, name: Text) -> Text:
    if all(side.quantity(key) is None for key in KINDS):
        return Text(
            f"{name.zh}只有总额，没有新老客之分，无法按客群拆分",
            f"{name.en} has a total only, not told apart by customer: it cannot be split",
        )
    parts, whole = _amounts(side)
    return Text(
        f"{name.zh}新客与老客之和 {parts} ≠ GMV {whole}，无法按客群拆分",
        f"new and old customers of {name.en} add up to {parts}, not to its GMV {whole}: it cannot be split",
    )


def _amounts(side: Side) -> tuple[str, str]:
    """Return what new and old make together, and the whole: written in full where short forms look alike."""
    parts, whole = sum(side.quantity(key) or 0 for key in KINDS), side.gmv or 0
    short = _compact(parts), _compact(whole)
    return short if short[0] != short[1] else (_full(parts), _full(whole))


def _compact(fen: int) -> str:
    return compact(Decimal(fen).scaleb(-2))


def _full(fen: int) -> str:
    return show(Decimal(fen).scaleb(-2), Unit.YUAN)


def _lacking(found: Bridge, target: Side) -> list[Text]:
    """Tell what has no target from what has one that is zero, and from what this period does not have."""
    untold = [name for name in found.lacking if target.quantity(name) is None]
    zero = [name for name in found.lacking if target.quantity(name) == 0]
    rest = [name for name in found.lacking if name not in (*untold, *zero)]
    words = [_no_target_of(untold)] if untold else []
    if zero:
        names = _either(zero)
        words.append(Text(f"{names.zh}的目标为零", f"the target of {names.en} is zero"))
    if rest:
        names = joined((_NAMES[name] for name in rest), Text("、", ", "))
        words.append(Text(f"本期{names.zh}缺失或为零", f"{names.en} missing or zero in this period"))
    return words


def _no_target_of(keys: Sequence[str]) -> Text:
    names = _either(keys)
    return Text(f"没有{names.zh}的目标", f"no target of {names.en}")


def _totals_only(why: Text) -> Text:
    return Text(f"{why.zh}，只能比较总额", f"{why.en}: only the totals can be compared")


def _either(keys: Sequence[str]) -> Text:
    """Name one or more things as alternatives."""
    names = [_NAMES[key] for key in keys]
    if len(names) == 1:
        return names[0]
    most = joined(names[:-1], Text("、", ", "))
    return Text(f"{most.zh}或{names[-1].zh}", f"{most.en} or {names[-1].en}")


def _start(words: str) -> str:
    return words[:1].upper() + words[1:]
