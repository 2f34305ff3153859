"""The naive loop over storylines: the slow reference that the matcher must agree with, item for item.

Every storyline is scored for every item, term by term, with word tables of its own: nothing is shared, indexed,
remembered or left out. Only the formula (``judge``) and the clock of what is learned are the matcher's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from monitor.lang import aliases as shipped
from monitor.lang.aliases import PLAIN
from monitor.lang.languages import all_stop_words
from monitor.model.item import Item
from monitor.model.match import Means
from monitor.model.storyline import Storyline
from monitor.storylines.background import Background
from monitor.storylines.candidates import AWAKE
from monitor.storylines.context import Clock, Context
from monitor.storylines.phrase import KIN
from monitor.storylines.reading import Reading, read
from monitor.storylines.score import judge, patterns
from monitor.storylines.terms import Term, TermIndex, term_of
from monitor.storylines.tracked import Tracked, track
from monitor.storylines.tuning import DEFAULT
from monitor.storylines.words import WordIndex


@dataclass(frozen=True, slots=True)
class Found:
    """What is compared: which storyline, how sure, and whether it teaches."""

    storyline: str
    score: float
    possible: bool
    seed: bool


_Verdict = tuple[Found, tuple[int, ...], float]  # what was found, the facets met, the score unrounded


@cache
def _known() -> frozenset[str]:
    """The words of the shipped tables: some megabytes, ten thousand times over too many."""
    return shipped.load().words | all_stop_words()


class Alone:
    """One storyline with all that it needs, as if it were the only one."""

    def __init__(self, storyline: Storyline) -> None:
        """Make a storyline ready."""
        aliases = shipped.load()
        self.tracked: Tracked = track(storyline, aliases, Context(DEFAULT.vocabulary_kept))
        self.terms = TermIndex(WordIndex(_known()))
        self.ways: list[tuple[int, int, float]] = []  # unit, term, worth
        for number, unit in enumerate(self.tracked.units):
            named = [(replace(t, slips=c.kind not in PLAIN), w) for c, w in unit.concepts for t in _terms(c.names)]
            for term, worth in (*unit.terms, *named):
                self.ways.append((number, self.terms.add(term), worth))

    def worths(self, reading: Reading) -> tuple[Mapping[int, float], bool]:
        """Return how well each unit is met, and whether a key unit is, not only by its kin."""
        hits = self.terms.hits(reading)
        worths: dict[int, float] = {}
        key = False
        for unit, term, factor in self.ways:
            hit = hits.get(term)
            if hit is None or (hit.means is Means.FUZZY and hit.closeness * 100 < self.tracked.storyline.fuzzy):
                continue
            worth = hit.closeness * (1.0 if hit.field == "title" else DEFAULT.summary) * factor
            worths[unit] = max(worths.get(unit, 0.0), worth)
            key = key or (unit in self.tracked.keys and factor > KIN)
        return worths, key


class Naive:
    """Match and learn in one: :meth:`take` for every item, in order."""

    def __init__(self, storylines: Iterable[Storyline]) -> None:
        """Follow ``storylines``."""
        self._alone = [Alone(s) for s in storylines]
        self._background = Background(DEFAULT.words_kept)
        self._clock = Clock(DEFAULT.half_life.total_seconds())

    def take(self, item: Item) -> tuple[Found, ...]:
        """Return what ``item`` matches, the best first, and learn from it."""
        reading = read(item, DEFAULT)
        weight = self._clock.weight(item.arrival_at)
        judged = [(one, self._judge(one, reading, weight)) for one in self._alone]
        self._clock.start = self._clock.start or item.arrival_at
        found = []
        for one, verdict in judged:
            if verdict is not None:
                if verdict[2] >= DEFAULT.possible:
                    found.append(verdict[0])
                _learn(one.tracked, verdict, reading, self._clock.weight(item.arrival_at), item.id)
        self._background.learn(reading)
        if self._clock.outgrown(weight):
            self._clock.start = item.arrival_at
            for one in self._alone:
                one.tracked.context.rescale(1.0 / weight)
        return tuple(sorted(found, key=lambda f: (-f.score, f.storyline)))

    def _judge(self, one: Alone, reading: Reading, weight: float) -> _Verdict | None:
        tracked, (worths, key) = one.tracked, one.worths(reading)
        awake = tracked.context.seeds > AWAKE * weight
        if not worths or not (awake or key):
            return None
        judged = judge(tracked, worths, reading, weight, self._background, DEFAULT)
        score = 0.0 if any(i in worths for i in tracked.none) else judged.score
        sure = score >= DEFAULT.bar
        return Found(tracked.storyline.slug, round(score, 4), not sure, judged.seed and sure), judged.pattern, score


def _terms(names: Iterable[str]) -> list[Term]:
    return [term for name in names if (term := term_of(name))]


def _learn(tracked: Tracked, verdict: _Verdict, reading: Reading, weight: float, item: str) -> None:
    found, pattern, _ = verdict
    if pattern:
        tracked.context.count(patterns(pattern), weight, seed=found.seed)
    if tracked.storyline.follow and (found.seed or tracked.context.seeds):
        tracked.context.learn(reading.vocabulary, weight, seed=found.seed, item=item)
