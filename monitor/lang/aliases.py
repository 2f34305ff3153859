"""Aliases: the many names of persons, places and bodies, and of common matters of the news."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from monitor.lang import lexicon
from monitor.lang.fold import fold
from monitor.lang.tokens import CJK, tokens

FILES = ("aliases", "aliases_places", "aliases_bodies", "aliases_matters")
_has_cjk = re.compile(f"[{CJK}]").search


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing with its ``names`` in many languages and scripts.

    ``kind`` is "person", "place", "body" or "matter" (no name but a common word of the news).
    ``near`` are keys of concepts that news writers put in its place (a leader's seat, a capital).
    """

    key: str
    kind: str
    names: tuple[str, ...]
    near: tuple[str, ...] = ()


class Aliases:
    """All concepts, found by any of their names."""

    def __init__(self, concepts: Mapping[str, Concept]) -> None:
        """Index ``concepts`` (by key) under the folded words of each name."""
        self.concepts = concepts
        self._by_name: dict[tuple[str, ...], list[Concept]] = {}
        for concept in concepts.values():
            for name in concept.names:
                named = self._by_name.setdefault(words_of(name), [])
                if concept not in named:
                    named.append(concept)
        self._links = _links(concepts)
        self.longest = max(map(len, self._by_name), default=0)
        self.words = frozenset(word for name in self._by_name for word in name)

    def named(self, words: tuple[str, ...]) -> tuple[Concept, ...]:
        """Return the concepts that have exactly these folded words as a name."""
        return tuple(self._by_name.get(words, ()))

    def near(self, concept: Concept) -> Iterator[Concept]:
        """Yield the concepts that may stand for ``concept``."""
        for key in concept.near:
            if key in self.concepts:
                yield self.concepts[key]

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


@cache
def load(override: Path | None = None) -> Aliases:
    """Return the shipped aliases, a user's files of the same names laid over them."""
    concepts: dict[str, Concept] = {}
    for name in FILES:
        for kind, table in lexicon.load(name, override).items():
            for key, entry in table.items():
                concepts[key] = Concept(key, kind, tuple(entry["names"]), tuple(entry.get("near", ())))
    return Aliases(concepts)
