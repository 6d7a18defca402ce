"""How the service logs on standard error: lines for people, or JSON Lines for programs (setting `log`).

What is logged during a request carries the id of the request. Queries are logged where they were slow, and nowhere
else: what people search for is their own business.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from flask import has_request_context, request

from indexer.disarming import disarm_json

#: What a log call hands over beside its message: `extra={FIELDS: {...}}`.
FIELDS: Final = "fields"
#: Where the id of a request is noted in its environment.
NOTED_ID: Final = "broadsheet.request_id"


class JsonFormatter(logging.Formatter):
    """A JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := _request_id():
            said["request_id"] = request_id
        said |= getattr(record, FIELDS, {})
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        return disarm_json(orjson.dumps(said, default=str))


class LineFormatter(logging.Formatter):
    """A line for people, with the id of the request in front of what was said about it."""

    def format(self, record: logging.LogRecord) -> str:
        fields: Mapping[str, object] = getattr(record, FIELDS, {})
        request_id = _request_id()
        record.message = record.getMessage()
        at = self.formatTime(record)
        told = "".join(f" {name}={disarm_json(orjson.dumps(value, default=str))}" for name, value in fields.items())
        line = f"{at} {record.levelname} {f'[{request_id}] ' if request_id else ''}{record.message}{told}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _request_id() -> str:
    return str(request.environ.get(NOTED_ID, "")) if has_request_context() else ""


def describe_logging(log: str) -> dict[str, Any]:
    """The configuration of Python's logging for the setting `log`."""
    formatter = JsonFormatter if log == "json" else LineFormatter
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"console": {"formatter": "line", "class": "logging.StreamHandler", "stream": "ext://sys.stderr"}},
        "loggers": {
            "_granian": {"handlers": ["console"], "propagate": False},
            "broadsheet": {"handlers": ["console"], "level": "INFO", "propagate": False},
        },
    }
