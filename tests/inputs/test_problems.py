"""Pydantic's refusals become issues with a row, a field and a sentence."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from app.inputs.facts import FriendsRow, RowsOf, SalesRow, TargetRow
from app.inputs.master import ChannelInput, UnitInput
from app.inputs.problems import MESSAGES, issues

ROW = {"day": "2024-02-29", "unit": "shop", "channel": "card"}
Friends = RowsOf[FriendsRow]


def refused(model: type[BaseModel], given: Any) -> list[tuple[int | None, str, str]]:  # noqa: ANN401 (JSON)
    """Return row, field and English message of what is wrong with some input."""
    with pytest.raises(ValidationError) as error:
        model.model_validate(given)
    return [(issue.row, issue.field, issue.message.en) for issue in issues(error.value.errors())]


@pytest.mark.parametrize(
    ("model", "given", "found"),
    [
        (Friends, {"rows": [ROW, {**ROW, "adds": -1}]}, [(1, "adds", "must be zero or more")]),
        (Friends, {"rows": [{**ROW, "likes": 1}]}, [(0, "likes", "unknown field")]),
        (Friends, {"rows": [{"day": "2024-02-29", "unit": "shop"}]}, [(0, "channel", "is required")]),
        (Friends, {"rows": []}, [(None, "rows", "must have at least 1 item(s)")]),
        (Friends, {"rows": 7}, [(None, "rows", "must be an array")]),
        (Friends, {}, [(None, "rows", "is required")]),
        (Friends, {"rows": [7]}, [(0, "rows", "must be an object")]),
        (
            Friends,
            {"rows": [{**ROW, "day": "2024-02-30", "adds": "x"}]},
            [(0, "day", "this day does not exist"), (0, "adds", "must be an integer")],
        ),
        (
            RowsOf[SalesRow],
            {"rows": [{"day": "2024-02-29", "unit": "shop", "touchpoint": "sms", "customer_kind": "old"}]},
            [(0, "customer_kind", "must be one of 'new', 'first_repeat', 'second_repeat' or 'loyal'")],
        ),
        (
            RowsOf[TargetRow],
            {"rows": [{"month": "2024-2", "unit": "shop", "metric": "gmv"}]},
            [(0, "month", "must be a month YYYY-MM")],
        ),
        (UnitInput, {"name": ""}, [(None, "name", "must not be empty")]),
        (UnitInput, {"name": "x" * 121}, [(None, "name", "must have at most 120 characters")]),
        (ChannelInput, {"color_slot": 9}, [(None, "color_slot", "must be at most 8")]),
    ],
)
def test_a_refusal_names_row_and_field(
    model: type[BaseModel], given: object, found: list[tuple[int | None, str, str]]
) -> None:
    assert refused(model, given) == found


def test_at_most_a_hundred_issues_are_told() -> None:
    assert len(refused(Friends, {"rows": [{**ROW, "adds": -1}] * 150})) == 100


def test_broken_json_is_a_matter_of_the_whole_body() -> None:
    (found,) = issues([{"type": "json_invalid", "loc": ("body", 17), "ctx": {"error": "x"}}])
    assert (found.row, found.field, found.message.en) == (None, "body", "is not valid JSON")


def test_a_mistake_without_a_place_is_one_of_the_body() -> None:
    (found,) = issues([{"type": "something_new", "loc": ("query",)}])
    assert (found.row, found.field, found.message.en) == (None, "body", "is not valid")


def test_every_message_stands_in_both_languages() -> None:
    assert all(text.zh and text.en for text in MESSAGES.values())
