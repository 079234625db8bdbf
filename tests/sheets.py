"""Files as people keep them, made here: the shapes of daily reports, exports of other programs, and long lists."""

import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import xlsxwriter

Grid = Iterable[Sequence[Any]]

MAY = [date(2023, 5, 1) + timedelta(days=n) for n in range(7)]
ADDS = (160, 170, 185, 200, 220, 240, 265)
LOSSES = (155, 160, 160, 170, 180, 185, 190)
CUMULATIVE = (31_934, 32_104, 32_289, 32_489, 32_709, 32_949, 33_214)
CURRENT = (10_005, 10_015, 10_040, 10_070, 10_110, 10_165, 10_240)
TOUCHPOINTS = ("公众号", "小程序", "1V1", "社群", "朋友圈", "短信召回")
REVENUE = (
    (7285, 12694, 23280, 8393, 16474, 0),
    (7434, 12068, 27948, 7281, 8066, 1260),
    (8869, 10211, 28535, 9855, 7129, ""),
    (5248, 10536, 31938, 9790, 19602, 0),
    (6165, 11160, "3.17万", 7092, 20128, 2140),
    (6455, "12,350.50", 16836, 9022, 6931, 0),
    (5893, 10354, 17238, 10024, 13113, 980),
)
FRIENDS = ("日期", "单元", "引流渠道", "触达数", "新增好友", "流失好友")


def text(rows: Grid, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """Return a csv."""
    return "".join(delimiter.join(map(str, row)) + "\r\n" for row in rows).encode(encoding)


def workbook(sheets: dict[str, Grid], merged: Iterable[tuple[int, int, int, int, str]] = ()) -> bytes:
    """Return an xlsx; days are written as real dates, `merged` in the first sheet."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "yyyy/m/d"}) as book:
        for index, (name, rows) in enumerate(sheets.items()):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    sheet.write(number, column, cell)
            for area in merged if index == 0 else ():
                sheet.merge_range(*area)
    return out.getvalue()


def daily_report() -> bytes:
    """Return a daily report kept by hand: a title, weekdays, derived columns, separators, percent, a total, a note."""
    header = (
        "日期",
        "星期",
        "日增好友数",
        "流失好友数",
        "净增",
        "累计好友数",
        "现好友数",
        "总留存率",
        "月流失率",
        "备注",
    )
    rows: list[Sequence[Any]] = [("",), header]
    for index, day in enumerate(MAY):
        adds, losses = ADDS[index], LOSSES[index]
        shown = f"{CUMULATIVE[index]:,}"
        note = "首次超阈值" if index == 3 else ""
        rows.append((day, "周一", adds, losses, adds - losses, shown, CURRENT[index], "31.33%", "1.55%", note))
    rows.append(("合计", "", sum(ADDS), sum(LOSSES), 240, "", "", "", "", ""))
    return workbook({"5月增长日报": rows}, [(0, 0, 0, 9, "知识付费项目 用户增长日报（2023年5月）")])


def revenue_wide() -> bytes:
    """Return one column per touchpoint, days without a year, 万, a blank beside a true 0, and a total column."""
    rows: list[Sequence[Any]] = [("日期", *TOUCHPOINTS, "合计")]
    rows += [(f"5月{day}日", *values, 1) for day, values in enumerate(REVENUE, 1)]
    return workbook({"渠道营收": rows})


def customer_statistics() -> bytes:
    """Return what a program for customers exports: GBK, days as y/m/d, a stock count per day."""
    rows: list[Sequence[Any]] = [("日期", "客户总数", "新增客户数", "流失客户数", "净增客户数", "发送申请数")]
    rows += [(f"2023/3/{day}", 52_000 + day, 100 + day, 30, 70 + day, 50) for day in range(1, 32)]
    return text(rows, "gbk")


def friends_long(*more: Sequence[Any]) -> bytes:
    """Return a long list with a mark of its encoding; units and channels by name."""
    rows = [(f"2023-02-{day:02}", "电商私域组", "包裹卡", 700 + day, 50 + day, 20) for day in range(1, 21)]
    return text([FRIENDS, *rows, *more], "utf-8-sig")


TWO_BAD = (
    ("2023-02-30", "电商私域组", "包裹卡", 600, 40, 10),
    ("2023-02-21", "电商私域组", "包裹卡", 600, -4, 10),
)
