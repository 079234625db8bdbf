"""Rules across fields, rows and tables hold for the merged result, from both sides."""

import time_machine
from anyio.from_thread import BlockingPortal

from app.settings import Settings
from tests.api.kit import KEYS, Api, refused, row

SALE = KEYS["sales"]
COHORT = KEYS["retention"]
FRIENDS = KEYS["friends"]


def test_retained_does_not_exceed_the_adds_of_its_cohort(any_api: Api) -> None:
    any_api.save("friends", row("friends", adds=200))
    refused(any_api.rows("retention", row("retention", unit="west"), row("retention", retained=201)), (1, "retained"))
    assert any_api.facts("retention") == []
    any_api.save("retention", row("retention", retained=200))


def test_adds_do_not_fall_below_a_stored_retained(any_api: Api) -> None:
    any_api.save("friends", row("friends", adds=200))
    any_api.save("retention", row("retention", day_n=1, retained=190), row("retention", day_n=7, retained=181))
    refused(any_api.rows("friends", row("friends", unit="west"), {**FRIENDS, "adds": 189}), (1, "adds"))
    assert [item["adds"] for item in any_api.facts("friends")] == [200]
    any_api.save("friends", {**FRIENDS, "adds": 190})


def test_retained_may_come_before_its_adds_are_known(api: Api) -> None:
    api.save("retention", row("retention", retained=181))
    api.save("friends", {**FRIENDS, "reach": 5})
    refused(api.rows("friends", {**FRIENDS, "adds": 180}), (0, "adds"))
    api.save("friends", {**FRIENDS, "adds": 181})
    api.save("friends", {**FRIENDS, "adds": None})
    api.save("retention", {**COHORT, "retained": 5_000})


def test_a_cohort_is_of_one_unit_channel_and_day(api: Api) -> None:
    api.save("friends", row("friends", adds=10))
    others = ({"unit": "corner"}, {"channel": "douyin"}, {"cohort_day": "2023-05-05"})
    for at, other in enumerate(others, 1):
        assert api.save("retention", row("retention", retained=9_999, **other))["inserted"] == 1, at


def test_a_part_sent_alone_is_held_against_the_stored_whole(any_api: Api) -> None:
    any_api.save("sales", {**SALE, "orders": 10, "gmv": 100})
    for field, value in (("buyers", 11), ("member_orders", 11), ("member_gmv", "100.01")):
        refused(any_api.rows("sales", {**SALE, field: value}), (0, field))
    any_api.save("sales", {**SALE, "buyers": 10, "member_orders": 10, "member_gmv": 100})
    refused(any_api.rows("sales", {**SALE, "orders": 9}), (0, "buyers"), (0, "member_orders"))
    refused(any_api.rows("sales", {**SALE, "gmv": "99.99"}), (0, "member_gmv"))
    any_api.save("sales", {**SALE, "orders": 9, "buyers": 9, "member_orders": 9})


def test_a_part_without_its_whole_is_taken(api: Api) -> None:
    assert api.save("sales", {**SALE, "buyers": 5, "member_orders": 5, "member_gmv": 5})["inserted"] == 1
    refused(api.rows("sales", {**SALE, "orders": 4}), (0, "buyers"), (0, "member_orders"))


def test_refunds_may_exceed_the_gmv_of_a_day(api: Api) -> None:
    assert api.save("sales", {**SALE, "gmv": 1, "refunds": 500})["inserted"] == 1


def test_one_number_of_a_stock_count_is_held_against_the_other(api: Api) -> None:
    api.save("stock-counts", row("stock-counts", cumulative=100, current=90))
    refused(api.rows("stock-counts", {**KEYS["stock-counts"], "cumulative": 89}), (0, "current"))
    assert api.save("stock-counts", {**KEYS["stock-counts"], "cumulative": 90})["updated"] == 1


def test_today_may_be_entered_and_a_target_for_any_month(api: Api) -> None:
    api.save("friends", row("friends", day="2023-10-09"))
    api.save("retention", row("retention", cohort_day="2023-10-02", day_n=7))
    api.save("targets", row("targets", month="2024-12"), row("targets", month="2000-01"))
    api.save("friends", row("friends", day="2000-01-01"))


def test_the_day_begins_in_the_time_zone_of_the_workspace(api: Api, loop: BlockingPortal) -> None:
    shanghai = Api.on(api.database, loop, Settings())
    honolulu = Api.on(api.database, loop, Settings(timezone="Pacific/Honolulu"))
    with time_machine.travel("2024-02-28T16:00:00+00:00", tick=False):
        assert shanghai.save("friends", row("friends", day="2024-02-29"))["inserted"] == 1
        refused(shanghai.rows("friends", row("friends", day="2024-03-01")), (0, "day"))
        refused(honolulu.rows("friends", row("friends", day="2024-02-29")), (0, "day"))
    with time_machine.travel("2024-02-28T15:59:59+00:00", tick=False):
        refused(shanghai.rows("friends", row("friends", day="2024-02-29")), (0, "day"))
