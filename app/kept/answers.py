"""The answers that are kept: bounded in memory, and made by one asker at a time while the others wait."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from app.kept.coding import packed

T = TypeVar("T")

BESIDE = 1024
"""Bytes that are counted for an entry beside its bodies: its key, its tag and its place."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The bytes of an answer, as they are and once somebody wants them so packed, and a tag that changes with them."""

    media_type: str
    tag: str
    body: bytes
    packed: bytes | None = None

    @classmethod
    def of(cls, media_type: str, body: bytes) -> "Finished":
        """Return an answer whose body is `body`."""
        return cls(media_type, hashlib.blake2b(body, digest_size=16).hexdigest(), body)

    def with_packed(self) -> "Finished":
        """Return the same with its bytes packed, which takes about a millisecond."""
        return replace(self, packed=packed(self.body))

    @property
    def size(self) -> int:
        """How many bytes of memory it is counted as."""
        return len(self.body) + len(self.packed or b"") + BESIDE


class Answers:
    """Finished answers by what they depend on; those not asked for the longest go first when memory is full."""

    def __init__(self, most: int) -> None:
        self.most = most
        """Bytes that may be kept; 0 keeps nothing."""
        self.size = 0
        self._kept: OrderedDict[Hashable, Finished] = OrderedDict()
        self._lock = Lock()
        self._flights: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, asyncio.Task[Any]]]
        self._flights = WeakKeyDictionary()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: Hashable) -> Finished | None:
        """Return what is kept under a key."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def keep(self, key: Hashable, made: Finished) -> None:
        """Keep an answer, if it fits at all."""
        if made.size > self.most:
            return
        with self._lock:
            before = self._kept.pop(key, None)
            self.size += made.size - (before.size if before else 0)
            self._kept[key] = made
            while self.size > self.most:
                self.size -= self._kept.popitem(last=False)[1].size

    async def once(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return what `make` returns, or what it will return for whoever asked for the same key before.

        What it raises is raised for all who wait, and is not remembered. Whoever is cancelled leaves
        the work to the others.
        """
        flights = self._flights.setdefault(asyncio.get_running_loop(), {})
        flight = flights.get(key)
        if flight is None:
            flight = flights[key] = asyncio.create_task(make())
            flight.add_done_callback(lambda done: _landed(flights, key, done))
        made: T = await asyncio.shield(flight)
        return made


def _landed(flights: dict[Hashable, asyncio.Task[Any]], key: Hashable, done: asyncio.Task[Any]) -> None:
    flights.pop(key, None)
    if not done.cancelled():
        done.exception()  # it was told to those who waited, if anybody still did
