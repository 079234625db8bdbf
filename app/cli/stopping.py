"""How a server ends: it is told once, says so at its probes, and is gone in time whatever still runs."""

import logging
import os
import threading
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI

from app.web.deadline import Leaving

log = logging.getLogger("luopan")

LAST_SECONDS = 10
"""Seconds from the signal to the end of the process at the latest."""


class Server(uvicorn.Server):
    """A server that tells the application when it was told to stop."""

    def __init__(self, config: uvicorn.Config, leaving: Leaving) -> None:
        super().__init__(config)
        self._leaving = leaving

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note the signal, and set the end that comes in any case."""
        if not self._leaving:
            self._leaving.begin()
            last = threading.Timer(LAST_SECONDS, _end)
            last.daemon = True
            last.start()
        super().handle_exit(sig, frame)


def run(app: FastAPI, **options: Any) -> None:  # noqa: ANN401 (options of uvicorn)
    """Serve an application until a signal ends it."""
    Server(uvicorn.Config(app, **options), app.state.leaving).run()


def _end() -> None:
    # A thread in the middle of a query cannot be told to stop. What it has not committed, the database undoes.
    log.error("stopped with work still running; nothing of it was written")
    os._exit(1)
