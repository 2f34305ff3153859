"""Belief: how likely an item belongs by what it meets of the phrase, from what became of the ones before it."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.storylines.tracked import Tracked
from monitor.storylines.view import NAME_MET, Facet, View

Voices = Sequence[tuple[str, float]]  # learned words of an item, with weights 0..1

ASSUMED = 4.0  # items' worth of belief before any were seen
ONE_OF_SEVERAL = 0.1  # belief in an item with one of several names before any were seen
DOUBT = 0.8  # exponent of the shares of seeds that speak for such an item
_FRANK = 0.5  # share of a story's items that say its matter as the phrase does: the others name it only
_TRUST = 0.92  # the most that is believed of an item by its only name
_OWN_NAME = 0.55  # belief, before any were seen, in an item with the only name, known for nothing else ...
_RARELY_FRANK = 0.15  # ... and the share of its items that say the matter: hardly anything else is told of it
_ALL_NAMED = 0.4  # the same where several such names are all met
_SEVERAL_WORDS = 0.6  # share of a nameless phrase's weight from which on several of its words are enough
_MUCH_TOLD = frozenset({"person", "place"})  # kinds of known names that are told of for much else all the time
_HOT = 1.2  # recent seeds from which on a storyline counts as hot
_DEVOTED = 0.4  # part of what is told of a name that has the matter and no other name: from here on it is enough
_MEANT = 0.6  # belief in such an item


def expected(view: View, pattern: tuple[int, ...], tracked: Tracked, now: float) -> float:
    """Return how likely an item with this pattern belongs, from the share of seeds among the recent ones.

    Seeds always meet more than the pattern does, so the share is an indirect witness: the fewer of
    the phrase's names are met, the more it is discounted.
    """
    if not pattern:
        return 0.0
    if devotion(view, tracked, now) >= _DEVOTED:
        return _MEANT
    if not view.names and len(pattern) > 1 and view.covered >= _SEVERAL_WORDS:
        return _MEANT
    share, items = tracked.context.share(",".join(map(str, pattern[:3])), now)
    prior, witness = _belief(view, pattern, tracked, share, now)
    return (ASSUMED * prior + items * witness) / (ASSUMED + items)


def devotion(view: View, tracked: Tracked, now: float) -> float:
    """Return what part (0..1) of the late items with the one name met had this matter and no other name.

    It is a witness for an item that meets one of several names and a common word, in a storyline without groups that
    has found anything; else 0.0. Where most that is told of a name is a trial, and the country of the phrase is hardly
    ever named beside it, the trial is the one that is meant. Where the other name is always said, an item without
    it tells of another visit; where much else is told of the name, it may be any.
    """
    names = [f.number for f in view.names if f.met >= NAME_MET]
    if len(names) != 1 or len(view.names) < 2 or tracked.groups or not tracked.context.seeds:
        return 0.0
    name, others = names[0], [f.number for f in view.names if f.number != names[0]]
    topics = [f.number for f in view.topics if f.met >= NAME_MET]
    told = [_items(tracked, now, name, t) - sum(_items(tracked, now, name, t, o) for o in others) for t in topics]
    return max(0.0, *told) / (_items(tracked, now, name) + 1.0) if told else 0.0


def _items(tracked: Tracked, now: float, *facets: int) -> float:
    return tracked.context.share(",".join(map(str, sorted(facets))), now)[1]


def is_complete(view: View, tracked: Tracked, path: str) -> bool:
    """Whether an item needs nothing learned to stand in for a name or group that it does not meet."""
    if view.whole:
        return True
    names = view.names_met
    if tracked.groups and view.facets:
        if names != len(view.names):
            return False
        return path == "phrase" or names > 1 or (names == 1 and not _is_much_told(view.names[0], tracked))
    return path == "phrase" or names != 1 or len(view.names) == 1


def is_backed(view: View, tracked: Tracked, learned: Voices, lang: str, now: float) -> bool:
    """Whether the storyline is hot and knows the item by more than one name: by another, or by a word it learned.

    How many of the recent items with a name were seeds says nothing of this item. Another spelling
    of a name in the phrase is no further word. Two names do not stand for two unmet groups.
    """
    if view.names_met > 1 and view.unmet < 2:
        return tracked.context.seeds > _HOT * now
    if devotion(view, tracked, now) >= _DEVOTED:
        return True
    if not learned:
        return False
    named = tracked.stems_of_names(lang)
    return any(word not in named for word, _ in learned)


def _belief(view: View, pattern: tuple[int, ...], tracked: Tracked, share: float, now: float) -> tuple[float, float]:
    """Return (belief before any item was seen, what the share of seeds says)."""
    names, every = [f for f in view.names if f.met >= NAME_MET], len(view.names)
    if not view.facets:
        return (0.8 if len(pattern) == len(tracked.groups) else 0.1), share * share
    if not names:
        return 0.0, share * share * (1.0 if len(pattern) > 1 else 0.25)
    if every == 1:
        return _by_only_name(names[0], tracked, share)
    if len(names) == every:
        return 0.6, min(_TRUST, share / _ALL_NAMED) if all(name.own for name in names) else share
    if len(names) == 1:
        own = tracked.context.share(str(names[0].number), now)[0]
        part = _is_part(names[0], view, tracked)
        return ONE_OF_SEVERAL * (0.5 if part else 1.0), (share * own) ** DOUBT * (0.5 if part else 1.0)
    return 0.6 * view.named, share**1.5


def _by_only_name(name: Facet, tracked: Tracked, share: float) -> tuple[float, float]:
    if tracked.groups:  # its author has said what else is to be met: only what became of many items says otherwise
        return 0.0, share
    if name.own:
        return _OWN_NAME * name.met, min(_TRUST, share / _RARELY_FRANK)
    return 0.34 * name.met, share if _is_much_told(name, tracked) else min(_TRUST, share / _FRANK)


def _is_much_told(name: Facet, tracked: Tracked) -> bool:
    """Whether items with only this name may be of anything: it is a country or a leader."""
    return any(c.kind in _MUCH_TOLD for c, _ in tracked.units[name.number].concepts)


def _is_part(name: Facet, view: View, tracked: Tracked) -> bool:
    """Whether a name stands in the phrase beside an unmet part of, it seems, the same unknown name."""
    missing = {f.number for f in view.names if f.met < NAME_MET}
    after = name.number + 1
    return (tracked.units[name.number].continues and name.number - 1 in missing) or (
        after in missing and tracked.units[after].continues
    )
