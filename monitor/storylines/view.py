"""View: an item as the phrase and the groups of one storyline see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from monitor.storylines.background import Background, rarity
from monitor.storylines.phrase import Unit
from monitor.storylines.tracked import Tracked
from monitor.storylines.tuning import Tuning

DIRECT = 0.65  # a name met by itself or by what stands in for it, not only by its kin
NAME_MET = 0.6  # a facet counts as met from here on ...
TOPIC_ALONE = 0.75  # ... a common word without any name, from here on
_CAPITALS = 0.6  # share of capitals inside sentences from which on the stream writes a word as a name


class Facet(NamedTuple):
    """One thing the phrase names, as this item meets it: ``met`` 0..1, ``weight`` its rarity in the stream.

    ``own``: a name of which hardly more is told than what made it news: in no table, or a disease.
    """

    number: int
    name: bool
    weight: float
    met: float
    own: bool = False


class View(NamedTuple):
    """An item seen through one storyline's phrase and groups."""

    facets: Sequence[Facet]
    names: Sequence[Facet]
    topics: Sequence[Facet]
    names_met: int
    topics_met: int
    covered: float  # share of the facets' weight that is met; of names and topics below
    named: float
    told: float
    groups: float  # mean of what the groups were met with
    unmet: int  # groups that are not met
    whole: bool  # every group is met


def view_of(tracked: Tracked, met: Mapping[int, float], background: Background, tuning: Tuning) -> View:
    """See an item that meets these units (``met``: unit number -> closeness times worth, 0..1)."""
    facets = []
    for number in tracked.phrase:
        unit = tracked.units[number]
        name, rare = is_name(unit, background), weight(unit, background, tuning)
        facets.append(Facet(number, name, rare, met.get(number, 0.0), name and _is_own(unit, background)))
    facets = _without_kin(facets)
    groups = tracked.groups
    mean = sum([met.get(i, 0.0) for i in groups]) / len(groups) if groups else 0.0
    names = [f for f in facets if f.name]
    topics = [f for f in facets if not f.name]
    unmet = sum([i not in met for i in groups])
    return View(
        facets, names, topics, _met(names), _met(topics), _coverage(facets), _coverage(names), _coverage(topics),
        mean, unmet, bool(groups) and not unmet,
    )  # fmt: skip


def is_sure(view: View) -> bool:
    """Whether the phrase is met so fully that the item may teach: a name with its matter, or several names.

    Of several common words beside one name, a single one must be met by itself: a near matter's word is too little.
    """
    names, topics, covered = view.names_met, view.topics_met, view.covered
    if not view.names:
        return bool(view.facets) and covered >= 0.8
    if len(view.names) == 1:
        matter = len(view.topics) < 2 or topics > 1 or _met(view.topics, TOPIC_ALONE) > 0
        return names == 1 and (topics > 0 or not view.topics) and matter
    if names >= 2:
        return topics > 0 or covered >= 0.52
    return names == 1 and topics >= 2 and covered >= 0.62


def _without_kin(facets: list[Facet]) -> list[Facet]:
    """Take back names met by kin only, unless all of several names are met and one of them directly.

    "Xi receives Modi" is of India and China; "US, Russia" in a story of two presidents and a town may be anything.
    """
    names = [f.met for f in facets if f.name]
    if len(names) < 2 or not any(NAME_MET <= m < DIRECT for m in names):
        return facets
    if min(names) >= NAME_MET and max(names) >= DIRECT:
        return facets
    return [f._replace(met=0.9 * f.met) if f.name and f.met < DIRECT else f for f in facets]


def weight(unit: Unit, background: Background, tuning: Tuning) -> float:
    """Return the rarity of a unit in the stream, with an assumed frequency while little was read."""
    assumed = 0.01 if unit.concepts or unit.name is False else 0.001
    words = unit.words
    count = background.count(words[0]) if len(words) == 1 else min(map(background.count, words), default=0)
    return rarity(count + assumed * tuning.pseudo_items, background.items + tuning.pseudo_items)


def is_name(unit: Unit, background: Background) -> bool:
    """Whether a phrase's unit is a name: as marked or known, else as the stream writes it, else if it is rare."""
    if unit.name is not None:
        return unit.name
    share = background.capital_share(unit.words[0])
    if share is not None:
        return share >= _CAPITALS
    return background.count(unit.words[0]) == 0


def _is_own(unit: Unit, background: Background) -> bool:
    """Whether a name, written as one by the rule or by the stream, is known to no table; or a disease."""
    if unit.concepts:
        return unit.concepts[0][0].kind == "disease"
    return not unit.text.islower() or (background.capital_share(unit.words[0]) or 0.0) >= _CAPITALS


def _coverage(facets: Sequence[Facet]) -> float:
    """Return the share of the facets' weight that is met."""
    whole = part = 0.0
    for _, _, weight, met, _ in facets:
        whole += weight
        part += weight * met
    return part / whole if whole else 0.0


def _met(facets: Sequence[Facet], bar: float = NAME_MET) -> int:
    return sum([f.met >= bar for f in facets])
