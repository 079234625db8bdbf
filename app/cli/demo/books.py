"""The books of the made-up company: what truly happened, beside what of it was written down."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from app.cli.demo.patterns import Row
from app.domain.period import Period

CODE = "luopan"
"""The company that the four units belong to."""


@dataclass(slots=True)
class Books:
    """What truly happened, and what of it was written down."""

    days: Period
    counts: list[Row] = field(default_factory=list)
    friends: list[Row] = field(default_factory=list)
    current: dict[tuple[str, date], int] = field(default_factory=dict)
    adds: dict[tuple[str, str, date], int] = field(default_factory=dict)
    sums: dict[tuple[str, str, str], float] = field(default_factory=lambda: defaultdict(float))
    """By unit (the company too), month and name of the number."""
