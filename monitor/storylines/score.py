"""Score: how much speaks for an item belonging to a storyline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from monitor.storylines.background import Background, rarity
from monitor.storylines.belief import Voices, expected, is_backed, is_complete
from monitor.storylines.named import tells
from monitor.storylines.reading import Reading
from monitor.storylines.tracked import Tracked
from monitor.storylines.tuning import Tuning
from monitor.storylines.view import NAME_MET, TOPIC_ALONE, View, is_sure, view_of


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


_FACETS = 6  # of a pattern: bounds what a Context counts
SEEDED = 0.6  # belief in an item with a name out of a seed document and a part of the phrase
SUPPORT = 0.6  # the most that an item's other words add


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
    view = view_of(tracked, met, background, tuning)
    pattern = _pattern(view, tracked, met)
    believed = expected(view, pattern, tracked, now)
    seeded = bool(pattern) and _is_seeded(tracked, met, reading, background)
    if seeded:
        believed = max(believed, SEEDED)
    learned = _learned(tracked, reading, now)
    support = _support(view, learned, _profile(tracked, reading, background)) if pattern else 0.0
    score = believed + (1.0 - believed) * support
    sure = is_sure(view)
    path = "names"
    if view.whole and 0.9 * view.groups > score:
        path, score = "groups", 0.9 * view.groups
    elif sure:
        path, score = "phrase", max(score, 0.5 + 0.45 * view.covered)
    if tracked.any and any(i in met for i in tracked.any):
        score = min(1.0, score + 0.1)
    backed = seeded or is_complete(view, tracked, path) or is_backed(view, tracked, learned, reading.lang, now)
    if not backed or (tracked.storyline.strict and tracked.groups and not view.whole):
        path, score = "", min(score, tuning.bar - 0.01)
    seed = (view.whole or sure) and score >= tuning.bar
    parts = (
        ("names", view.named), ("topic", view.told), ("groups", view.groups), ("expected", believed),
        ("support", support),
    )  # fmt: skip
    return Judged(score, path, seed, parts, learned, pattern)


@lru_cache(maxsize=20_000)
def patterns(pattern: tuple[int, ...]) -> tuple[str, ...]:
    """Return the keys under which a Context counts an item that met these facets: each of them, pairs and triples."""
    if len(pattern) == 1:
        return (str(pattern[0]),)
    return tuple(",".join(map(str, some)) for size in (1, 2, 3) for some in combinations(pattern[:_FACETS], size))


def _is_seeded(tracked: Tracked, met: Mapping[int, float], reading: Reading, background: Background) -> bool:
    """Whether an item has a name out of the seed documents that tells of the storyline."""
    number = tracked.seeded
    return number is not None and number in met and tells(tracked.units[number], reading, background)


def _pattern(view: View, tracked: Tracked, met: Mapping[int, float]) -> tuple[int, ...]:
    if not view.facets:
        return tuple(i for i in tracked.groups if i in met)
    bar = NAME_MET if view.names_met else TOPIC_ALONE
    return tuple(f.number for f in view.facets if f.met >= (NAME_MET if f.name else bar))


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
