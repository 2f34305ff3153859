"""Main: the ``storywatch`` command. What goes wrong becomes one line and an exit code, never a traceback."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import suppress

from monitor.cli import faults
from monitor.errors import StorywatchError, UsageError

# New objects between two looks for circles among them, and such looks between deeper ones. Rules, words and rows are
# many and make none: with Python's own 700, 10, 10 an eighth of the daemon's time goes into looking.
_GARBAGE = (20_000, 20, 20)
_ANYWHERE = {"--no-color", "--color", "--quiet", "-q", "--verbose", "-v"}
_WITH_VALUE = {"--config", "-c"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line ``argv`` (without the program's name) and return its exit code."""
    gc.set_threshold(*_GARBAGE)
    given = list(sys.argv[1:] if argv is None else argv)
    _never_fail_to_print()
    try:
        return _run(given, verbose="--verbose" in given or "-v" in given)
    except BrokenPipeError:
        _leave_the_pipe()
        return faults.FINE
    except KeyboardInterrupt:
        return faults.INTERRUPTED


def hoisted(argv: Sequence[str]) -> list[str]:
    """``argv`` with the options that every command understands in front, wherever they stood (but after ``--``).

    Raises UsageError where an option that needs a value ends the line.
    """
    ours: list[str] = []
    rest: list[str] = []
    words = iter(argv)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word in _WITH_VALUE:
            ours += [word, _value(word, words)]
        elif word in _ANYWHERE or word.startswith("--config="):
            ours.append(word)
        else:
            rest.append(word)
    return ours + rest


def _value(option: str, words: Iterator[str]) -> str:
    value = next(words, None)
    if value is None:
        raise UsageError(f"{option} needs a path: {option} PATH")
    return value


def _run(argv: list[str], *, verbose: bool) -> int:
    try:
        code = _commands(hoisted(argv))
        sys.stdout.flush()
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except StorywatchError as error:
        _say(*faults.lines(error))
        return faults.code(error)
    except OSError as error:
        _say(faults.of_system(error))
        return faults.PROBLEMS
    except Exception as error:  # noqa: BLE001 - the last line of defence: a person never sees a traceback unasked
        return _unforeseen(error, verbose=verbose)
    return code


def _commands(argv: list[str]) -> int:
    import typer

    from monitor.cli.app import app

    try:
        answer = app(args=argv or ["--help"], prog_name="storywatch", standalone_mode=False)
    except typer.Abort:
        return faults.INTERRUPTED
    except SystemExit as end:  # how typer ends on a closed pipe
        if isinstance(end.__context__, BrokenPipeError):
            raise end.__context__ from None
        raise
    if not argv:
        return faults.USAGE
    return answer if isinstance(answer, int) else faults.FINE


def _unforeseen(error: Exception, *, verbose: bool) -> int:
    if hasattr(error, "format_message"):  # typer's own: a command line that cannot be understood
        context = getattr(error, "ctx", None)
        _say(faults.of_command_line(error, context.command_path if context else "storywatch"))
        return faults.USAGE
    if verbose:
        traceback.print_exception(error)
    _say(faults.of_bug(error))
    return faults.PROBLEMS


def _say(*lines: str) -> None:
    with suppress(BrokenPipeError):
        sys.stderr.write("".join(f"{line}\n" for line in lines))


def _never_fail_to_print() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _leave_the_pipe() -> None:
    """Whoever read our output has gone: what is left to flush goes nowhere."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
