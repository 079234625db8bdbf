"""What headers say: in Chinese and English, with words people use, wide and long, below titles."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.connectors import headers, mapping, names, plan, spreadsheet
from app.connectors.names import Names
from app.connectors.values import Refused
from app.domain.errors import Invalid
from app.domain.facts import TABLES
from app.domain.roles import SYSTEM
from app.inputs.imports import Column, Reading
from tests import sheets
from tests.served import copied

Known = dict[str, dict[str, Names]]


@pytest.fixture(scope="module")
def known(served_file: Path) -> Iterator[Known]:
    """The names of the demo's units and channels."""
    with copied(served_file) as database, database.read() as session:
        yield {kind: names.load(session, SYSTEM, table) for kind, table in TABLES.items()}


@pytest.mark.parametrize(
    ("kind", "texts", "fields"),
    [
        (
            "friends",
            ("Day", "Unit", "Source channel", "Reach", "Friends added", "Friends lost"),
            ["day", "unit", "channel", "reach", "adds", "losses"],
        ),
        (
            "friends",
            ("统计日期", "团队", "渠道代码", "渠道", "加粉数", "净增", "备注"),
            ["day", "unit", "channel", "", "adds", "", ""],
        ),
        ("sales", ("日期", "公众号GMV", "公众号订单数", "新客 GMV"), ["day", "gmv", "orders", "gmv"]),
        (
            "sales",
            ("日期", "成交触点", "引流渠道", "客户类型", "成交额（万元）", "订单量"),
            ["day", "touchpoint", "source", "customer_kind", "gmv", "orders"],
        ),
        (
            "pushes",
            ("日期", "触点", "推送量", "成本", "推送GMV", "推送后流失"),
            ["day", "touchpoint", "pushes", "push_cost", "push_gmv", "push_losses"],
        ),
        (
            "retention",
            ("添加日期", "渠道", "次日留存", "7日留存", "30日留存"),
            ["cohort_day", "channel", *["retained"] * 3],
        ),
        ("targets", ("月份", "单元", "GMV目标", "新增好友"), ["month", "unit", "value", "value"]),
    ],
)
def test_headers_are_recognised(known: Known, kind: str, texts: tuple[str, ...], fields: list[str]) -> None:
    found = mapping.columns(kind, texts, known[kind])
    assert [column.field for column in found] == fields
    assert [column.wan for column in found] == ["万" in text for text in texts]
    assert mapping.ranked(texts, known)[0] == kind


def test_a_column_may_stand_for_a_channel_a_kind_of_customer_a_day_or_a_metric(known: Known) -> None:
    def places(kind: str, *texts: str) -> list[str]:
        return [column.at for column in mapping.columns(kind, texts, known[kind])]

    assert places("sales", "公众号GMV", "新客 GMV") == ["touchpoint:official", "customer_kind:new"]
    assert places("retention", "次日留存", "第30日") == ["day_n:1", "day_n:30"]
    assert places("targets", "GMV目标") == ["metric:gmv"]
    assert places("friends", "视频号", "公众号") == ["channel:video", ""]


def test_a_header_below_titles_is_found_and_a_year_in_the_title(known: Known) -> None:
    table = spreadsheet.opened(sheets.daily_report()).table(None)
    found = mapping.head(table, mapping.header_row(table, known))
    assert (found.row, mapping.year_of(found)) == (2, "2023")


def test_numbers_that_count_in_wan_are_scaled(known: Known) -> None:
    table = spreadsheet.opened(sheets.text([("日期", "成交额（万元）"), ("2023-05-01", "3.5"), ("2023-05-02", "2万")]))
    opened = table.table(None)
    found = mapping.suggest("sales", "", mapping.head(opened, 1), known["sales"])
    found.constants.update(unit="ecommerce", customer_kind="new")
    (chunk,) = plan.reader(opened, found, known["sales"]).chunks()
    assert [getattr(row.facts[0], "gmv") for row in chunk] == [3_500_000, 2_000_000]  # noqa: B009 (a row's own field)


def test_names_that_several_share_are_refused_with_their_codes() -> None:
    shared = Names("单元", [("a", "店"), ("b", "店"), ("c", "组")])
    assert (shared.code("组"), shared.code("b"), shared.find("店")) == ("c", "b", "")
    with pytest.raises(Refused) as caught:
        shared.code("店")
    assert caught.value.message.zh == "有 2 个单元叫「店」，请改用代码：a、b"


def test_a_mapping_that_contradicts_itself_is_refused_with_every_reason(known: Known) -> None:
    table = spreadsheet.opened(sheets.friends_long()).table(None)
    columns = [Column(field=field) for field in ("day", "day", "nothing", "adds", "adds", "losses")]
    columns[5].at = "unit:x"
    constants = {"unit": "nowhere", "year": "1"}
    with pytest.raises(Invalid) as caught:
        plan.reader(table, Reading(kind="friends", header=1, columns=columns, constants=constants), known["friends"])
    assert [(issue.field, issue.message.zh) for issue in caught.value.issues] == [
        ("单元", "与另一列对应了同一项"),
        ("引流渠道", "这一列对应的内容不适用"),
        ("新增好友", "与另一列对应了同一项"),
        ("unit", "没有这个单元，或没有它的填报权限：nowhere"),
        ("year", "年份应在 2000 至 2199 之间"),
        ("columns", "这一列对应的内容不适用"),
        ("unit", "请选择「单元」所在的列，或给全部行指定一个"),
        ("channel", "请选择「引流渠道」所在的列，或给全部行指定一个"),
    ]


def test_words_are_compared_without_width_case_space_and_remarks() -> None:
    assert headers.plain(" ＧＭＶ （元） ") == headers.plain("gmv")
    assert headers.is_total(" 合计：")
    assert not headers.is_total("2023-05-01")
