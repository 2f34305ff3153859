"""Proposals: what a person's word on an item ("relevant", "wrong", "repeat") would mean for the rule, with numbers.

Nothing is applied: words are named with how many stored items they would touch, and the person edits the rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.alerts.clean import text
from monitor.lang.languages import all_stop_words
from monitor.lang.tokens import tokens
from monitor.model.item import Item
from monitor.model.storyline import Rule
from monitor.store import items as item_rows
from monitor.store import page
from monitor.store.database import Database

SAID = ("relevant", "wrong", "repeat")
_SPAN = timedelta(days=30)
_ITEMS = 4000  # of the storyline's newest, over which words are counted
_WORDS = 8


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the item: how many of the storyline's other matches, and of its near misses, have it too."""

    word: str
    matches: int
    misses: int


@dataclass(frozen=True, slots=True)
class Proposals:
    """What could be done. ``key`` is the key of the rule file in question ("" where it is none that takes words)."""

    item: str
    title: str
    said: str
    key: str
    words: tuple[Word, ...]
    matches: int
    misses: int
    advice: str


def of_item(db: Database, rule: Rule, ref: str, said: str, now: datetime) -> Proposals | None:
    """Return what ``said`` (one of SAID) of the item ``ref`` would mean for ``rule``; None without such an item."""
    item = item_rows.get(db, [ref]).get(ref)
    if item is None:
        return None
    title = text(item.title, 200)
    if said == "repeat":
        policy = rule.alert
        advice = (
            f'sensitivity is "{policy.sensitivity.value}" and origins is {policy.origins}: "quiet" asks for more '
            "that is new before it tells, and a higher origins waits for more independent sources. Try either below."
        )
        return Proposals(ref, title, said, "", (), 0, 0, advice)
    counted = _counted(db, rule.slug, item, now)
    return _with_words(ref, title, said, rule, counted)


Counts = tuple[dict[str, tuple[str, int, int]], int, int]  # folded word: as written, matches, misses; all of both


def _counted(db: Database, slug: str, item: Item, now: datetime) -> Counts:
    own = {folded: word for word, folded in _words(f"{item.title}. {item.summary}")}
    counts = {folded: [0, 0] for folded in own}
    total = [0, 0]
    for possible, title, summary in page.texts_of(db, slug, now - _SPAN, _ITEMS, but=item.id):
        total[possible] += 1
        for folded in {f for _, f in _words(f"{title}. {summary}")} & counts.keys():
            counts[folded][possible] += 1
    return {f: (own[f], matches, misses) for f, (matches, misses) in counts.items()}, total[0], total[1]


def _with_words(ref: str, title: str, said: str, rule: Rule, counted: Counts) -> Proposals:
    words, matches, misses = counted
    ruled = {folded for term in _terms(rule) for _, folded in _words(term)}
    free = [Word(text(w, 40), m, n) for folded, (w, m, n) in words.items() if folded not in ruled]
    if said == "wrong":
        free.sort(key=lambda w: (w.matches, -w.misses, -len(w.word)))
        advice = (
            "A word in none excludes every item that has it. The fewest other matches would go with the first of these."
        )
        return Proposals(ref, title, said, "none", tuple(free[:_WORDS]), matches, misses, advice)
    free.sort(key=lambda w: (-w.matches, w.misses, -len(w.word)))
    advice = "A word in any raises the score of items that have it. The first of these are the most like what matches."
    return Proposals(ref, title, said, "any", tuple(free[:_WORDS]), matches, misses, advice)


def _terms(rule: Rule) -> tuple[str, ...]:
    story = rule.storyline
    return (story.phrase, *story.any, *story.none, *(term for group in story.all for term in group))


def _words(words: str) -> list[tuple[str, str]]:
    """The words of a text as written and folded, without those that every text has."""
    common = all_stop_words()
    found = ((t.text, t.folded) for t in tokens(words))
    return [(word, folded) for word, folded in found if len(folded) > 2 and folded not in common]
