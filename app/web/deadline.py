"""When long work must end: after so many seconds, or soon after the server was told to stop."""

from collections.abc import Iterable, Iterator
from time import monotonic
from typing import TypeVar

from fastapi import Request

from app.domain.errors import Overtime
from app.domain.text import Text

T = TypeVar("T")

LAST_SECONDS = 6
"""What is left to running work once the server was told to stop; uvicorn waits two seconds longer."""

STOPPING = Text("服务正在停止，没有写入任何数据，请稍后再试", "The server is stopping; nothing was written")
IMPORT = Text(
    "{seconds} 秒内没有完成，没有写入任何数据；请把文件拆小后再试",
    "Not done within {seconds} s; nothing was written. Split the file",
)
EXPORT = Text(
    "{seconds} 秒内没有完成导出；请缩小日期范围或单元后再试",
    "Not done within {seconds} s. Export fewer days or units",
)


class Leaving:
    """Whether the server was told to stop, and since when."""

    def __init__(self) -> None:
        self._since: float | None = None

    def begin(self) -> None:
        """Note that it was told now; a signal may say so more than once."""
        self._since = self._since or monotonic()

    def __bool__(self) -> bool:
        return self._since is not None

    @property
    def is_over(self) -> bool:
        """Say whether running work has had its last seconds."""
        return self._since is not None and monotonic() > self._since + LAST_SECONDS


class Deadline:
    """The end of one piece of work, `seconds` from now; whoever does it looks at it now and then."""

    def __init__(self, seconds: float, refusal: Text, leaving: Leaving) -> None:
        self._end = monotonic() + seconds
        self._refusal = refusal.fill(seconds=f"{seconds:g}")
        self._leaving = leaving

    @classmethod
    def of(cls, request: Request, refusal: Text) -> "Deadline":
        """Return the deadline of what a request asks for."""
        state = request.app.state
        return cls(state.settings.job_seconds, refusal, state.leaving)

    def check(self) -> None:
        """Raise Overtime when it has passed."""
        if self._leaving.is_over:
            raise Overtime(STOPPING)
        if monotonic() > self._end:
            raise Overtime(self._refusal)

    def through(self, parts: Iterable[T]) -> Iterator[T]:
        """Yield the parts of the work, each only in time."""
        for part in parts:
            self.check()
            yield part
