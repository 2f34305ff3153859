"""Logs: one structured line for each event; for people on a terminal, for the journal elsewhere.

structlog, with the terminal's colours, takes a twentieth of a second to import: the first line waits for it, not the
first feeds.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, TextIO

from monitor.lang.safe import one_line

_PRIORITY = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}  # syslog levels, sd-daemon(3)
_ORDER = ["debug", "info", "warning", "error", "critical"]
_LIMIT = 500
_ADDRESS = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]{1,20}://)(?:[^\s/?#@\"']{0,300}@)?(?P<rest>[^\s?#\"'@]{0,2000})(?P<query>[?#][^\s\"']*)?",
    re.IGNORECASE,
)


class _Patient:
    """A stream for logs. What cannot be written, as on a full disk, is lost: a log must not stop what it tells of."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


Event = MutableMapping[str, Any]


class _Log:
    """The logger of the service; made ready by its first line."""

    def __init__(self) -> None:
        self.level = ""  # what was asked for, and is not in force yet

    def __getattr__(self, name: str) -> Any:
        import structlog

        if self.level:
            _configure(self.level)
            self.level = ""
        return getattr(structlog.get_logger(), name)


_LOG = _Log()


def configure(level: str = "info") -> None:
    """Send logs to standard error. ``level``: debug, info, warning or error."""
    _LOG.level = level


def _configure(level: str) -> None:
    import structlog

    journal = "JOURNAL_STREAM" in os.environ
    colours = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    chain: list[Any] = [structlog.processors.add_log_level, _harmless]
    if journal:
        chain += [structlog.processors.LogfmtRenderer(key_order=["event"], drop_missing=True), _with_priority]
    elif colours:
        chain += [structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False), structlog.dev.ConsoleRenderer()]
    else:
        chain += [
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], drop_missing=True),
        ]
    structlog.configure(
        processors=chain,
        wrapper_class=structlog.make_filtering_bound_logger(_ORDER.index(level) * 10 + 10),
        logger_factory=structlog.PrintLoggerFactory(_Patient(sys.stderr)),  # type: ignore[arg-type]
        cache_logger_on_first_use=False,
    )


def redacted(text: str) -> str:
    """``text`` with each web address cut down to what is no secret: no user, password, query or fragment."""
    return _ADDRESS.sub(lambda m: f"{m['scheme']}{m['rest']}{'?...' if m['query'] else ''}", text)


def _harmless(_logger: object, _method: str, event: Event) -> Event:
    """Feed text in a log line is one printable line of bounded length, and addresses hold no secrets."""
    for key, value in event.items():
        if not isinstance(value, int | float | bool | None):
            event[key] = one_line(redacted(str(value)), _LIMIT)
    return event


def _with_priority(_logger: object, method: str, line: str) -> str:
    return f"<{_PRIORITY.get(method, 6)}>{line}"


def get() -> Any:
    """The logger of the service."""
    return _LOG
