"""Files on the import page: what is suggested, what a preview shows, what is written and what is not."""

import json
from datetime import date
from typing import Any

import pytest

from app.domain.facts import FRIENDS, SALES, STOCK_COUNTS, TARGETS
from app.domain.roles import SYSTEM
from app.store import closings
from app.web.places import IMPORTS
from tests import hostile, sheets
from tests.served import OTHER, TODAY, UNIT, Site
from tests.uploads import File, last, send

DAY = "2023-10-02"


def friends(site: Site, unit: str) -> list[tuple[date, Any, Any, Any]]:
    """Return day, reach, adds and losses of a unit."""
    ids = {row.code: row.id for row in _units(site)}
    rows = [row for row in site.stored(FRIENDS) if row["unit_id"] == ids[unit]]
    return sorted((row["day"], row["reach"], row["adds"], row["losses"]) for row in rows)


def _units(site: Site) -> Any:  # noqa: ANN401 (database rows)
    from sqlalchemy import select  # noqa: PLC0415 (only here)

    from app.models import OrgUnit  # noqa: PLC0415 (only here)

    with site.database.read() as session:
        return session.execute(select(OrgUnit.id, OrgUnit.code)).all()


def row(day: str = DAY, unit: str = "电商私域组", adds: object = 5, losses: object = 1) -> tuple[object, ...]:
    return (day, unit, "包裹卡", 100, adds, losses)


def long(*rows: tuple[object, ...]) -> bytes:
    return sheets.text([sheets.FRIENDS, *rows])


def test_a_daily_report_is_friends_and_stock_counts_as_the_article_has_them(site: Site) -> None:
    data = sheets.daily_report()
    file = File(site, data, "日报.xlsx", unit="knowledge")
    assert file.reading["header"] == 2
    assert file.found["beside"] == {"stock-counts": ["累计好友数", "现好友数"]}
    seen = file.preview()
    assert seen["counts"] == {"new": 7, "changed": 0, "same": 0, "bad": 0}
    assert seen["skipped"] == {"totals": 1, "blank": 0}
    assert seen["totals"] == [{"name": "新增好友", "text": "1,440"}, {"name": "流失好友", "text": "1,200"}]
    assert last(file.commit())["result"]["counts"]["new"] == 7
    expected = [(day, None, *pair) for day, *pair in zip(sheets.MAY, sheets.ADDS, sheets.LOSSES, strict=True)]
    assert friends(site, "knowledge") == expected
    File(site, data, "日报.xlsx", kind="stock-counts", unit="knowledge").commit()
    ids = {unit.code: unit.id for unit in _units(site)}
    counts = [one for one in site.stored(STOCK_COUNTS) if one["unit_id"] == ids["knowledge"]]
    assert [(one["cumulative"], one["current"]) for one in counts] == list(
        zip(sheets.CUMULATIVE, sheets.CURRENT, strict=True)
    )


def test_one_column_per_touchpoint_is_read_with_the_year_that_was_chosen(site: Site) -> None:
    file = File(site, sheets.revenue_wide(), "营收.xlsx", unit=UNIT, customer_kind="loyal", year="2023")
    assert [column["at"] for column in file.reading["columns"]][1:3] == [
        "touchpoint:official",
        "touchpoint:mini_program",
    ]
    assert file.preview()["counts"]["new"] == 41
    file.commit()
    ids = {unit.code: unit.id for unit in _units(site)}
    stored = {(one["day"].day, one["gmv"]) for one in site.stored(SALES) if one["unit_id"] == ids[UNIT]}
    assert {(5, 3_170_000), (6, 1_235_050), (1, 0)} <= stored
    assert len([gmv for day, gmv in stored if day == 3]) == 5


def test_what_a_program_for_customers_exports_is_read(site: Site) -> None:
    file = File(site, sheets.customer_statistics(), unit="members")
    assert [column["field"] for column in file.reading["columns"]] == ["day", "", "adds", "losses", "", "reach"]
    assert file.found["beside"] == {"stock-counts": ["客户总数"]}
    file.commit()
    assert friends(site, "members")[0] == (date(2023, 3, 1), 50, 101, 30)
    assert len(friends(site, "members")) == 31
    # It counts who is there; who was ever there is carried on from the first count by what was added.
    counts = File(site, sheets.customer_statistics(), kind="stock-counts", unit="members")
    assert counts.preview()["counts"] == {"new": 31, "changed": 0, "same": 0, "bad": 0}
    counts.commit()
    stored = sorted((one["day"].day, one["cumulative"], one["current"]) for one in site.stored(STOCK_COUNTS)[-31:])
    first = 52_001
    assert stored == [(day, first + sum(100 + n for n in range(2, day + 1)), 52_000 + day) for day in range(1, 32)]
    assert counts.preview()["counts"] == {"new": 0, "changed": 0, "same": 31, "bad": 0}


def test_a_long_list_names_its_bad_rows_in_the_words_of_the_file(site: Site) -> None:
    file = File(site, sheets.friends_long(*sheets.TWO_BAD))
    seen = file.preview()
    assert seen["counts"] == {"new": 20, "changed": 0, "same": 0, "bad": 2}
    assert [bad["texts"] for bad in seen["bad"]] == [
        ["第 22 行「日期」：没有这一天：2023-02-30"],
        ["第 23 行「新增好友」：不能小于 0"],
    ]
    answer = file.commit()
    assert (answer.status_code, friends(site, UNIT)) == (422, [])
    assert "第 22 行「日期」：没有这一天：2023-02-30" in answer.text
    done = last(file.commit(skip="on"))["result"]
    assert (done["counts"]["new"], done["left_out"]) == (20, 2)
    listed = send(site, "bad", file.data, **file.fields).content.decode("utf-8-sig").splitlines()
    assert listed[0].endswith("流失好友,原因")
    assert listed[2] == "2023-02-21,电商私域组,包裹卡,600,-4,10,「新增好友」不能小于 0"


def test_c03_with_row_30_bad_nothing_is_written(site: Site) -> None:
    rows = [row(f"2023-{month:02}-{day:02}") for month in (8, 9) for day in range(1, 29)]
    rows[28] = row("2023-09-01", losses=-1)
    file = File(site, sheets.workbook({"日报": [sheets.FRIENDS, *rows]}), "日报.xlsx")
    answer = file.commit()
    assert answer.status_code == 422
    assert last(answer)["error"]["message"] == "工作表「日报」第 30 行「流失好友」：不能小于 0"
    assert friends(site, UNIT) == []


def test_a_preview_tells_new_changed_and_unchanged_rows_apart(site: Site) -> None:
    File(site, long(row(), row("2023-10-03"))).commit()
    seen = File(site, long(row(adds=7), row("2023-10-03"), row("2023-10-04", adds="", losses="未填"))).preview()
    assert seen["counts"] == {"new": 1, "changed": 1, "same": 1, "bad": 0}
    (changed,) = seen["rows"]["changed"]
    assert changed["key"] == [DAY, "电商私域组", "包裹卡"]
    assert changed["cells"] == [{"text": "100"}, {"text": "7", "old": "5"}, {"text": "1"}]
    assert [cell["text"] for cell in seen["rows"]["new"][0]["cells"]] == ["100", "未填", "未填"]


def test_a_blank_keeps_what_is_stored_and_a_word_clears_it(site: Site) -> None:
    File(site, long(row(adds=5, losses=1))).commit()
    File(site, long(row(adds="—", losses="未填"))).commit()
    assert friends(site, UNIT) == [(date(2023, 10, 2), 100, 5, None)]
    File(site, long((DAY, "电商私域组", "包裹卡", "", "", ""), row("合计"))).preview()


def test_c04_an_import_is_refused_when_the_data_has_changed_since_its_preview(site: Site) -> None:
    file = File(site, long(row(), row("2023-10-03")))
    seen = file.preview()["fingerprint"]
    site.fill_in(f"/entry/friends?unit={UNIT}&day={DAY}", {"parcel_card.adds": "9"})
    answer = file.commit(seen)
    assert (answer.status_code, last(answer)["error"]["message"]) == (409, "预览之后数据有变化，请重新预览")
    assert friends(site, UNIT) == [(date(2023, 10, 2), None, 9, None)]


def test_c05_the_same_file_three_times_gives_the_same_rows_and_one_batch(site: Site) -> None:
    file = File(site, long(row(), row("2023-10-03")))
    results = [last(file.commit())["result"] for _ in range(3)]
    assert [result["counts"]["same"] for result in results] == [0, 2, 2]
    assert results[0]["history"] is not None
    assert [result["history"] for result in results[1:]] == [None, None]
    assert len(friends(site, UNIT)) == 2


def test_the_same_key_twice_is_refused_naming_both_rows(site: Site) -> None:
    seen = File(site, long(row(), row("2023-10-03"), row(adds=6))).preview()
    assert seen["counts"]["bad"] == 1
    assert seen["bad"][0]["texts"] == ["第 4 行：与第 2 行是同一条数据"]


def test_a_shape_is_remembered_for_its_owner(site: Site) -> None:
    file = File(site, sheets.revenue_wide(), "营收.xlsx", unit=UNIT, customer_kind="loyal", year="2023")
    file.commit()
    again = File(site, sheets.revenue_wide(), "营收.xlsx")
    assert again.found["remembered"]
    assert again.reading["constants"] == {
        "unit": UNIT,
        "customer_kind": "loyal",
        "source": "unattributed_source",
        "year": str(TODAY.year),
    }
    assert again.preview()["counts"]["same"] == 41
    assert not File(site.of("mo"), sheets.revenue_wide(), "营收.xlsx").found["remembered"]


def test_c16_units_of_others_and_unknown_ones_read_the_same(site: Site) -> None:
    olga = site.of("olga")
    seen = File(olga, long(row(), row(unit="门店私域组"), row(unit=OTHER), row(unit="没有的"))).preview()
    assert seen["counts"] == {"new": 1, "changed": 0, "same": 0, "bad": 3}
    sentence = "第 {} 行「单元」：没有这个单元，或没有它的填报权限：{}"
    assert [bad["texts"][0] for bad in seen["bad"]] == [
        sentence.format(3, "门店私域组"),
        sentence.format(4, OTHER),
        sentence.format(5, "没有的"),
    ]
    reading = json.dumps(File(site, long(row()), kind="targets").reading)
    assert send(olga, "preview", long(row()), reading=reading).status_code == 403
    assert send(site.of("vic"), "inspect", long(row())).status_code == 403


def test_a_closed_month_is_a_problem_that_names_who_closed_it(site: Site) -> None:
    with site.database.write() as session:
        closings.close(session, SYSTEM, date(2023, 8, 1), TODAY)
    file = File(site, long(row("2023-08-02"), row()))
    seen = file.preview()
    assert (seen["counts"]["new"], seen["counts"]["bad"]) == (1, 1)
    (text,) = seen["bad"][0]["texts"]
    assert text.startswith("第 2 行「日期」：2023年8月已由 luopan 于")
    answer = file.commit()
    assert (answer.status_code, friends(site, UNIT)) == (409, [])
    assert "2023年8月已由 luopan 于" in answer.text
    assert last(file.commit(skip="on"))["result"]["left_out"] == 1


def test_targets_are_read_by_metric_and_codes_win_over_names(site: Site) -> None:
    header = ("月份", "单元代码", "单元", "指标", "渠道代码", "渠道", "客户类型", "目标值")
    rows = [
        ("2023-10", UNIT, "改了名的组", "加粉率", "parcel_card", "", "", "14.779%"),
        ("2023年10月", UNIT, "", "gmv", "", "", "新客", "3.5万"),
        ("2023-10", UNIT, "", "订单数", "", "", "", "12%"),
    ]
    file = File(site, sheets.text([header, *rows]))
    assert file.reading["kind"] == "targets"
    seen = file.preview()
    assert seen["bad"][0]["texts"] == ["第 4 行「目标值」：不是数字：12%"]
    file.commit(skip="on")
    values = {one["metric"]: one["value"] for one in site.stored(TARGETS) if one["month"] == date(2023, 10, 1)}
    assert values == {"add_rate": 1_477_900_000, "gmv": 3_500_000}


def test_a_mapping_that_lacks_something_says_what(site: Site) -> None:
    file = File(site, sheets.daily_report(), "日报.xlsx")
    answer = send(site, "preview", file.data, **file.fields)
    assert answer.status_code == 422
    assert last(answer)["error"]["issues"] == [{"field": "unit", "text": "请选择「单元」所在的列，或给全部行指定一个"}]


@pytest.mark.parametrize(
    "reading", ["", "{}", "[" * 5000, '{"kind": "../../etc", "header": 1, "columns": []}', '{"header": 1e309}', "NaN"]
)
def test_c24_a_bad_reading_is_refused_without_internals(site: Site, reading: str) -> None:
    answer = send(site, "preview", long(row()), reading=reading)
    assert (answer.status_code, last(answer)["error"]["message"]) == (422, "没有说明如何读取这个文件")


def test_c21_what_cannot_be_read_is_4xx_with_a_sentence(site: Site) -> None:
    for make, said in hostile.WORKBOOKS[3:6]:
        answer = send(site, "inspect", make(), "a.xlsx")
        assert (answer.status_code, answer.json()["error"]["message"]) == (422, said)
    large = send(site, "inspect", bytes(site.settings.max_body_mb * hostile.MB))
    assert (large.status_code, large.json()["error"]["message"]) == (413, "文件超过 32 MB")
    headers = {"Sec-Fetch-Site": "same-origin"}
    for answer in (
        site.client.post("/import/inspect", json={"file": "x"}, headers=headers),
        site.client.post("/import/inspect", data={"file": "x"}, headers=headers),
    ):
        assert (answer.status_code, answer.json()["error"]["message"]) == (422, "请选择文件")


def test_only_two_imports_run_at_once(site: Site) -> None:
    file = File(site, long(row()))
    with IMPORTS.taken(), IMPORTS.taken():
        for what in ("inspect", "preview", "commit", "bad"):
            answer = send(site, what, file.data, **file.fields)
            assert (answer.status_code, last(answer)["error"]["message"]) == (503, "正在导入的人较多，请稍后再试")
    assert file.preview()["counts"]["new"] == 1


@pytest.mark.parametrize("kind", ["friends", "sales", "pushes", "stock-counts", "targets"])
@pytest.mark.parametrize("format_", ["xlsx", "csv"])
def test_what_was_exported_is_imported_again_without_a_question(site: Site, kind: str, format_: str) -> None:
    path = f"/export/facts/{kind}?unit=article&from=2023-04-01&to=2023-09-30&format={format_}"
    file = File(site, site.get(path).content, f"{kind}.{format_}", kind=kind)
    counts = file.preview()["counts"]
    assert counts["same"] > 0
    assert counts == {"new": 0, "changed": 0, "same": counts["same"], "bad": 0}
    template = site.get(f"/export/templates/{kind}?unit=article&format={format_}")
    found = File(site, template.content, f"{kind}.{format_}", kind=kind)
    assert [column["field"] for column in found.reading["columns"]] == [
        column["field"] for column in file.reading["columns"]
    ]
