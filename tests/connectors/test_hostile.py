"""C21: files that were made to hurt are refused with a clear sentence, before they can."""

import tracemalloc
from collections.abc import Callable

import pytest

from app.connectors import spreadsheet
from app.domain.errors import Invalid
from tests import hostile, sheets


def refusal(data: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        spreadsheet.opened(data).table(None)
    (issue,) = caught.value.issues
    assert issue.field == "file"
    return issue.message.zh


@pytest.mark.parametrize(("make", "said"), hostile.WORKBOOKS, ids=lambda part: getattr(part, "__name__", ""))
def test_c21_a_hostile_workbook_is_refused_in_little_memory(make: Callable[[], bytes], said: str) -> None:
    data = make()
    tracemalloc.start()
    try:
        assert refusal(data) == said
        assert tracemalloc.get_traced_memory()[1] < 30 * hostile.MB
    finally:
        tracemalloc.stop()


def test_c21_fifty_thousand_entries_are_refused() -> None:
    assert refusal(hostile.many_entries()) == "压缩包里有 50,010 个文件，这不是表格"


@pytest.mark.long
def test_c21_a_bomb_is_refused_by_what_it_declares() -> None:
    assert refusal(hostile.bomb()) == hostile.TOO_LARGE


@pytest.mark.parametrize(("data", "said"), hostile.OTHERS, ids=range(len(hostile.OTHERS)))
def test_c21_what_is_no_table_is_refused(data: bytes, said: str) -> None:
    assert refusal(data) == said


def test_c21_more_rows_than_allowed_are_refused_at_once() -> None:
    data = b"day,adds\n" + b"2024-02-01,5\n" * 300_000
    said = "文件有 300,001 行，最多 200,000 行，请拆成几个文件，或请管理员用命令行导入"
    assert refusal(data) == said
    assert spreadsheet.opened(data).table(None, max_rows=None).height == 300_001


def test_c21_a_zip_without_a_workbook_is_refused() -> None:
    assert refusal(hostile.with_part("xl/workbook.xml", b"<workbook/>")) == "文件里没有工作表"
    renamed = hostile.good().replace(b"xl/workbook.xml", b"xl/workbook.bin")
    assert refusal(renamed) == "压缩包里没有工作簿，请选择 xlsx 或 csv"


def test_c21_the_good_ones_are_read() -> None:
    made = (sheets.daily_report(), sheets.revenue_wide(), sheets.customer_statistics(), sheets.friends_long())
    assert [spreadsheet.opened(data).table(None).height for data in made] == [10, 8, 32, 21]
