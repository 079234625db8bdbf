"""Where log lines come from: structlog, the standard library and warnings, all through one handler."""

import io
import logging
import sys
import threading
from types import TracebackType
from typing import Literal, TextIO

import structlog
from structlog.contextvars import merge_contextvars
from structlog.stdlib import BoundLogger, LoggerFactory, PositionalArgumentsFormatter, ProcessorFormatter

from app.observe import lines

Format = Literal["json", "text"]

OWN = "luopan"
"""The logger above all of ours."""
TALKATIVE = ("httpx", "httpcore", "sqlalchemy", "alembic", "python_multipart", "asyncio")
"""What these say below a warning holds addresses, statements or bytes of requests, so it is never written."""


class Lines(logging.StreamHandler[TextIO]):
    """Writes to a stream; a line that cannot be written is replaced, for the library would print its parts."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (a name of the library)
        """Say that a line was lost, and nothing of what it held."""
        said = f"a log line of {record.name} could not be written"
        lost = logging.LogRecord(OWN, logging.ERROR, "", 0, said, None, None)
        try:
            self.stream.write(self.format(lost) + self.terminator)
        except (OSError, ValueError):  # nobody reads any more
            return


def prepare() -> None:
    """Send the events of structlog through the loggers of the standard library; doing it again changes nothing."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            PositionalArgumentsFormatter(),
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=LoggerFactory(),
        wrapper_class=BoundLogger,
        cache_logger_on_first_use=True,
    )


def configure(form: Format, level: str, stream: TextIO | None = None) -> None:
    """Write all lines of this process to a stream, by default standard error, from `level` up.

    The level is that of Luopan's own lines; what libraries say is written from a warning up.
    """
    prepare()
    target = stream or sys.stderr
    if isinstance(target, io.TextIOWrapper):
        target.reconfigure(encoding="utf-8", errors="backslashreplace")
    handler = Lines(target)
    render = lines.as_json if form == "json" else lines.as_text
    handler.setFormatter(
        ProcessorFormatter(processors=[merge_contextvars, lines.complete, render], use_get_message=True)
    )
    # No line tells these, or from where in the code it comes: they are not looked up for each.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 (as the library's own page on speed says)
    root, own = logging.getLogger(), logging.getLogger(OWN)
    root.handlers[:] = [handler]
    own.setLevel(level.upper())
    root.setLevel(max(own.level, logging.WARNING))
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(root.level)
    logging.captureWarnings(capture=True)


def catch() -> None:
    """Write what ends the process, or a thread of it, as a log line too."""
    log = logging.getLogger(OWN)

    def ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("ended by an error", exc_info=(kind, error, trace))

    def thread_ended(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            log.error("a thread was ended by an error", exc_info=args.exc_value)

    def unraised(args: "sys.UnraisableHookArgs") -> None:
        log.error("an error could not be raised", exc_info=args.exc_value)

    sys.excepthook, threading.excepthook, sys.unraisablehook = ended, thread_ended, unraised
