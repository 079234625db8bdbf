"""The made-up company: what four units win, keep, sell and push, day by day.

Friends come first: the stock and the adds of a day decide what is sold and pushed on it, and what
was reached decides the targets.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from random import Random

from app.cli.demo import goals, patterns
from app.cli.demo.books import CODE, Books
from app.cli.demo.patterns import PROFILES, Buying, Profile, Row, busy, money, pull, season, seeded, whole
from app.domain.facts import FRIENDS, PUSHES, RETENTION, SALES, STOCK_COUNTS, TARGETS, CustomerKind
from app.domain.period import DAY, Grain, Period, month_of, split

RESTLESS = 18
"""Days of a restless month in which friends leave at twice the rate of its rest."""


def facts(days: Period, today: date) -> Iterator[tuple[str, list[Row]]]:
    """Yield (kind, at most 20,000 rows) of the company: stock counts first, targets last."""
    books = Books(days)
    for profile in PROFILES:
        _live(profile, books)
    yield STOCK_COUNTS.kind, books.counts
    tables: tuple[tuple[str, Callable[[Books], Iterable[Row]]], ...] = (
        (FRIENDS.kind, _friends),
        (RETENTION.kind, _retention),
        (SALES.kind, _sales),
        (PUSHES.kind, _pushes),
    )
    for kind, rows in tables:
        yield from ((kind, chunk) for chunk in patterns.chunks(rows(books)))
    yield from ((TARGETS.kind, chunk) for chunk in patterns.chunks(goals.targets(books, today)))


def _live(profile: Profile, books: Books) -> None:
    """Let a unit win and lose friends; what was forgotten comes to light at a recount."""
    rng = seeded(f"friends {profile.code}")
    cumulative, current = profile.cumulative, profile.current
    books.counts.append(_count(profile, books.days.first - DAY, cumulative, current))
    months = split(books.days, Grain.MONTH)
    for back, month in zip(reversed(range(len(months))), months, strict=True):
        opening, leaving = current, _leaving(profile, rng, back, month_of(month.first))
        for day, share in zip(month, leaving, strict=False):
            rows, adds, losses = _day(profile, books, rng, day, opening * share)
            # The last days are never forgotten: the demo should open on a full page.
            if rng.random() >= patterns.FORGOTTEN or day > books.days.last - timedelta(days=3):
                books.friends += rows
            cumulative, current = cumulative + adds, current + adds - losses
            if day == month_of(day).last and day.month in patterns.RECOUNTS:
                current += rng.randint(-60, 40)
                books.counts.append(_count(profile, day, cumulative, current))
            books.current[profile.code, day] = current


def _leaving(profile: Profile, rng: Random, back: int, month: Period) -> list[float]:
    """Return what part of the month's opening stock leaves on each of its days."""
    restless = back in profile.breaches
    # A restless month loses most in its first weeks, so the limit breaks soon after the middle.
    weights = [(1.5 if day.day <= RESTLESS else 0.75) if restless else pull(day) ** 0.4 for day in month]
    selling = any(campaign.month == month.first.month for campaign in patterns.CAMPAIGNS)
    usual = profile.churn + rng.gauss(0, 0.0022) + (0.002 if selling else 0)
    churn = profile.breaches[back] if restless else min(max(usual, 0.0252), 0.0475)
    return [churn * weight * rng.gauss(1, 0.07) / sum(weights) for weight in weights]


def _day(profile: Profile, books: Books, rng: Random, day: date, leaving: float) -> tuple[list[Row], int, int]:
    """Return a day's rows with the true sums of adds and losses, also of what is not recorded."""
    rows, adds, losses = [], 0, 0
    trade = 1 + patterns.GROWTH * (day - books.days.first).days / 30
    trend = trade * busy(day, profile.week) ** 0.8
    arriving = trade * (patterns.parcels(day) if day.weekday() != patterns.PACKING_REST else 0)
    everyone = sum(reach * patterns.SOURCES[channel].add_rate for channel, reach in profile.reach.items())
    for phase, (channel, usual) in enumerate(profile.reach.items()):
        source = patterns.SOURCES[channel]
        reach = whole(rng, usual * (arriving if channel == "parcel_card" else trend) * rng.gauss(1, 0.09))
        won = whole(rng, reach * source.add_rate * rng.gauss(1, 0.07) * (1 + 0.06 * season(day, phase)))
        lost = whole(rng, leaving * usual * source.add_rate / everyone * rng.gauss(1, 0.1))
        known = source.reach_known and rng.random() >= patterns.ABSENT
        measures = {
            "reach": reach if known else None,
            "adds": won,
            "losses": lost if rng.random() >= patterns.ABSENT else None,
        }
        rows.append({"day": day.isoformat(), "unit": profile.code, "channel": channel, **measures})
        books.adds[profile.code, channel, day] = won
        adds, losses = adds + won, losses + lost
    return rows, adds, losses


def _count(profile: Profile, day: date, cumulative: int, current: int) -> Row:
    return {"day": day.isoformat(), "unit": profile.code, "cumulative": cumulative, "current": current}


def _friends(books: Books) -> Iterator[Row]:
    for row in books.friends:
        known = {f"reach/{row['channel']}": row["reach"], f"adds/{row['channel']}": row["adds"]}
        _sum(books, row, {"friends_added": row["adds"], **(known if row["reach"] is not None else {})})
        yield row


def _retention(books: Books) -> Iterator[Row]:
    """Follow every recorded cohort; who is there on day 30 was there on day 7."""
    rng = seeded("retention")
    for row in books.friends:
        day, left, before = date.fromisoformat(row["day"]), row["adds"], 1.0
        wave = 0.012 * season(day, 1)
        for day_n, usual in patterns.SUMS.items():
            if day + timedelta(days=day_n) > books.days.last:
                break
            kept = usual + (patterns.SOURCES[row["channel"]].stay + wave) * (1 - usual) * 4
            chance = min(kept / before, 1.0)
            noise = rng.gauss(0, math.sqrt(left * chance * (1 - chance)))
            left, before = min(left, whole(rng, left * chance + noise)), kept
            key = {"cohort_day": row["day"], "unit": row["unit"], "channel": row["channel"]}
            yield {**key, "day_n": day_n, "retained": left}


def _sales(books: Books) -> Iterator[Row]:
    for profile in PROFILES:
        rng = seeded(f"sales {profile.code}")
        for day in books.days:
            for row in (*_old(profile, books, rng, day), *_new(profile, books, rng, day)):
                _sum(books, row, _sold(row))
                yield row


def _old(profile: Profile, books: Books, rng: Random, day: date) -> Iterator[Row]:
    """Sell to friends who bought before; where they came from is not recorded."""
    buyers = books.current[profile.code, day] * profile.buyers / 30.4 * busy(day, profile.week)
    everywhere = sum(patterns.TOUCHPOINTS[code].old for code in profile.touchpoints)
    for touchpoint in profile.touchpoints:
        here = buyers * patterns.TOUCHPOINTS[touchpoint].old / everywhere * rng.gauss(1, 0.1)
        for kind, buying in patterns.OLD.items():
            key = {"day": day.isoformat(), "unit": profile.code, "touchpoint": touchpoint, "customer_kind": kind.value}
            yield {**key, **_basket(rng, here * buying.share, profile.aov_old, buying)}


def _new(profile: Profile, books: Books, rng: Random, day: date) -> Iterator[Row]:
    """Sell to the day's new friends, by the channel that brought them."""
    everywhere = sum(patterns.TOUCHPOINTS[code].new for code in profile.touchpoints)
    for source in profile.reach:
        buyers = books.adds[profile.code, source, day] * profile.first_orders * (1 + 0.07 * season(day, 2))
        for touchpoint in profile.touchpoints:
            key = {"day": day.isoformat(), "unit": profile.code, "touchpoint": touchpoint, "source": source}
            here = buyers * patterns.TOUCHPOINTS[touchpoint].new / everywhere
            yield {**key, "customer_kind": CustomerKind.NEW.value, **_basket(rng, here, profile.aov_new, patterns.NEW)}


def _basket(rng: Random, buyers: float, aov: int, buying: Buying) -> Row:
    """Return the measures of one sales row, in which nothing exceeds what it is a part of."""
    people = whole(rng, buyers)
    orders = people + whole(rng, people * 0.12)
    gmv = round(orders * aov * buying.value * max(rng.gauss(1, 0.11), 0.5))
    member_orders = min(orders, whole(rng, orders * buying.members))
    member_gmv = min(gmv, round(gmv * member_orders / max(orders, 1) * rng.uniform(0.94, 1.06)))
    refunds = round(gmv * 0.03 * rng.expovariate(1))
    return {
        "gmv": money(gmv),
        "orders": orders,
        "buyers": people,
        "refunds": money(refunds) if rng.random() >= patterns.ABSENT else None,
        "member_gmv": money(member_gmv),
        "member_orders": member_orders,
    }


def _sold(row: Row) -> dict[str, float]:
    gmv, kind = float(row["gmv"]), row["customer_kind"]
    shared = {"gmv": gmv, "orders": row["orders"], "member_gmv": float(row["member_gmv"])}
    if kind == CustomerKind.NEW:
        return {**shared, "gmv_new": gmv, "orders_new": row["orders"], "buyers_new": row["buyers"]}
    return {**shared, "gmv_old": gmv, f"gmv_old/{row['touchpoint']}": gmv}


def _pushes(books: Books) -> Iterator[Row]:
    for profile in PROFILES:
        rng = seeded(f"pushes {profile.code}")
        for day in books.days:
            for touchpoint in profile.touchpoints:
                if patterns.TOUCHPOINTS[touchpoint].pushes:
                    row = _push(profile, books, rng, day, touchpoint)
                    _sum(books, row, {"pushes": row["pushes"]})
                    yield row


def _push(profile: Profile, books: Books, rng: Random, day: date, code: str) -> Row:
    """Push on one touchpoint; some rest on most days, and then nothing was sent: a true zero."""
    touchpoint = patterns.TOUCHPOINTS[code]
    resting = day.weekday() not in touchpoint.weekdays and pull(day) <= 1
    friends = 0 if resting else books.current[profile.code, day]
    sent = whole(rng, friends * touchpoint.pushes * profile.pushing * math.sqrt(pull(day)) * rng.gauss(1, 0.12))
    return {
        "day": day.isoformat(),
        "unit": profile.code,
        "touchpoint": code,
        "pushes": sent,
        "push_cost": money(round(sent * touchpoint.cost / 1000 * rng.gauss(1, 0.03))),
        "push_gmv": money(round(sent * touchpoint.revenue / 1000 * max(rng.gauss(1, 0.16), 0.3))),
        "push_losses": whole(rng, sent * profile.churn * 0.062 * rng.gauss(1, 0.15)),
    }


def _sum(books: Books, row: Row, numbers: dict[str, float]) -> None:
    month = row["day"][:7]
    for name, number in numbers.items():
        books.sums[row["unit"], month, name] += number
        books.sums[CODE, month, name] += number
