"""Vanished: which told entry a feed took out again. Pure.

A feed that lists its newest entries drops old ones at its end; that says nothing. One that is missing between older
and newer ones was taken out. Ranked and curated feeds take entries out all day, so only documents in strict order of
their dates are believed; an entry whose title is much like a listed one was published anew, not withdrawn; and where
several are missing at once, the feed was rearranged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from monitor.feeds.identity import alike
from monitor.model.poll import Candidate

_LEAST = 4  # entries from which an order can be seen


@dataclass(frozen=True, slots=True)
class Told:
    """An item of a feed that was told lately."""

    item: str
    title: str
    published_at: datetime | None


def spanned(candidates: Sequence[Candidate]) -> tuple[datetime, datetime] | None:
    """Return the oldest and the newest date of a document in strict order of its dates; None for any other."""
    dates = [c.published_at for c in candidates if c.published_at is not None]
    if len(dates) < max(_LEAST, len(candidates)) or any(later < older for later, older in pairwise(dates)):
        return None
    return dates[-1], dates[0]


def taken_out(candidates: Sequence[Candidate], listed: Iterable[str], told: Iterable[Told]) -> str:
    """Return the item among ``told`` that the document of ``candidates`` took out, "" for none.

    ``listed`` are the items that the document's candidates are.
    """
    span = spanned(candidates)
    if span is None:
        return ""
    known = set(listed)
    missing = [t for t in told if t.item not in known and t.published_at and span[0] < t.published_at < span[1]]
    if len(missing) != 1 or any(alike(c.title, missing[0].title) for c in candidates):
        return ""
    return missing[0].item
