"""What backups of PostgreSQL and MariaDB have in common: the programs that come with the server."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import click
from sqlalchemy import URL, inspect

from app.db import Database

WATCH_SECONDS = 1
PACKAGES = {"pg_dump": "postgresql-client", "pg_restore": "postgresql-client"}


@dataclass(frozen=True, slots=True)
class Command:
    """A program and its arguments; `secret` goes into its environment, where `ps` does not show it."""

    words: Sequence[str]
    secret: Mapping[str, str] = field(default_factory=dict)


def require_there(_url: URL) -> None:
    """Leave it to the server to say that a database is not there."""


def require_empty(database: Database) -> None:
    """Refuse a database with tables."""
    if inspect(database.engine).get_table_names():
        raise click.ClickException(
            f"the database {database.url.database} has tables already; a backup only goes into an empty place"
        )


def run(command: Command, *, source: Path | None = None, out: Path | None = None, watch: Callable[[], None]) -> None:
    """Run a program to its end, from and into files; what it complains about is one sentence."""
    with (
        nullcontext() if source is None else source.open("rb") as given,
        nullcontext() if out is None else out.open("r+b") as taken,
        started(command, given, taken) as process,
    ):
        while True:
            try:
                _, said = process.communicate(timeout=WATCH_SECONDS)
                break
            except subprocess.TimeoutExpired:
                watch()
    require_success(command, process.returncode, said)


@contextmanager
def started(
    command: Command, given: IO[bytes] | None = None, taken: IO[bytes] | int | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """Give a running program, which is ended when the block fails."""
    name = command.words[0]
    program = shutil.which(name)
    if program is None:
        package = PACKAGES.get(name, "mariadb-client")
        raise click.ClickException(f"{name} is not installed here; it comes with {package} (Debian's name)")
    with (
        subprocess.Popen(  # noqa: S603 (a program of the database server, with words of this package)
            [program, *command.words[1:]],
            env={**os.environ, **command.secret},
            stdin=subprocess.DEVNULL if given is None else given,
            stdout=subprocess.DEVNULL if taken is None else taken,
            stderr=subprocess.PIPE,
        ) as process
    ):
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def require_success(command: Command, code: int, said: bytes) -> None:
    """Refuse the work of a program that failed, with the line that says why."""
    if code:
        lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()] or [f"exit code {code}"]
        why = next((line for line in lines if "error" in line.lower()), lines[0])
        name = command.words[0]
        raise click.ClickException(f"{name}: {why.removeprefix(f'{name}: ').removeprefix('error: ')}")
