"""Signals: what was noticed of a storyline that is no new fact, from the decisions on its items and from the ledger."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from monitor.model.codec import moment, moment_text
from monitor.model.development import Signal
from monitor.store.database import Database


@dataclass(frozen=True, slots=True)
class Raised:
    """A signal that was raised. ``development`` is the one its item told, 0 for none; ``item`` is "" for QUIET."""

    signal: Signal
    at: datetime
    development: int
    item: str


# A decision names what its item raised, told or not. QUIET comes of no item: only the ledger knows of it, where a rule
# asks for it; the last of each route is kept.
_RAISED = (
    "SELECT signals, at, coalesce(development, 0), CAST(item AS TEXT) FROM decisions "
    "WHERE storyline = ?1 AND at >= ?2 AND at <= ?3 AND signals != '[]' "
    "UNION SELECT '[\"QUIET\"]', at, 0, '' FROM ledger "
    "WHERE storyline = ?1 AND development = 0 AND reason = 'QUIET' AND at >= ?2 AND at <= ?3 ORDER BY 2, 4"
)
_SURGED = (
    "SELECT s.slug FROM storylines s WHERE s.archived_at IS NULL AND EXISTS (SELECT 1 FROM decisions d "
    "WHERE d.storyline = s.slug AND d.at >= ? AND d.signals != '[]' AND d.signals LIKE '%SURGED%')"
)


def raised(db: Database, slug: str, since: datetime, until: datetime) -> list[Raised]:
    """Return the signals of ``slug`` in the span, its ends included, oldest first."""
    found = db.rows(_RAISED, (slug, moment_text(since), moment_text(until)))
    return [Raised(one, moment(at), number, item) for names, at, number, item in found for one in _read(names)]


def surged(db: Database, since: datetime) -> set[str]:
    """Return the followed storylines that surged since then."""
    return {row[0] for row in db.rows(_SURGED, (moment_text(since),))}


@lru_cache(maxsize=64)  # there are few combinations, and many rows
def _read(names: str) -> tuple[Signal, ...]:
    return tuple(Signal(name) for name in json.loads(names) if name in Signal.__members__)
