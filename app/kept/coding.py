"""Content codings: how the bytes of an answer are packed for those who can unpack them."""

import brotli

BROTLI = "br"
GZIP = "gzip"

ONCE = 9
"""The quality for files, which are packed once for each start; above it plotly.js takes 10 s and loses 8 % more."""
OFTEN = 5
"""The quality for answers, which are made again after each write."""


def accepts(header: str, coding: str) -> bool:
    """Say whether an Accept-Encoding names a coding, and not only to refuse it."""
    for part in header.lower().split(","):
        name, _, parameter = part.partition(";")
        if name.strip() == coding:
            return parameter.replace(" ", "").rstrip("0.") != "q="
    return False


def brotli_of(body: bytes, quality: int) -> bytes:
    """Return bytes packed with brotli."""
    packed: bytes = brotli.compress(body, quality=quality)
    return packed
