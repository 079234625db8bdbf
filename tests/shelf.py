"""SQLite databases that tests lend each other: each finds its own file in place, and what was compiled before stays."""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from app.db import Database

MEMORY = Path("/dev/shm")  # noqa: S108 (used only below a directory that is nobody else's)
ROOM = 2**30
"""A disk in memory is used where it has this much room: nothing here must survive a power cut."""

_free: dict[float, list[Database]] = defaultdict(list)


@cache
def _place() -> TemporaryDirectory[str]:
    roomy = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM
    return TemporaryDirectory(prefix="luopan_test_", dir=MEMORY if roomy else None)


@contextmanager
def lent(file: Path, busy_seconds: float) -> Iterator[Database]:
    """Give a database that is a copy of a SQLite file; a new one would compile each of its statements anew."""
    free = _free[busy_seconds]
    database = free.pop() if free else _new(busy_seconds)
    heard = len(database.engine.dispatch.begin)
    _put(file, Path(database.url.database or ""))
    try:
        yield database
    finally:
        database.close()
        database.loaded.clear()  # the versions of the next file begin again
        # An application listens to its database for good: that one is lent no more.
        if len(database.engine.dispatch.begin) == heard:
            free.append(database)


def sweep() -> None:
    """Take the files away."""
    _free.clear()
    if _place.cache_info().currsize:
        _place().cleanup()
        _place.cache_clear()


def _new(busy_seconds: float) -> Database:
    number = sum(1 for _ in Path(_place().name).glob("*.db"))
    return Database(f"sqlite:///{_place().name}/{number}.db", busy_seconds=busy_seconds)


def _put(file: Path, path: Path) -> None:
    # Away first: whoever still holds the old file keeps it to itself.
    for end in ("", "-wal", "-shm"):
        path.with_name(f"{path.name}{end}").unlink(missing_ok=True)
    shutil.copyfile(file, path)
