"""Backtest: the same match -> develop -> route and timers over stored or given items.

Nothing is written and nothing is sent; what would have happened comes out as rows, in time order, in the form that
docs/commands.md fixes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.alerts.compose import delta_text
from monitor.alerts.route import IMMEDIATE, Router
from monitor.model import codec
from monitor.model.alert import Alert, LedgerEntry, LedgerState, Route
from monitor.model.development import Decision, Verdict
from monitor.model.match import Match
from monitor.model.storyline import Rule
from monitor.pipeline.engine import Engine
from monitor.pipeline.events import Changes, Event, moment

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Setup:
    """What a backtest runs with. ``route`` None: one implicit immediate route, no mutes, quiet hours or budgets."""

    rules: tuple[Rule, ...]
    route: Route | None = None
    database_id: str = "backtest"
    lexicons: Path | None = None
    language: str = "en"


def run(setup: Setup, events: Iterable[Event], *, until: datetime | None = None) -> Iterator[Row]:
    """Yield the rows of ``events`` (in ``event_order``); timers run up to ``until`` (default: a day past the last)."""
    rules = tuple(_for_route(rule, setup.route) for rule in setup.rules)
    route = setup.route or IMMEDIATE
    router = Router({route.name: route}, {r.slug: r for r in rules}, database_id=setup.database_id)
    engine = Engine(rules, router, lexicons=setup.lexicons, language=setup.language)
    changes: list[Changes] = []
    last: datetime | None = None
    for event in events:
        if last is None:
            engine.start(moment(event), changes.append)
        last = moment(event)
        engine.advance((event,), last, changes.append)
        yield from _drained(changes)
    if last is not None:
        engine.timers(until or last + timedelta(days=1), changes.append)
    yield from _drained(changes)


def _for_route(rule: Rule, route: Route | None) -> Rule:
    if route is None:
        return replace(rule, alert=replace(rule.alert, routes=(IMMEDIATE.name,), budget=None))
    return rule


def _drained(changes: list[Changes]) -> Iterator[Row]:
    for change in changes:
        yield from rows(change)
    changes.clear()


def rows(change: Changes) -> Iterator[Row]:
    """The rows of one step: matches first, then what was held back, then alerts."""
    for found in change.matches:
        yield _match(found, change.at)
    if change.decision is not None and change.decision.verdict is not Verdict.NEW:
        yield _held(change.decision)
    for entry in change.routing.entries:
        if entry.state in (LedgerState.SILENT, LedgerState.DIGEST):
            yield _kept_back(entry)
    for alert in change.routing.alerts:
        yield from alert_rows(alert)


def _match(found: Match, at: datetime) -> Row:
    kind = "possible" if found.possible else "match"
    why = codec.to_data(found.evidence)
    return {
        "type": kind, "at": _text(at), "storyline": found.storyline, "item": found.item,
        "score": round(found.score, 4), "why": why,
    }  # fmt: skip


def _held(decision: Decision) -> Row:
    """What was not told; with the number of the development that it joined, where it did."""
    joined = {"development": decision.development.number} if decision.development else {}
    return {
        "type": "held", "at": _text(decision.at), "storyline": decision.storyline, "item": decision.item,
        "because": decision.because, **joined,
    }  # fmt: skip


def _kept_back(entry: LedgerEntry) -> Row:
    item = entry.line.items[0] if entry.line.items else ""
    return {
        "type": "held", "at": _text(entry.at), "storyline": entry.storyline, "item": item,
        "because": entry.because, "development": entry.development, "route": entry.route,
    }  # fmt: skip


def alert_rows(alert: Alert) -> Iterator[Row]:
    """One row for each development (or signal) that ``alert`` tells."""
    for line in alert.lines:
        yield {
            "type": "alert", "at": _text(alert.at), "storyline": line.storyline, "kind": alert.kind.value,
            "reason": line.reason, "development": line.development, "items": list(line.items),
            "headline": line.headline, "delta": delta_text(line.delta),
        }  # fmt: skip


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def summary(found: Iterable[Row]) -> Mapping[str, int]:
    """How many rows of each type there are, for a person's last line."""
    counts: dict[str, int] = {}
    for row in found:
        counts[row["type"]] = counts.get(row["type"], 0) + 1
    return counts
