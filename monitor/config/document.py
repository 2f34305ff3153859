"""Document: a TOML file read whole and held against a shape, with every problem and where it stands."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from monitor.config.kinds import quoted
from monitor.config.lines import Place, key_lines, line_of
from monitor.config.said import explain
from monitor.config.shapes import Shape
from monitor.errors import Problem
from monitor.lang.safe import one_line

LIMIT = 5_000_000  # bytes; a person writes none that is larger
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ShapeT = TypeVar("_ShapeT", bound=Shape)


@dataclass(frozen=True, slots=True)
class Document:
    """A file as tomllib read it; ``file`` is how problems name it; ``blank``: nothing at all stands in it."""

    path: Path
    raw: Mapping[str, Any]
    text: str
    blank: bool = False

    @property
    def file(self) -> str:
        """The name under which problems are told."""
        return str(self.path)

    def problem(self, path: Place, message: str, hint: str = "") -> Problem:
        """Return the problem of what stands at ``path``."""
        return Problem(self.file, line_of(_lines(self.text), path), dotted(path), message, hint)


@lru_cache(maxsize=4)
def _lines(text: str) -> Mapping[Place, int]:
    """Return where everything stands: looked for only when there is a problem to tell, for files may be large."""
    try:
        return key_lines(text.replace("\r\n", "\n"))
    except RecursionError:  # arrays in arrays that tomllib has just managed
        return {}


def dotted(path: Place) -> str:
    """Return ``path`` as a person writes it: ``feeds.feed[2].url``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{_key(part)}" for part in path)[1:]


def _key(part: str) -> str:
    return part if _BARE.fullmatch(part) else quoted(one_line(part, 60))


def read_text(path: Path, limit: int = LIMIT) -> str | Problem:
    """Return the text of a regular UTF-8 file of at most ``limit`` bytes, or the problem with it."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return Problem(str(path), 0, "", "is not a file")
        if status.st_size > limit:
            return Problem(str(path), 0, "", f"is larger than {limit} bytes")
        body = path.read_bytes()
    except FileNotFoundError:
        return Problem(str(path), 0, "", "there is no such file")
    except (OSError, ValueError) as error:
        return Problem(str(path), 0, "", f"cannot be read: {getattr(error, 'strerror', None) or error}")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        return Problem(str(path), line, "", "is not UTF-8 here", "save it as UTF-8")


def read(path: Path) -> Document | Problem:
    """Return the TOML file at ``path``, or the one problem that keeps it from being read."""
    text = read_text(path)
    return text if isinstance(text, Problem) else parsed(path, text)


def parsed(path: Path, text: str) -> Document | Problem:
    """Return ``text`` as the TOML file at ``path`` would be read, or the one problem that keeps it from being read."""
    try:
        return Document(path, tomllib.loads(text), text, not text.strip())
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        found = _AT_LINE.search(message)
        line = int(found.group(1)) if found else max(1, text.rstrip().count("\n") + 1)
        return Problem(str(path), line, "", f"is not TOML: {_AT_LINE.sub('', message)}")
    except (RecursionError, ValueError):  # tomllib lets both through: arrays in arrays, numbers of 5,000 digits
        return Problem(str(path), 0, "", "is nested too deeply or holds too large a number")


def checked(document: Document, shape: type[_ShapeT]) -> tuple[_ShapeT, list[Problem]]:
    """Return ``document`` as ``shape``, without whatever was wrong in it, and every problem found.

    What is wrong is left out so that what refers to the rest can be checked in the same run.
    """
    raw: Any = document.raw
    problems: list[Problem] = []
    while True:
        try:
            return shape.model_validate(raw), problems
        except ValidationError as error:
            faults = [explain(dict(fault), shape) for fault in error.errors(include_url=False)]
        if raw is document.raw:
            problems = [document.problem(fault.path, fault.message, fault.hint) for fault in faults]
        raw = _without(raw, {fault.drop for fault in faults}, ())


def _without(value: Any, drop: Collection[Place], here: Place) -> Any:
    if isinstance(value, Mapping):
        kept = {key: inner for key, inner in value.items() if (*here, key) not in drop}
        return {key: _without(inner, drop, (*here, key)) for key, inner in kept.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        kept_at = [number for number in range(len(value)) if (*here, number) not in drop]
        return [_without(value[number], drop, (*here, number)) for number in kept_at]
    return value
