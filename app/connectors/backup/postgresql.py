"""PostgreSQL: through pg_dump and pg_restore, in the custom format."""

import re
from pathlib import Path
from tempfile import TemporaryFile

from sqlalchemy.engine import URL

from app.connectors.backup.kind import DAMAGED, NOT_OURS, Kind, refused, run
from app.domain.errors import Invalid

_REVISION = re.compile(rb"^COPY \w+\.alembic_version .*;\n(\S+)\n", re.MULTILINE)


def _write(url: URL, file: Path) -> None:
    with file.open("wb") as out:
        run("pg_dump", ["--format=custom", "--no-owner", "--no-privileges"], _environment(url), stdin=None, out=out)


def _revision(file: Path) -> str:
    with file.open("rb") as source, TemporaryFile() as out:
        arguments = ["--data-only", "--table=alembic_version", "--file=-"]
        try:
            run("pg_restore", arguments, {}, stdin=source, out=out)
        except Invalid as error:
            raise error if "was not found" in error.issues[0].message.en else refused(DAMAGED) from None
        out.seek(0)
        found = _REVISION.search(out.read())
    if found is None:
        raise refused(NOT_OURS)
    return found[1].decode()


def _restore(url: URL, file: Path) -> None:
    arguments = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    with file.open("rb") as source, TemporaryFile() as out:
        run("pg_restore", [*arguments, f"--dbname={url.database}"], _environment(url), stdin=source, out=out)


def _environment(url: URL) -> dict[str, str]:
    given = {
        "PGHOST": url.host,
        "PGPORT": url.port and str(url.port),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    return {name: str(value) for name, value in given.items() if value}


POSTGRESQL = Kind("postgresql", lambda head: head.startswith(b"PGDMP"), _write, _revision, _restore)
