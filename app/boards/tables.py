"""Tables that boards share: metrics by period with a total row, and heat steps."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from app.boards.board import Shown, metrics
from app.boards.view import DAYS, NO_HIT, NOTHING, Column, Plain, Row, Table
from app.domain.facts import ChannelKind
from app.domain.period import Grain, Period
from app.domain.scope import GroupBy
from app.domain.text import Text
from app.queries.channels import ChannelRow

HEAT_STEPS = 6
"""Steps of the colour ramp."""

LABELS = {Grain.DAY: DAYS, Grain.WEEK: Text("周", "Week"), Grain.MONTH: Text("月份", "Month")}
REPORTS = {Grain.DAY: Text("日报", "Daily"), Grain.WEEK: Text("周报", "Weekly"), Grain.MONTH: Text("月报", "Monthly")}
"""What the table of all metrics by period is called."""

TOTAL = Text("合计 / 期末", "Total / close")


def column(key: str, *, signed: bool = False) -> Column:
    """Return the column of a metric, named and formatted by the catalogue."""
    (metric,) = metrics(key)
    return Column(key, metric.label, metric.unit, signed=signed, metric=key)


def channels_with(shown: Shown, kind: ChannelKind, key: str) -> list[ChannelRow]:
    """Return the channels of a kind that have a value in the range, in their fixed order."""
    return [
        channel
        for channel in shown.channels.values()
        if channel.kind is kind and shown.number(key, group=channel.code, by=GroupBy.CHANNEL) is not None
    ]


def named(channel: ChannelRow) -> Text:
    """Return the name of a channel: people give it, in their own language."""
    return Text(channel.name, channel.name)


def joined(texts: Iterable[Text], by: Text) -> Text:
    """Return texts as one, separated as each language does."""
    kept = list(texts)
    return Text(by.zh.join(text.zh for text in kept), by.en.join(text.en for text in kept))


def by_period(
    shown: Shown,
    columns: Sequence[Column],
    note: Text,
    hits: Mapping[Period, frozenset[str]] = NOTHING,
    words: Mapping[Period, Text] = NOTHING,
) -> Table:
    """Return metrics for each period of the board's grain, and their total over the whole range.

    `hits` names for a period the columns that are over their limit, `words` what is to be noted.
    """
    keys = [item.key for item in columns]
    values = zip(*(shown.series(key) for key in keys), strict=True)
    rows = [
        Row(
            label,
            dict(zip(keys, numbers, strict=True)),
            hits=hits.get(period, NO_HIT) if hits else NO_HIT,
            note=words.get(period) if words else None,
            period=period,
        )
        for label, period, numbers in zip(shown.labels, shown.periods, values, strict=True)
    ]
    total = Row(TOTAL, {item.key: shown.plain(item.key) for item in columns})
    return Table(tuple(columns), tuple(rows), total, note, LABELS[shown.grain])


def heat(values: Sequence[Plain]) -> list[int | None]:
    """Return each value's step on the ramp, from the lowest to the highest of all; None where there is none."""
    known = [Decimal(value) for value in values if isinstance(value, int | Decimal)]
    low, width = (min(known), max(known) - min(known)) if known else (Decimal(0), Decimal(0))
    # A floor of decimals is exact, and a tenth of the time that fractions take.
    return [
        (min(int((value - low) * HEAT_STEPS // width), HEAT_STEPS - 1) if width else 0)
        if isinstance(value, int | Decimal)
        else None
        for value in values
    ]


def told(parts: Iterable[tuple[object, Text]], none: Text) -> Text:
    """Return a finding of the words whose number is there, or the words for a finding without any."""
    known = [words for number, words in parts if number is not None]
    return joined(known, Text("，", ", ")) if known else none
