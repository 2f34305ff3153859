"""Suggest: what could be changed in a rule, from what it met and nearly met lately, with what each change would do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from monitor.lang.languages import all_stop_words
from monitor.lang.tokens import Token, tokens
from monitor.model.item import Item
from monitor.model.match import Match
from monitor.model.storyline import Storyline
from monitor.storylines.matcher import Matcher

_EACH = 4  # suggestions of each kind that are tried
_TIMES = 3  # items a word must stand in before it is suggested
_SHARE = 0.6  # of the items with a word that must be the storyline's own
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a rule: ``key`` as in the file ("all[2]", "names", "none"), the word to be added."""

    key: str
    word: str
    storyline: Storyline


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A change with what it would have done: items ``gained`` and ``lost`` as matches, the newest first."""

    key: str
    word: str
    gained: int
    lost: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggested:
    """What was read and met, and what could be changed."""

    items: int
    matches: int
    possible: int
    suggestions: tuple[Suggestion, ...]


@dataclass(slots=True)
class _Words:
    """How often a word stands in matches, in near misses and in all items, and what it was written with."""

    sure: Counter[str]
    seed: Counter[str]
    near: Counter[str]
    every: Counter[str]
    lacking: dict[str, Counter[int]]
    written: dict[str, str]


def suggest(storyline: Storyline, items: Sequence[Item]) -> Suggested:
    """Return suggestions for a rule from ``items`` in order of arrival; each is tried on all of them."""
    words, matches, possible = _read(storyline, items)
    changes = [*_alternatives(storyline, words), *_exclusions(storyline, words), *_names(storyline, words)]
    tried = _tried(storyline, changes, items)
    useful = tuple(s for s in tried if s.gained or s.lost)
    return Suggested(len(items), matches, possible, useful)


def _read(storyline: Storyline, items: Iterable[Item]) -> tuple[_Words, int, int]:
    words = _Words(Counter(), Counter(), Counter(), Counter(), defaultdict(Counter), {})
    matcher, sure, near = Matcher([storyline]), 0, 0
    for item in items:
        found = matcher.match(item)
        matcher.learn(item, found)
        named = _named(item.title)
        words.written.update({folded: text for folded, text in named.items() if folded not in words.written})
        words.every.update(named.keys())
        for match in found:
            sure, near = sure + (not match.possible), near + match.possible
            (words.near if match.possible else words.sure).update(named.keys())
            words.seed.update(named.keys() if match.seed else ())
            for group in _unmet(storyline, match):
                for folded in named:
                    words.lacking[folded][group] += 1
    return words, sure, near


def _named(title: str) -> dict[str, str]:
    """Return the names of a title, folded, as written: words with a capital inside it, and pairs of them."""
    found = [t for t in tokens(title) if t.folded not in all_stop_words()]
    capitals = [t for t in found[1:] if t.kind == "word" and t.capital and len(t.folded) > 2]
    named = {t.folded: t.text for t in capitals}
    named.update({f"{a.folded} {b.folded}": title[a.start : b.end] for a, b in _pairs(found, title)})
    return named


def _pairs(found: Sequence[Token], title: str) -> Iterator[tuple[Token, Token]]:
    for one, two in pairwise(found):
        if one.capital and two.capital and title[one.end : two.start] == " ":
            yield one, two


def _unmet(storyline: Storyline, match: Match) -> Iterator[int]:
    met = {h.part for h in match.evidence.hits}
    yield from (i for i in range(len(storyline.all)) if f"all:{i}" not in met)


def _new(storyline: Storyline, word: str) -> bool:
    """Whether the rule has neither this word nor one that it is a form of."""
    texts = (storyline.phrase, *storyline.any, *storyline.none, *(t for g in storyline.all for t in g))
    own = {t.folded for text in texts for t in tokens(text)}
    return not any(part == w or (len(w) > 3 and part.startswith(w)) for part in word.split() for w in own)


def _alternatives(storyline: Storyline, words: _Words) -> Iterator[Change]:
    """Words that stand where a group was not met, and nearly only in the storyline's items."""
    found = []
    for word, groups in words.lacking.items():
        mine = words.sure[word] + words.near[word]
        if words.every[word] >= _TIMES and mine >= _SHARE * words.every[word] and _new(storyline, word):
            found.append((groups.most_common(1)[0][1], word, groups.most_common(1)[0][0]))
    for _, word, group in sorted(found, key=lambda f: (-f[0], f[1]))[:_EACH]:
        groups_now = list(storyline.all)
        groups_now[group] = (*groups_now[group], words.written[word])
        yield Change(f"all[{group + 1}]", words.written[word], replace(storyline, all=tuple(groups_now)))


def _exclusions(storyline: Storyline, words: _Words) -> Iterator[Change]:
    """Names that stand in near misses and weak matches, mostly where the storyline is not, and in no sure match."""
    found = []
    for word, near in words.near.items():
        mine = words.sure[word] + near
        foreign = words.every[word] >= _TIMES and words.sure[word] * 2 < words.every[word] and not words.seed[word]
        if mine >= 2 and foreign and _new(storyline, word):
            found.append((mine, word))
    for _, word in sorted(found, key=lambda f: (-f[0], f[1]))[:_EACH]:
        text = words.written[word]
        yield Change("none", text, replace(storyline, none=(*storyline.none, text)))


def _names(storyline: Storyline, words: _Words) -> Iterator[Change]:
    """The words of a phrase that the items write with a capital, where the rule does not say which are names."""
    if storyline.names is not None or not storyline.phrase.islower():
        return
    names = tuple(t.text for t in tokens(storyline.phrase) if words.every[t.folded] >= _TIMES)
    if names:
        yield Change("names", ", ".join(names), replace(storyline, names=names))


def _tried(storyline: Storyline, changes: Sequence[Change], items: Iterable[Item]) -> list[Suggestion]:
    """Try all changes in one pass over the items."""
    variants = [replace(c.storyline, slug=f"{i}") for i, c in enumerate(changes)]
    matcher = Matcher([replace(storyline, slug="now"), *variants])
    gained: dict[str, list[str]] = {v.slug: [] for v in variants}
    lost: dict[str, list[str]] = {v.slug: [] for v in variants}
    for item in items if changes else ():
        found = matcher.match(item)
        matcher.learn(item, found)
        met = {m.storyline for m in found if not m.possible}
        for variant in variants:
            if (variant.slug in met) != ("now" in met):
                (gained if variant.slug in met else lost)[variant.slug].append(item.title)
    return [_suggestion(change, gained[v.slug], lost[v.slug]) for change, v in zip(changes, variants, strict=True)]


def _suggestion(change: Change, gained: list[str], lost: list[str]) -> Suggestion:
    examples = tuple(f"+ {t}" for t in gained[::-1][:_EXAMPLES]) + tuple(f"- {t}" for t in lost[::-1][:_EXAMPLES])
    return Suggestion(change.key, change.word, len(gained), len(lost), examples)
