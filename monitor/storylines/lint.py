"""Lint: what is likely wrong in a rule, in words a person understands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from monitor.lang import aliases as shipped
from monitor.lang.aliases import Aliases
from monitor.model.storyline import Storyline
from monitor.storylines.context import Context
from monitor.storylines.terms import term_of
from monitor.storylines.tracked import Tracked, track


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
