"""One log line: a JSON object, or short text for a person. Nothing that is written can begin a line of its own."""

import json
import re
from collections.abc import Iterator, Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any

import orjson
from structlog.processors import format_exc_info

REQUEST = "request"
"""The event of a finished request."""

Event = MutableMapping[str, Any]

# Line ends that JSON lets through, what moves a terminal's cursor or turns its text around, and half characters.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
_JSON = json.JSONEncoder(ensure_ascii=False, default=str, separators=(",", ":"))
_WORD = re.compile(r'[^\s"=]+')


def complete(logger: Any, method: str, event: Event) -> Event:  # noqa: ANN401 (a processor of structlog)
    """Add moment, level and logger to an event, and turn what was raised into text; locals stay out of it."""
    record = event.pop("_record")
    event.pop("_from_structlog", None)
    head = {
        "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": str(event.pop("event", "")).strip(),
    }
    # An event must not be able to say that it came from elsewhere.
    return {**head, **{key: value for key, value in format_exc_info(logger, method, event).items() if key not in head}}


def as_json(_logger: object, _method: str, event: Event) -> str:
    """Return an event as one JSON object on one line."""
    try:
        line = orjson.dumps(event, default=str, option=_OPTIONS).decode()
    except TypeError:  # half a character, or a number of more than 64 bits
        line = _JSON.encode(event)
    return escaped(line)


def as_text(_logger: object, _method: str, event: Event) -> str:
    """Return an event as a line for a person; a traceback follows it, indented."""
    rest = dict(event)
    at = datetime.fromisoformat(rest.pop("timestamp")).astimezone()
    level, name, raised = rest.pop("level"), rest.pop("event"), rest.pop("exception", "")
    rest.pop("logger")
    words = _request(rest) if name == REQUEST else [level, name, *_pairs(rest)]
    lines = [f"{at:%H:%M:%S} {escaped(' '.join(words))}"]
    lines += [f"    {escaped(line)}" for line in str(raised).split("\n") if line]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """Return a text with everything that is not to be seen written as an escape of JSON."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _request(event: Mapping[str, Any]) -> list[str]:
    """Return the words of a finished request: what was asked, the answer, and by whom."""
    words = [event["method"], event["path"], event["status"], f"{event['ms']:.0f}ms", event.get("user")]
    return [_word(word) for word in words if word is not None]


def _pairs(event: Mapping[str, Any]) -> Iterator[str]:
    return (f"{_word(key)}={_word(value)}" for key, value in event.items())


def _word(value: object) -> str:
    """Return a value as one word, so that no text can pretend to be the next value."""
    text = str(value)
    return text if _WORD.fullmatch(text) else json.dumps(text, ensure_ascii=False)
