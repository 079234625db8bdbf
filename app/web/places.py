"""Places for what takes much of the machine: so many at a time, and a sentence for who finds none free."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from time import monotonic

from app.domain.errors import Busy
from app.domain.text import Text

LOOK = 0.02
"""Seconds between two looks of who waits."""


class Places:
    """So many places in this process; `refusal` is what Busy says when none is free."""

    def __init__(self, count: int, refusal: Text) -> None:
        self._free = threading.BoundedSemaphore(count)
        self._refusal = refusal

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a place; Busy at once when none is free."""
        if not self._free.acquire(blocking=False):
            raise Busy(self._refusal)
        try:
            yield
        finally:
            self._free.release()

    @asynccontextmanager
    async def waited(self, seconds: float) -> AsyncIterator[None]:
        """Hold a place that becomes free within some seconds, waiting in the event loop; else Busy."""
        end = monotonic() + seconds
        while not self._free.acquire(blocking=False):
            if monotonic() >= end:
                raise Busy(self._refusal)
            await asyncio.sleep(LOOK)
        try:
            yield
        finally:
            self._free.release()


IMPORTS = Places(2, Text("正在导入的人较多，请稍后再试", "Too many imports are running"))
"""Each takes a core and some memory."""
FACT_EXPORTS = Places(2, Text("同时导出的人较多", "Too many exports are running"))
"""Exports of facts: each may hold a thread and a connection for a minute."""
BOARD_EXPORTS = Places(4, Text("同时导出的人较多", "Too many exports are running"))
"""Exports of boards and targets: shorter, and beside the long ones."""
