"""Whether a zip may be opened: every part is inflated once, a piece at a time, before any reader of xlsx sees it.

A reader builds whatever the file claims: a far corner as a whole plane of cells, a hundred bytes as
a gigabyte. So what it will build is measured first, in bounded memory.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from app.connectors.table import refused
from app.connectors.xlsx_cost import Cost
from app.domain.errors import Invalid

MAX_ENTRIES = 2000
MAX_DIRECTORY = 1 << 20
MAX_TOTAL = 400 << 20
MAX_RATIO = 250
SMALL = 4 << 20
"""Below this a part may be as dense as it likes."""
PIECE = 1 << 20
LONGEST_TAG = 1 << 20

_LOCAL = struct.Struct("<4s4xH16xHH")
_END = struct.Struct("<4s6xHIIH")
_LOCAL_MARK, _END_MARK, _END64_MARK = b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x07"
_ENCRYPTED = 1
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def broken() -> Invalid:
    """Return the refusal of a file that is no proper workbook."""
    return refused("文件已损坏或不完整，请用 Excel 或 WPS 打开后另存一次", "The file is broken or incomplete")


def too_large() -> Invalid:
    """Return the refusal of a file that would take too much memory."""
    return refused("文件解开后太大，请拆成几个文件", "The file is too large once unpacked")


def check(data: bytes) -> Cost:
    """Inflate every part within bounds and return what reading them will cost; Invalid when it must not be read."""
    _one_directory(data)
    try:
        entries = zipfile.ZipFile(BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error):
        raise broken() from None
    _sane(entries)
    cost = Cost()
    for entry in entries:
        cost.begin(entry.filename)
        for tags in _whole_tags(_verified(data, entry)):
            if b"<!" in tags and _DOCTYPE.search(tags):
                raise refused("文件里有不允许的 XML 声明（DOCTYPE）", "It holds an XML DOCTYPE, which is not allowed")
            cost.add(tags)
        cost.end(entry.file_size)
    if cost.may_repeat:
        for entry in entries:
            for tags in _whole_tags(_verified(data, entry)):
                cost.add_references(tags)
    return cost


def _one_directory(data: bytes) -> None:
    """Refuse a file in which two readers could find two different directories."""
    end = len(data) - _END.size
    mark, entries, size, offset, comment = _END.unpack_from(data, end) if end >= 0 else (b"", 0, 0, 0, 0)
    if mark != _END_MARK or comment or offset + size != end or data[end - 20 : end - 16] == _END64_MARK:
        raise broken()
    if entries > MAX_ENTRIES or size > MAX_DIRECTORY:
        raise refused(f"压缩包里有 {entries:,} 个文件，这不是表格", f"It holds {entries} files; this is no workbook")


def _sane(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_TOTAL:
        raise too_large()
    for entry in entries:
        if entry.file_size > SMALL and entry.file_size > MAX_RATIO * entry.compress_size:
            raise too_large()
        if entry.flag_bits & _ENCRYPTED or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refused("文件已加密，请先取消密码", "The file is encrypted; remove its password first")


def _verified(data: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the pieces of a part; broken when it is not exactly what the directory says."""
    size = crc = 0
    for piece in _inflated(_raw(data, entry), entry.compress_type):
        size, crc = size + len(piece), zlib.crc32(piece, crc)
        if size > entry.file_size:
            raise broken()
        yield piece
    if (size, crc) != (entry.file_size, entry.CRC):
        raise broken()


def _raw(data: bytes, entry: zipfile.ZipInfo) -> memoryview:
    start = entry.header_offset
    if start + _LOCAL.size > len(data):
        raise broken()
    mark, method, name, extra = _LOCAL.unpack_from(data, start)
    begin = start + _LOCAL.size + name + extra
    if mark != _LOCAL_MARK or method != entry.compress_type or begin + entry.compress_size > len(data):
        raise broken()
    return memoryview(data)[begin : begin + entry.compress_size]


def _inflated(raw: memoryview, method: int) -> Iterator[bytes]:
    if method == zipfile.ZIP_STORED:
        yield from (bytes(raw[start : start + PIECE]) for start in range(0, len(raw), PIECE))
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for start in range(0, len(raw), PIECE):
            waiting: bytes | memoryview = raw[start : start + PIECE]
            while waiting and not inflate.eof:
                yield inflate.decompress(waiting, PIECE)
                waiting = inflate.unconsumed_tail
    except zlib.error:
        raise broken() from None
    if not inflate.eof or inflate.unused_data:
        raise broken()


def _whole_tags(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same bytes cut in front of a tag, so that no tag stands in two pieces."""
    kept = b""
    for piece in pieces:
        whole = kept + piece
        cut = whole.rfind(b"<")
        if cut <= 0:
            cut = len(whole) if cut < 0 else 0
        if len(whole) - cut > LONGEST_TAG:
            if b">" not in whole[cut:]:
                raise broken()
            cut = len(whole)
        kept = whole[cut:]
        if cut:
            yield whole[:cut]
    if kept:
        yield kept
