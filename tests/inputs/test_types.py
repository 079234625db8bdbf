"""What a field takes and what it refuses, in one word for each kind of mistake."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.inputs.types import Code, Count, Day, Month, PlainDecimal, Revision, Yuan, is_code

ADAPTERS: dict[str, TypeAdapter[Any]] = {
    name: TypeAdapter(kind)
    for name, kind in (
        ("day", Day),
        ("month", Month),
        ("code", Code),
        ("count", Count),
        ("yuan", Yuan),
        ("decimal", PlainDecimal),
        ("revision", Revision),
    )
}


@pytest.mark.parametrize(
    ("kind", "given", "taken"),
    [
        ("day", "2024-02-29", date(2024, 2, 29)),
        ("day", "2000-01-01", date(2000, 1, 1)),
        ("day", "2199-12-31", date(2199, 12, 31)),
        ("day", date(2024, 2, 29), date(2024, 2, 29)),
        ("month", "2024-02", date(2024, 2, 1)),
        ("month", date(2024, 2, 1), date(2024, 2, 1)),
        ("code", "a", "a"),
        ("code", "0_store-1", "0_store-1"),
        ("code", "a" * 40, "a" * 40),
        ("count", 0, 0),
        ("count", 10**12, 10**12),
        ("yuan", 0, 0),
        ("yuan", 12, 1200),
        ("yuan", 12.34, 1234),
        ("yuan", 0.1, 10),
        ("yuan", "12.3", 1230),
        ("yuan", "10000000000000.00", 10**15),
        ("yuan", Decimal("1.25"), 125),
        ("decimal", "0.1477900001", Decimal("0.1477900001")),
        ("decimal", 1e-7, Decimal("0.0000001")),
        ("decimal", -0.0, Decimal(0)),
        ("revision", 0, 0),
    ],
)
def test_a_field_takes(kind: str, given: object, taken: object) -> None:
    found = ADAPTERS[kind].validate_python(given)
    assert found == taken
    assert type(found) is type(taken)


@pytest.mark.parametrize(
    ("kind", "given", "error"),
    [
        ("day", "2023-02-29", "day_unknown"),
        ("day", "2024-13-01", "day_unknown"),
        ("day", "1999-12-31", "day_range"),
        ("day", "2200-01-01", "day_range"),
        ("day", "2024-2-9", "day_format"),
        ("day", "2024-02-09T00:00", "day_format"),
        ("day", "２０２４-02-09", "day_format"),  # digits, but not the ones of ASCII
        ("day", 20240209, "day_format"),
        ("day", None, "day_format"),
        ("month", "2024-02-01", "month_format"),
        ("month", "2024-13", "day_unknown"),
        ("month", 202402, "month_format"),
        ("code", "", "string_pattern_mismatch"),
        ("code", "-a", "string_pattern_mismatch"),
        ("code", "A", "string_pattern_mismatch"),
        ("code", "a" * 41, "string_pattern_mismatch"),
        ("code", "a\n", "string_pattern_mismatch"),
        ("code", 1, "string_type"),
        ("count", -1, "negative"),
        ("count", 10**12 + 1, "too_large"),
        ("count", True, "integer"),
        ("count", 1.0, "integer"),
        ("count", "1", "integer"),
        ("count", None, "integer"),
        ("yuan", -0.01, "negative"),
        ("yuan", "-1", "negative"),
        ("yuan", "0.001", "money_decimals"),
        ("yuan", 1.234, "money_decimals"),
        ("yuan", "10000000000000.01", "too_large_money"),
        ("yuan", "1e3", "number"),
        ("yuan", "1,000", "number"),
        ("yuan", " 1", "number"),
        ("yuan", "", "number"),
        ("yuan", True, "number"),
        ("yuan", float("nan"), "number"),
        ("yuan", float("inf"), "number"),
        ("yuan", 1e25, "number"),
        ("yuan", Decimal("NaN"), "number"),
        ("yuan", [], "number"),
        ("revision", -1, "greater_than_equal"),
        ("revision", "1", "int_type"),
    ],
)
def test_a_field_refuses(kind: str, given: object, error: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ADAPTERS[kind].validate_python(given)
    assert [problem["type"] for problem in refused.value.errors()] == [error]


@given(st.integers(0, 10**15))
def test_every_amount_comes_back_to_the_fen(fen: int) -> None:
    text = f"{fen // 100}.{fen % 100:02d}"
    assert ADAPTERS["yuan"].validate_python(text) == fen
    assert ADAPTERS["yuan"].validate_json(text) == fen or fen >= 10**13  # a float has no more digits


@pytest.mark.parametrize(("text", "good"), [("ok", True), ("a-1_b", True), ("", False), ("Ä", False), ("a b", False)])
def test_a_code_can_be_told_from_other_text(text: str, *, good: bool) -> None:
    assert is_code(text) is good
