"""An import on every kind of database: keys that lie close, keys that are scattered, and what is remembered."""

from datetime import date, timedelta

from app.db import Database
from tests import served, sheets
from tests.served import UNIT, Site
from tests.uploads import File, last

CHANNELS = ("视频号", "包裹卡", "抖音")


def test_c05_the_second_import_finds_every_row_of_the_first(database: Database) -> None:
    served.fill(database)
    site = Site.on(database)
    days = [date(2022, 1, 1) + timedelta(days=37 * index) for index in range(12)]
    scattered = [(day, "电商私域组", CHANNELS[index % 3], 9, index, 0) for index, day in enumerate(days)]
    close = [("2023-09-01", "门店私域组", channel, 9, 1, 0) for channel in CHANNELS]
    targets = [("2023-10", UNIT, "加粉率", channel, "14%") for channel in ("", "包裹卡")]
    files = (
        sheets.text([sheets.FRIENDS, *scattered]),
        sheets.text([sheets.FRIENDS, *close]),
        sheets.text([("月份", "单元", "指标", "渠道", "目标值"), *targets]),
    )
    for data, rows in zip(files, (12, 3, 2), strict=True):
        assert last(File(site, data).commit())["result"]["counts"] == {"new": rows, "changed": 0, "same": 0}
        again = File(site, data)
        assert again.found["remembered"]
        assert last(again.commit())["result"]["counts"] == {"new": 0, "changed": 0, "same": rows}
