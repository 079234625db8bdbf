"""Figures of one application for Prometheus; every label has few values, known beforehand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE

from app.domain.errors import LuopanError

__all__ = ["CONTENT_TYPE", "METHODS", "UNMATCHED", "Figures"]

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
UNMATCHED = "unmatched"
"""The route of a request for which there is none."""
BUSY = 503
CANCELLED = 499

REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
JOB_SECONDS = (0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600)

# The moment at which each series began would double the document.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library does not annotate it


class Figures:
    """What one application counts, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = new = CollectorRegistry()
        ProcessCollector(registry=new)
        self._requests = Counter(
            "luopan_requests",
            "Requests by route, method and class of status",
            ["route", "method", "status"],
            registry=new,
        )
        self._seconds = Histogram(
            "luopan_request_seconds",
            "Seconds until an answer was sent",
            ["route"],
            registry=new,
            buckets=REQUEST_SECONDS,
        )
        self._in_flight = Gauge("luopan_requests_in_flight", "Requests that are being answered", registry=new)
        self._busy = Counter("luopan_busy_answers", "Answers 503: the database was busy or away", registry=new)
        self._transactions = Counter(
            "luopan_transactions", "Transactions by kind and outcome", ["kind", "outcome"], registry=new
        )
        self._rows = Counter(
            "luopan_rows_written", "Rows of committed writes by kind and outcome", ["kind", "outcome"], registry=new
        )
        self._batches = Counter("luopan_batches", "Batches added to the history, by kind", ["kind"], registry=new)
        self._running = Gauge("luopan_jobs_running", "Imports and exports that run now", ["job"], registry=new)
        self._jobs = Counter("luopan_jobs", "Imports and exports by outcome", ["job", "outcome"], registry=new)
        self._job_seconds = Histogram(
            "luopan_job_seconds", "Seconds that imports and exports took", ["job"], registry=new, buckets=JOB_SECONDS
        )
        self._cache = Counter(
            "luopan_cache_answers", "Answers that were there already (hit), or not", ["cache", "result"], registry=new
        )
        self._hits: dict[tuple[str, bool], Counter] = {}
        """Found once: to find the series of labels costs more than to count."""

    @classmethod
    def of(cls, app: Any) -> "Figures":  # noqa: ANN401 (knows no HTTP, so not what an application is)
        """Return the figures of an application."""
        figures: Figures = app.state.figures
        return figures

    def text(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        return generate_latest(self.registry)

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """Count a request as long as it is being answered."""
        with self._in_flight.track_inprogress():
            yield

    def answered(self, route: str, method: str, status: int | None, seconds: float) -> None:
        """Count an answer; without a status nobody waited for it."""
        kind = "none" if status is None else f"{status // 100}xx"
        self._requests.labels(route, method if method in METHODS else "other", kind).inc()
        self._seconds.labels(route).observe(seconds)
        if status == BUSY:
            self._busy.inc()

    def ended(self, kind: str, outcome: str) -> None:
        """Count a transaction: `read` or `write`, `committed` or `rolled_back`."""
        self._transactions.labels(kind, outcome).inc()

    def counter(self, kind: str, outcome: str) -> Callable[[], None]:
        """Return what counts transactions of one kind and outcome, for those that come with each request."""
        return self._transactions.labels(kind, outcome).inc

    def wrote(self, kind: str, outcome: str, count: int) -> None:
        """Count rows of a committed write."""
        self._rows.labels(kind, outcome).inc(count)

    def batches(self, kind: str, count: int) -> None:
        """Count committed batches of the history."""
        self._batches.labels(kind).inc(count)

    def cached(self, cache: str, *, hit: bool) -> None:
        """Count an answer that did not have to be sent or made again, or had to."""
        found = self._hits.get((cache, hit))
        if found is None:
            found = self._hits[cache, hit] = self._cache.labels(cache, "hit" if hit else "miss")
        found.inc()

    @contextmanager
    def job(self, name: str) -> Iterator[None]:
        """Count an import or export, how long it runs, and what becomes of it."""
        start, outcome = perf_counter(), "failed"
        with self._running.labels(name).track_inprogress():
            try:
                yield
                outcome = "done"
            except LuopanError as error:
                outcome = {BUSY: "busy", CANCELLED: "cancelled"}.get(error.status, "refused")
                raise
            finally:
                self._jobs.labels(name, outcome).inc()
                self._job_seconds.labels(name).observe(perf_counter() - start)

    def gauge(self, name: str, about: str, read: Callable[[], float]) -> None:
        """Add a figure that is read when it is asked for."""
        Gauge(name, about, registry=self.registry).set_function(read)
