"""How often a token may ask: counted in this process, over a few seconds."""

from math import ceil
from time import time

from fastapi import Request
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

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
        self._most = RateLimitItemPerSecond(a_second * WINDOW, WINDOW) if a_second else None
        self._counter = FixedWindowRateLimiter(MemoryStorage())

    def count(self, key: str) -> None:
        """Count one request; TooMany says when the next one is taken."""
        if self._most is None or self._counter.hit(self._most, key):
            return
        seconds = max(1, ceil(self._counter.get_window_stats(self._most, key).reset_time - time()))
        raise TooMany(TOO_MANY.fill(seconds=seconds), seconds)


def rate_of(request: Request) -> Rate:
    """Return what counts in the application."""
    rate: Rate = request.app.state.rate
    return rate
