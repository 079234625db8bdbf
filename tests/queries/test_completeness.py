"""补填: which channels a unit's day lacks, and days on which it says that there is nothing."""

from datetime import date, timedelta

import pytest

from app.db import Database
from app.domain.errors import Conflict, Invalid
from app.domain.period import Period
from app.domain.roles import SYSTEM
from app.inputs.master import ChannelInput, UnitInput
from app.queries import completeness, coverage
from app.queries.completeness import DayOf, DayState
from app.queries.units import load_tree
from app.store import channels, days, units
from tests.store.conftest import TODAY, Company, friends

FIRST = date(2023, 5, 1)
DAYS = [FIRST + timedelta(days=offset) for offset in range(5)]


@pytest.fixture
def company(database: Database) -> Company:
    """Two channels on the first day, one on the second, none on the third, both on the fourth."""
    made = Company(database)
    rows = [(0, "parcel"), (0, "douyin"), (1, "parcel"), (3, "parcel"), (3, "douyin")]
    made.put("friends", *(friends(DAYS[day].isoformat(), channel=channel, adds=1) for day, channel in rows))
    made.put("pushes", {"day": "2023-05-01", "unit": "east", "touchpoint": "sms", "pushes": 1})
    return made


def seen(company: Company, today: date = TODAY) -> list[tuple[str, tuple[str, ...]]]:
    """Return each day's state and its missing friends channels; both ways of asking must agree."""
    with company.database.read() as session:
        tree = load_tree(session)
        east = tree.by_code["east"].id
        found = completeness.of_days(session, SYSTEM, tree, east, DAYS, today)
        for day in DAYS:
            one = completeness.of_units(session, SYSTEM, tree, east, day).get(east, DayOf(DayState.NONE, {}))
            if day < today and one.state is not DayState.NONE:
                assert (one.state, one.missing) == (found[day].state, found[day].missing)
                assert one.kinds["friends"] == found[day].kinds["friends"]
    return [(str(day.state), day.kinds["friends"].missing) for day in found.values()]


def mark(company: Company, day: date, *, on: bool = True) -> None:
    with company.database.write() as session:
        days.mark(session, SYSTEM, "east", day, TODAY, on=on)


def test_a_channel_is_missed_from_the_day_after_its_first_row(company: Company) -> None:
    assert seen(company) == [
        ("complete", ()),
        ("partial", ("douyin",)),
        ("missing", ("douyin", "parcel")),
        ("partial", ()),  # the push of the first day is missed
        ("missing", ("douyin", "parcel")),
    ]
    with company.database.write() as session:
        channels.put(session, SYSTEM, "douyin", ChannelInput(active=False))
        channels.put(session, SYSTEM, "sms", ChannelInput(active=False))
    assert [state for state, _ in seen(company)] == ["complete", "complete", "missing", "complete", "missing"]
    assert seen(company, today=DAYS[4])[4] == ("none", ()), "a day that is not over misses nothing yet"
    with company.database.write() as session:
        units.put(session, SYSTEM, "east", UnitInput(active=False))
    assert [state for state, _ in seen(company)] == ["complete", "complete", "none", "complete", "none"]


def test_a_channel_out_of_use_for_five_weeks_is_not_asked_for(company: Company) -> None:
    late = FIRST + timedelta(days=36)
    company.put("friends", friends(late.isoformat(), adds=1))
    with company.database.read() as session:
        tree = load_tree(session)
        east = tree.by_code["east"].id
        days_later = [late + timedelta(days=n) for n in (1, 3)]
        found = completeness.of_days(session, SYSTEM, tree, east, days_later, TODAY)
    assert [day.kinds["friends"].missing for day in found.values()] == [("douyin", "parcel"), ("parcel",)]


def test_a_day_marked_as_having_no_data_is_not_expected_and_the_mark_can_be_taken_back(company: Company) -> None:
    def covered() -> tuple[int, int]:
        with company.database.read() as session:
            tree = load_tree(session)
            period = Period(DAYS[0], DAYS[4])
            # The team has a child, so the company's other leaves are looked at: the child's own days.
            found = coverage.load(session, SYSTEM, tree, tree.by_code["co"].id, period, TODAY)
        return (found.expected, found.present)

    corner = [friends(DAYS[0].isoformat(), "corner", adds=1), friends(DAYS[4].isoformat(), "corner", adds=1)]
    company.put("friends", *corner)
    assert covered() == (5, 2)
    with company.database.write() as session:
        days.mark(session, SYSTEM, "corner", DAYS[2], TODAY, on=True)
    assert covered() == (4, 2)
    company.put("friends", friends(DAYS[2].isoformat(), "corner", adds=1))
    assert covered() == (5, 3), "a row says more than the mark"
    mark(company, DAYS[2])
    mark(company, DAYS[2])
    assert seen(company)[2][0] == "no_data"
    mark(company, DAYS[2], on=False)
    assert seen(company)[2][0] == "missing"


def test_a_mark_is_refused_where_there_are_numbers_and_for_days_to_come(company: Company) -> None:
    with pytest.raises(Conflict):
        mark(company, DAYS[1])
    with pytest.raises(Invalid):
        mark(company, TODAY + timedelta(days=1))
