"""Regroup: later evidence that two developments are one, or that one development holds another. Pure.

Both are rare and cautious: what was told stays told, so a wrong merging hides news, and a wrong splitting is a repeat.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.developments.compare import SAYING, Alike, Entry, Index
from monitor.developments.decide import HOUR
from monitor.developments.delta import said
from monitor.developments.reading import CONCEPT, Reading
from monitor.lang.safe import one_line
from monitor.model.development import Change, Development, Fact, Reason

_BOTH = 0.5  # a bridge is at least so much alike to both,
_BOTH_ABROAD = 0.3  # or so much where the two are told in different languages, which prove no difference
_EVEN = 0.8  # and nearly as much to the one as to the other
_REWORDED = 0.6  # so much alike is an edited title to what another development says
_OPENED_S = 6 * HOUR  # two tellings of one thing open within this time
_SHOWN_S = 12 * HOUR  # and the bridge comes within this time after the later one
_COMPANIONS = 3  # independent origins that tell together what their development does not have
_ALIKE = 0.4  # as alike as this are they to one another,
_APART = 1.3  # and so many times as alike as to the rest of it
_COMMON = 0.25  # a concept in more than this part of the readings is what the storyline is about
_TITLE = 120  # characters

Claim = str | tuple[str, str, str]  # a news concept, or the kind, what and value of a fact


@dataclass(frozen=True, slots=True)
class Merging:
    """``gone`` tells what the earlier ``into`` tells."""

    into: int
    gone: int
    because: str


@dataclass(frozen=True, slots=True)
class Splitting:
    """``readings`` (of items) tell something that the rest of the development ``out_of`` does not have."""

    out_of: int
    entries: tuple[Entry, ...]
    because: str


def merging(
    reading: Reading, told: Sequence[Alike], developments: Mapping[int, Development], index: Index
) -> Merging | None:
    """Return which two developments ``reading`` shows to be one: it is nearly equally, and strongly, alike to both.

    ``told`` is what was told and is like it, itself apart. The two opened within hours of one another, and the later
    one states nothing (figure, date, stage, news concept) that the earlier one had not. The nearest of all, by how
    alike and how long ago (the first of ``told``), is one of the two.
    """
    best = _best(told)
    for alike in best[1:]:
        if alike.plain < max(_needed(best[0], alike), _EVEN * best[0].plain):
            continue
        pair = _pair(best[0].entry.development, alike.entry.development, developments)
        if pair and told[0].entry.development not in (d.number for d in pair):
            continue
        if pair and _may_merge(*pair, reading.at) and not _apart(*pair, index):
            into, gone = (d.number for d in pair)
            because = f"alike {best[0].plain:.2f} and {alike.plain:.2f} to both: {_title(reading)}"
            return Merging(into, gone, because)
    return None


def reworded(
    reading: Reading, told: Sequence[Alike], own: Development, developments: Mapping[int, Development], index: Index
) -> Merging | None:
    """Return that ``own``, told by one item alone whose title was edited to ``reading``, says what another one says."""
    others = [alike for alike in _best(told) if alike.entry.development != own.number]
    if len(own.items) != 1 or not others or others[0].plain < _REWORDED:
        return None
    pair = _pair(others[0].entry.development, own.number, developments)
    if pair is None or pair[1] is not own or not _may_merge(*pair, reading.at) or _apart(*pair, index):
        return None
    return Merging(pair[0].number, own.number, f"alike {others[0].plain:.2f} since it was edited: {_title(reading)}")


def splitting(
    reading: Reading, told: Sequence[Alike], known: Development, developments: Iterable[Development], index: Index
) -> Splitting | None:
    """Return that ``reading`` and what joined ``known`` before are something else.

    Three independent origins within hours tell one fact or news concept that neither the rest of ``known`` nor any
    other development has, and are more alike to one another than to that rest.
    """
    near = [a for a in told if a.entry.development == known.number]
    group = tuple(a for a in near if a.plain >= _ALIKE and _joined_lately(a.entry, reading, known))
    if len({a.entry.reading.origin for a in group} | {reading.origin}) < _COMPANIONS:
        return None
    inside = {a.entry.reading.item for a in group}
    outside = [a.plain for a in near if a.entry.reading.item not in inside]
    if min(a.plain for a in group) < _APART * max(outside, default=0.0):
        return None
    rest = [entry.reading for item in known.items if item not in inside and (entry := index.entry(item))]
    common = claims(reading).intersection(*(claims(a.entry.reading) for a in group))
    others = (d for d in developments if d.number != known.number)
    fresh = [c for c in _unknown(common, rest, others, index) if not _usual(c, len(group), index)]
    if not fresh or not rest:
        return None
    origins = len({a.entry.reading.origin for a in group} | {reading.origin})
    because = f"{origins} sources tell what #{known.number} does not have: {_words(fresh, reading)}"
    return Splitting(known.number, tuple(a.entry for a in group), because)


def claims(reading: Reading, *, whole: bool = False) -> frozenset[Claim]:
    """Return what a title claims to have happened; ``whole``: its summary too, as far as that is read."""
    terms = reading.terms | (reading.recalls | reading.body if whole else frozenset())
    concepts = (term for term in terms if term.startswith(CONCEPT) and term not in SAYING)
    return frozenset((*concepts, *(_key(f) for f in reading.facts if whole or f.sentence == reading.title)))


def _best(told: Sequence[Alike]) -> list[Alike]:
    """The most alike entry of each development, best first."""
    best: dict[int, Alike] = {}
    for alike in told:
        known = best.get(alike.entry.development)
        if known is None or alike.plain > known.plain:
            best[alike.entry.development] = alike
    return sorted(best.values(), key=lambda a: (-a.plain, a.entry.development))


def _needed(one: Alike, other: Alike) -> float:
    return _BOTH if one.entry.reading.lang == other.entry.reading.lang else _BOTH_ABROAD


def _pair(one: int, other: int, developments: Mapping[int, Development]) -> tuple[Development, Development] | None:
    earlier, later = developments.get(min(one, other)), developments.get(max(one, other))
    return (earlier, later) if earlier is not None and later is not None else None


def _may_merge(earlier: Development, later: Development, at: float) -> bool:
    """Whether the two opened close together, lately, and neither is more than plain news told again."""
    gap = later.opened_at.timestamp() - earlier.opened_at.timestamp()
    plain = later.reason is Reason.NEWS and earlier.reason is not Reason.CORRECTED and not later.regrouped
    return plain and gap <= _OPENED_S and at - later.opened_at.timestamp() <= _SHOWN_S


def _apart(earlier: Development, later: Development, index: Index) -> bool:
    """Whether the later one states what the earlier one never did: then it is something else."""
    told = _claims_of(earlier, index)
    lead = index.entry(later.lead)
    own = claims(lead.reading) if lead else frozenset()
    changed = {_key(change.fact) for change in later.delta if lead and change.fact.sentence == lead.reading.title}
    return lead is None or not own | changed <= told


def _claims_of(development: Development, index: Index) -> frozenset[Claim]:
    """All that a development's items claim."""
    readings = (entry.reading for item in development.items if (entry := index.entry(item)))
    return frozenset(_key(f) for f in development.facts).union(*(claims(r, whole=True) for r in readings))


def _joined_lately(entry: Entry, reading: Reading, known: Development) -> bool:
    return entry.reading.item != known.lead and reading.at - entry.reading.at <= _SHOWN_S


def _unknown(
    common: frozenset[Claim], rest: Iterable[Reading], others: Iterable[Development], index: Index
) -> list[Claim]:
    """Which of ``common`` neither ``rest`` nor ``others`` ever said."""
    left = common.difference(*(claims(reading, whole=True) for reading in rest))
    for other in others:
        if not left:
            break
        left -= _claims_of(other, index)
    return sorted(left, key=str)


def _usual(claim: Claim, own: int, index: Index) -> bool:
    """Whether a concept is what the storyline is about: a part of all but the ``own`` readings has it."""
    return isinstance(claim, str) and index.known((claim,)) - own > _COMMON * (len(index) - own)


def _key(fact: Fact) -> Claim:
    return (fact.kind, fact.what, fact.value)


def _title(reading: Reading) -> str:
    return one_line(reading.title, _TITLE)


def _words(fresh: Iterable[Claim], reading: Reading) -> str:
    """What they claim, in words: the facts as people say them, the concepts by their names."""
    facts = [said(Change(f)) for f in reading.facts if _key(f) in set(fresh)]
    return "; ".join(facts or [str(c).removeprefix(CONCEPT) for c in fresh])
