"""Moment: what a storyline's annals say about the moment at which an item comes. Pure."""

from __future__ import annotations

from monitor.developments import delta
from monitor.developments.annals import Annals
from monitor.developments.compare import Index
from monitor.developments.decide import Moment, Tuning
from monitor.developments.reading import CONCEPT, Reading
from monitor.model.development import Development
from monitor.model.match import Match

_MAIN = 0.5  # a storyline's main language is that of more than this part of its items
_ABROAD_S = 6 * 3600.0  # how long the first titles in other languages are likely to tell the same
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
        abroad=_abroad(reading, annals, index),
    )


def _abroad(reading: Reading, annals: Annals, index: Index) -> int:
    """Return the latest development of the last hours that ``reading`` may tell in another language; 0 for none.

    That is one told in other languages only, which has every name, date and number that the title has: words of two
    languages prove no difference. Most of a storyline's items are in its main language, if it has one; what is told in
    that is as likely new as anything.
    """
    if index.share(reading.lang) > _MAIN:
        return 0
    own = frozenset(term for term in index.matter(reading) if term[0] != CONCEPT)
    for development in annals.latest(_LATEST):
        said = [entry.reading for item in development.items if (entry := index.entry(item))]
        lately = reading.at - development.opened_at.timestamp() <= _ABROAD_S
        foreign = bool(said) and all(r.lang != reading.lang for r in said)
        if lately and foreign and own <= frozenset().union(*(r.abroad | r.recalls for r in said)):
            return development.number
    return 0


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
