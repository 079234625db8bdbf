"""今日: its cards and notices, against the plain reference."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from app.boards.today import cards
from app.boards.today.morning import USUAL, Morning, lag, load
from app.boards.today.read import by_weight, read
from app.boards.today.upkeep import unusual_days
from app.boards.today.view import KpiCard, Notice, Today
from app.db import Database
from app.domain.facts import PUSHES
from app.domain.roles import SYSTEM
from app.domain.text import Text
from app.metrics.catalog import CATALOG
from app.queries.units import load_tree
from tests import mornings, plain, strategies, worlds
from tests.mornings import TODAY, UNIT, YESTERDAY
from tests.plain import World
from tests.worlds import KEYS, rounded

WORLD = mornings.world()
FIRST = YESTERDAY.replace(day=1)
VIEWER = replace(SYSTEM, user_id=1)
TARGETS = {row["metric"]: row for row in plain.target_rows(WORLD, UNIT, "2024-03") if row["channel"] is None}


@pytest.fixture(scope="module")
def north() -> Iterator[Database]:
    """A database that holds the world of these tests."""
    database = strategies.memory()
    strategies.seed(database)
    worlds.write(database, WORLD)
    yield database
    database.close()


def shown(database: Database, unit: str = UNIT, today: date = TODAY) -> Today:
    """Return the page of a unit."""
    with database.read() as session:
        tree = load_tree(session)
        return read(session, VIEWER, tree, tree.by_code[unit], today)


def morning(database: Database, unit: str = UNIT) -> Morning:
    """Return what cards and notices are made from, for every metric there is."""
    with database.read() as session:
        tree = load_tree(session)
        return load(session, VIEWER, tree, tree.by_code[unit], KEYS, TODAY)


def on(key: str, day: date, world: World = WORLD, unit: str = UNIT) -> Fraction | None:
    """Return a metric on one day by the reference."""
    return plain.metric(world, key, unit, day, day)


def percent(value: Fraction) -> str:
    """Write a rate as the page does."""
    return f"{rounded(value * 100, 'yuan')}%"


def titled(view: Today, title: str) -> Notice:
    """Return the notice of a title."""
    (found,) = (notice for notice in view.notices if notice.title.zh == title)
    return found


def test_every_card_shows_the_day_and_its_change_and_the_month_of_the_reference(north: Database) -> None:
    found = morning(north)
    for key in KEYS:
        unit = plain.CATALOGUE[key].unit
        day = YESTERDAY - timedelta(days=lag(CATALOG[key]))
        card = cards.card(found, key)
        now, before = on(key, day), on(key, day - timedelta(days=1))
        assert (card.day, card.value) == (day, rounded(now, unit)), key
        assert card.month == rounded(plain.metric(WORLD, key, UNIT, FIRST, YESTERDAY), unit), key
        if before is None:
            assert card.compare is None, key
        else:
            assert card.compare is not None, key
            assert card.compare.value == rounded(before, unit), key
            moved = None if now is None or before == 0 else rounded(now / before - 1, "rate")
            assert card.compare.change == moved, key


def test_the_line_of_a_card_says_its_days_and_breaks_where_one_lacks(north: Database) -> None:
    found = morning(north, "west")
    card = cards.card(replace(found, today=mornings.MISSED + timedelta(days=3)), "friends_added")
    assert card.spark is not None
    assert len(card.spark.runs) == 2
    assert "3/11 —" in card.spark.words.zh
    assert card.spark.words.en.startswith("Friends added, last 7 days: 3/7 ")
    ends = [run.split(" ")[0] for run in card.spark.runs], card.spark.end[0]
    assert ends[1] == "108.0"
    assert ends[0][0].startswith("4.0,")
    assert cards.card(found, "gmv").spark is None


@pytest.mark.parametrize("key", ["friends_added", "friends_current", "gmv", "repeat_share"])
def test_the_pace_of_a_card_is_that_of_its_target(north: Database, key: str) -> None:
    pace, row, unit = cards.card(morning(north), key).pace, TARGETS[key], plain.CATALOGUE[key].unit
    assert pace is not None
    assert (pace.target, pace.actual) == (rounded(row["target"], unit), rounded(row["actual"], unit))
    assert pace.share == rounded(row["completion"], "rate")
    assert pace.pace == rounded(row["pace"], "rate")
    assert pace.gap == rounded(row["target"] - row["actual"], unit)
    assert (pace.time, pace.status) == (rounded(row["time_progress"], "rate"), row["status"])
    assert (pace.shape == "flow") == (row["pace"] is not None)


def limit_card(database: Database, key: str) -> KpiCard:
    """Return the card of a metric that has a limit."""
    card = cards.card(morning(database), key)
    assert card.pace is not None
    assert card.pace.shape == "limit"
    return card


def test_a_card_over_its_limit_says_since_when(north: Database) -> None:
    days = [FIRST + timedelta(days=ago) for ago in range(YESTERDAY.day)]
    over = [day for day in days if (on("churn_rate_mtd", day) or 0) > Fraction(5, 100)]
    assert 0 < len(over) < len(days), "the world has a breach in the middle of the month"
    card = limit_card(north, "churn_rate_mtd")
    assert card.pace is not None
    assert (card.status, card.pace.since, card.pace.days) == ("over_limit", over[0], len(over))
    assert card.spark is not None
    assert card.spark.limit is not None
    # A month's limit of a sum means nothing beside a day of it.
    refunds = limit_card(north, "refunds")
    assert refunds.status == "within_limit"
    assert refunds.spark is not None
    assert refunds.spark.limit is None
    pushes = limit_card(north, "push_loss_rate")
    assert pushes.spark is not None
    assert (pushes.status, pushes.spark.limit is None) == ("over_limit", False)


def test_what_counts_from_the_first_is_not_compared_with_another_month(north: Database) -> None:
    found = replace(morning(north), today=date(2024, 3, 2))
    assert cards.card(found, "churn_rate_mtd").compare is None
    assert cards.card(found, "friends_added").compare is not None


def test_notices_name_the_two_numbers_and_where_to_act(database: Database) -> None:
    worlds.write(database, WORLD)
    view = shown(database)
    rate = on("churn_rate_mtd", YESTERDAY)
    assert rate is not None
    churn = titled(view, "月流失率超阈值")
    assert churn.text.zh.startswith(f"{percent(rate)}，阈值 5.00%，超 ")
    assert churn.href == f"/growth?unit={UNIT}&from=2024-03-01&to=2024-03-19"
    gmv, left = TARGETS["gmv"], 31 - 20  # today, the 20th, counts as elapsed
    needed = rounded((gmv["target"] - gmv["actual"]) / left, "yuan")
    done, time = percent(gmv["completion"]), percent(gmv["time_progress"])
    mean = rounded(gmv["actual"] / 19, "yuan")
    assert titled(view, "GMV落后").text.zh == (
        f"完成 {done}，时间进度 {time}；余下 {left} 天每天需 {needed:,}，至今日均 {mean:,}"
    )
    east = plain.metric(WORLD, "churn_rate_mtd", "east", YESTERDAY, YESTERDAY)
    assert east is not None
    assert titled(view, "1 个下级单元月流失率超阈值").text.zh == f"east {percent(east)}；阈值 5.00%"
    below = titled(view, "1 个下级单元GMV落后")
    (aim,) = plain.target_rows(WORLD, "east", "2024-03")
    assert below.text.zh == f"east {percent(aim['completion'])}；时间进度 {time}"
    assert titled(view, "本月缺填 1 天").text.zh == "west 1 天"
    assert [notice.tone for notice in view.notices] == sorted(
        (notice.tone for notice in view.notices), key=["bad", "warn", "info"].index
    )
    assert all(notice.href.startswith("/") for notice in view.notices)


def test_unusual_days_are_told_of_the_unit_and_of_its_children(north: Database) -> None:
    notices = unusual_notices(north)
    found = {(notice.about.zh if notice.about else "", notice.title.zh): notice for notice in notices}
    assert set(found) == {
        *((UNIT, f"{name}异常") for name in ("新增好友", "GMV", "老客营收")),
        ("east", "GMV异常"),
        ("west", "新增好友异常"),
    }
    tuesdays = [on("friends_added", YESTERDAY - timedelta(weeks=ago), unit="west") for ago in range(1, 9)]
    low, high = min(filter(None, tuesdays)), max(filter(None, tuesdays))
    assert found["west", "新增好友异常"].text.zh == f"昨日 60，高于近 8 个同星期几的 {low} 至 {high}"
    assert found["east", "GMV异常"].href == "/sales?unit=east&from=2024-03-19&to=2024-03-19"


def unusual_notices(database: Database) -> list[Notice]:
    """Return the notices of unusual days, none left out."""
    return list(unusual_days(morning(database), USUAL))


def test_a_sum_is_not_called_low_where_entries_lack(sqlite_database: Database) -> None:
    worlds.write(sqlite_database, mornings.world(is_whole=False))
    view = shown(sqlite_database)
    missing = titled(view, "昨日未填报 1 项")
    assert missing.text.zh == f"east {PUSHES.name.zh}"
    assert missing.href == "/entry/pushes?unit=east&day=2024-03-19"
    titles = {notice.title.zh for notice in unusual_notices(sqlite_database)}
    assert titles == {"新增好友异常"}


def test_a_bad_day_of_one_kind_leaves_room_for_the_others() -> None:
    def notice(tone: str, kind: str, number: int) -> Notice:
        word = Text(str(number), str(number))
        return Notice(tone, kind, word, word, "/", word)

    many = [notice("warn", "target", number) for number in range(9)]
    found = by_weight([*many, notice("bad", "target", 10), notice("info", "unusual", 11)])
    assert [(one.tone, one.title.zh) for one in found] == [("bad", "10"), ("warn", "0"), ("warn", "1"), ("info", "11")]
