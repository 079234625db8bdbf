"""How often a token may ask: counted in this process, over a few seconds."""

from collections import Counter
from math import ceil
from threading import Lock
from time import time

from fastapi import Request

from app.domain.errors import TooMany
from app.domain.text import Text

WINDOW = 10
"""Seconds that requests are counted over: a program may ask in bursts."""
TOO_MANY = Text(
    "请求过于频繁，请 {seconds} 秒后再试",
    "Too many requests with this token. Try again in {seconds} s.",
)


class Rate:
    """Counts requests by token; `a_second` 0 counts nothing."""

    def __init__(self, a_second: int) -> None:
        self._most = a_second * WINDOW
        self._lock = Lock()
        self._window, self._counts = 0, Counter[str]()

    def count(self, key: str) -> None:
        """Count one request; TooMany says when the next one is taken."""
        if not self._most:
            return
        now = time()
        with self._lock:
            if self._window != now // WINDOW:
                self._window, self._counts = int(now // WINDOW), Counter()
            self._counts[key] += 1
            is_over = self._counts[key] > self._most
        if is_over:
            seconds = max(1, ceil(WINDOW - now % WINDOW))
            raise TooMany(TOO_MANY.fill(seconds=seconds), seconds)


def rate_of(request: Request) -> Rate:
    """Return what counts in the application."""
    rate: Rate = request.app.state.rate
    return rate
