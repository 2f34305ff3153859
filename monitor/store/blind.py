"""Blind: which feeds told of each storyline lately, and which of them fail."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from monitor.model.codec import moment_text
from monitor.store.database import Database
from monitor.store.feeds import FAILING_AFTER


@dataclass(frozen=True, slots=True)
class Sources:
    """The feeds that brought matches of a storyline: how many there are, and the names of those that fail."""

    storyline: str
    feeds: int
    failing: tuple[str, ...]


def sources(db: Database, since: datetime) -> list[Sources]:
    """Return the sources of every storyline that had matches after ``since``, by slug."""
    found = db.rows(
        "SELECT storyline, count(*), json_group_array(feed) FILTER (WHERE bad) FROM ("
        "SELECT DISTINCT m.storyline, i.feed, f.failures >= ? OR f.gone AS bad FROM matches m "
        "JOIN items i ON i.id = m.item JOIN feeds f ON f.name = i.feed "
        "WHERE m.at > ? AND NOT m.possible AND f.archived_at IS NULL) GROUP BY storyline ORDER BY storyline",
        (FAILING_AFTER, moment_text(since)),
    )
    return [Sources(slug, feeds, tuple(sorted(json.loads(failing)))) for slug, feeds, failing in found]
