"""Content codings: how the bytes of an answer are packed for those who can unpack them."""

from pathlib import Path

import brotli

BROTLI = "br"
GZIP = "gzip"

QUALITY = 5
"""For answers, which are made again after each write: a millisecond for 50 kB."""
FILE_QUALITY, FILE_WINDOW = 6, 20
"""For files: plotly.js has 1.31 MB then. 1.23 would take three times the time and 50 MB of memory at each start."""
PART = 65_536


def accepts(header: str, coding: str) -> bool:
    """Say whether an Accept-Encoding names a coding, and not only to refuse it."""
    for part in header.lower().split(","):
        name, _, parameter = part.partition(";")
        if name.strip() == coding:
            return parameter.replace(" ", "").rstrip("0.") != "q="
    return False


def packed(body: bytes) -> bytes:
    """Return the bytes of an answer, packed with brotli."""
    found: bytes = brotli.compress(body, quality=QUALITY)
    return found


def packed_file(path: Path) -> bytes:
    """Return a file, packed with brotli, without ever holding all of it."""
    packer = brotli.Compressor(quality=FILE_QUALITY, lgwin=FILE_WINDOW)
    with path.open("rb") as file:
        parts = [packer.process(part) for part in iter(lambda: file.read(PART), b"")]
    return b"".join((*parts, packer.finish()))
