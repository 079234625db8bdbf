"""Backups of PostgreSQL, by pg_dump and pg_restore."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import click
from sqlalchemy import URL

from app.cli.backup import file as files
from app.cli.backup.content import Content, Step
from app.cli.backup.servers import Command, require_success, run, started
from app.db import Database

MAGIC = (b"PGDMP",)
_COPY = re.compile(rb'COPY (?:\S+\.)?"?(\w+)"? \(.*\) FROM stdin;\s*')
_END = rb"\."


def command(url: URL, *words: str) -> Command:
    """Return a program with the address of a database; the password is not among the words."""
    address = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    secret["PGCONNECT_TIMEOUT"] = "10"
    return Command([*words, "--no-password", f"--dbname={address.render_as_string()}"], secret)


def dump(database: Database, part: Path, step: Step) -> None:
    """Write all tables as they are at one moment; others go on writing."""
    asked = command(database.url, "pg_dump", "--format=custom", "--lock-wait-timeout=60s")
    run(asked, out=part, watch=lambda: step(part.stat().st_size, None))


def read(file: Path, length: int) -> Content:
    """Return what a dump holds, once pg_restore has unpacked all of it."""
    del length
    unpack = Command(["pg_restore", "--file=-", str(file)])
    with started(unpack, taken=subprocess.PIPE) as process:
        if process.stdout is None or process.stderr is None:
            raise RuntimeError("the output of pg_restore was asked for")
        found = _content(process.stdout)
        said = process.stderr.read()
    if process.returncode:
        try:
            require_success(unpack, process.returncode, said)
        except click.ClickException as error:
            raise files.damaged(file, error.message) from None
    return found


def _content(lines: Iterable[bytes]) -> Content:
    tables, revisions, rows, inside = set(), [], 0, ""
    for line in lines:
        if inside:
            if line.rstrip(b"\r\n") == _END:
                inside = ""
                continue
            rows += 1
            if inside == "alembic_version":
                revisions.append(line.decode().strip())
        elif found := _COPY.fullmatch(line):
            inside = found[1].decode()
            tables.add(inside)
    return Content(frozenset(tables), tuple(revisions), f"{rows} rows")


def put(database: Database, file: Path, length: int) -> None:
    """Restore all of a checked dump in one transaction."""
    del length
    words = ("pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
    asked = command(database.url, *words)
    run(Command([*asked.words, str(file)], asked.secret), watch=lambda: None)
