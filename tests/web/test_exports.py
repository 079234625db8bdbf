"""What is downloaded holds the numbers of the page, as numbers, and nothing in it runs."""

import csv
import re
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

import pytest
from httpx2 import Response
from python_calamine import CalamineWorkbook

from app.boards.catalog import BOARDS
from app.boards.plain import as_plain
from app.boards.read import Asked, read
from app.domain.facts import TABLES
from app.domain.period import Period
from app.domain.roles import SYSTEM
from app.web.places import FACT_EXPORTS
from tests.served import TODAY, Site, put, shown

WEEK = "unit=article&from=2023-05-01&to=2023-05-07"
SEPTEMBER = "unit=article&from=2023-09-01&to=2023-09-30"
HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "<r><t>x</t></r>", '=HYPERLINK("http://evil.test")')


def workbook(answer: Response) -> dict[str, list[list[Any]]]:
    """Return the sheets of a downloaded workbook."""
    assert answer.status_code == 200, answer.text[:500]
    assert answer.headers["content-type"].startswith("application/vnd.openxmlformats")
    found = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    return {name: found.get_sheet_by_name(name).to_python() for name in found.sheet_names}


def table(answer: Response) -> list[list[str]]:
    """Return the lines of a downloaded csv."""
    assert answer.status_code == 200, answer.text[:500]
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    text = answer.content.decode("utf-8-sig")
    assert text.count("\n") == text.count("\r\n")
    return list(csv.reader(StringIO(text, newline="")))


def name_of(answer: Response) -> str:
    """Return the name that the browser gives the file."""
    return unquote(answer.headers["content-disposition"].partition("filename*=UTF-8''")[2])


def plain(cell: Any) -> Any:  # noqa: ANN401 (a cell as calamine reads it)
    """Return a read cell as the board gives it: numbers exactly, nothing for an empty one."""
    return None if cell == "" else Decimal(repr(cell)) if isinstance(cell, float) else cell


@pytest.mark.parametrize(("key", "span"), [("growth", WEEK), ("sales", SEPTEMBER)])
def test_a_workbook_holds_the_values_of_the_json_board(reading: Site, key: str, span: str) -> None:
    first, last = (date.fromisoformat(day) for day in re.findall(r"\d{4}-\d{2}-\d{2}", span))
    with reading.database.read() as session:
        board = as_plain(read(session, SYSTEM, BOARDS[key], Asked("article", Period(first, last)), TODAY))
    sheets = workbook(reading.get(f"/export/{key}?{span}"))
    panels = [panel for panel in board["panels"] if "table" in panel]
    choices = [f"{panel['title']} {item['name']}" for panel in panels for item in panel.get("choices", ())]
    assert [name for name in sheets if name not in choices] == [
        *(panel["title"] for panel in panels if not panel.get("choices")),
        "说明",
    ]
    panels = [
        {"title": f"{panel['title']} {item['name']}", "table": item["table"]} if item else panel
        for panel in panels
        for item in (panel.get("choices") or [None])
    ]
    for panel in panels:
        columns = panel["table"]["columns"]
        heads, *lines = sheets[panel["title"]]
        labels = len(heads) - len(columns) - (heads[-1] == "备注")
        assert heads[labels : labels + len(columns)] == [column["name"] for column in columns]
        expected = [*panel["table"]["rows"], *([panel["table"]["total"]] if panel["table"]["total"] else [])]
        assert len(lines) == len(expected)
        for line, row in zip(lines, expected, strict=True):
            values = [plain(cell) for cell in line[labels : labels + len(columns)]]
            assert values == [row.get(column["key"]) for column in columns], panel["key"]
    if key == "growth":
        assert sheets["用户增长日报"][1][0] == date(2023, 5, 1)


def test_the_sheet_of_notes_says_scope_coverage_and_definitions(reading: Site) -> None:
    answer = reading.get(f"/export/growth?{WEEK}&panel=daily")
    notes = workbook(answer)["说明"]
    pairs = {row[0]: row[1] for row in notes if row[1] != ""}
    assert pairs["单元"] == "文章案例（article，含下级）"
    assert pairs["对比"] == "上期，2023/4/1 至 4/7"
    assert pairs["完整度"] == "100.00%（7 / 7 单元日）"
    assert (pairs["导出人"], pairs["导出时间"]) == ("ada", "2023-10-09 10:00（Asia/Shanghai）")
    defined = {row[1]: row for row in notes if row[1] != ""}
    assert defined["churn_rate_mtd"][3] == "losses (month to date) / current (opening of the month)"
    past = workbook(reading.get(f"/export/growth?{WEEK}&as_of=2023-05-05"))
    assert ["数据截至", "2023-05-05 收盘，之后的改动不计"] in [row[:2] for row in past["说明"]]
    assert {cell for row in past["用户增长日报"][1:] for cell in row[1:-1]} <= {"", None}
    assert name_of(answer) == "罗盘-用户增长-用户增长日报-文章案例-20230501-20230507.xlsx"


def test_each_choice_of_a_table_goes_out(reading: Site) -> None:
    asked = f"/export/sales?{SEPTEMBER}&panel=touchpoint_days"
    assert list(workbook(reading.get(asked))) == ["触点 × 日 全部", "触点 × 日 新客", "触点 × 日 老客", "说明"]
    whole, new, old = (table(reading.get(f"{asked}&choice={key}&format=csv"))[-1][-2] for key in ("all", "new", "old"))
    assert Decimal(whole) == Decimal(new) + Decimal(old)
    assert 0 not in (Decimal(new), Decimal(old))
    shown(reading.get(f"{asked}&choice=evil&format=csv"), 422)
    assert table(reading.get(f"{asked}&format=csv"))[-1][-2] == whole
    shown(reading.get(f"/export/sales?{SEPTEMBER}&panel=gmv&choice=new"), 422)


def test_a_csv_holds_one_table_in_plain_values(reading: Site) -> None:
    rows = table(reading.get(f"/export/growth?{WEEK}&panel=daily&format=csv"))
    heads, first, total = rows[0], rows[1], rows[-1]
    assert (heads[0], first[0], total[0]) == ("日期", "2023-05-01", "合计 / 期末")
    assert first[heads.index("新增好友")] == "160"
    assert total[heads.index("累计好友数")] == "33214"
    shown(reading.get(f"/export/growth?{WEEK}&format=csv"), 422)
    shown(reading.get(f"/export/growth?{WEEK}&panel=nothing"), 422)
    shown(reading.get(f"/export/growth?{WEEK}&format=pdf"), 422)


def test_targets_go_out_as_their_page_shows_them(reading: Site) -> None:
    rows = table(reading.get("/export/targets?unit=article&month=2023-09&format=csv"))
    found = {f"{row[5]}·{row[3]}" if row[5] else row[3]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert len(found) == len(rows) - 1 == 7
    assert {(row["单元代码"], row["单元"]) for row in found.values()} == {("article", "文章案例")}
    assert (found["包裹卡·加粉率"]["目标"], found["包裹卡·加粉率"]["渠道代码"]) == ("0.14779", "parcel_card")
    assert (found["老客营收"]["目标"], found["老客营收"]["实际"]) == ("470553.00", "427630.00")
    assert found["老客营收"]["完成率"].startswith("0.90878")
    assert found["推送流失率"]["状态"] == "超限"
    sheet = workbook(reading.get("/export/targets?unit=article&month=2023-09"))["目标完成"]
    assert [row[8] for row in sheet[1:]] == [float(row[8]) for row in rows[1:]]


def test_targets_of_units_below_stand_in_the_file_under_those_of_the_unit(site: Site) -> None:
    for unit, value in (("ecommerce", "800.5"), ("luopan", "1000"), ("stores", "70")):
        put(site.database, "targets", [{"month": "2023-09", "unit": unit, "metric": "gmv", "value": value}])
    sale = {"unit": "ecommerce", "day": "2023-09-02", "touchpoint": "official", "customer_kind": "new"}
    put(site.database, "sales", [{**sale, "gmv": "640.50"}])
    heads, *rows = table(site.get("/export/targets?unit=luopan&month=2023-09&format=csv"))
    kept = [heads.index(name) for name in ("单元代码", "指标代码", "目标", "实际")]
    assert [[row[place] for place in kept] for row in rows] == [
        ["luopan", "gmv", "1000.00", "640.50"],
        ["ecommerce", "gmv", "800.50", "640.50"],
        ["stores", "gmv", "70.00", ""],
    ]


def test_facts_go_out_under_the_heads_of_an_import(site: Site) -> None:
    day = {"day": "2023-10-01", "unit": "ecommerce"}
    put(site.database, "friends", [{**day, "channel": "video"}, {**day, "channel": "parcel_card", "adds": 0}])
    rows = table(site.get("/export/facts/friends?unit=luopan&from=2023-10-01&to=2023-10-01&format=csv"))
    assert rows == [
        ["日期", "单元代码", "单元", "引流渠道代码", "引流渠道", "触达数", "新增好友", "流失好友"],
        ["2023-10-01", "ecommerce", "电商私域组", "video", "视频号", "未填", "未填", "未填"],
        ["2023-10-01", "ecommerce", "电商私域组", "parcel_card", "包裹卡", "", "0", ""],
    ]
    put(site.database, "retention", [{"cohort_day": "2023-10-01", "unit": "ecommerce", "channel": "video", "day_n": 1}])
    for kind in TABLES:
        as_csv = table(site.get(f"/export/facts/{kind}?format=csv"))
        as_xlsx = workbook(site.get(f"/export/facts/{kind}"))
        assert len(as_csv) > 1
        assert set(as_xlsx) == {TABLES[kind].name.zh, "说明"}
        assert [row[1] for row in as_xlsx[TABLES[kind].name.zh]] == [row[1] for row in as_csv]
        empty = workbook(site.get(f"/export/templates/{kind}?unit=ecommerce"))[TABLES[kind].name.zh]
        assert (empty[0], len(empty) > 1) == (as_csv[0], True)
        assert table(site.get(f"/export/templates/{kind}?format=csv")) == [as_csv[0]]
    targets = table(site.get("/export/facts/targets?unit=article&format=csv"))
    assert ["2023-09", "article", "文章案例", "add_rate", "加粉率", "parcel_card", "包裹卡", "", "0.14779"] in targets


@pytest.mark.parametrize("name", HOSTILE)
def test_c22_names_like_formulas_stay_texts_and_negative_numbers_stay_numbers(site: Site, name: str) -> None:
    unit = {"code": "named", "name": name, "kind": "team", "parent": "luopan", "active": "on"}
    channel = {
        "code": "named-source",
        "name": name,
        "kind": "source",
        "color_slot": "1",
        "position": "1",
        "active": "on",
    }
    assert (site.post("/units", unit).status_code, site.post("/channels", channel).status_code) == (303, 303)
    row = {"day": "2023-05-04", "unit": "named", "channel": "named-source", "adds": 1, "losses": 5, "reach": 9}
    put(site.database, "friends", [row])
    span = "unit=named&from=2023-05-04&to=2023-05-04"
    live = f"'{name}" if name[0] in "=+-@＝" else name
    facts = table(site.get(f"/export/facts/friends?{span}&format=csv"))
    assert (facts[1][2], facts[1][4]) == (live, live)
    daily = table(site.get(f"/export/growth?{span}&panel=daily&format=csv"))
    assert daily[1][daily[0].index("净增好友")] == "-4"
    for path in ("/export/growth", "/export/facts/friends"):
        answer = site.get(f"{path}?{span}")
        texts = [str(cell).strip() for rows in workbook(answer).values() for line in rows for cell in line]
        assert any(name in text for text in texts)
        with ZipFile(BytesIO(answer.content)) as packed:
            sheets = [packed.read(part).decode() for part in packed.namelist() if "worksheets/sheet" in part]
            assert all("hyperlink" not in part for part in packed.namelist())
        assert not [sheet for sheet in sheets if "<f>" in sheet or "<hyperlink" in sheet]
    assert workbook(site.get(f"/export/growth?{span}&panel=daily"))["用户增长日报"][1][3] == -4.0


def test_c16_an_operator_of_one_unit_exports_no_other(site: Site) -> None:
    olga = site.of("olga")
    for path in ("growth", "sales", "targets", "facts/friends", "facts/targets", "templates/friends"):
        assert olga.get(f"/export/{path}?unit=ecommerce").status_code == 200
        for unit in ("stores", "luopan", "article"):
            assert "没有这个单元的权限" in shown(olga.get(f"/export/{path}?unit={unit}"), 403).text
        answer = site.of("").get(f"/export/{path}")
        assert (answer.status_code, answer.headers["location"][:7]) == (303, "/login?")
    assert {row[1] for row in table(olga.get("/export/facts/friends?format=csv"))[1:]} <= {"ecommerce"}
    listed = workbook(olga.get("/export/templates/friends"))["说明"]
    assert "stores" not in {row[0] for row in listed}


def test_what_is_too_much_is_refused_in_words(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with FACT_EXPORTS.taken(), FACT_EXPORTS.taken():
        refused = site.get("/export/facts/friends")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        assert "请稍后再试" in refused.text
    monkeypatch.setattr("app.connectors.export_xlsx.MAX_ROWS", 3)
    assert "请改用 csv" in shown(site.get("/export/facts/friends"), 422).text
    assert site.get("/export/facts/friends?format=csv").status_code == 200
    assert shown(site.get("/export/facts/nothing"), 404)


def test_a_year_of_targets_goes_out_as_its_page_shows_it(reading: Site) -> None:
    menu = [link["href"] for link in reading.page("/targets?unit=article&year=2023").all("a", "btn")]
    (link,) = (
        href
        for href in menu
        if href.startswith("/export/targets?unit") and "panel" not in href and href.endswith("csv")
    )
    heads, *rows = table(reading.get(link))
    found = {row[0]: dict(zip(heads, row, strict=True)) for row in rows if row[1] == "老客营收"}
    (row,) = found.values()
    assert (row["2023年9月 目标"], row["2023年9月 实际"]) == ("470553.00", "427630.00")
    assert row["2023年9月 完成率或用量"].startswith("0.90878")
    assert row["2023年8月 目标"] == ""
    assert set(workbook(reading.get(link.replace("csv", "xlsx")))) == {"2023年目标", "说明"}
    shown(reading.get("/export/targets?year=evil"), 422)


def test_every_page_offers_what_it_shows(reading: Site) -> None:
    for path in (f"/growth?{WEEK}", f"/sales?{SEPTEMBER}", "/targets?unit=article&month=2023-09", f"/export?{WEEK}"):
        links = [
            link["href"] for link in reading.page(path).all("a") if link.attrs.get("href", "").startswith("/export/")
        ]
        assert len(links) == len(set(links)) >= 2
        for link in links[::3]:  # some as a workbook, some as csv
            answer = reading.get(link)
            assert (answer.status_code, answer.headers["content-disposition"][:10]) == (200, "attachment"), link


def test_the_security_log_keeps_who_took_which_file(site: Site) -> None:
    vic = site.of("vic")
    for path in ("/export/growth?unit=article&from=2023-05-01&to=2023-05-07", "/export/facts/sales?unit=article"):
        assert vic.get(path).status_code == 200
    assert vic.get("/export/growth?unit=nowhere").status_code == 422
    assert vic.get("/export/templates/friends").status_code == 200  # nothing of anybody stands in it
    lines = [row.text for row in site.page("/security?event=export").one("tbody").all("tr")]
    assert len(lines) == 2
    assert all("导出 vic" in line and ".xlsx" in line for line in lines)
