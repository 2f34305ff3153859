"""Lint: what is likely wrong in a rule, in words a person understands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from monitor.lang import aliases as shipped
from monitor.lang.aliases import Aliases
from monitor.model.storyline import Storyline
from monitor.storylines.census import Counted
from monitor.storylines.context import Context
from monitor.storylines.terms import term_of
from monitor.storylines.tracked import Tracked, track

_ENOUGH = 200  # items from which on shares of them say something ...
_MANY = 1000  # ... and that a term met none of them does
_HALF = 0.5  # share of all items from which on a group tells nothing
_ALIKE = 0.9  # share of matches in common from which on two rules mean the same
_SOME = 5  # matches from which on that is looked at
_NAMED = 6  # terms that one warning names


def lint(storyline: Storyline, *, aliases: Aliases | None = None, now: datetime | None = None) -> tuple[str, ...]:
    """Return warnings about a storyline's rule; empty when nothing looks wrong. ``now`` allows judging ``since``."""
    tracked = track(storyline, shipped.load() if aliases is None else aliases, Context(1))
    checks = (_phrase(tracked), _groups(storyline), _exclusions(storyline), _terms(storyline), _since(storyline, now))
    return tuple(warning for check in checks for warning in check)


def _phrase(tracked: Tracked) -> Iterator[str]:
    units = [tracked.units[i] for i in tracked.phrase]
    storyline = tracked.storyline
    if not units and not storyline.all and not storyline.seeds:
        yield "no word to look for: give a phrase, groups (all) or seed documents"
    if units and all(u.name is False for u in units):
        yield f'no name in the phrase "{storyline.phrase}": common words meet many other stories; mark names = [...]'
    if len(units) > 8:
        yield f"the phrase has {len(units)} words: two to five work best; put the rest into about"
    if storyline.names:
        met = {w for u in units for w in u.words}
        for name in storyline.names:
            term = term_of(name)
            if term is None or not met.intersection(term.words):
                yield f'names: "{name}" is not in the phrase'


def _groups(storyline: Storyline) -> Iterator[str]:
    if len(storyline.all) == 1 and not storyline.phrase:
        yield "one group only: every item with any of its words is a match"
    seen: dict[tuple[str, ...], int] = {}
    for number, group in enumerate(storyline.all, 1):
        if not group:
            yield f"all: group {number} is empty and can never be met"
        for text in group:
            term = term_of(text)
            if term is None:
                continue
            if seen.setdefault(term.words, number) != number:
                yield f'all: "{text}" stands in groups {seen[term.words]} and {number}: one word meets both'


def _exclusions(storyline: Storyline) -> Iterator[str]:
    wanted = {
        term.words for text in (*storyline.any, *(t for g in storyline.all for t in g)) if (term := term_of(text))
    }
    phrase = term_of(storyline.phrase)
    for text in storyline.none:
        term = term_of(text)
        if term and (term.words in wanted or (phrase and len(term.words) == 1 and term.words[0] in phrase.words)):
            yield f'none: "{text}" excludes what the rule looks for'


def _terms(storyline: Storyline) -> Iterator[str]:
    for key, texts in (("any", storyline.any), ("none", storyline.none), *(("all", g) for g in storyline.all)):
        for text in texts:
            term = term_of(text)
            if term is None:
                yield f'{key}: "{text}" has no word and can never be met'
            elif len(term.words) == 1 and len(term.words[0]) == 1:
                yield f'{key}: "{text}" is a single character and meets almost nothing or everything'


def _since(storyline: Storyline, now: datetime | None) -> Iterator[str]:
    if now is not None and storyline.since is not None and storyline.since > now:
        yield f"since: {storyline.since:%Y-%m-%d} is in the future: nothing matches before"


def lint_figures(counted: Counted) -> Iterator[str]:
    """Yield warnings about one rule with the figures behind them, from what it met in stored items."""
    tracked, items = counted.tracked, counted.items
    if items < _ENOUGH:
        return
    phrase = [i for i in tracked.phrase if tracked.units[i].name is not False]
    if tracked.phrase and not phrase:
        yield f"the phrase has no name: its commonest word alone meets {_share(_most(counted, tracked.phrase), items)}"
    for place, number in enumerate(tracked.groups, 1):
        if counted.units[number] >= _HALF * items:
            yield f"all: group {place} meets {_share(counted.units[number], items)}: it tells nothing"
    unmet = [f'"{text}" ({_key(part)})' for part, text in counted.unmet()] if items >= _MANY else []
    if unmet:
        more = f" and {len(unmet) - _NAMED} more" if len(unmet) > _NAMED else ""
        yield f"met none of {items:,} stored items: {', '.join(unmet[:_NAMED])}{more}"


def lint_twins(storylines: Sequence[Storyline]) -> Iterator[tuple[str, str]]:
    """Yield (slug, warning) for each rule that has the same words as an earlier one."""
    first: dict[object, str] = {}
    for storyline in storylines:
        other = first.setdefault(_meaning(storyline), storyline.slug)
        if other != storyline.slug:
            yield storyline.slug, f'means the same as the rule "{other}": the same words are looked for'


def lint_overlaps(counted: Sequence[Counted]) -> Iterator[tuple[str, str]]:
    """Yield (slug, warning) for each rule that matched (nearly) the items of an earlier one."""
    looked = [c for c in counted if len(c.matches) >= _SOME]
    holders: dict[str, list[Counted]] = {}
    for one in looked:
        common: dict[int, int] = {}
        others = {id(o): o for item in one.matches for o in holders.get(item, ())}
        for item in one.matches:
            for other in holders.get(item, ()):
                common[id(other)] = common.get(id(other), 0) + 1
            holders.setdefault(item, []).append(one)
        for key, both in common.items():
            either = len(one.matches) + len(others[key].matches) - both
            if both >= _ALIKE * either:
                slug = others[key].tracked.storyline.slug
                yield one.tracked.storyline.slug, f'matches what the rule "{slug}" matches: {both} of {either} items'


def _most(counted: Counted, units: Sequence[int]) -> int:
    return max(counted.units[i] for i in units)


def _share(count: int, items: int) -> str:
    return f"{count:,} of {items:,} stored items ({count / items:.0%})"


def _key(part: str) -> str:
    name, _, number = part.partition(":")
    return f"{name}[{int(number) + 1}]" if number else name


def _meaning(storyline: Storyline) -> object:
    """What a rule looks for, whatever the order and writing of its words; itself where it has no words."""
    phrase = term_of(storyline.phrase)
    groups = frozenset(frozenset(term.words for t in group if (term := term_of(t))) for group in storyline.all)
    if not phrase and not groups:
        return storyline.slug
    veto = frozenset(term.words for text in storyline.none if (term := term_of(text)))
    limits = (frozenset(storyline.languages), frozenset(storyline.feeds), tuple(seed.name for seed in storyline.seeds))
    return frozenset(phrase.words if phrase else ()), groups, veto, limits
