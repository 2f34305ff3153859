"""Score: how much speaks for an item belonging to a storyline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model.match import Learned
from monitor.storylines.background import Background, rarity
from monitor.storylines.reading import Reading
from monitor.storylines.tracked import Tracked, Unit
from monitor.storylines.tuning import Tuning


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on one item in one storyline."""

    score: float
    path: str
    seed: bool
    parts: tuple[tuple[str, float], ...]
    missing: tuple[str, ...]
    learned: tuple[Learned, ...] = ()
    met: tuple[int, ...] = ()


def judge(
    tracked: Tracked, met: dict[int, float], reading: Reading, at: datetime, background: Background, tuning: Tuning
) -> Judged:
    """Weigh the units that an item meets (``met``: unit number -> closeness times worth)."""
    weights = {i: weight(tracked.units[i], background, tuning) for i in tracked.phrase}
    names = [i for i in tracked.phrase if is_name(tracked.units[i], background)]
    topics = [i for i in tracked.phrase if i not in names]
    name_cov = _coverage(names, weights, met)
    topic_cov = _coverage(topics, weights, met)
    phrase_cov = _coverage(list(tracked.phrase), weights, met)
    groups = sum(met.get(i, 0.0) for i in tracked.groups) / len(tracked.groups) if tracked.groups else 0.0
    all_groups = bool(tracked.groups) and all(i in met for i in tracked.groups)
    n = sum(met.get(i, 0.0) >= 0.6 for i in names)
    t = sum(met.get(i, 0.0) >= 0.6 for i in topics)
    k = len(names)
    if k == 0:
        phrase_seed = phrase_cov >= 0.8
    elif k == 1:
        phrase_seed = n == 1 and (t > 0 or not topics)
    else:
        phrase_seed = n >= 2 and (t > 0 or phrase_cov >= 0.62)
    seed = all_groups or phrase_seed
    facets = tracked.phrase or tracked.groups
    m = tuple(i for i in facets if met.get(i, 0.0) >= (0.6 if i in names or n else 0.75))
    share, support = tracked.context.share(",".join(map(str, m)), at)
    if not tracked.phrase:
        prior = 0.1 if len(m) < len(facets) else 0.8
    elif k == 1:
        prior = 0.5 * name_cov
    else:
        prior = {0: 0.0, 1: 0.1}.get(n, 0.6 * name_cov)
    K = 4
    mn = [i for i in m if i in names]
    mt = [i for i in m if i not in names]
    if n == 0 and k:
        told = share * share if len(mt) >= 2 else 0.5 * share * share
    elif n == 1 and k >= 2:
        own = tracked.context.share(str(mn[0]), at)[0]
        told = own * share
    elif n == k:
        told = share**1.5 if k == 1 else share
        if k == 2:
            prior = 0.6
    else:
        told = share * share
    p = (K * prior + support * told) / (K + support) if m else 0.0
    learned_words, learned = _learned(tracked, reading, at)
    profile = _profile(tracked, reading, background)
    q = min(1.0, 0.5 * learned + 0.2 * profile + 0.3 * topic_cov) if m else 0.0
    score = p + (1 - p) * q * 0.6
    path = "names"
    if all_groups and 0.9 * groups > score:
        path, score = "groups", 0.9 * groups
    elif phrase_seed:
        path, score = "phrase", max(score, 0.5 + 0.45 * phrase_cov)
    if tracked.any and any(i in met for i in tracked.any):
        score = min(1.0, score + 0.1)
    missing = tuple(tracked.units[i].text for i in (*tracked.phrase, *tracked.groups) if i not in met)
    parts = (
        ("names", name_cov),
        ("topic", topic_cov),
        ("groups", groups),
        ("share", share),
        ("support", support),
        ("p", p),
        ("learned", learned),
        ("profile", profile),
    )
    return Judged(score, path, seed and score >= tuning.bar, parts, missing, learned_words, m)


def patterns(m: tuple[int, ...]) -> list[str]:
    from itertools import combinations

    return [",".join(map(str, c)) for r in range(1, min(4, len(m)) + 1) for c in combinations(m, r)]


def weight(unit: Unit, background: Background, tuning: Tuning) -> float:
    """Return the rarity of a unit in the stream, with an assumed frequency while little was read."""
    assumed = 0.01 if unit.concepts or unit.name is False else 0.001
    count = max((background.count(w) for w in unit.words), default=0)
    return rarity(count + assumed * tuning.pseudo_items, background.items + tuning.pseudo_items)


def is_name(unit: Unit, background: Background) -> bool:
    """Whether a phrase's unit is a name: as marked or known, else as the stream writes it, else if it is rare."""
    if unit.name is not None:
        return unit.name
    share = background.capital_share(unit.words[0])
    if share is not None:
        return share >= 0.6
    return background.count(unit.words[0]) == 0


def _coverage(units: list[int], weights: dict[int, float], met: dict[int, float]) -> float:
    whole = sum(weights[i] for i in units)
    return sum(weights[i] * met.get(i, 0.0) for i in units) / whole if whole else 0.0


def _learned(tracked: Tracked, reading: Reading, at: datetime) -> tuple[tuple[Learned, ...], float]:
    known = []
    missed = 1.0
    for word in reading.vocabulary:
        if word in tracked.own:
            continue
        share, support = tracked.context.purity(word, at)
        share = share * support / (support + 1.0)
        if support > 1.2 and share > 0.2:
            known.append(Learned(word, round(share, 3), tracked.context.earlier(word)))
            missed *= 1.0 - 0.8 * share * share
    known.sort(key=lambda w: (-w.weight, w.word))
    return tuple(known[:6]), 1.0 - missed


def _profile(tracked: Tracked, reading: Reading, background: Background) -> float:
    common = reading.vocabulary & tracked.profile
    if not common:
        return 0.0
    return min(1.0, sum(rarity(background.count(w), background.items + 400) for w in sorted(common)) / 20.0)
