"""The kinds of databases, and which of them a file is of."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
from sqlalchemy import URL

from app.cli.backup import mariadb, postgresql, servers, sqlite
from app.cli.backup.content import Content, Step
from app.db import Database


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of database: how it is written into a file, read, checked for tables and filled again."""

    name: str
    magic: tuple[bytes, ...]
    require_there: Callable[[URL], None]
    dump: Callable[[Database, Path, Step], None]
    read: Callable[[Path, int], Content]
    require_empty: Callable[[Database], None]
    put: Callable[[Database, Path, int], None]


SQLITE = Kind(
    "SQLite",
    sqlite.MAGIC,
    sqlite.require_there,
    sqlite.dump,
    sqlite.read,
    sqlite.require_empty,
    sqlite.put,
)
POSTGRESQL = Kind(
    "PostgreSQL",
    postgresql.MAGIC,
    servers.require_there,
    postgresql.dump,
    postgresql.read,
    servers.require_empty,
    postgresql.put,
)
MARIADB = Kind(
    "MariaDB",
    mariadb.MAGIC,
    servers.require_there,
    mariadb.dump,
    mariadb.read,
    servers.require_empty,
    mariadb.put,
)
KINDS = {"sqlite": SQLITE, "postgresql": POSTGRESQL, "mariadb": MARIADB, "mysql": MARIADB}


def of_database(database: Database) -> Kind:
    """Return the kind of a database; refuse one that Luopan does not run on."""
    name = database.url.get_backend_name()
    if name not in KINDS:
        raise click.ClickException(f"there are no backups of {name}")
    return KINDS[name]


def of_file(file: Path) -> Kind:
    """Return the kind of database that a file is of, by how it begins."""
    with file.open("rb") as source:
        start = source.read(32)
    for kind in KINDS.values():
        if start.startswith(kind.magic):
            return kind
    raise click.ClickException(f"{file} is no backup: " + ("it does not begin like one" if start else "it is empty"))
