"""Lines: developments and signals as a route is told them, and what an alert of them is called."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor.alerts.said import say
from monitor.model.alert import AlertKind, LedgerEntry, Line, TimerKind
from monitor.model.development import Development, Reason, Signal

_REASONS = frozenset(r.value for r in Reason)


def nothing(storyline: str) -> Line:
    """A line that says nothing yet."""
    return Line(storyline, 0, "", "", ())


def of(development: Development, because: str, nearest: int = 0) -> Line:
    """The line of a development; ``because`` is why it is one. Its delta is still the storyline's.

    ``nearest`` is the development it was measured by: the one that a correction corrects.
    """
    return Line(
        development.storyline,
        development.number,
        development.reason.value,
        development.headline,
        development.items,
        development.origins,
        development.delta,
        development.facts,
        because=because,
        corrects=nearest if development.reason is Reason.CORRECTED else 0,
    )


def of_signal(development: Development, signal: Signal, because: str) -> Line:
    """The line of a signal raised by an item of ``development``; it tells no facts."""
    line = of(development, because)
    return replace(line, reason=signal.value, delta=(), facts=(), corrects=0)


def refreshed(line: Line, development: Development) -> Line:
    """``line`` with what has joined its development since."""
    fresh = replace(
        line,
        headline=development.headline,
        items=development.items,
        origins=development.origins,
        single_source=line.single_source and len(development.origins) <= 1,
    )
    if line.reason not in _REASONS:
        return fresh
    return replace(fresh, delta=development.delta, facts=development.facts)


def single(line: Line) -> Line:
    """``line`` marked "single source" where the wait for a second origin was in vain."""
    return replace(line, single_source=len(line.origins) == 1)


def order(entry: LedgerEntry) -> tuple[int, bool, str]:
    """The order of lines in an alert: as they developed, signals after the development they are about."""
    return (entry.development, entry.reason not in _REASONS, entry.reason)


def kind(told: Sequence[LedgerEntry]) -> AlertKind:
    """A signal's alert tells signals only."""
    return AlertKind.DEVELOPMENT if any(e.reason in _REASONS for e in told) else AlertKind.SIGNAL


def title(told: Sequence[LedgerEntry]) -> str:
    """What an alert is called that collects what came while nobody was told."""
    if any(e.by is TimerKind.CATCH_UP for e in told):
        return say("title_catch_up")
    return say("title_quiet") if len(told) > 1 and all(e.by is TimerKind.QUIET_END for e in told) else ""


def sentence(words: str) -> str:
    """``words`` with a capital and a full stop."""
    return f"{words[:1].upper()}{words[1:]}."


def identity(database_id: str, route: str, storyline: str, what: AlertKind, told: Sequence[Line], at: datetime) -> str:
    """An alert's id: the same for the same lines, whenever and however often it is made.

    A signal about a storyline as a whole has no number of its own, so its moment stands for it.
    """
    parts = [[line.storyline, line.development, line.reason] for line in told]
    moment = at.isoformat() if any(not line.development for line in told) else ""
    words = json.dumps([database_id, route, storyline, what.value, parts, moment], ensure_ascii=True)
    return hashlib.sha256(words.encode()).hexdigest()[:12]
