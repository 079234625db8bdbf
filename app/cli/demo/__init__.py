"""The demo: a made-up company with 18 months of numbers, and the case of the source article.

Nothing here knows a database; `units`, `channels` and `facts` are what the REST interface takes.
"""

from collections.abc import Iterator
from datetime import date

from app.cli.demo import article, company
from app.cli.demo.books import CODE
from app.cli.demo.patterns import Row, demo_days
from app.domain.facts import ChannelKind
from app.domain.scope import UnitKind

UNITS = (
    (CODE, "罗盘示例品牌", UnitKind.COMPANY, None),
    ("ecommerce", "电商私域组", UnitKind.TEAM, CODE),
    ("stores", "门店私域组", UnitKind.STORE, CODE),
    ("knowledge", "知识社群组", UnitKind.TEAM, CODE),
    ("members", "会员中心", UnitKind.TEAM, CODE),
    # A root of its own, so that its history does not add to the company's stock.
    (article.UNIT, "文章案例", UnitKind.COMPANY, None),
)
SOURCES = (
    ("video", "视频号"),
    ("mini_mall", "小程序商城"),
    ("parcel_card", "包裹卡"),
    ("douyin", "抖音"),
    ("xiaohongshu", "小红书"),
    ("store_scan", "门店扫码"),
)
TOUCHPOINTS = (
    ("official", "公众号"),
    ("mini_program", "小程序"),
    ("one_to_one", "1V1"),
    ("community", "社群"),
    ("moments", "朋友圈"),
    ("sms", "短信召回"),
)
"""Code and name in the order of their colour slots, which begin at 1 in either family."""


def units() -> list[Row]:
    """Return code, name, kind and parent of the units, parents first."""
    return [{"code": code, "name": name, "kind": kind.value, "parent": up} for code, name, kind, up in UNITS]


def channels() -> list[Row]:
    """Return code, name, kind, color_slot and position of the channels."""
    families = ((ChannelKind.SOURCE, SOURCES), (ChannelKind.TOUCHPOINT, TOUCHPOINTS))
    return [
        {"code": code, "name": name, "kind": kind.value, "color_slot": slot, "position": slot}
        for kind, family in families
        for slot, (code, name) in enumerate(family, 1)
    ]


def facts(today: date) -> Iterator[tuple[str, list[Row]]]:
    """Yield (kind, at most 20,000 rows) in an order in which every rule across rows holds at each step."""
    yield from article.facts()
    yield from company.facts(demo_days(today), today)
