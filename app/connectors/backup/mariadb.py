"""MariaDB: through mariadb-dump and mariadb, as statements."""

import os
import re
from pathlib import Path
from tempfile import TemporaryFile

from sqlalchemy.engine import URL

from app.connectors.backup.kind import DAMAGED, NOT_OURS, Kind, refused, run

_REVISION = re.compile(rb"^INSERT INTO `alembic_version` VALUES\s*\('([^']+)'\)", re.MULTILINE)
_ENDS = b"-- Dump completed"
_TAIL = 200


def _write(url: URL, file: Path) -> None:
    arguments = ["--single-transaction", "--quick", "--default-character-set=utf8mb4", "--hex-blob"]
    with file.open("wb") as out:
        run("mariadb-dump", [*_server(url), *arguments, url.database or ""], _secrets(url), stdin=None, out=out)


def _revision(file: Path) -> str:
    found, before = None, b""
    with file.open("rb") as source:
        for line in source:
            # Its values stand in the line of the statement, or in the next one.
            if found := _REVISION.search(before + line):
                break
            before = line if line.startswith(b"INSERT INTO `alembic_version`") else b""
        source.seek(max(0, os.fstat(source.fileno()).st_size - _TAIL))
        if _ENDS not in source.read():
            raise refused(DAMAGED)
    if found is None:
        raise refused(NOT_OURS)
    return found[1].decode()


def _restore(url: URL, file: Path) -> None:
    arguments = [*_server(url), "--default-character-set=utf8mb4", url.database or ""]
    with file.open("rb") as source, TemporaryFile() as out:
        run("mariadb", arguments, _secrets(url), stdin=source, out=out)


def _server(url: URL) -> list[str]:
    given = {"host": url.host, "port": url.port, "user": url.username}
    return ["--no-defaults", *(f"--{name}={value}" for name, value in given.items() if value)]


def _secrets(url: URL) -> dict[str, str]:
    return {"MYSQL_PWD": url.password} if url.password else {}


def _is_own(head: bytes) -> bool:
    return b"-- MariaDB dump" in head or b"-- MySQL dump" in head


MARIADB = Kind("mariadb", _is_own, _write, _revision, _restore)
