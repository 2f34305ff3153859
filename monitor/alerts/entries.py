"""Entries: rows of the ledger made and moved on, and the alert that tells them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.alerts import lines
from monitor.alerts.ledger import Ledger
from monitor.alerts.policy import Case, Fate
from monitor.model.alert import Alert, AlertKind, LedgerEntry, Line, Routing, Timer, TimerKind
from monitor.model.development import Development

Developments = Callable[[str, int], Development | None]


def placed(case: Case, fate: Fate) -> LedgerEntry:
    """The entry of a line that was just judged."""
    line = case.line
    return LedgerEntry(
        case.route.name,
        line.storyline,
        line.development,
        line.reason,
        fate.state,
        case.now,
        fate.because,
        line,
        due_at=fate.due_at,
        by=fate.by,
    )


def moved(entry: LedgerEntry, fate: Fate, now: datetime) -> LedgerEntry:
    """``entry`` with another fate from ``now`` on."""
    return replace(entry, state=fate.state, at=now, because=fate.because, due_at=fate.due_at, by=fate.by)


def current(entry: LedgerEntry, developments: Developments) -> LedgerEntry:
    """``entry`` with what has joined its development since."""
    development = developments(entry.storyline, entry.development) if entry.development else None
    return replace(entry, line=lines.refreshed(entry.line, development)) if development else entry


def timer_of(entry: LedgerEntry) -> Timer:
    """The timer that ends the wait of ``entry``; quiet hours end for a whole route at once."""
    assert entry.by is not None
    assert entry.due_at is not None
    if entry.by in (TimerKind.QUIET_END, TimerKind.DIGEST):
        return Timer(entry.by, entry.due_at, entry.route)
    number = entry.development if entry.by is TimerKind.WAIT else 0
    return Timer(entry.by, entry.due_at, entry.route, entry.storyline, number)


def tell(
    ledger: Ledger, database_id: str, told: Sequence[LedgerEntry], kind: AlertKind, text: str, now: datetime
) -> Routing:
    """One alert that tells ``told`` (entries of one route, in order of their lines), and the entries that say so."""
    if not told:
        return Routing()
    final = _with_deltas(ledger, told)
    route, storyline = told[0].route, "" if kind is AlertKind.DIGEST else told[0].storyline
    title = lines.title(told) if kind is AlertKind.DEVELOPMENT else ""
    identity = lines.identity(database_id, route, storyline, kind, final, now)
    alert = Alert(identity, route, storyline, kind, now, tuple(final), title, text)
    entries = (replace(e, line=_kept(line, e.line), alert=identity) for e, line in zip(told, final, strict=True))
    return Routing((alert,), tuple(entries))


def _kept(told: Line, decided: Line) -> Line:
    """The line as the ledger keeps it: with what changed in the storyline although the route had heard it already."""
    heard = {(c.fact.kind, c.fact.what, c.fact.value) for c in told.delta}
    rest = (c for c in decided.delta if (c.fact.kind, c.fact.what, c.fact.value) not in heard)
    return replace(told, delta=(*told.delta, *rest))


def _with_deltas(ledger: Ledger, told: Sequence[LedgerEntry]) -> list[Line]:
    """The lines of ``told`` in their order; each delta counts what developed before it as told."""
    done: dict[int, Line] = {}
    for place in sorted(range(len(told)), key=lambda p: (told[p].storyline, lines.order(told[p]))):
        line = told[place].line
        done[place] = replace(line, delta=ledger.delta(line, told[place].route, done.values()))
    return [done[place] for place in range(len(told))]
