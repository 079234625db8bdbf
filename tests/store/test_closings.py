"""月结: a closed month stands still on every path, until it is reopened for a reason."""

from datetime import date

import pytest

from app.domain.errors import Closed, Conflict, Forbidden, Invalid
from app.domain.roles import SYSTEM, Grant, Role, Viewer
from app.queries import closings as closed_months
from app.store import closings, days, undo
from tests.store.conftest import TODAY, Company, friends

MAY, JUNE = date(2023, 5, 1), date(2023, 6, 1)
BOSS = Viewer("陈立", (Grant(Role.ADMIN),))


def close(company: Company, month: date = MAY) -> None:
    with company.database.write() as session:
        closings.close(session, BOSS, month, TODAY)


def reopen(company: Company, reason: str = "漏填两天") -> None:
    with company.database.write() as session:
        closings.reopen(session, BOSS, MAY, reason)


def test_a_closed_month_refuses_every_way_to_change_it_and_says_who_closed_it(company: Company) -> None:
    row = friends("2023-05-31", adds=5)
    batch = company.batch("friends", row)
    close(company)
    before = company.facts()
    target = {"month": "2023-05", "unit": "east", "metric": "gmv", "value": 1}
    for write in (
        lambda: company.put("friends", friends("2023-05-31", adds=6)),
        lambda: company.put("friends", friends("2023-06-01", adds=1), friends("2023-05-01", adds=1)),
        lambda: company.put("targets", target),
        lambda: company.put("stock-counts", {"day": "2023-05-02", "unit": "west", "cumulative": 1, "current": 1}),
        lambda: company.remove("friends", {"day": "2023-05-31", "unit": "east", "channel": "parcel"}),
    ):
        with pytest.raises(Closed) as refused:
            write()
        assert refused.value.status == 409
        assert refused.value.message.zh.startswith("2023年5月已由 陈立 于 ")
        assert refused.value.message.zh.endswith(" 月结，只读")
    for change in (
        lambda session: undo.undo(session, SYSTEM, batch, TODAY),
        lambda session: days.mark(session, SYSTEM, "west", MAY, TODAY, on=True),
    ):
        with pytest.raises(Closed), company.database.write() as session:
            change(session)
    assert company.facts() == before
    assert company.put("friends", row).unchanged == 1, "what changes nothing is no write"
    assert company.put("friends", friends("2023-06-01", adds=1), friends("2023-04-30", adds=1)).inserted == 2


def test_what_was_left_of_a_cohort_belongs_to_the_day_on_which_it_was_counted(company: Company) -> None:
    cohort = {"cohort_day": "2023-05-20", "unit": "east", "channel": "parcel"}
    close(company)
    assert company.put("retention", {**cohort, "day_n": 30, "retained": 3}).inserted == 1
    with pytest.raises(Closed):
        company.put("retention", {**cohort, "day_n": 7, "retained": 3})


def test_reopening_needs_a_reason_and_both_are_kept_in_the_history(company: Company) -> None:
    close(company)
    with pytest.raises(Closed):
        close(company)
    with pytest.raises(Invalid):
        reopen(company, "  ")
    reopen(company)
    assert company.put("friends", friends("2023-05-31", adds=6)).inserted == 1
    with pytest.raises(Conflict):
        reopen(company)
    close(company)
    with company.database.read() as session:
        (closing,) = closed_months.load(session).values()
    assert (closing.month, closing.actor) == (MAY, "陈立")


def test_only_an_admin_of_everything_closes_and_only_months_that_are_over(company: Company) -> None:
    for viewer in (Viewer("mo", (Grant(Role.MANAGER),)), Viewer("al", (Grant(Role.ADMIN, 1),))):
        with pytest.raises(Forbidden), company.database.write() as session:
            closings.close(session, viewer, MAY, TODAY)
        with pytest.raises(Forbidden), company.database.write() as session:
            closings.reopen(session, viewer, MAY, "x")
    with pytest.raises(Invalid):
        close(company, TODAY.replace(day=1))
