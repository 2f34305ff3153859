"""Kinds: the forms a single value may have in a file, each read once and described for editors.

A kind is ``Annotated[type, Kind(...)]``: a reader that turns what TOML gave into the value the
program uses, and the JSON Schema that tells an editor the same. A reader raises ``Wrong``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from monitor.model.alert import QuietHours
from monitor.model.storyline import Budget

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"(\d{1,9})([smhdw])")
_BUDGET = re.compile(r"(\d{1,5})/(hour|day|week)")
_PER = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
_TIMES = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]):([0-5]\d)")
NEVER = "never"


class Wrong(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A value that is not allowed: ``str()`` says what is; ``hint`` what was probably meant."""

    def __init__(self, allowed: str, hint: str = "") -> None:
        super().__init__(allowed)
        self.hint = hint


@dataclass(frozen=True, eq=False)
class Kind:
    """How a value is read, and the JSON Schema of what may be written."""

    read: Callable[[object], object]
    schema: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate with ``read`` alone (pydantic's hook)."""
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, _core: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe it to an editor (pydantic's hook)."""
        return dict(self.schema)


def text_kind(read: Callable[[str], object], allowed: str, **schema: object) -> Kind:
    """A kind whose values are written as text; what is no text is refused with ``allowed``."""
    return Kind(lambda value: read(text_of(value, allowed)), {"type": "string", **schema})


def nearest(found: object, known: Iterable[str]) -> str:
    """Return the hint that names the known word most like ``found``, or ""."""
    words = sorted(set(known))
    folded = {word.casefold(): word for word in words}
    close = get_close_matches(str(found).casefold(), folded, n=1, cutoff=0.6)
    return f"did you mean {quoted(folded[close[0]])}?" if close else ""


def quoted(text: str) -> str:
    """``text`` as one would write it in TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def text_of(value: object, allowed: str) -> str:
    """Return ``value`` if it is text; raise Wrong with ``allowed`` otherwise."""
    if not isinstance(value, str):
        raise Wrong(allowed, "put it in quotes" if isinstance(value, int | float | date) else "")
    return value


# --- durations -------------------------------------------------------------------------------


def duration(text: str) -> timedelta:
    """Return the duration that ``text`` names: ``30s``, ``20m``, ``2h``, ``7d`` or ``2w``; raise Wrong."""
    found = _DURATION.fullmatch(text.strip())
    if not found:
        raise Wrong('a duration: a whole number and a unit, as in "30s", "20m", "2h", "7d"')
    seconds = int(found.group(1)) * UNITS[found.group(2)]
    if seconds > 100 * 365 * UNITS["d"]:
        raise Wrong("a duration of at most a hundred years")
    return timedelta(seconds=seconds)


def written(span: timedelta) -> str:
    """Return ``span`` (whole seconds) in the largest unit that names it exactly: ``7d``, ``90s``."""
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _between(low: str, high: str) -> Callable[[str], timedelta]:
    least, most = duration(low), duration(high)

    def read(text: str) -> timedelta:
        span = duration(text)
        if not least <= span <= most:
            raise Wrong(f'a duration from "{low}" to "{high}"')
        return span

    return read


def duration_kind(low: str, high: str, never: bool = False) -> Kind:
    """The kind of durations from ``low`` to ``high``; with ``never``, that word is read as None."""
    between = _between(low, high)
    pattern = rf"^(\d+[smhdw]|{NEVER})$" if never else r"^\d+[smhdw]$"
    return text_kind(
        lambda text: None if never and text == NEVER else between(text),
        'a duration in quotes, as in "30s", "20m", "2h", "7d"',
        pattern=pattern,
        examples=[low, high, *([NEVER] if never else [])],
    )


# --- moments, times of day, budgets ------------------------------------------------------------


def _read_moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    hint = "write it without quotes" if isinstance(value, str) else ""
    raise Wrong("a date such as 2026-11-01 or a moment such as 2026-11-01T06:00:00Z", hint)


def _read_quiet_hours(text: str) -> QuietHours:
    found = _TIMES.fullmatch(text.strip())
    if not found:
        raise Wrong(_TWO_TIMES)
    a, b, c, d = (int(part) for part in found.groups())
    if (a, b) == (c, d):
        raise Wrong("two different times of day; quiet hours cannot last all day")
    return QuietHours(time(a, b), time(c, d))


def _read_cap(text: str) -> tuple[int, timedelta]:
    if text == NEVER:
        return (0, timedelta(0))
    try:
        budget = _read_budget(text)
    except Wrong:
        raise Wrong(f'{_SO_MANY}, or "{NEVER}"') from None
    return (budget.count, budget.per)


def _read_budget(text: str) -> Budget:
    found = _BUDGET.fullmatch(text.replace(" ", ""))
    if not found or int(found.group(1)) == 0:
        raise Wrong(_SO_MANY)
    return Budget(int(found.group(1)), _PER[found.group(2)])


_TWO_TIMES = 'two times of day, as in "22:00-06:30"'
_SO_MANY = 'a number for each hour, day or week, as in "8/day"'
Moment = Annotated[datetime, Kind(_read_moment, {"examples": ["2026-11-01"]})]
QuietTimes = Annotated[
    QuietHours,
    text_kind(_read_quiet_hours, _TWO_TIMES, pattern=r"^\d\d:\d\d\s*-\s*\d\d:\d\d$", examples=["22:00-06:30"]),
]
AtMost = Annotated[
    tuple[int, timedelta],
    text_kind(_read_cap, _SO_MANY, pattern=r"^(\d+/(hour|day|week)|never)$", examples=["60/hour", "never"]),
]
SoMany = Annotated[
    Budget, text_kind(_read_budget, _SO_MANY, pattern=r"^\d+/(hour|day|week)$", examples=["8/day", "2/hour"])
]
