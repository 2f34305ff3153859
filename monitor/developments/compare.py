"""Compare: how alike a new reading is to what a storyline has already said.

Alikeness of two readings is the mean of the cosine of their terms, weighted by how rare a term is *in this storyline*,
and the share of the shorter one's weight that the other covers (a rewrite that adds words is still a repeat; what an
earlier summary said is told, too). It fades
with age: what was said days ago may be said again as news. The memory is bounded in time and number, and indexed by
term, so that a comparison looks at a bounded number of earlier readings however long the storyline is.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import nlargest
from itertools import islice
from math import exp, log, sqrt
from operator import mul

from monitor.developments.reading import CONCEPT, SHARED, Reading

WINDOW_S = 168 * 3600.0  # what is older is forgotten
FADE_S = 36 * 3600.0  # alikeness falls by 1/e in this time
LIMIT = 10_000  # readings remembered
COSINE = 0.6  # part of the cosine; the rest is the share of the shorter one
FOREIGN = 0.35  # what a word counts against a text in a language that never had it
BODY = 0.8  # what a word of the new title counts that stood only in the earlier one's summary (never the reverse:
# summaries recall what went before)
SAYING = frozenset((CONCEPT + "announce", CONCEPT + "inform", CONCEPT + "speak"))  # that it was said is no news
Weigh = Callable[[str], float]  # what a term weighs
_POSTINGS = 256  # latest readings looked up for one term
_VISITS = 601  # readings looked up in all
_CANDIDATES = 16  # readings compared in full, told and held each


@dataclass(slots=True, eq=False)
class Entry:
    """One reading in memory; ``development`` 0 while it is held."""

    seq: int
    reading: Reading
    development: int = 0


@dataclass(frozen=True, slots=True)
class Alike:
    """An earlier entry and how alike it is: ``plain`` in 0..1, ``faded`` by its age."""

    entry: Entry
    plain: float
    faded: float


class _Weights(dict[str, float]):
    """What each term weighs at one moment, worked out when it is first asked for."""

    def __init__(self, common: Mapping[str, float], top: float) -> None:
        self._common, self._top = common, top

    def __missing__(self, term: str) -> float:
        weight = self[term] = self._top - self._common.get(term, 0.0)
        return weight


class Index:
    """The readings of one storyline within the window."""

    def __init__(self, standing: frozenset[str] = frozenset()) -> None:
        """``standing`` are the terms of the rule itself: every item may have them, so they tell nothing apart."""
        self._standing = standing
        self._entries: deque[Entry] = deque()
        self._by_item: dict[str, Entry] = {}
        self._df: Counter[str] = Counter()
        self._common: dict[str, float] = {}  # ln(df + 1) of a term
        self._langs: Counter[str] = Counter()  # how many readings are in a language
        self._spoken: dict[str, Counter[str]] = {}  # how many readings of a language have a term
        self._postings: dict[str, deque[Entry]] = {}
        self._same: dict[str, list[Entry]] = {}  # by title, oldest first
        self._seq = 0
        self.sentences = 0  # readings whose title is a whole sentence

    def __len__(self) -> int:
        return len(self._entries)

    def entry(self, item: str) -> Entry | None:
        """Return the entry of an item, None when it is not (or no longer) remembered."""
        return self._by_item.get(item)

    def same(self, reading: Reading) -> Entry | None:
        """Return the latest entry with the very same words in its title, if it is in the window."""
        others = (e for e in reversed(self._same.get(reading.same, ())) if e.reading.item != reading.item)
        entry = next(others, None) if reading.same else None
        return entry if entry and reading.at - entry.reading.at <= WINDOW_S else None

    def carried(self, reading: Reading) -> Reading:
        """Return ``reading``; as its publisher's own where it is a title that publisher had, its name behind it."""
        own = self._same[reading.bare][-1] if reading.bare and reading.bare in self._same else None
        if own is None or own.reading.origin != reading.tail or reading.at - own.reading.at > WINDOW_S:
            return reading
        return replace(own.reading, item=reading.item, at=reading.at)

    def add(self, reading: Reading, development: int) -> None:
        """Remember a reading (or, for a known item, where it now belongs)."""
        self.forget(reading.at)
        known = self._by_item.get(reading.item)
        if known is not None:
            self.assign(reading.item, development)
            return
        self._seq += 1
        entry = Entry(self._seq, reading, development)
        self._entries.append(entry)
        self._by_item[reading.item] = entry
        self._enter(entry)

    def renew(self, reading: Reading) -> None:
        """Take what a remembered item says now in place of what it said, as if it had said so when it came."""
        entry = self._by_item.get(reading.item)
        if entry is not None and entry.reading != reading:
            self._leave(entry)
            entry.reading = reading
            self._enter(entry)

    def assign(self, item: str, development: int) -> None:
        """Say that a remembered item now belongs to ``development``."""
        entry = self._by_item.get(item)
        if entry is not None and development:
            entry.development = development

    def reassign(self, gone: int, development: int) -> None:
        """Say that all that is remembered of the development ``gone`` now belongs to ``development``."""
        for entry in self._entries:
            if entry.development == gone:
                entry.development = development

    def forget(self, at: float) -> None:
        """Let go of what is older than the window at ``at``, and of the oldest beyond the limit."""
        while self._entries and (at - self._entries[0].reading.at > WINDOW_S or len(self._entries) > LIMIT):
            self._drop(self._entries.popleft())

    def share(self, lang: str) -> float:
        """Return the part of the readings that are in a language, 0..1."""
        return self._langs[lang] / len(self._entries) if self._entries else 0.0

    def known(self, terms: Iterable[str]) -> int:
        """Return how many readings have the best known of ``terms``."""
        return max((len(self._entries) if t in self._standing else self._df[t] for t in terms), default=0)

    def alike(self, reading: Reading) -> tuple[list[Alike], list[Alike]]:
        """Return the most alike entries that were told, and those that are held, each by faded alikeness, best first.

        A term weighs ln((n+2)/(df+1)) + 0.1 over the storyline's readings. Entries whose title was held for a cue are
        left out: a comment is no measure of news.
        """
        told: list[Alike] = []
        held: list[Alike] = []
        top = log(len(self._entries) + 2) + 0.1
        mine: dict[str | None, tuple[float, float]] = {}
        weigh = _Weights(self._common, top).__getitem__
        for entry in self._candidates(reading, weigh):
            if entry.reading.item == reading.item:
                continue  # edited since: it is no measure of itself
            plain = self._plain(entry.reading, reading, weigh, mine)
            faded = plain * exp(-max(0.0, reading.at - entry.reading.at) / FADE_S)
            (told if entry.development else held).append(Alike(entry, plain, faded))
        for found in (told, held):
            found.sort(key=lambda a: (-a.faded, -a.entry.seq))
        return told, held

    def matter(self, reading: Reading) -> frozenset[str]:
        """Return what a title says in terms of any language, without what the rule itself says, or that it was said."""
        own = (t for t in reading.abroad if t[0] in SHARED and t not in self._standing)
        return frozenset(own) - SAYING

    def _candidates(self, reading: Reading, weigh: Weigh) -> list[Entry]:
        """Return the entries that share most weight with ``reading``: so many told, and so many held."""
        shared: defaultdict[Entry, float] = defaultdict(float)
        rarity = {t: weigh(t) for t in reading.terms | reading.abroad}
        oldest = reading.at - WINDOW_S
        left = _VISITS
        for term in sorted(rarity, key=lambda t: (-rarity[t], t)):
            if left <= 0:
                break
            posted: Sequence[Entry] = self._postings.get(term, ())
            weight = rarity[term]
            if posted and posted[0].reading.at < oldest:
                posted = [entry for entry in posted if entry.reading.at >= oldest]
            for entry in islice(reversed(posted), left):
                shared[entry] += weight
            left -= len(posted)
        ranked = sorted(shared, key=shared.__getitem__, reverse=True)
        told = [e for e in ranked if e.development]
        held = [e for e in ranked if not e.development and e.reading.cue is None]
        return [*_first(told, shared), *_first(held, shared)]

    def _plain(
        self, other: Reading, reading: Reading, weigh: Weigh, sums: dict[str | None, tuple[float, float]]
    ) -> float:
        """Return how alike two readings are; ``sums`` keeps those of ``reading`` by the language of the other."""
        foreign = other.lang != reading.lang
        against = other.lang if foreign else None
        if against not in sums:
            sums[against] = self._sums(reading.abroad if foreign else reading.terms, against, weigh)
        mine, mine_squared = sums[against]
        said, told = (reading.abroad, other.abroad) if foreign else (reading.terms, other.terms)
        theirs, theirs_squared = self._sums(told, reading.lang if foreign else None, weigh, said)
        weights = list(map(weigh, said & told))
        common: float = sum(weights)
        dot: float = sum(map(mul, weights, weights))
        below = sum(map(weigh, said & other.body - told)) if other.body else 0.0
        overlap = max(common / min(mine, theirs), (common + BODY * below) / mine)
        cosine = dot / sqrt(mine_squared * theirs_squared)
        return COSINE * cosine + (1 - COSINE) * min(1.0, overlap)

    def _sums(
        self, terms: frozenset[str], lang: str | None, weigh: Weigh, met: frozenset[str] = frozenset()
    ) -> tuple[float, float]:
        """Return the sum of the terms' weights and of their squares, to be compared with a text in ``lang``.

        A word that was never met in that language proves no difference; it counts a part, so that one shared name
        does not make two texts equal. ``lang`` None: the same language. ``met`` are the words of that text itself.
        """
        weights = list(map(weigh, terms))
        if lang is not None:
            spoken = self._spoken.get(lang) or Counter()
            known = [1.0 if t[0] in SHARED or t in spoken or t in met else FOREIGN for t in terms]
            weights = list(map(mul, weights, known))
        return sum(weights), sum(map(mul, weights, weights))

    def _drop(self, entry: Entry) -> None:
        self._by_item.pop(entry.reading.item, None)
        self._leave(entry)

    def _enter(self, entry: Entry) -> None:
        reading = entry.reading
        insort(self._same.setdefault(reading.same, []), entry, key=lambda e: e.seq)
        self.sentences += reading.sentence
        self._langs[reading.lang] += 1
        terms = reading.terms | reading.abroad
        for term in terms:
            self._count(term, 1)
        self._spoken.setdefault(reading.lang, Counter()).update(terms)
        self._stand()
        for term in terms:
            posted = self._postings.setdefault(term, deque(maxlen=_POSTINGS))
            if posted and posted[-1].seq > entry.seq:
                self._postings[term] = deque(sorted([*posted, entry], key=lambda e: e.seq), maxlen=_POSTINGS)
            else:
                posted.append(entry)

    def _leave(self, entry: Entry) -> None:
        named = self._same[entry.reading.same]
        named.remove(entry)
        if not named:
            del self._same[entry.reading.same]
        self.sentences -= entry.reading.sentence
        self._langs[entry.reading.lang] -= 1
        spoken = self._spoken[entry.reading.lang]
        for term in entry.reading.terms | entry.reading.abroad:
            spoken[term] -= 1
            if spoken[term] <= 0:
                del spoken[term]
            self._count(term, -1)
            if term not in self._df:
                self._postings.pop(term, None)
            elif entry in (posted := self._postings[term]):
                posted.remove(entry)

    def _stand(self) -> None:
        everywhere = log(len(self._entries) + 1)
        for term in self._standing:
            self._common[term] = everywhere

    def _count(self, term: str, more: int) -> None:
        df = self._df[term] + more
        if df <= 0:
            del self._df[term]
            self._common.pop(term, None)
        else:
            self._df[term] = df
            self._common[term] = log(df + 1)


def _first(ranked: list[Entry], shared: Mapping[Entry, float]) -> list[Entry]:
    """Return the first of ``ranked`` (by the weight that they share), the latest ones of those that share as much."""
    if len(ranked) <= _CANDIDATES:
        return ranked
    least = shared[ranked[_CANDIDATES - 1]]
    if shared[ranked[_CANDIDATES]] < least:
        return ranked[:_CANDIDATES]
    equal = [e for e in ranked if shared[e] >= least]
    return nlargest(_CANDIDATES, equal, key=lambda e: (shared[e], e.seq))
