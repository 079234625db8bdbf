"""Coroutines in tests that are no coroutines themselves."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from anyio.from_thread import start_blocking_portal

T = TypeVar("T")


def awaited(work: Callable[..., Awaitable[T]], *given: object) -> T:
    """Return what a coroutine returns, in a loop and a thread of its own: the browser leaves a loop running here."""
    with start_blocking_portal() as loop:
        return loop.call(work, *given)
