"""Background: how common words are in everything that comes in, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from monitor.storylines.reading import Reading

_COUNT, _CAPITAL, _SMALL = range(3)  # the latter two are a word's ``case``


class _Counts(dict[str, list[int]]):
    """Of each folded word: titles that have it, places inside sentences with a capital, such places without."""

    def __missing__(self, word: str) -> list[int]:
        counts = self[word] = [0, 0, 0]
        return counts


class Background:
    """Counts over the titles of all items: how many hold a word, and how often it has a capital inside a sentence.

    Bounded: beyond ``kept`` words, the rarest are forgotten.
    """

    def __init__(self, kept: int) -> None:
        """Start empty."""
        self._kept = kept
        self.items = 0
        self._counts = _Counts()

    def learn(self, reading: Reading) -> None:
        """Count one item's title."""
        self.items += 1
        counts = self._counts
        for word in {w.folded for w in reading.title}:
            counts[word][0] += 1
        if reading.sentence_case:
            for one in reading.title[1:]:
                if one.case:
                    counts[one.folded][one.case] += 1
        if len(counts) > self._kept:
            self._forget()

    def count(self, word: str) -> int:
        """Return how many titles had the folded word."""
        counts = self._counts.get(word)
        return counts[_COUNT] if counts else 0

    def capital_share(self, word: str) -> float | None:
        """Return in what share (0..1) of its places inside sentences a word had a capital; None below 3 places."""
        _, high, low = self._counts.get(word) or (0, 0, 0)
        return high / (high + low) if high + low >= 3 else None

    def dump(self) -> dict[str, object]:
        """Return the counts as plain values for :meth:`load`."""
        tables = {"counts": _COUNT, "capital": _CAPITAL, "small": _SMALL}
        counted = {name: {w: c[at] for w, c in self._counts.items() if c[at]} for name, at in tables.items()}
        return {"items": self.items, **counted}

    def load(self, dumped: Mapping[str, Any]) -> None:
        """Take over counts that :meth:`dump` returned. Raises KeyError or ValueError when they are none."""
        self.items = int(dumped["items"])
        self._counts = _Counts()
        for at, table in ((_COUNT, dumped["counts"]), (_CAPITAL, dumped["capital"]), (_SMALL, dumped["small"])):
            for word, count in dict(table).items():
                self._counts[word][at] = int(count)

    def _forget(self) -> None:
        least = 2
        while len(self._counts) > self._kept // 2:
            self._counts = _Counts({w: c for w, c in self._counts.items() if c[_COUNT] >= least})
            least *= 2


def rarity(count: float, items: float) -> float:
    """Return the weight of a word that ``count`` of ``items`` texts have: its inverse document frequency, >= 0.5."""
    return max(0.5, math.log((items + 40.0) / (count + 0.7)))
