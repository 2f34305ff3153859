"""Identity: which candidates of a document are items already known, which are revised, which are new. Pure.

Identity is per feed and by several keys, strongest first: guid, link, title with date. Each of them
fails somewhere: guids that change with each fetch, one guid or one link for all entries, titles
rewritten, everything published again. So a key counts only while it tells entries apart, and where
two keys point to different items the words decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from monitor.lang.fold import fold_whole as fold
from monitor.lang.tokens import tokens
from monitor.model.poll import Candidate, Identified, Known

_ALIKE = 0.34  # of the words in both titles, from which a changed title may be one rewritten
_STRONG = ("g:", "l:")
_UNDATED = "t:-"


def identify(candidates: Sequence[Candidate], known: Mapping[str, Known]) -> tuple[Identified, ...]:
    """Return each distinct candidate with the item it is; repeats within the document are left out.

    ``known`` maps identity keys of this feed to what the store knows under them, keys marked as
    shared left out. ``shared`` of a result are keys to be marked so: they tell no items apart here.
    """
    distinct = _merged(candidates)
    shared = _shared(distinct)
    found: list[Identified] = []
    taken: set[str] = set()
    for candidate in distinct:
        identified = _identified(candidate, known, shared)
        if identified.item and identified.item in taken:
            continue  # two entries, one item: the first speaks for it
        taken.add(identified.item)
        found.append(identified)
    return tuple(found)


def _identified(candidate: Candidate, known: Mapping[str, Known], shared: frozenset[str]) -> Identified:
    held = shared.intersection(candidate.keys)
    if known.keys().isdisjoint(candidate.keys):
        return Identified(candidate, shared=held)
    usable = tuple(k for k in candidate.keys if k not in shared)
    hits = [(key, known[key]) for key in usable if key in known]
    disproved = {key for key, was in hits if not _is(candidate, key, was, usable, known)}
    stands = [(key, was) for key, was in hits if key not in disproved]
    if not stands:
        strong = {k for k in disproved if k.startswith(_STRONG)}
        return Identified(candidate, shared=held | strong)
    was = _chosen(candidate, [was for _, was in stands])
    others = {key for key, other in hits if other.item != was.item and key.startswith(_STRONG)}
    return Identified(candidate, was.item, _revised(candidate, was), held | others)


def _is(candidate: Candidate, key: str, was: Known, usable: Sequence[str], known: Mapping[str, Known]) -> bool:
    """Whether ``key`` really means that ``candidate`` is the item it ``was`` seen as."""
    if key.startswith(_UNDATED):
        # An undated title alone may be a column's name: only where nothing better speaks against it.
        linked = any(k.startswith("l:") for k in usable)
        same_text = bool(candidate.summary) and fold(candidate.summary) == fold(was.summary)
        return same_text or not linked
    if key.startswith("t:") or alike(candidate.title, was.title):
        return True
    # The title is another one. A second strong key that says the same keeps it a rewritten title;
    # one that is there and says otherwise makes this a key used again for other news.
    others = [k for k in usable if k.startswith(_STRONG) and k != key]
    return all(k in known and known[k].item == was.item for k in others)


def _chosen(candidate: Candidate, found: Sequence[Known]) -> Known:
    """Return the item whose title is this one's, else the one the strongest key names."""
    same = [was for was in found if fold(was.title) == fold(candidate.title)]
    return (same or found)[0]


def _revised(candidate: Candidate, was: Known) -> bool:
    return candidate.title != was.title or candidate.summary != was.summary


def _merged(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates without repeats of one entry; the first takes over the repeats' keys."""
    firsts: dict[tuple[str, str], int] = {}
    distinct: list[Candidate] = []
    for candidate in candidates:
        marks = _marks(candidate)
        met = [firsts[mark] for mark in marks if mark in firsts]
        at = met[0] if met else len(distinct)
        if at == len(distinct):
            distinct.append(candidate)
        else:
            first = distinct[at]
            distinct[at] = replace(first, keys=tuple(sorted({*first.keys, *candidate.keys}, key=_strength)))
        firsts.update(dict.fromkeys(marks, at))
    return distinct


def _marks(candidate: Candidate) -> list[tuple[str, str]]:
    """Return what makes two entries of a document repeats of one: a title and a strong key, or all there is."""
    title = fold(candidate.title)
    strong = [k for k in candidate.keys if k.startswith(_STRONG)]
    return [(title, key) for key in strong or candidate.keys]


def _shared(candidates: Iterable[Candidate]) -> frozenset[str]:
    """Return the keys that two distinct entries of the document have in common."""
    holders = Counter(chain.from_iterable([set(candidate.keys) for candidate in candidates]))
    return frozenset([key for key, count in holders.items() if count > 1])


def _strength(key: str) -> tuple[int, str]:
    return ("glt".index(key[0]), key)


def alike(one: str, other: str) -> bool:
    """Whether two titles share enough words to be one title rewritten."""
    if one == other:
        return True
    a = {t.folded for t in tokens(one)}
    b = {t.folded for t in tokens(other)}
    return fold(one) == fold(other) or len(a & b) >= _ALIKE * max(1, min(len(a), len(b)))
