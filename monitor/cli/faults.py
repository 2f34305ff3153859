"""Faults: what went wrong as one clear line: what, where, and what to do next; and the exit code it means."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.errors import (
    ConfigError,
    StoreBusy,
    StoreFull,
    StoreInUse,
    StorywatchError,
    UsageError,
)
from monitor.lang.safe import one_line

FINE = 0
PROBLEMS = 1
USAGE = 2
INTERRUPTED = 130  # as a shell names a process ended by Ctrl-C
_LIMIT = 1000
_NEXT: Mapping[type[StorywatchError], str] = {
    StoreInUse: "stop that one first, or name another database in storywatch.toml",
    StoreBusy: "try again in a moment",
    StoreFull: "make room on the disk and try again",
}


def lines(error: StorywatchError) -> list[str]:
    """What a person is told of ``error``: one line, or one for each problem of a configuration."""
    if isinstance(error, ConfigError):
        return [_line(str(problem)) for problem in error.problems]
    advice = _NEXT.get(type(error), "")
    text = str(error)
    return [_line(f"{text}: {advice}" if advice and advice not in text else text)]


def code(error: StorywatchError) -> int:
    """The exit code that ``error`` means."""
    return USAGE if isinstance(error, UsageError) else PROBLEMS


def of_system(error: OSError) -> str:
    """An error of the operating system as one line."""
    where = f"{error.filename}: " if error.filename else ""
    return _line(f"{where}{(error.strerror or str(error)).lower()}: check the path and that this user may use it")


def of_bug(error: BaseException) -> str:
    """What no one foresaw, without a traceback; ``--verbose`` shows it."""
    return _line(
        f"internal error: {type(error).__name__}: {error}: this is a fault of Storywatch; "
        "run the command again with --verbose and report what it prints"
    )


def of_command_line(error: Exception, command: str) -> str:
    """A command line that cannot be understood, as typer says it, with the way to the help."""
    message = str(getattr(error, "format_message", lambda: error)())
    return _line(f"{message.rstrip('.').replace(chr(10), ' ')}; see: {command} --help")


def _line(text: str) -> str:
    return f"storywatch: {one_line(text, _LIMIT)}"
