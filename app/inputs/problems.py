"""Pydantic's refusals as issues: row, field and a sentence in both languages."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.domain.errors import Issue
from app.domain.text import Text

MESSAGES = {
    "missing": Text("必填", "is required"),
    "extra_forbidden": Text("没有这个字段", "unknown field"),
    "day_format": Text("日期格式应为 YYYY-MM-DD", "must be a day YYYY-MM-DD"),
    "day_unknown": Text("没有这一天", "this day does not exist"),
    "day_range": Text("日期应在 2000 至 2199 年之间", "must lie between 2000-01-01 and 2199-12-31"),
    "month_format": Text("月份格式应为 YYYY-MM", "must be a month YYYY-MM"),
    "number": Text("请填数字", "must be a number"),
    "integer": Text("请填整数", "must be an integer"),
    "int_type": Text("请填整数", "must be an integer"),
    "negative": Text("不能小于 0", "must be zero or more"),
    "greater_than_equal": Text("不能小于 {ge}", "must be at least {ge}"),
    "less_than_equal": Text("不能大于 {le}", "must be at most {le}"),
    "too_large": Text("不能大于一万亿", "must be at most 10^12"),
    "too_large_money": Text("不能大于十万亿元", "must be at most 10^13 yuan"),
    "money_decimals": Text("金额最多两位小数", "must have at most two decimals"),
    "string_pattern_mismatch": Text(
        "代码只能用小写字母、数字、_ 和 -，最长 40 位", "must match [a-z0-9][a-z0-9_-]{{0,39}}"
    ),
    "string_type": Text("请填文字", "must be a string"),
    "string_too_short": Text("不能为空", "must not be empty"),
    "string_too_long": Text("最长 {max_length} 字", "must have at most {max_length} characters"),
    "control": Text("不能含有控制字符", "must not hold control characters"),
    "enum": Text("只能是 {expected}", "must be one of {expected}"),
    "literal_error": Text("只能是 {expected}", "must be one of {expected}"),
    "too_short": Text("至少要有 {min_length} 行", "must have at least {min_length} item(s)"),
    "too_long": Text("最多 {max_length} 行", "must have at most {max_length} items"),
    "list_type": Text("应为数组", "must be an array"),
    "model_attributes_type": Text("应为对象", "must be an object"),
    "model_type": Text("应为对象", "must be an object"),
    "json_invalid": Text("不是有效的 JSON", "is not valid JSON"),
    "bool_type": Text("应为 true 或 false", "must be true or false"),
    "bool_parsing": Text("应为 true 或 false", "must be true or false"),
}
_OTHER = Text("填写有误", "is not valid")
_CONTAINERS = ("rows", "keys")


def issues(errors: Iterable[Mapping[str, Any]]) -> list[Issue]:
    """Return the issues of Pydantic's error list, at most 100 of them.

    Positions are read from the location: an integer behind `rows` or `keys` is the row.
    """
    return [_issue(error) for error, _ in zip(errors, range(100), strict=False)]


def _issue(error: Mapping[str, Any]) -> Issue:
    place = [part for part in error["loc"] if part not in ("body", "query", "path", "header")]
    row = next((part for part in place if isinstance(part, int)), None)
    names = [part for part in place if isinstance(part, str)]
    named = [name for name in names if name not in _CONTAINERS] or names
    if error["type"] == "json_invalid":
        return Issue("body", MESSAGES["json_invalid"])
    message = MESSAGES.get(error["type"], _OTHER).fill(**error.get("ctx", {}))
    return Issue(named[0] if named else "body", message, row)
