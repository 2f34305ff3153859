"""Context: what a storyline has learned from its own sure matches, and how it fades."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

_EPOCH = 1577836800.0
_RENEWED = 1e12  # scale at which the stored weights are brought back to size


class Context:
    """Fading counts of one storyline: words of its seed matches, and of all items that touched it.

    Weights grow with time instead of the old ones shrinking (forward decay), so an update touches
    only the words of its item. Only seed matches teach; what merely touched is the comparison.
    """

    def __init__(self, half_life_s: float, kept: int) -> None:
        """Start knowing nothing."""
        self._half_life_s = half_life_s
        self._kept = kept
        self._start: datetime | None = None
        self.seeds = 0.0
        self._seed: dict[str, float] = {}
        self._all: dict[str, float] = {}
        self._item: dict[str, str] = {}
        self._pattern: dict[str, list[float]] = {}

    def count(self, patterns: Iterable[str], at: datetime, *, seed: bool) -> None:
        """Count which parts of the rule an item met together (``patterns``), and whether it was a seed."""
        weight = float(2.0 ** ((at.timestamp() - _EPOCH) / self._half_life_s))
        for pattern in patterns:
            both = self._pattern.setdefault(pattern, [0.0, 0.0])
            both[0] += weight
            if seed:
                both[1] += weight

    def share(self, pattern: str, at: datetime) -> tuple[float, float]:
        """Return (share of seeds among recent items with ``pattern``, how many such items, faded)."""
        both = self._pattern.get(pattern)
        if both is None:
            return 0.0, 0.0
        weight = float(2.0 ** ((at.timestamp() - _EPOCH) / self._half_life_s))
        return both[1] / both[0], both[0] / weight

    def weight(self, at: datetime) -> float:
        """Return what one count is worth at ``at`` on the growing scale."""
        if self._start is None:
            return 1.0
        return float(2.0 ** ((at - self._start).total_seconds() / self._half_life_s))

    def learn(self, keys: Iterable[str], at: datetime, *, seed: bool, item: str) -> None:
        """Count an item that touched the storyline; ``seed``: it is surely of the storyline."""
        if self._start is None:
            if not seed:
                return
            self._start = at
        weight = self._renewed(at)
        if seed:
            self._teach(keys, weight, item)
        for key in keys:
            if key in self._seed:
                self._all[key] = self._all.get(key, 0.0) + weight

    def _teach(self, keys: Iterable[str], weight: float, item: str) -> None:
        self.seeds += weight
        for key in keys:
            self._seed[key] = self._seed.get(key, 0.0) + weight
            self._item.setdefault(key, item)
        if len(self._seed) > self._kept:
            self._forget()

    def purity(self, key: str, at: datetime) -> tuple[float, float]:
        """Return (seed share among recent items with ``key``, 0..1; how many such items, faded)."""
        every = self._all.get(key)
        if not every:
            return 0.0, 0.0
        return self._seed.get(key, 0.0) / every, every / self.weight(at)

    def heat(self, at: datetime) -> float:
        """Return the faded number of seed matches."""
        return self.seeds / self.weight(at)

    def earlier(self, key: str) -> str:
        """Return the first item that taught ``key``."""
        return self._item.get(key, "")

    def dump(self) -> dict[str, object]:
        """Return the memory as plain values for :meth:`load`."""
        start = self._start.isoformat() if self._start else ""
        return {"start": start, "seeds": self.seeds, "seed": self._seed, "all": self._all, "item": self._item}

    def load(self, dumped: Mapping[str, Any]) -> None:
        """Take over what :meth:`dump` returned. Raises KeyError or ValueError when it is something else."""
        self._start = datetime.fromisoformat(dumped["start"]) if dumped["start"] else None
        self.seeds = float(dumped["seeds"])
        self._seed, self._all, self._item = dict(dumped["seed"]), dict(dumped["all"]), dict(dumped["item"])

    def _renewed(self, at: datetime) -> float:
        """Return the weight of one count at ``at``; when it has grown huge, bring all counts back to size first."""
        weight = self.weight(at)
        if weight <= _RENEWED:
            return weight
        self._start = at
        self.seeds /= weight
        self._seed = {k: v / weight for k, v in self._seed.items() if v / weight > 1e-3}
        self._all = {k: self._all.get(k, 0.0) / weight for k in self._seed}
        self._item = {k: self._item[k] for k in self._seed}
        return 1.0

    def _forget(self) -> None:
        best = sorted(self._seed, key=lambda k: (-self._seed[k], k))[: self._kept // 2]
        self._seed = {k: self._seed[k] for k in best}
        self._all = {k: self._all.get(k, 0.0) for k in best}
        self._item = {k: self._item[k] for k in best}
