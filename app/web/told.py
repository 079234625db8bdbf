"""Where the numbers of all pages lead: to what they mean and are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from app.domain.period import Period, month_of
from app.domain.scope import GroupBy
from app.web.drill import PARAMS


@dataclass(frozen=True, slots=True)
class Told:
    """Makes addresses for the numbers of a page, over its period unless another one is given."""

    period: Period
    kept: str
    """What is asked beside the days, as part of an address."""

    @classmethod
    def about(cls, period: Period, asked: Mapping[str, str | None]) -> "Told":
        """Return what leads from a page that was asked for with some parameters."""
        return cls(period, _more(asked))

    def href(self, metric: str, **narrowed: str | None) -> str:
        """Return the address of what stands behind a metric; what it is narrowed to takes the place of what is kept."""
        return f"{self.behind(narrowed)}&metric={metric}"

    def behind(self, narrowed: Mapping[str, str | None] | None = None) -> str:
        """Return what the addresses of all metrics of a row begin with."""
        more = _more(narrowed) if narrowed else ""
        return f"/explain?from={self.period.first}&to={self.period.last}{self.kept}{more}"

    def row(self, period: Period | None, group: tuple[GroupBy, str] | None) -> str:
        """Return what the addresses of a row of a table begin with."""
        return self.over(period).behind({PARAMS[group[0]]: group[1]} if group else None)

    def over(self, period: Period | None) -> "Told":
        """Return the same over another period."""
        return self if period is None else Told(period, self.kept)

    def on(self, day: date) -> "Told":
        """Return the same for one day."""
        return self.over(Period(day, day))

    def in_month(self, number: str) -> "Told":
        """Return the same for a month of the year, 01 to 12."""
        return self.over(month_of(date(self.period.first.year, int(number), 1)))


def _more(asked: Mapping[str, str | None]) -> str:
    """Return parameters as the rest of an address: of two with one name the last one counts."""
    words = urlencode({name: value for name, value in asked.items() if value})
    return f"&{words}" if words else ""
