"""Candidates: which storylines the words of one item concern, found without looking at the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from monitor.model.match import Means
from monitor.storylines.phrase import KIN
from monitor.storylines.terms import TermHit
from monitor.storylines.tracked import Tracked

AWAKE = 0.05  # recent seeds from which on a storyline listens to every word of its rule
Worths = dict[int, float]  # unit -> how well it is met
_Touched = dict[int, tuple[Tracked, Worths]]
_Rest = Mapping[int, list[tuple[int, float]]]  # order of a storyline -> its units with their factors


class Way(NamedTuple):
    """One way in which an item meets an atom; ``slip`` is how alike the words are (100: no misspelling)."""

    worth: float
    slip: float
    hit: TermHit


Ways = Mapping[int, list[Way]]  # atom -> ways, the best first


class Candidates:
    """The units of all storylines under the atoms (terms and concepts) that meet them.

    An item concerns a storyline when it meets one of its key units; a storyline that is awake (it had seed
    matches lately) also when it meets any other. So common words cost nothing where nothing happens.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._keys: dict[int, list[tuple[Tracked, int, float]]] = {}
        self._rest: dict[int, dict[int, list[tuple[int, float]]]] = {}
        self._awake: dict[int, Tracked] = {}

    def enter(self, tracked: Tracked, atom: int, unit: int, worth: float) -> None:
        """Let ``atom`` meet ``unit`` of ``tracked``. What is kin to a key unit is none: half of all news is."""
        tracked.atoms.append((atom, unit, worth))
        if unit in tracked.keys and worth > KIN:
            self._keys.setdefault(atom, []).append((tracked, unit, worth))
        else:
            self._rest.setdefault(atom, {}).setdefault(tracked.order, []).append((unit, worth))
        self.wake(tracked)

    def leave(self, tracked: Tracked) -> None:
        """Forget a storyline."""
        self._awake.pop(tracked.order, None)
        for atom in {a for a, _, _ in tracked.atoms}:
            kept = [k for k in self._keys.pop(atom, ()) if k[0] is not tracked]
            if kept:
                self._keys[atom] = kept
            rest = self._rest.get(atom, {})
            rest.pop(tracked.order, None)
            if not rest:
                self._rest.pop(atom, None)

    def wake(self, tracked: Tracked) -> None:
        """Let a storyline with seeds listen to all its words."""
        if tracked.context.seeds:
            self._awake[tracked.order] = tracked

    def of(self, ways: Ways, weight: float) -> Sequence[tuple[Tracked, Worths]]:
        """Return the storylines concerned with what they are met with. ``weight`` is one count's worth now."""
        touched: _Touched = {}
        for atom, found in ways.items():
            keyed = self._keys.get(atom)
            if keyed:
                _take_all(touched, keyed, found)
        if touched or self._awake:
            for atom, found in ways.items():
                rest = self._rest.get(atom)
                if rest:
                    self._take_rest(touched, rest, found, weight)
        return list(touched.values())

    def _take_rest(self, touched: _Touched, rest: _Rest, found: list[Way], weight: float) -> None:
        for order in self._listening(rest, touched, weight):
            tracked = touched[order][0] if order in touched else self._awake[order]
            worth = _worth(tracked, found)
            for unit, factor in rest[order] if worth else ():
                _take(touched, tracked, unit, worth * factor)

    def _listening(self, rest: Mapping[int, object], touched: _Touched, weight: float) -> Iterator[int]:
        yield from rest.keys() & touched.keys()
        for order in rest.keys() & self._awake.keys():
            if order not in touched:
                if self._awake[order].context.seeds > AWAKE * weight:
                    yield order
                else:
                    del self._awake[order]


def met(tracked: Tracked, ways: Ways) -> dict[int, tuple[float, TermHit, bool]]:
    """Return by which hits each unit of ``tracked`` is met best: (worth, hit, whether through an alias)."""
    best: dict[int, tuple[float, TermHit, bool]] = {}
    for atom, unit, factor in tracked.atoms:
        for way in ways.get(atom, ()):
            if way.slip >= tracked.storyline.fuzzy and (unit not in best or way.worth * factor > best[unit][0]):
                best[unit] = (way.worth * factor, way.hit, atom % 2 == 1)
    return best


def ways(hits: Iterable[tuple[TermHit, Iterable[int]]], summary: float) -> Ways:
    """Return the ways in which hits meet their atoms; a hit that only the summary has is worth ``summary``."""
    found: dict[int, list[Way]] = {}
    for hit, atoms in hits:
        worth = hit.closeness * (1.0 if hit.field == "title" else summary)
        way = Way(worth, hit.closeness * 100 if hit.means is Means.FUZZY else 100.0, hit)
        for atom in atoms:
            found.setdefault(atom, []).append(way)
    for several in found.values():
        if len(several) > 1:
            several.sort(key=lambda w: -w.worth)
    return found


def _worth(tracked: Tracked, found: list[Way]) -> float:
    best = found[0]
    if best.slip >= 100.0:
        return best.worth
    return next((w.worth for w in found if w.slip >= tracked.storyline.fuzzy), 0.0)


def _take_all(touched: _Touched, keyed: Sequence[tuple[Tracked, int, float]], found: list[Way]) -> None:
    """Take in a key unit of each of many storylines: the busiest loop there is."""
    exact = found[0].worth if found[0].slip >= 100.0 else 0.0
    for tracked, unit, factor in keyed:
        worth = (exact or _worth(tracked, found)) * factor
        known = touched.get(tracked.order)
        if known is not None:
            if worth > known[1].get(unit, 0.0):
                known[1][unit] = worth
        elif worth:
            touched[tracked.order] = (tracked, {unit: worth})


def _take(touched: _Touched, tracked: Tracked, unit: int, worth: float) -> None:
    known = touched.get(tracked.order)
    if known is None:
        touched[tracked.order] = (tracked, {unit: worth})
    elif worth > known[1].get(unit, 0.0):
        known[1][unit] = worth
