"""Notes pinned to a day: what happened that the numbers do not say."""

from enum import StrEnum

from app.domain.text import Text

LONGEST = 200
"""Characters of a note."""


class NoteKind(StrEnum):
    """What a note is about."""

    LIVE = "live"
    PROMO = "promo"
    GAP = "gap"
    OTHER = "other"

    @property
    def text(self) -> Text:
        """The name shown to people."""
        return _KINDS[self][0]

    @property
    def mark(self) -> Text:
        """The sign that stands for it on a chart."""
        return _KINDS[self][1]


_KINDS = {
    NoteKind.LIVE: (Text("直播", "Live"), Text("播", "L")),
    NoteKind.PROMO: (Text("大促", "Promotion"), Text("促", "P")),
    NoteKind.GAP: (Text("断更", "Gap"), Text("断", "G")),
    NoteKind.OTHER: (Text("其他", "Other"), Text("注", "N")),
}
