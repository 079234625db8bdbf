"""Backups of MariaDB, by mariadb-dump and mariadb."""

import re
from pathlib import Path

import click
from sqlalchemy import URL, inspect

from app.cli.backup import file as files
from app.cli.backup.content import Content, Step
from app.cli.backup.servers import Command, run
from app.db import Database

MAGIC = (b"/*M!999999", b"-- MariaDB dump", b"-- MySQL dump")
_TABLE = re.compile(rb"CREATE TABLE `(\w+)` \(\s*")
_DATA = re.compile(rb"INSERT INTO `(\w+)` .*VALUES\s*(\(.*)?")
_REVISION = re.compile(rb"\('(\w+)'\)")
_ELSEWHERE = (b"USE `", b"CREATE DATABASE ")
_COMPLETE = b"-- Dump completed"
_OPTIONS = {"unix_socket": "--socket", "ssl_ca": "--ssl-ca", "ssl_cert": "--ssl-cert", "ssl_key": "--ssl-key"}


def command(url: URL, *words: str) -> Command:
    """Return a program with the address of a server; the password is not among the words."""
    given: dict[str, object] = {"--host": url.host, "--port": url.port, "--user": url.username}
    given |= {option: url.query.get(name) for name, option in _OPTIONS.items()}
    # A "localhost" is a socket to these programs, and an address to the rest of Luopan.
    named = ["--default-character-set=utf8mb4", *([] if "unix_socket" in url.query else ["--protocol=tcp"])]
    named += [f"{option}={value}" for option, value in given.items() if value]
    return Command([*words, *named], {"MYSQL_PWD": str(url.password)} if url.password else {})


def dump(database: Database, part: Path, step: Step) -> None:
    """Write all tables as they are at one moment; others go on writing.

    MariaDB cannot restore in one transaction. `alembic_version` comes last, so that what a killed
    restore leaves is not taken for a database of Luopan.
    """
    names = sorted(inspect(database.engine).get_table_names(), key=lambda name: (name == "alembic_version", name))
    asked = command(database.url, "mariadb-dump", "--single-transaction", "--quick", "--no-tablespaces")
    whole = Command([*asked.words, str(database.url.database), *names], asked.secret)
    run(whole, out=part, watch=lambda: step(part.stat().st_size, None))


def read(file: Path, length: int) -> Content:
    """Return what a dump of `length` bytes holds, once it has been read to its end."""
    tables, revisions, rows, inside, last, read_ = set(), [], 0, b"", b"", 0
    with file.open("rb") as lines:
        for line in lines:
            if read_ >= length:
                break
            read_, last = read_ + len(line), line.strip() or last
            if line.startswith(_ELSEWHERE):
                raise click.ClickException(f"{file} names the database it goes into; dump it without --databases")
            if found := _TABLE.fullmatch(line):
                tables.add(found[1].decode())
            elif found := _DATA.match(line):
                inside = found[1]
            rows += line.startswith(b"(")
            if inside == b"alembic_version" and (revision := _REVISION.search(line)):
                revisions.append(revision[1].decode())
                inside = b""
    if not last.startswith(_COMPLETE):
        raise files.damaged(file, "its last line is missing")
    return Content(frozenset(tables), tuple(revisions), f"{rows} rows")


def put(database: Database, file: Path, length: int) -> None:
    """Run a checked dump; when that fails, the tables it made are dropped again."""
    del length
    asked = command(database.url, "mariadb", "--batch", f"--database={database.url.database}")
    try:
        run(asked, source=file, watch=lambda: None)
    except BaseException:
        _drop_all(database)
        raise


def _drop_all(database: Database) -> None:
    quote = database.engine.dialect.identifier_preparer.quote_identifier
    names = inspect(database.engine).get_table_names()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("SET SESSION foreign_key_checks = 0")
        for name in names:
            connection.exec_driver_sql(f"DROP TABLE {quote(name)}")
        connection.invalidate()  # nobody shall be given a connection without checks
