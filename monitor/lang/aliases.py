"""Aliases: the many names of persons, places and bodies, and of common matters of the news."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice, pairwise
from operator import methodcaller
from pathlib import Path

from monitor.lang import lexicon
from monitor.lang.fold import fold, fold_lines, fold_whole
from monitor.lang.tokens import CJK, tokens

PLAIN = frozenset({"matter", "disease"})  # kinds whose names are common words, which a slip makes other words
FILES = ("aliases", "aliases_places", "aliases_bodies", "aliases_matters")
_has_cjk = re.compile(f"[{CJK}]").search
_cjk_runs = re.compile(f"[{CJK}]+").findall
_mixed_lines = re.compile(rf"^(?:[^{CJK}\n]+[{CJK}]|[{CJK}]+[^{CJK}\n]).*$", re.MULTILINE).findall
# Vowel signs that stand inside words, and the kana that become one letter with their mark.
_is_sign = re.compile("[^\u0900-\u0903\u093a-\u094f \n]").match
_HALF_WIDTH = "\uff66-\uff9f"


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing with its ``names`` in many languages and scripts.

    ``kind`` is "person", "place", "body", "disease" or "matter" (no name but a common word of the news).
    ``near`` are keys of concepts that news writers put in its place (a leader's seat, a capital).
    """

    key: str
    kind: str
    names: tuple[str, ...]
    near: tuple[str, ...] = ()


class Aliases:
    """All concepts, found by any of their names.

    ``names``, ``folded``: the names of all concepts in order, as written and folded. ``words``: all folded words of
    names with letters. ``longest``: the most words (or CJK bigrams) that a name has.
    """

    def __init__(self, concepts: Mapping[str, Concept], override: Path | None = None) -> None:
        """Index ``concepts`` (by key) under the folded words of each name. ``override``: a user's lexicons."""
        self.concepts = concepts
        self._override = override
        self.names = [_spaced(name) for concept in concepts.values() for name in concept.names]
        self.folded = fold_lines(self.names)
        self._by_name: dict[str, tuple[Concept, ...]] = {}
        self._links = _links(concepts)
        signed = {name: words_of(name) for name in _signed(self.names)}
        listed = zip(self.names, self.folded, strict=True)
        for concept in concepts.values():
            alone = (concept,)  # one for all its names
            for name, folded in islice(listed, len(concept.names)):
                key = _key(signed[name]) if name in signed else folded
                before = self._by_name.get(key, ())
                if concept not in before:
                    self._by_name[key] = (*before, concept) if before else alone
        self.longest = max(_longest(self._by_name), *map(len, signed.values()), 0)
        self.words = frozenset(" ".join(self._by_name).split(" "))

    def named(self, words: tuple[str, ...]) -> tuple[Concept, ...]:
        """Return the concepts that have exactly these folded words as a name."""
        return self._by_name.get(_key(words), ())

    def near(self, concept: Concept) -> Iterator[Concept]:
        """Yield the concepts that may stand for ``concept``."""
        for key in concept.near:
            if key in self.concepts:
                yield self.concepts[key]

    def within(self, concept: Concept) -> Concept | None:
        """Return the towns and provinces of a country or state, as one concept; None for other places.

        Their long list is read when first asked for: few phrases need it.
        """
        names = lexicon.load("aliases_within", self._override)["within"].get(concept.key)
        return Concept(f"within-{concept.key}", "place", tuple(names["names"])) if names else None

    def is_local(self, concept: Concept) -> bool:
        """Whether a matter happens in one place, as an earthquake does and an election does not."""
        local = lexicon.load("aliases_within", self._override)["local"]["matters"]["names"]
        return concept.kind == "matter" and concept.key in local

    def kin(self, concept: Concept) -> Iterator[Concept]:
        """Yield what is near to what is near to ``concept``, either way: a country's leader, a leader's country.

        Two persons are not kin: leaders of one country are not told in each other's stead. Nor are matters: a strike
        and a bankruptcy both have layoffs near them, but are not the same affair.
        """
        if concept.kind == "matter":
            return
        known = {concept.key, *concept.near}
        for near in self._links.get(concept.key, ()):
            for key in (near, *self._links.get(near, ())):
                other = self.concepts[key]
                if key not in known and not concept.kind == other.kind == "person":
                    known.add(key)
                    yield other


def _spaced(name: str) -> str:
    """Return ``name`` with single spaces: itself where it has them, so that it is held once."""
    spaced = " ".join(name.split())
    return name if spaced == name else spaced


def _links(concepts: Mapping[str, Concept]) -> dict[str, list[str]]:
    """Return the keys that each concept is near to, or that are near to it."""
    links: dict[str, list[str]] = {}
    for concept in concepts.values():
        for key in concept.near:
            if key in concepts:
                links.setdefault(concept.key, []).append(key)
                links.setdefault(key, []).append(concept.key)
    return links


@lru_cache(maxsize=32_768)  # a thousand rules ask for the same names again and again
def words_of(name: str) -> tuple[str, ...]:
    """Return the folded words of a name, as texts are compared."""
    written = name.split(" ")
    if all(map(str.isalpha, written)) and not _has_cjk(name):  # as most names: a third of the time
        folded = tuple(map(fold, written))
        if all(map(str.isalpha, folded)):
            return folded
    return tuple(t.folded for t in tokens(name))


def _key(words: tuple[str, ...]) -> str:
    """Return folded words as one: side by side, the bigrams of a CJK run put together again."""
    if len(words) < 2:
        return words[0] if words else ""
    key = words[0]
    for before, word in pairwise(words):
        chained = len(word) == len(before) == 2 and word[0] == before[1] and _has_cjk(word[0])
        key += word[1] if chained else f" {word}"
    return key


def _longest(keys: Iterable[str]) -> int:
    """Return the most words that one of ``keys`` has, or bigrams that a CJK run in them has."""
    spaces = max(map(methodcaller("count", " "), keys), default=-1)
    return max(spaces + 1, max(map(len, _cjk_runs("\n".join(keys))), default=1) - 1)


def _signed(names: Iterable[str]) -> frozenset[str]:
    """Return those of ``names`` that are not just words of letters, or one CJK run, between single spaces."""
    text = "\n".join(names)
    signs = "".join(map(re.escape, filter(_no_letter, set(text))))
    lines = re.findall(rf"^[^{signs}{_HALF_WIDTH}\n]*[{signs}{_HALF_WIDTH}].*$", text, re.MULTILINE)
    return frozenset((*lines, *_mixed_lines(text)))


def _no_letter(char: str) -> bool:
    return bool(_is_sign(char)) and not (char.isalpha() and (char.isascii() or fold_whole(char).isalpha()))


@cache
def load(override: Path | None = None) -> Aliases:
    """Return the shipped aliases, a user's files of the same names laid over them."""
    concepts: dict[str, Concept] = {}
    for name in FILES:
        for kind, table in lexicon.load(name, override).items():
            for key, entry in table.items():
                concepts[key] = Concept(key, kind, tuple(entry["names"]), tuple(entry.get("near", ())))
    return Aliases(concepts, override)
