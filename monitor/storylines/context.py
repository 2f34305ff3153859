"""Context: what a storyline has learned from its own sure matches, and how it fades."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

_HUGE = 1e12  # weight at which the counts are brought back to size
_NOTHING = 1e-3  # count below which a word is forgotten then


class Clock:
    """Weights that grow with time instead of old counts shrinking (forward decay): one count's worth at a moment.

    One clock serves all Contexts of a matcher, so that an item's weight is computed once.
    """

    def __init__(self, half_life_s: float) -> None:
        """Not started: until ``start`` is set, every count is worth 1."""
        self.half_life_s = half_life_s
        self.start: datetime | None = None

    def weight(self, at: datetime) -> float:
        """Return what one count at ``at`` is worth; 1.0 at the start, twice as much a half-life later."""
        if self.start is None:
            return 1.0
        return float(2.0 ** min(900.0, (at - self.start).total_seconds() / self.half_life_s))

    def outgrown(self, weight: float) -> bool:
        """Whether counts have become so large that all Contexts should be rescaled."""
        return weight > _HUGE


class Context:
    """Fading counts of one storyline: the words of its seed matches, and what items met which parts of its phrase.

    Only seed matches teach; items that merely touch the storyline are the comparison. All counts are
    on the growing scale of the matcher's clock; callers pass the present ``weight``.
    """

    def __init__(self, kept: int) -> None:
        """Know nothing; keep at most ``kept`` words."""
        self._kept = kept
        self.seeds = 0.0
        self._seed: dict[str, float] = {}
        self._all: dict[str, float] = {}
        self._item: dict[str, str] = {}
        self._pattern: dict[str, tuple[float, float]] = {}
        self._asked: AbstractSet[str] | None = None  # the words last asked for, and which of them are learned
        self._common: AbstractSet[str] = frozenset()

    def count(self, patterns: Iterable[str], weight: float, *, seed: bool) -> None:
        """Count which parts of the rule an item met together (``patterns``), and whether it was a seed."""
        seeds = weight if seed else 0.0
        for pattern in patterns:
            old = self._pattern.get(pattern)
            self._pattern[pattern] = (old[0] + weight, old[1] + seeds) if old else (weight, seeds)

    def share(self, pattern: str, weight: float) -> tuple[float, float]:
        """Return (share of seeds among recent items with ``pattern``, 0..1; how many such items, faded)."""
        every, sure = self._pattern.get(pattern, (0.0, 0.0))
        return (sure / every, every / weight) if every else (0.0, 0.0)

    def learn(self, words: AbstractSet[str], weight: float, *, seed: bool, item: str) -> None:
        """Count the words of an item that touched the storyline; those of a seed are learned."""
        if seed:
            self.seeds += weight
            for word in words:
                self._seed[word] = self._seed.get(word, 0.0) + weight
                self._item.setdefault(word, item)
            if len(self._seed) > self._kept:
                self._forget()
            self._asked = None
        for word in self._among(words):
            self._all[word] = self._all.get(word, 0.0) + weight

    def purity(self, word: str, weight: float) -> tuple[float, float]:
        """Return (seed share among recent items with ``word``, 0..1; how many such items, faded)."""
        every = self._all.get(word)
        return (self._seed.get(word, 0.0) / every, every / weight) if every else (0.0, 0.0)

    def known(self, words: AbstractSet[str], weight: float) -> list[tuple[str, float]]:
        """Return which of ``words`` enough recent seeds had to tell the storyline, and how surely (0..1)."""
        found = []
        for word in self._among(words):
            sure, items = self._seed[word] / weight, self._all.get(word, 0.0) / weight
            if items > 1.2 and sure > 0.2 * (items + 1.0):
                found.append((word, sure / (items + 1.0)))
        return found

    def _among(self, words: AbstractSet[str]) -> AbstractSet[str]:
        """Return which of ``words`` are learned; matching and learning ask for the same words one after the other."""
        if words is not self._asked:
            self._asked, self._common = words, self._seed.keys() & words
        return self._common

    def earlier(self, word: str) -> str:
        """Return the first item that taught ``word``."""
        return self._item.get(word, "")

    def rescale(self, factor: float) -> None:
        """Multiply all counts by ``factor`` and forget what has faded away."""
        self.seeds *= factor
        self._asked = None
        self._seed = {k: v * factor for k, v in self._seed.items() if v * factor > _NOTHING}
        self._all = {k: self._all.get(k, 0.0) * factor for k in self._seed}
        self._item = {k: self._item[k] for k in self._seed}
        faded = {k: (every * factor, sure * factor) for k, (every, sure) in self._pattern.items()}
        self._pattern = {k: v for k, v in faded.items() if v[0] > _NOTHING}

    def forget_patterns(self) -> None:
        """Forget what met which parts of the phrase: the phrase is another one now. Words stay."""
        self._pattern = {}

    def dump(self) -> dict[str, object]:
        """Return the memory as plain values for :meth:`load`."""
        words = {k: (v, self._all.get(k, 0.0), self._item[k]) for k, v in self._seed.items()}
        return {"seeds": self.seeds, "words": words, "patterns": self._pattern}

    def load(self, dumped: Mapping[str, Any]) -> None:
        """Take over what :meth:`dump` returned. Raises KeyError, TypeError or ValueError when it is something else."""
        self.seeds = float(dumped["seeds"])
        words = dumped["words"]
        self._asked = None
        self._seed = {k: float(v[0]) for k, v in words.items()}
        self._all = {k: float(v[1]) for k, v in words.items()}
        self._item = {k: str(v[2]) for k, v in words.items()}
        self._pattern = {k: (float(v[0]), float(v[1])) for k, v in dumped["patterns"].items()}

    def _forget(self) -> None:
        best = sorted(self._seed, key=lambda k: (-self._seed[k], k))[: self._kept // 2]
        self._seed = {k: self._seed[k] for k in best}
        self._all = {k: self._all.get(k, 0.0) for k in best}
        self._item = {k: self._item[k] for k in best}
