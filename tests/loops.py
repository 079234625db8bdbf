"""Coroutines in tests that are no coroutines themselves, and the event loop that the applications of a worker share."""

from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from functools import cache
from typing import TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

T = TypeVar("T")

_running = ExitStack()


@cache
def shared() -> BlockingPortal:
    """Return the event loop of this worker, in a thread of its own: each request would begin one otherwise."""
    return _running.enter_context(start_blocking_portal())


def end() -> None:
    """End it."""
    shared.cache_clear()
    _running.close()


def awaited(work: Callable[..., Awaitable[T]], *given: object) -> T:
    """Return what a coroutine returns, in a loop and a thread of its own: the browser leaves a loop running here."""
    with start_blocking_portal() as loop:
        return loop.call(work, *given)
