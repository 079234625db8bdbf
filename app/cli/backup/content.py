"""What a backup holds, whatever kind of database it is of."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from app.queries import revision as revisions

Step = Callable[[int, int | None], None]
"""Is told how many bytes are done, and of how many where that is known."""

CORE = frozenset({"alembic_version", "units", "channels", "users", "data_version"})
"""Tables that every version of Luopan has."""


@dataclass(frozen=True, slots=True)
class Content:
    """The tables of a backup, what `alembic_version` says of them, and their size in words."""

    tables: frozenset[str]
    revisions: tuple[str, ...]
    amount: str


def require_ours(content: Content, file: Path) -> None:
    """Refuse what is no database of Luopan, or one of a version that is not known here."""
    if not content.tables >= CORE or len(content.revisions) != 1:
        raise click.ClickException(f"{file} holds no database of Luopan")
    (revision,), known = content.revisions, revisions.known()
    if revision not in known:
        raise click.ClickException(
            f"{file} is from a newer version of Luopan: its tables are at {revision}, this version knows {max(known)}"
        )
