"""What the page of targets can be asked."""

import pytest

from tests.served import Site


@pytest.mark.parametrize("when", ["month=2023-09", "year=2023"])
@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("metric=evil", "没有这个指标：evil"),
        ("by=evil", "by 只能是 touchpoint, source, customer_kind, unit"),
    ],
)
def test_targets_refuse_what_cannot_be_asked_as_boards_do(reading: Site, when: str, asked: str, sentence: str) -> None:
    assert sentence in reading.page(f"/targets?{when}&{asked}", 422).one("div", "state").text


def test_a_metric_without_targets_in_a_month_is_no_mistake(reading: Site) -> None:
    assert reading.page("/targets?month=2023-09&metric=push_cost&by=unit").one("h2", id="title-targets")
