"""Wording in the two languages of the interface."""

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """A language of the interface; Chinese comes first."""

    ZH = "zh"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """One wording in Simplified Chinese and in English."""

    zh: str
    en: str

    def say(self, language: Language) -> str:
        """Return the wording in `language`."""
        return self.zh if language is Language.ZH else self.en

    def fill(self, **values: object) -> "Text":
        """Return the text with its `{placeholders}` filled in both languages."""
        return Text(self.zh.format(**values), self.en.format(**values))
