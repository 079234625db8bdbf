"""The file of a backup: private from its first byte, whole or absent, with a seal that shows what befell it."""

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

PIECE = 1 << 20
_SEAL = b"\n-- luopan backup, SHA-256 of what stands above: %s\n"
_LENGTH = len(_SEAL % (b"0" * 64))
BESIDE = ("", "-journal", "-wal", "-shm")
"""What SQLite may keep beside a file, and the file itself."""


@contextmanager
def part_of(file: Path, *, force: bool = False) -> Iterator[Path]:
    """Give a new empty file beside `file` with mode 0600, which becomes `file` when the block ends well.

    It is on disk before it gets its name. An existing `file` is replaced with `force` only.
    """
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        # The mode is given as the file is made: there is no moment at which others could open it.
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            yield part
            _to_disk(part)
            _name(part, file, force=force)
            _to_disk(file.parent)
        finally:
            for ending in BESIDE:
                part.with_name(part.name + ending).unlink(missing_ok=True)
    except FileExistsError:
        raise exists(file) from None
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from None


def exists(file: Path) -> click.ClickException:
    """Return the refusal to overwrite a file."""
    return click.ClickException(f"{file} exists already; nothing was written")


def _name(part: Path, file: Path, *, force: bool) -> None:
    if force:
        part.replace(file)
        return
    try:
        # Unlike a rename, a link never replaces what appeared in the meantime.
        file.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:  # some file systems know no links
        if file.exists():
            raise exists(file) from None
        part.replace(file)


def _to_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def seal(part: Path) -> None:
    """Append a line with the checksum of all that a file holds; the database programs overlook it."""
    with part.open("r+b") as out:
        digest = _digest(out, part.stat().st_size)
        out.seek(0, os.SEEK_END)
        out.write(_SEAL % digest)


def whole(file: Path) -> int:
    """Return how many bytes a file has without its seal; refuse one that differs from what was sealed.

    A file without a seal was made by another program: what it is worth, only its content shows.
    """
    size = file.stat().st_size
    with file.open("rb") as source:
        source.seek(max(size - _LENGTH, 0))
        end = source.read()
        found = re.fullmatch(re.escape(_SEAL).replace(b"%s", b"([0-9a-f]{64})"), end)
        if found is None:
            return size
        source.seek(0)
        if _digest(source, size - _LENGTH) != found[1]:
            raise damaged(file, "its checksum is another one than when it was written")
    return size - _LENGTH


def damaged(file: Path, why: str) -> click.ClickException:
    """Return the refusal of a file that is not what was written."""
    return click.ClickException(f"{file} is damaged or cut off: {why}")


def copy(source: Path, length: int, out: Path) -> None:
    """Write the first `length` bytes of a file into another one, which exists."""
    with source.open("rb") as given, out.open("r+b") as taken:
        for piece in _pieces(given, length):
            taken.write(piece)


def _digest(source: IO[bytes], length: int) -> bytes:
    digest = hashlib.sha256()
    for piece in _pieces(source, length):
        digest.update(piece)
    return digest.hexdigest().encode()


def _pieces(source: IO[bytes], length: int) -> Iterator[bytes]:
    while length > 0 and (piece := source.read(min(PIECE, length))):
        length -= len(piece)
        yield piece
