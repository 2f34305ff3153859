"""Score: how much speaks for an item belonging to a storyline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from monitor.lang.stems import stem
from monitor.model.match import Learned
from monitor.storylines.background import Background, rarity
from monitor.storylines.phrase import Unit
from monitor.storylines.reading import Reading
from monitor.storylines.tracked import Tracked
from monitor.storylines.tuning import Tuning


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on one item in one storyline. ``pattern`` are the facets met: what the Context counts."""

    score: float
    path: str
    seed: bool
    parts: tuple[tuple[str, float], ...]
    missing: tuple[str, ...]
    learned: tuple[Learned, ...] = ()
    pattern: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing the phrase names, as this item meets it: ``met`` 0..1, ``weight`` its rarity in the stream."""

    number: int
    name: bool
    weight: float
    met: float


@dataclass(frozen=True, slots=True)
class View:
    """An item seen through one storyline's phrase and groups."""

    facets: tuple[Facet, ...]
    names: tuple[Facet, ...]
    topics: tuple[Facet, ...]
    groups: float  # mean of what the groups were met with
    unmet: int  # groups that are not met
    whole: bool  # every group is met


_NAME_MET = 0.6  # a facet counts as met from here on ...
_TOPIC_ALONE = 0.75  # ... a common word without any name, from here on
_FEW = 0.25  # share of seeds among items with a name up to which the name alone is no witness
_FACETS = 6  # of a pattern: bounds what a Context counts
_ONE_OF_SEVERAL = 0.1  # belief in an item with one of several names before any were seen
_DOUBT = 0.8  # exponent of the shares of seeds that speak for such an item
_SUPPORT = 0.6  # the most that an item's other words add
_HOPE = 0.345  # a little under what is kept as possible: weights are rounded
_HOT = 1.2  # recent seeds from which on a storyline counts as hot
_ASSUMED = 4.0  # items' worth of belief before any were seen


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
        path, score = "phrase", max(score, 0.5 + 0.45 * _coverage(view.facets))
    if any(i in met for i in tracked.any):
        score = min(1.0, score + 0.1)
    backed = _complete(view, tracked, path) or _backed(view, tracked, learned, reading.lang, now)
    if not backed or (tracked.storyline.strict and tracked.groups and not view.whole):
        path, score = "", min(score, tuning.bar - 0.01)
    missing = tuple(tracked.units[i].text for i in (*tracked.phrase, *tracked.groups) if i not in met)
    parts = (
        ("names", _coverage(view.names)),
        ("topic", _coverage(view.topics)),
        ("groups", view.groups),
        ("expected", expected),
        ("support", support),
    )
    seed = (view.whole or sure) and score >= tuning.bar
    return Judged(score, path, seed, parts, missing, learned, pattern)


def hopeless(tracked: Tracked, met: Mapping[int, float], reading: Reading, now: float) -> bool:
    """Whether an item can be set aside unweighed: it meets a part of the rule, and nothing learned speaks for it.

    With no seed behind it, one of several names (with one common word, or without) cannot come near
    the possible band; most items that touch a storyline are so.
    """
    if not tracked.parts.issuperset(met) or (tracked.context.seeds and not _unknown(tracked, met, reading, now)):
        return False
    names = topics = groups = 0
    for number in met:
        unit = tracked.units[number]
        if unit.part != "phrase":
            groups += 1
        elif unit.name:
            names += 1
        else:
            topics += 1
    if names > 1 or topics > 1 or (names and topics and tracked.profile):
        return False
    return not groups or groups < len(tracked.groups)


def _unknown(tracked: Tracked, met: Mapping[int, float], reading: Reading, now: float) -> bool:
    """Whether one word of the phrase is met (with a group or none), and what the Context knows cannot be enough."""
    phrase = [i for i in met if i in tracked.phrase]
    number = phrase[0] if phrase else next(iter(met))
    if len(phrase) > 1 or len(met) > max(1, len(tracked.groups)):
        return False
    share, items = tracked.context.share(str(number), now)
    known = [sure for word, sure in tracked.context.known(reading.vocabulary, now) if word not in tracked.own]
    if tracked.units[number].name is not True or number not in tracked.parts:
        return share <= _FEW and not known and len(met) == 1
    # The most that judge() could come to: one of several names, no common word of the phrase.
    most = (_ASSUMED * _ONE_OF_SEVERAL + items * (share * share) ** _DOUBT) / (_ASSUMED + items)
    support = _SUPPORT * (0.5 * (1.0 - _silence(sorted(known)[-8:])) + (0.2 if tracked.profile else 0.0))
    return bool(most + (1.0 - most) * support < _HOPE)


def lonely(tracked: Tracked, met: Mapping[int, float]) -> tuple[int, ...]:
    """Return the pattern of an item that :func:`hopeless` sets aside."""
    if not tracked.phrase:
        return tuple(sorted(met))
    if len(met) == 1:
        ((number, worth),) = met.items()
        unit = tracked.units[number]
        return (number,) if unit.part == "phrase" and worth >= (_NAME_MET if unit.name else _TOPIC_ALONE) else ()
    phrase = [(i, tracked.units[i].name) for i in sorted(met) if tracked.units[i].part == "phrase"]
    bar = _NAME_MET if any(name and met[i] >= _NAME_MET for i, name in phrase) else _TOPIC_ALONE
    return tuple(i for i, name in phrase if met[i] >= (_NAME_MET if name else bar))


def patterns(pattern: tuple[int, ...]) -> list[str]:
    """Return the keys under which a Context counts an item that met these facets: each of them, pairs and triples."""
    if len(pattern) == 1:
        return [str(pattern[0])]
    return [",".join(map(str, some)) for size in (1, 2, 3) for some in combinations(pattern[:_FACETS], size)]


def _view(tracked: Tracked, met: Mapping[int, float], background: Background, tuning: Tuning) -> View:
    facets = tuple(
        Facet(i, is_name(unit, background), weight(unit, background, tuning), met.get(i, 0.0))
        for i, unit in ((i, tracked.units[i]) for i in tracked.phrase)
    )
    groups = tracked.groups
    mean = sum(met.get(i, 0.0) for i in groups) / len(groups) if groups else 0.0
    names = tuple(f for f in facets if f.name)
    topics = tuple(f for f in facets if not f.name)
    unmet = sum(i not in met for i in groups)
    return View(facets, names, topics, mean, unmet, bool(groups) and not unmet)


def weight(unit: Unit, background: Background, tuning: Tuning) -> float:
    """Return the rarity of a unit in the stream, with an assumed frequency while little was read."""
    assumed = 0.01 if unit.concepts or unit.name is False else 0.001
    count = min((background.count(w) for w in unit.words), default=0)
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
    for facet in facets:
        whole += facet.weight
        part += facet.weight * facet.met
    return part / whole if whole else 0.0


def _met(facets: Sequence[Facet], bar: float = _NAME_MET) -> int:
    return sum(f.met >= bar for f in facets)


def _sure(view: View) -> bool:
    """Whether the phrase is met so fully that the item may teach: a name with its matter, or several names."""
    names, topics = _met(view.names), _met(view.topics)
    covered = _coverage(view.facets)
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
    bar = _NAME_MET if _met(view.names) else _TOPIC_ALONE
    return tuple(f.number for f in view.facets if f.met >= (_NAME_MET if f.name else bar))


def _expected(view: View, pattern: tuple[int, ...], tracked: Tracked, now: float) -> float:
    """Return how likely an item with this pattern belongs, from the share of seeds among the recent ones.

    Seeds always meet more than the pattern does, so the share is an indirect witness: the fewer of
    the phrase's names are met, the more it is discounted.
    """
    if not pattern:
        return 0.0
    share, items = tracked.context.share(",".join(map(str, pattern[:3])), now)
    prior, witness = _belief(view, pattern, tracked, share, now)
    return (_ASSUMED * prior + items * witness) / (_ASSUMED + items)


def _belief(view: View, pattern: tuple[int, ...], tracked: Tracked, share: float, now: float) -> tuple[float, float]:
    """Return (belief before any item was seen, what the share of seeds says)."""
    names, every = [f for f in view.names if f.met >= _NAME_MET], len(view.names)
    if not view.facets:
        return (0.8 if len(pattern) == len(tracked.groups) else 0.1), share * share
    if not names:
        return 0.0, share * share * (1.0 if len(pattern) > 1 else 0.25)
    if every == 1:
        return 0.34 * names[0].met, share
    if len(names) == every:
        return 0.6, share
    if len(names) == 1:
        own = tracked.context.share(str(names[0].number), now)[0]
        part = _is_part(names[0], view, tracked)
        return _ONE_OF_SEVERAL * (0.5 if part else 1.0), (share * own) ** _DOUBT * (0.5 if part else 1.0)
    return 0.6 * _coverage(view.names), share**1.5


def _complete(view: View, tracked: Tracked, path: str) -> bool:
    """Whether an item needs nothing learned to stand in for a name or group that it does not meet."""
    if view.whole:
        return True
    names = _met(view.names)
    if tracked.groups and view.facets:
        return path == "phrase" and names == len(view.names)
    return path == "phrase" or names != 1 or len(view.names) == 1


def _backed(view: View, tracked: Tracked, learned: tuple[Learned, ...], lang: str, now: float) -> bool:
    """Whether the storyline is hot and knows the item by more than one name: by another, or by a word it learned.

    How many of the recent items with a name were seeds says nothing of this item. Another spelling
    of a name in the phrase is no further word. Two names do not stand for two unmet groups.
    """
    if _met(view.names) > 1 and view.unmet < 2:
        return tracked.context.seeds > _HOT * now
    if not learned:
        return False
    named = {stem(w, lang) for w in tracked.named}
    return any(word.word not in named for word in learned)


def _is_part(name: Facet, view: View, tracked: Tracked) -> bool:
    """Whether a name stands in the phrase beside an unmet part of, it seems, the same unknown name."""
    missing = {f.number for f in view.names if f.met < _NAME_MET}
    after = name.number + 1
    return (tracked.units[name.number].continues and name.number - 1 in missing) or (
        after in missing and tracked.units[after].continues
    )


def _support(view: View, learned: tuple[Learned, ...], profile: float) -> float:
    """Return what the item's other words add, 0.._SUPPORT."""
    voice = 1.0 - _silence([word.weight for word in learned])
    return _SUPPORT * min(1.0, 0.5 * voice + 0.2 * profile + 0.3 * _coverage(view.topics))


def _silence(weights: Iterable[float]) -> float:
    """Return how little is said by learned words of these weights together: 1 nothing, towards 0 everything."""
    missed = 1.0
    for weight in weights:
        missed *= 1.0 - 0.8 * weight * weight
    return missed


def _learned(tracked: Tracked, reading: Reading, now: float) -> tuple[Learned, ...]:
    known = tracked.context.known(reading.vocabulary, now)
    words = [Learned(w, round(sure, 3), tracked.context.earlier(w)) for w, sure in known if w not in tracked.own]
    return tuple(sorted(words, key=lambda w: (-w.weight, w.word))[:8])


def _profile(tracked: Tracked, reading: Reading, background: Background) -> float:
    common = reading.vocabulary & tracked.profile
    return min(1.0, sum(rarity(background.count(w), background.items + 400) for w in sorted(common)) / 20.0)
