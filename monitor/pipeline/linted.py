"""Linted: what looks wrong in rules, with the figures from the newest stored items behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from monitor.model.item import Item, order_key
from monitor.model.storyline import Rule
from monitor.store import items as item_rows
from monitor.store.database import Database
from monitor.storylines.census import census
from monitor.storylines.lint import lint, lint_figures, lint_overlaps, lint_twins

NEWEST = 3000  # stored items that are looked at: a second or two


def linted(
    rules: Sequence[Rule], now: datetime, db: Database | None = None, *, only: str = ""
) -> Mapping[str, tuple[str, ...]]:
    """Return the warnings about each rule by slug; of the rule ``only`` where given. Without ``db``, no figures."""
    storylines = [rule.storyline for rule in rules]
    found: dict[str, list[str]] = {s.slug: list(lint(s, now=now)) for s in storylines if not only or s.slug == only}
    pairs = list(lint_twins(storylines))
    items = _newest(db) if db else []
    if items:
        counted = census(storylines, items)
        pairs += [(c.tracked.storyline.slug, text) for c in counted for text in lint_figures(c)]
        same = {slug for slug, _ in lint_twins(storylines)}
        pairs += [(slug, text) for slug, text in lint_overlaps(counted) if slug not in same]
    for slug, text in pairs:
        if slug in found:
            found[slug].append(text)
    return {slug: tuple(texts) for slug, texts in found.items() if texts}


def _newest(db: Database) -> list[Item]:
    last = item_rows.last_id(db)
    found = item_rows.get(db, map(str, range(max(1, last - NEWEST + 1), last + 1)))
    return sorted(found.values(), key=order_key)
