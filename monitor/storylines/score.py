"""Score: how much speaks for an item belonging to a storyline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from monitor.storylines.background import Background, rarity
from monitor.storylines.phrase import Unit
from monitor.storylines.reading import Reading
from monitor.storylines.tracked import Tracked
from monitor.storylines.tuning import Tuning

Voices = Sequence[tuple[str, float]]


class Judged(NamedTuple):
    """The verdict on one item in one storyline. ``pattern`` are the facets met: what the Context counts.

    ``learned`` are the words of the item that the Context knows, the surest first: (word, weight 0..1).
    """

    score: float
    path: str
    seed: bool
    parts: tuple[tuple[str, float], ...]
    learned: Voices = ()
    pattern: tuple[int, ...] = ()


class Facet(NamedTuple):
    """One thing the phrase names, as this item meets it: ``met`` 0..1, ``weight`` its rarity in the stream."""

    number: int
    name: bool
    weight: float
    met: float


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


DIRECT = 0.65  # a name met by itself or by what stands in for it, not only by its kin
NAME_MET = 0.6  # a facet counts as met from here on ...
TOPIC_ALONE = 0.75  # ... a common word without any name, from here on
_FACETS = 6  # of a pattern: bounds what a Context counts
ONE_OF_SEVERAL = 0.1  # belief in an item with one of several names before any were seen
DOUBT = 0.8  # exponent of the shares of seeds that speak for such an item
SUPPORT = 0.6  # the most that an item's other words add
_FRANK = 0.5  # share of a story's items that say its matter as the phrase does: the others name it only
_TRUST = 0.92  # the most that is believed of an item by its only name
_HOT = 1.2  # recent seeds from which on a storyline counts as hot
ASSUMED = 4.0  # items' worth of belief before any were seen


def judge(
    tracked: Tracked,
    met: Mapping[int, float],
    reading: Reading,
    now: float,
    background: Background,
    tuning: Tuning,
) -> Judged:
    """Weigh the units that an item meets (``met``: unit number -> closeness times worth).

    ``now`` is the present weight of one count, from the matcher's clock.
    """
    view = _view(tracked, met, background, tuning)
    pattern = _pattern(view, tracked, met)
    expected = _expected(view, pattern, tracked, now)
    learned = _learned(tracked, reading, now)
    support = _support(view, learned, _profile(tracked, reading, background)) if pattern else 0.0
    score = expected + (1.0 - expected) * support
    sure = _sure(view)
    path = "names"
    if view.whole and 0.9 * view.groups > score:
        path, score = "groups", 0.9 * view.groups
    elif sure:
        path, score = "phrase", max(score, 0.5 + 0.45 * view.covered)
    if tracked.any and any(i in met for i in tracked.any):
        score = min(1.0, score + 0.1)
    backed = _complete(view, tracked, path) or _backed(view, tracked, learned, reading.lang, now)
    if not backed or (tracked.storyline.strict and tracked.groups and not view.whole):
        path, score = "", min(score, tuning.bar - 0.01)
    seed = (view.whole or sure) and score >= tuning.bar
    parts = (
        ("names", view.named), ("topic", view.told), ("groups", view.groups), ("expected", expected),
        ("support", support),
    )  # fmt: skip
    return Judged(score, path, seed, parts, learned, pattern)


@lru_cache(maxsize=20_000)
def patterns(pattern: tuple[int, ...]) -> tuple[str, ...]:
    """Return the keys under which a Context counts an item that met these facets: each of them, pairs and triples."""
    if len(pattern) == 1:
        return (str(pattern[0]),)
    return tuple(",".join(map(str, some)) for size in (1, 2, 3) for some in combinations(pattern[:_FACETS], size))


def _view(tracked: Tracked, met: Mapping[int, float], background: Background, tuning: Tuning) -> View:
    facets = []
    for number in tracked.phrase:
        unit = tracked.units[number]
        facets.append(Facet(number, is_name(unit, background), weight(unit, background, tuning), met.get(number, 0.0)))
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
        return share >= 0.6
    return background.count(unit.words[0]) == 0


def _coverage(facets: Sequence[Facet]) -> float:
    """Return the share of the facets' weight that is met."""
    whole = part = 0.0
    for _, _, weight, met in facets:
        whole += weight
        part += weight * met
    return part / whole if whole else 0.0


def _met(facets: Sequence[Facet], bar: float = NAME_MET) -> int:
    return sum([f.met >= bar for f in facets])


def _sure(view: View) -> bool:
    """Whether the phrase is met so fully that the item may teach: a name with its matter, or several names."""
    names, topics, covered = view.names_met, view.topics_met, view.covered
    if not view.names:
        return bool(view.facets) and covered >= 0.8
    if len(view.names) == 1:
        return names == 1 and (topics > 0 or not view.topics)
    if names >= 2:
        return topics > 0 or covered >= 0.52
    return names == 1 and topics >= 2 and covered >= 0.62


def _pattern(view: View, tracked: Tracked, met: Mapping[int, float]) -> tuple[int, ...]:
    if not view.facets:
        return tuple(i for i in tracked.groups if i in met)
    bar = NAME_MET if view.names_met else TOPIC_ALONE
    return tuple(f.number for f in view.facets if f.met >= (NAME_MET if f.name else bar))


def _expected(view: View, pattern: tuple[int, ...], tracked: Tracked, now: float) -> float:
    """Return how likely an item with this pattern belongs, from the share of seeds among the recent ones.

    Seeds always meet more than the pattern does, so the share is an indirect witness: the fewer of
    the phrase's names are met, the more it is discounted.
    """
    if not pattern:
        return 0.0
    share, items = tracked.context.share(",".join(map(str, pattern[:3])), now)
    prior, witness = _belief(view, pattern, tracked, share, now)
    return (ASSUMED * prior + items * witness) / (ASSUMED + items)


def _belief(view: View, pattern: tuple[int, ...], tracked: Tracked, share: float, now: float) -> tuple[float, float]:
    """Return (belief before any item was seen, what the share of seeds says)."""
    names, every = [f for f in view.names if f.met >= NAME_MET], len(view.names)
    if not view.facets:
        return (0.8 if len(pattern) == len(tracked.groups) else 0.1), share * share
    if not names:
        return 0.0, share * share * (1.0 if len(pattern) > 1 else 0.25)
    if every == 1:
        return 0.34 * names[0].met, share if tracked.groups else min(_TRUST, share / _FRANK)
    if len(names) == every:
        return 0.6, share
    if len(names) == 1:
        own = tracked.context.share(str(names[0].number), now)[0]
        part = _is_part(names[0], view, tracked)
        return ONE_OF_SEVERAL * (0.5 if part else 1.0), (share * own) ** DOUBT * (0.5 if part else 1.0)
    return 0.6 * view.named, share**1.5


def _complete(view: View, tracked: Tracked, path: str) -> bool:
    """Whether an item needs nothing learned to stand in for a name or group that it does not meet."""
    if view.whole:
        return True
    names = view.names_met
    if tracked.groups and view.facets:
        return path == "phrase" and names == len(view.names)
    return path == "phrase" or names != 1 or len(view.names) == 1


def _backed(view: View, tracked: Tracked, learned: Voices, lang: str, now: float) -> bool:
    """Whether the storyline is hot and knows the item by more than one name: by another, or by a word it learned.

    How many of the recent items with a name were seeds says nothing of this item. Another spelling
    of a name in the phrase is no further word. Two names do not stand for two unmet groups.
    """
    if view.names_met > 1 and view.unmet < 2:
        return tracked.context.seeds > _HOT * now
    if not learned:
        return False
    named = tracked.stems_of_names(lang)
    return any(word not in named for word, _ in learned)


def _is_part(name: Facet, view: View, tracked: Tracked) -> bool:
    """Whether a name stands in the phrase beside an unmet part of, it seems, the same unknown name."""
    missing = {f.number for f in view.names if f.met < NAME_MET}
    after = name.number + 1
    return (tracked.units[name.number].continues and name.number - 1 in missing) or (
        after in missing and tracked.units[after].continues
    )


def _support(view: View, learned: Voices, profile: float) -> float:
    """Return what the item's other words add, 0..SUPPORT."""
    voice = 1.0 - silence([weight for _, weight in learned])
    return SUPPORT * min(1.0, 0.5 * voice + 0.2 * profile + 0.3 * view.told)


def silence(weights: Iterable[float]) -> float:
    """Return how little is said by learned words of these weights together: 1 nothing, towards 0 everything."""
    missed = 1.0
    for weight in weights:
        missed *= 1.0 - 0.8 * weight * weight
    return missed


def _learned(tracked: Tracked, reading: Reading, now: float) -> Voices:
    known = tracked.context.known(reading.vocabulary, now)
    if not known:
        return ()
    words = [(w, round(sure, 3)) for w, sure in known if w not in tracked.own]
    return sorted(words, key=lambda w: (-w[1], w[0]))[:8]


def _profile(tracked: Tracked, reading: Reading, background: Background) -> float:
    if not tracked.profile:
        return 0.0
    common = reading.vocabulary & tracked.profile
    return min(1.0, sum(rarity(background.count(w), background.items + 400) for w in sorted(common)) / 20.0)
