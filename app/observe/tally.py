"""What a transaction writes, noted on its connection: it counts once the transaction is committed, and not before."""

from collections import Counter
from typing import Any

Tally = Counter[tuple[str, str]]
"""How many, by kind of fact and by what became of a row; batches of the history stand under `BATCHES`."""

BATCHES = "batches"

_KEY = "luopan_tally"


def note(info: dict[Any, Any], kind: str, **counts: int) -> None:
    """Add to what the transaction has written; `info` is that of its connection."""
    tally: Tally = info.setdefault(_KEY, Counter())
    tally.update({(kind, what): count for what, count in counts.items()})


def taken(info: dict[Any, Any]) -> Tally:
    """Return what was noted and forget it."""
    tally: Tally = info.pop(_KEY, Counter())
    return tally
