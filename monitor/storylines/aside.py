"""Aside: items that touch a storyline but need not be weighed, told without weighing them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from monitor.storylines.belief import ASSUMED, DOUBT, ONE_OF_SEVERAL
from monitor.storylines.reading import Reading
from monitor.storylines.score import SUPPORT, silence
from monitor.storylines.tracked import Tracked
from monitor.storylines.view import DIRECT, NAME_MET, TOPIC_ALONE

_FEW = 0.25  # share of seeds among items with a name up to which the name alone is no witness
_HOPE = 0.345  # a little under what is kept as possible: weights are rounded


class Aside(NamedTuple):
    """How an item that meets only these units of a rule is set aside, as far as the rule alone tells.

    ``pattern`` is what the Context counts. ``key`` is its key for the one word of the phrase (else the unit) that is
    met, "" where a storyline with seeds must weigh the item; ``name``: that one is one of several names; ``one``:
    nothing else is met.
    """

    pattern: tuple[int, ...]
    key: str
    name: bool
    one: bool


Asides = dict[tuple[tuple[int, float], ...], "Aside | None"]  # (unit, worth) ... -> None: to be weighed
_ASIDES_KEPT = 4096


def set_aside(tracked: Tracked, met: Mapping[int, float], reading: Reading, now: float) -> tuple[int, ...] | None:
    """Return the pattern of an item that can be set aside unweighed, None for one that must be weighed.

    It meets a part of the rule, and nothing learned speaks for it: with no seed behind it, one of several names
    (with one common word, or without) cannot come near the possible band; most items that touch a storyline are so.
    """
    asides: Asides = tracked.asides
    units = tuple(met.items())
    try:
        aside = asides[units]
    except KeyError:
        if len(asides) >= _ASIDES_KEPT:
            asides.clear()
        aside = asides[units] = _aside(tracked, met)
    if aside is None:
        return None
    # A storyline that does not follow learns no words, but what met which parts of its rule counts there too.
    learned = tracked.context.seeds or not tracked.storyline.follow
    return None if learned and not _unknown(tracked, aside, reading, now) else aside.pattern


def _aside(tracked: Tracked, met: Mapping[int, float]) -> Aside | None:
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
        return None
    if not tracked.parts.issuperset(met) or (groups and groups >= len(tracked.groups)):
        return None
    phrase = [i for i in met if i in tracked.phrase]
    number = phrase[0] if phrase else next(iter(met))
    several = len(phrase) > 1 or len(met) > max(1, len(tracked.groups))
    name = tracked.units[number].name is True
    return Aside(_lonely(tracked, met), "" if several else str(number), name, len(met) == 1)


def _lonely(tracked: Tracked, met: Mapping[int, float]) -> tuple[int, ...]:
    """Return the pattern of an item that is set aside."""
    if not tracked.phrase:
        return tuple(sorted(met))
    phrase = [(i, tracked.units[i].name) for i in sorted(met) if tracked.units[i].part == "phrase"]
    # Only one of several names is set aside: kin does not count for it.
    bar = NAME_MET if any(name and met[i] >= DIRECT for i, name in phrase) else TOPIC_ALONE
    return tuple(i for i, name in phrase if met[i] >= (DIRECT if name else bar))


def _unknown(tracked: Tracked, aside: Aside, reading: Reading, now: float) -> bool:
    """Whether one word of the phrase is met (with a group or none), and what the Context knows cannot be enough."""
    if not aside.key:
        return False
    share, items = tracked.context.share(aside.key, now)
    if not aside.name:
        return share <= _FEW and aside.one and not _known(tracked, reading, now)
    # The most that judge() could come to: one of several names, no common word of the phrase.
    most = (ASSUMED * ONE_OF_SEVERAL + items * (share * share) ** DOUBT) / (ASSUMED + items)
    known = _known(tracked, reading, now)
    voice = 1.0 - silence(sorted(known)[-8:]) if known else 0.0
    support = SUPPORT * (0.5 * voice + (0.2 if tracked.profile else 0.0))
    return bool(most + (1.0 - most) * support < _HOPE)


def _known(tracked: Tracked, reading: Reading, now: float) -> list[float]:
    known = tracked.context.known(reading.vocabulary, now)
    return [sure for word, sure in known if word not in tracked.own] if known else []
