"""Moment: what a storyline's annals say about the moment at which an item comes. Pure."""

from __future__ import annotations

from monitor.developments import delta
from monitor.developments.annals import Annals
from monitor.developments.compare import Index
from monitor.developments.decide import Moment, Tuning
from monitor.developments.reading import Reading
from monitor.model.development import Development
from monitor.model.match import Match

_LATEST = 8  # developments that a new one may come close upon


def moment_of(reading: Reading, match: Match, annals: Annals, index: Index, tuning: Tuning) -> Moment:
    """Return how long nothing had developed before ``reading``, and what in it is news by itself."""
    changes = annals.known.changes(reading.facts)
    told = annals.known.telling(changes, tuning.rise)
    return Moment(
        rested_s=_rested_s(reading, annals, index),
        fresh_fact=delta.news(told),
        resumes=annals.known.resumed(told),
        match=match.score,
        sure=match.seed,
    )


def _rested_s(reading: Reading, annals: Annals, index: Index) -> float:
    """Return how long nothing had developed before ``reading``, seconds; inf where nothing ever did.

    By when it arrived or, if that is longer, by when it was said: a slow poll brings the news of hours at once.
    """
    if annals.opened_at is None:
        return float("inf")
    said = min(abs(reading.said_at - _said_at(d, index)) for d in annals.latest(_LATEST))
    return max(said, reading.at - annals.opened_at.timestamp())


def _said_at(development: Development, index: Index) -> float:
    entry = index.entry(development.items[0])
    return entry.reading.said_at if entry else development.opened_at.timestamp()
