"""Compare: how alike a new reading is to what a storyline has already said.

Alikeness of two readings is the mean of the cosine of their terms, weighted by how rare a term is *in this storyline*,
and the share of the shorter one's weight that the other covers (a rewrite that adds words is still a repeat). It fades
with age: what was said days ago may be said again as news. The memory is bounded in time and number, and indexed by
term, so that a comparison looks at a bounded number of earlier readings however long the storyline is.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import exp, log, sqrt

from monitor.developments.reading import Reading

WINDOW_S = 168 * 3600.0  # what is older is forgotten
FADE_S = 36 * 3600.0  # alikeness falls by 1/e in this time
LIMIT = 10_000  # readings remembered
COSINE = 0.6
FOREIGN = 0.35
_POSTINGS = 256  # latest readings looked up for one term
_VISITS = 2_500  # readings looked up in all
_CANDIDATES = 48  # readings compared in full
_LOGS = [0.0, *(log(n) for n in range(1, 4_096))]


@dataclass(slots=True)
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


class Index:
    """The readings of one storyline within the window."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque()
        self._by_item: dict[str, Entry] = {}
        self._df: Counter[str] = Counter()
        self._spoken: dict[str, Counter[str]] = {}  # how many readings of a language have a term
        self._postings: dict[str, deque[Entry]] = {}
        self._same: dict[str, Entry] = {}
        self._seq = 0

    def __len__(self) -> int:
        return len(self._entries)

    def entry(self, item: str) -> Entry | None:
        """Return the entry of an item, None when it is not (or no longer) remembered."""
        return self._by_item.get(item)

    def same(self, reading: Reading) -> Entry | None:
        """Return the latest entry with the very same words in its title, if it is in the window."""
        entry = self._same.get(reading.same) if reading.same else None
        return entry if entry and reading.at - entry.reading.at <= WINDOW_S else None

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
        if reading.same:
            self._same[reading.same] = entry
        self._df.update(reading.terms)
        self._spoken.setdefault(reading.lang, Counter()).update(reading.terms)
        for term in reading.terms:
            self._postings.setdefault(term, deque(maxlen=_POSTINGS)).append(entry)

    def assign(self, item: str, development: int) -> None:
        """Say that a remembered item now belongs to ``development``."""
        entry = self._by_item.get(item)
        if entry is not None and development:
            entry.development = development

    def forget(self, at: float) -> None:
        """Let go of what is older than the window at ``at``, and of the oldest beyond the limit."""
        while self._entries and (at - self._entries[0].reading.at > WINDOW_S or len(self._entries) > LIMIT):
            self._drop(self._entries.popleft())

    def since(self, at: float) -> Iterable[Entry]:
        """Yield the entries that arrived at or after ``at``, latest first."""
        for entry in reversed(self._entries):
            if entry.reading.at < at:
                return
            yield entry

    def known(self, terms: Iterable[str]) -> int:
        """Return how many readings have the best known of ``terms``."""
        return max((self._df[t] for t in terms), default=0)

    def weights(self, terms: Iterable[str]) -> dict[str, float]:
        """Return each term's weight: ln((n+2)/(df+1)) + 0.1 over the storyline's readings."""
        top, df = _log(len(self._entries) + 2) + 0.1, self._df
        return {t: max(0.05, top - _log(df[t] + 1)) for t in terms}

    def alike(self, reading: Reading, *, only: Callable[[Entry], bool] | None = None) -> list[Alike]:
        """Return the most alike entries within the window, by faded alikeness, best first.

        ``only`` leaves entries out. At most ``_CANDIDATES`` are returned.
        """
        mine = self.weights(reading.terms)
        found = [self._compared(e, reading, mine) for e in self._candidates(reading, mine, only)]
        found.sort(key=lambda a: (-a.faded, -a.entry.seq))
        return found

    def _candidates(
        self, reading: Reading, mine: dict[str, float], only: Callable[[Entry], bool] | None
    ) -> list[Entry]:
        shared: dict[int, float] = {}
        entries: dict[int, Entry] = {}
        visits = 0
        for term in sorted(mine, key=lambda t: (-mine[t], t)):
            posted = self._postings.get(term, ())
            for entry in reversed(posted):
                if reading.at - entry.reading.at > WINDOW_S or (only and not only(entry)):
                    continue
                shared[entry.seq] = shared.get(entry.seq, 0.0) + mine[term]
                entries[entry.seq] = entry
            visits += len(posted)
            if visits > _VISITS:
                break
        best = sorted(shared, key=lambda s: (-shared[s], -s))[:_CANDIDATES]
        return [entries[s] for s in best]

    def _compared(self, entry: Entry, reading: Reading, mine: dict[str, float]) -> Alike:
        plain = self._plain(entry.reading, reading, mine)
        return Alike(entry, plain, plain * exp(-max(0.0, reading.at - entry.reading.at) / FADE_S))

    def _plain(self, other: Reading, reading: Reading, mine: dict[str, float]) -> float:
        theirs = self.weights(other.terms)
        common = [mine[t] for t in theirs if t in mine]
        if not common:
            return 0.0
        if other.lang != reading.lang:
            mine = self._shared(mine, other.lang)
            theirs = self._shared(theirs, reading.lang)
        dot = sum(w * w for w in common)
        cosine = dot / sqrt(sum(w * w for w in mine.values()) * sum(w * w for w in theirs.values()))
        shorter = min(sum(mine.values()), sum(theirs.values()))
        return COSINE * cosine + (1 - COSINE) * min(1.0, sum(common) / shorter)

    def _shared(self, weights: dict[str, float], lang: str) -> dict[str, float]:
        """Return the weights as far as a text in ``lang`` could have the same terms: its other words prove nothing.

        Words never met in that language count a part, so that one shared name does not make two texts equal.
        """
        spoken = self._spoken.get(lang, Counter())
        return {t: w if t[0] in "§#" or spoken[t] else w * FOREIGN for t, w in weights.items()}

    def _drop(self, entry: Entry) -> None:
        self._by_item.pop(entry.reading.item, None)
        if self._same.get(entry.reading.same) is entry:
            del self._same[entry.reading.same]
        spoken = self._spoken[entry.reading.lang]
        for term in entry.reading.terms:
            spoken[term] -= 1
            if spoken[term] <= 0:
                del spoken[term]
            self._df[term] -= 1
            if self._df[term] <= 0:
                del self._df[term]
                self._postings.pop(term, None)
            elif (posted := self._postings[term]) and posted[0] is entry:
                posted.popleft()


def _log(n: int) -> float:
    return _LOGS[n] if n < len(_LOGS) else log(n)
