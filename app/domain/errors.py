"""What can go wrong, in words that an edge turns into a status and a page."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from app.domain.text import Text

BUSY = Text(
    "数据库正忙或无法连接，没有任何改动，请稍后再试",
    "The database is busy or away; nothing was changed. Try again later.",
)


FULL = Text(
    "磁盘已满，没有保存任何内容；请联系管理员清理空间后再试",
    "The disk is full; nothing was saved. Ask your admin to free some space, then try again.",
)


@dataclass(frozen=True, slots=True)
class Issue:
    """One refused value: where it stands and what is wrong with it.

    `row` counts from 0 and is None for something that has no row (a query parameter);
    `field` is the key the sender used.
    """

    field: str
    message: Text
    row: int | None = None


class LuopanError(Exception):
    """Anything that the caller can be told about; `status` is what HTTP calls it."""

    status: ClassVar[int] = 500

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


class Invalid(LuopanError):
    """The input breaks a rule; every broken one is listed."""

    status = 422

    def __init__(self, issues: Sequence[Issue]) -> None:
        count = len(issues)
        super().__init__(Text(f"有 {count} 处填写有误", f"{count} value(s) were refused"))
        self.issues = tuple(issues)

    @classmethod
    def one(cls, field: str, message: Text, row: int | None = None) -> "Invalid":
        """Return the refusal of a single value."""
        return cls([Issue(field, message, row)])


class Unauthenticated(LuopanError):
    """Nobody is logged in, or the token is unknown or dead."""

    status = 401


class Forbidden(LuopanError):
    """The viewer is known but may not do this, here."""

    status = 403


class NotFound(LuopanError):
    """There is no such thing, or the viewer may not know of it."""

    status = 404


class Busy(LuopanError):
    """The database is busy or away, or what `message` says; trying again later may work."""

    status = 503

    def __init__(self, message: Text = BUSY) -> None:
        super().__init__(message)


class Overtime(Busy):
    """Work took longer than it may, or the server stops before it could end; nothing was written."""


class TooMany(LuopanError):
    """Somebody asks more often than they may; `seconds` says when to come back."""

    status = 429

    def __init__(self, message: Text, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class Throttled(TooMany):
    """Too many tries at a password."""

    def __init__(self, seconds: float) -> None:
        whole = max(1, math.ceil(seconds))
        message = Text("尝试次数过多，请在 {minutes} 分钟后再试", "Too many tries; try again in {minutes} min")
        super().__init__(message.fill(minutes=math.ceil(whole / 60)), whole)


class Unreachable(LuopanError):
    """Another server may not be asked, is away, or answered something that nobody can read.

    `answered` is the HTTP status it gave, None when there was no answer; the message names its host at most.
    """

    status = 502

    def __init__(self, message: Text, answered: int | None = None) -> None:
        super().__init__(message)
        self.answered = answered


class SignInRefused(LuopanError):
    """A login elsewhere did not come back as it should; the message says what was wrong, without secrets."""

    status = 403


class Conflict(LuopanError):
    """The stored state is not what the sender thought it was.

    `conflicts` lists `{"row", "stored"}` for each row whose revision differs.
    """

    status = 409

    def __init__(self, message: Text, conflicts: Sequence[dict[str, object]] = ()) -> None:
        super().__init__(message)
        self.conflicts = tuple(conflicts)


class Closed(Conflict):
    """The month of a number is closed; the message says who closed it and when."""


class InTheWay(Conflict):
    """A batch cannot be undone: later changes touched the same cells.

    `conflicts` lists them as `{"kind", "unit", "day", "key", "measure", "batch", "actor", "at"}`.
    """
