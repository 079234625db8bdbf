"""The bars that figures are held to: ratios of one run, and a few limits that any machine should keep."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

RANGES = ("month to date", "18 months")
LEVELS = ("root", "inner unit", "leaf")


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure and its limit: the most it may be, or with `least` the least."""

    figure: str
    limit: float
    least: bool = False

    @property
    def words(self) -> str:
        """The limit as a table shows it."""
        return f"{'≥' if self.least else '≤'} {self.limit:g}"

    def reached(self, value: float) -> bool:
        """Say whether a value keeps the limit."""
        return value >= self.limit if self.least else value <= self.limit


@dataclass(frozen=True, slots=True)
class Row:
    """A bar with what was measured."""

    bar: Bar
    value: float

    @property
    def reached(self) -> bool:
        """Whether the bar was reached."""
        return self.bar.reached(self.value)


BARS = (
    *(Bar(f"board / its own SQL, company, {days}", 2.0) for days in RANGES),
    *(Bar(f"board over HTTP / its own SQL, company, {days}", 2.5) for days in RANGES),
    *(Bar(f"board / its own SQL, demo, {days}", 2.0) for days in RANGES),
    Bar("cached board / bare response, requests per second", 0.5, least=True),
    Bar("cached board / bare response, CPU", 1.8),
    Bar("304 / bare response, requests per second", 0.7, least=True),
    *(Bar(f"board at 100x / 1x, {level}, {days}", 1.3) for level in LEVELS for days in RANGES),
    Bar("facts / rollups, SQLite", 500, least=True),
    Bar("facts / rollups, PostgreSQL", 300, least=True),
    *(Bar(f"Dash / ours, {days}, uncached", 6, least=True) for days in RANGES),
    *(Bar(f"Dash / ours, {days}, cached", 80, least=True) for days in RANGES),
    Bar("write with / without rollups, one row", 3),
    Bar("write with / without rollups, a batch", 4),
    Bar("memory at rest, MB", 110),
    Bar("start to the first answer, s", 1.5),
    Bar("PUT of 50,000 rows, 2 units, s", 4),
    Bar("PUT of 50,000 rows, all units, s", 4),
    Bar("import by the command, most memory, MB", 500),
)
"""Those of a part that was left out are not shown."""


def rows(figures: Mapping[str, float]) -> Iterator[Row]:
    """Yield the bars whose figures were measured."""
    for bar in BARS:
        if bar.figure in figures:
            yield Row(bar, figures[bar.figure])
