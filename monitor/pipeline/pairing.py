"""Pairing: which alerts of two rule sets tell the same development, though by different items. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.lang.tokens import words

_NEAR = timedelta(hours=12)  # titles that say the same tell the same within this time
_SHARED = 0.6  # part of all their words that two such titles have in common
_FEW = 3  # fewer words in common prove nothing


@dataclass(frozen=True, slots=True)
class Told:
    """One development told: ``items`` the lead first, ``at`` when; ``later`` are items that joined it since."""

    at: datetime
    storyline: str
    reason: str
    headline: str
    items: tuple[str, ...]
    later: frozenset[str] = frozenset()


Keys = Callable[[Told], Iterable[str]]


def pairs(ours: Sequence[Told], others: Sequence[Told], labelled: Mapping[str, str]) -> dict[int, int]:
    """Return by place in ``ours`` the place in ``others`` of what tells the same, each at most once, in order.

    Within a storyline, whichever it is called where each rule set has but one. First what has a common item; then what
    an item of the other joined; then what ``labelled`` (the development of an item) calls the same; last titles with
    most of their words in common, within twelve hours.
    """
    alone = len({t.storyline for t in ours}) <= 1 and len({t.storyline for t in others}) <= 1
    found: dict[int, int] = {}
    rounds: tuple[tuple[Keys, Keys], ...] = (
        (lambda one: one.items, lambda one: one.items),
        (lambda one: one.items, lambda one: one.later),
        (lambda one: one.later, lambda one: one.items),
        (lambda one: _label(one, labelled), lambda one: _label(one, labelled)),
    )
    for mine, theirs in rounds:
        _by_keys(ours, others, found, (mine, theirs), alone=alone)
    _by_titles(ours, others, found, alone=alone)
    return dict(sorted(found.items()))


def _by_keys(
    ours: Sequence[Told], others: Sequence[Told], found: dict[int, int], keys: tuple[Keys, Keys], *, alone: bool
) -> None:
    mine, theirs = keys
    taken = set(found.values())
    having: dict[tuple[str, str], list[int]] = {}
    for place, one in enumerate(others):
        for key in theirs(one):
            having.setdefault(("" if alone else one.storyline, key), []).append(place)
    for place, one in enumerate(ours):
        if place in found:
            continue
        met = (p for key in mine(one) for p in having.get(("" if alone else one.storyline, key), ()))
        pair = min((p for p in met if p not in taken), default=None)
        if pair is not None:
            found[place] = pair
            taken.add(pair)


def _by_titles(ours: Sequence[Told], others: Sequence[Told], found: dict[int, int], *, alone: bool) -> None:
    """Pair what is left by how alike the titles are, the most alike of each first."""
    taken = set(found.values())
    left = sorted((p for p in range(len(others)) if p not in taken), key=lambda p: others[p].at)
    moments = [others[p].at for p in left]
    said = {p: _said(others[p].headline) for p in left}
    for place in (p for p in range(len(ours)) if p not in found):
        one = ours[place]
        near = left[bisect_left(moments, one.at - _NEAR) : bisect_left(moments, one.at + _NEAR)]
        near = [p for p in near if p not in taken and (alone or others[p].storyline == one.storyline)]
        mine = _said(one.headline)
        best = max(near, key=lambda p: (_alike(mine, said[p]), -p), default=None)
        if best is not None and _alike(mine, said[best]) >= _SHARED:
            found[place] = best
            taken.add(best)


def _label(one: Told, labelled: Mapping[str, str]) -> tuple[str, ...]:
    label = labelled.get(one.items[0], "") if one.items else ""
    return (label,) if label else ()


def _said(title: str) -> frozenset[str]:
    return frozenset(word.folded for word in words(title))


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    common = len(one & other)
    return common / len(one | other) if common >= _FEW else 0.0
