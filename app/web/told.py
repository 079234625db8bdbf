"""Where the numbers of 今日 and of targets lead: to what they mean and are made of."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from app.domain.period import Period, month_of


@dataclass(frozen=True, slots=True)
class Told:
    """Makes addresses for the numbers of a unit, over a period unless a day or month is given."""

    unit: str
    period: Period
    as_of: str = ""

    def href(self, metric: str, *, unit: str | None = None, channel: str | None = None, kind: str | None = None) -> str:
        """Return the address of what stands behind a metric."""
        named = {"unit": unit or self.unit, "channel": channel, "kind": kind, "as_of": self.as_of}
        span = {"from": f"{self.period.first}", "to": f"{self.period.last}"}
        return f"/explain?{urlencode({'metric': metric, **span, **{key: word for key, word in named.items() if word}})}"

    def over(self, period: Period | None) -> "Told":
        """Return the same over another period."""
        return self if period is None else Told(self.unit, period, self.as_of)

    def on(self, day: date) -> "Told":
        """Return the same for one day."""
        return self.over(Period(day, day))

    def in_month(self, number: str) -> "Told":
        """Return the same for a month of the year, 01 to 12."""
        return self.over(month_of(date(self.period.first.year, int(number), 1)))
