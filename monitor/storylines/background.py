"""Background: how common words are in everything that comes in, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from monitor.storylines.reading import Reading


class Background:
    """Counts over the titles of all items: how many hold a word, and how often it has a capital inside a sentence.

    Bounded: beyond ``kept`` words, the rarest are forgotten.
    """

    def __init__(self, kept: int) -> None:
        """Start empty."""
        self._kept = kept
        self.items = 0
        self._counts: dict[str, int] = {}
        self._capital: dict[str, int] = {}
        self._small: dict[str, int] = {}

    def learn(self, reading: Reading) -> None:
        """Count one item's title."""
        self.items += 1
        counts = self._counts
        for word in {t.folded for t in reading.title}:
            counts[word] = counts.get(word, 0) + 1
        if reading.sentence_case:
            for token in reading.title[1:]:
                if token.kind == "word":
                    side = self._capital if token.text[0].isupper() else self._small
                    side[token.folded] = side.get(token.folded, 0) + 1
        if len(self._counts) > self._kept:
            self._forget()

    def count(self, word: str) -> int:
        """Return how many titles had the folded word."""
        return self._counts.get(word, 0)

    def capital_share(self, word: str) -> float | None:
        """Return in what share (0..1) of its places inside sentences a word had a capital; None below 3 places."""
        high, low = self._capital.get(word, 0), self._small.get(word, 0)
        return high / (high + low) if high + low >= 3 else None

    def dump(self) -> dict[str, object]:
        """Return the counts as plain values for :meth:`load`."""
        return {"items": self.items, "counts": self._counts, "capital": self._capital, "small": self._small}

    def load(self, dumped: Mapping[str, Any]) -> None:
        """Take over counts that :meth:`dump` returned. Raises KeyError or ValueError when they are none."""
        self.items = int(dumped["items"])
        self._counts = dict(dumped["counts"])
        self._capital, self._small = dict(dumped["capital"]), dict(dumped["small"])

    def _forget(self) -> None:
        least = 2
        while len(self._counts) > self._kept // 2:
            self._counts = {w: n for w, n in self._counts.items() if n >= least}
            least *= 2
        self._capital = _among(self._capital, self._counts)
        self._small = _among(self._small, self._counts)


def _among(table: Mapping[str, int], words: Iterable[str]) -> dict[str, int]:
    kept = set(words)
    return {w: n for w, n in table.items() if w in kept}


def rarity(count: float, items: float) -> float:
    """Return the weight of a word that ``count`` of ``items`` texts have: its inverse document frequency, >= 0.5."""
    return max(0.5, math.log((items + 40.0) / (count + 0.7)))
