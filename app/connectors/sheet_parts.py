"""Which part of a checked workbook holds which sheet."""

import re
import zipfile
from html import unescape
from io import BytesIO

_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(r"(?:\w+:)?(\w+)\s*=\s*([\"'])(.*?)\2")


def sheet_parts(data: bytes) -> dict[str, str]:
    """Return the names of parts by the names of their sheets."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        book = archive.read("xl/workbook.xml").decode(errors="replace")
        relations = archive.read("xl/_rels/workbook.xml.rels").decode(errors="replace")
    targets = {found.get("Id", ""): found.get("Target", "") for found in map(_attributes, _RELATION.findall(relations))}
    # `r:id` comes behind `sheetId`, whose name ends alike.
    sheets = map(_attributes, _SHEET.findall(book))
    return {found.get("name", ""): _absolute(targets.get(found.get("id", ""), "")) for found in sheets}


def _attributes(tag: str) -> dict[str, str]:
    return {name: unescape(value) for name, _, value in _ATTRIBUTE.findall(tag)}


def _absolute(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
