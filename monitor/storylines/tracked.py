"""Tracked: a storyline made ready for matching: its units, and what each of them is met by."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from monitor.lang.aliases import Aliases, Concept, words_of
from monitor.lang.fold import fold
from monitor.lang.languages import guess
from monitor.lang.stems import stem
from monitor.lang.tokens import tokens
from monitor.model.storyline import Storyline
from monitor.storylines.context import Context
from monitor.storylines.named import PART as SEED
from monitor.storylines.named import seed_names
from monitor.storylines.phrase import Unit, phrase_units
from monitor.storylines.reading import vocabulary
from monitor.storylines.terms import Term, term_of

_NEAR = 0.6  # worth in a group of what only stands in for one of its names: all groups are to be met anyway


class Words:
    """The folded words of units and of all they stand for.

    The names of a concept are hundreds of words in all languages: they are held once, whatever storylines have it.
    """

    __slots__ = ("_names", "_terms")

    def __init__(self, terms: frozenset[str] = frozenset(), names: tuple[frozenset[str], ...] = ()) -> None:
        """``terms``: words of the units themselves; ``names``: those of each concept."""
        self._terms = terms
        self._names = names

    def __contains__(self, word: str) -> bool:
        """Whether ``word`` is one of them."""
        if word in self._terms:
            return True
        for names in self._names:  # noqa: SIM110 - asked for each word of each match: any() takes twice the time
            if word in names:
                return True
        return False

    def __iter__(self) -> Iterator[str]:
        """All of them, some several times."""
        yield from self._terms
        for names in self._names:
            yield from names


@dataclass(slots=True)
class Tracked:
    """A storyline with its units and its memory."""

    storyline: Storyline
    units: tuple[Unit, ...]
    phrase: tuple[int, ...]
    groups: tuple[int, ...]
    any: tuple[int, ...]
    none: tuple[int, ...]
    profile: frozenset[str]
    context: Context
    own: Words = field(default_factory=Words)
    named: Words = field(default_factory=Words)
    parts: frozenset[int] = frozenset()
    keys: frozenset[int] = frozenset()
    order: int = 0
    seeded: int | None = None  # the unit of the names in the seed documents
    atoms: list[tuple[int, int, float]] = field(default_factory=list)
    stems: dict[str, frozenset[str]] = field(default_factory=dict)
    asides: dict[Any, Any] = field(default_factory=dict)  # shared by all storylines of this shape

    def stems_of_names(self, lang: str) -> frozenset[str]:
        """Return the stems that the names of the phrase have in a language."""
        found = self.stems.get(lang)
        if found is None:
            found = self.stems[lang] = frozenset(stem(w, lang) for w in self.named)
        return found

    @property
    def shape(self) -> tuple[object, ...]:
        """What :func:`monitor.storylines.aside.set_aside` knows of the rule: not its words, but what they are."""
        units = tuple((u.part, u.name) for u in self.units)
        return units, self.parts, bool(self.profile)

    @property
    def signature(self) -> str:
        """What the numbers of the units stand for; counts by number hold only as long as it is the same."""
        return "|".join(f"{u.part}={u.text}" for u in self.units)


def track(storyline: Storyline, aliases: Aliases, context: Context) -> Tracked:
    """Return ``storyline`` made ready for matching."""
    named = {c.key for group in storyline.all for text in group for c in aliases.named(words_of(text))}
    units = [
        *phrase_units(storyline, aliases),
        *(_group(f"all:{i}", group, aliases, named) for i, group in enumerate(storyline.all)),
        *(_single("any", text, aliases) for text in storyline.any),
        *(_single("none", text, None) for text in storyline.none),
    ]
    phrase = [u for u in units if u.part == "phrase"]
    own = _words(phrase)
    units += seed_names(storyline, aliases, own.__contains__)

    def of(part: str) -> tuple[int, ...]:
        return tuple(i for i, u in enumerate(units) if u.part.split(":")[0] == part)

    return Tracked(
        storyline,
        tuple(units),
        phrase=of("phrase"),
        groups=of("all"),
        any=of("any"),
        none=of("none"),
        profile=_profile(storyline),
        context=context,
        own=own,
        seeded=of(SEED)[0] if of(SEED) else None,
        named=_words([u for u in phrase if u.name], but="matter"),
        parts=_parts(units),
        keys=_keys(units),
    )


def _words(units: list[Unit], but: str = "") -> Words:
    """Return the folded words of units and of all they stand for, except concepts of the kind ``but``."""
    own = frozenset(w for u in units for t, _ in u.terms for w in t.words)
    concepts = dict.fromkeys(c for u in units for c, _ in u.concepts if c.kind != but)
    return Words(own, tuple(map(_words_of_names, concepts)))


@lru_cache(maxsize=8_192)  # of some four thousand concepts
def _words_of_names(concept: Concept) -> frozenset[str]:
    return frozenset(w for name in concept.names for w in words_of(name))


def _parts(units: list[Unit]) -> frozenset[int]:
    """Return the units that never suffice alone: one of several names or groups, or a common word beside a name."""
    phrase = [i for i, u in enumerate(units) if u.part == "phrase"]
    names = [i for i in phrase if units[i].name]
    several = len(names) > 1
    parts = {i for i in phrase if (several if units[i].name else units[i].name is False and names)}
    groups = [i for i, u in enumerate(units) if u.part.startswith("all:")]
    if phrase or len(groups) > 1:
        parts.update(groups)
    return frozenset(parts)


def _keys(units: list[Unit]) -> frozenset[int]:
    """Return the units without one of which an item is nothing to a storyline that knows nothing yet.

    The names of the phrase (all its words where none is a common word beside a name), and one of the groups,
    since all of them are to be met: the one with the most names among its words.
    """
    phrase = [i for i, u in enumerate(units) if u.part == "phrase"]
    groups = [i for i, u in enumerate(units) if u.part.startswith("all:")]
    named = any(units[i].name for i in phrase)
    keys = {i for i in phrase if units[i].name is not False or not named}
    if groups:
        keys.add(max(groups, key=lambda i: _names_in(units[i])))
    keys.update(i for i, u in enumerate(units) if u.part == SEED and phrase)
    return frozenset(keys or range(len(units)))


def _names_in(unit: Unit) -> float:
    return sum(t.slips for t, _ in unit.terms) / len(unit.terms) + len(unit.concepts) if unit.terms else 0.0


def _profile(storyline: Storyline) -> frozenset[str]:
    texts = [storyline.about, *(f"{s.title}\n{s.text}" for s in storyline.seeds)]
    text = "\n".join(t for t in texts if t)
    return vocabulary(tokens(text), guess(text)) if text else frozenset()


def _group(part: str, alternatives: tuple[str, ...], aliases: Aliases, named: AbstractSet[str]) -> Unit:
    """Return the unit of a group. What a group names (``named``) stands in for nothing in another."""
    terms: list[tuple[Term, float]] = []
    concepts: dict[str, tuple[Concept, float]] = {}
    for text in alternatives:
        term = term_of(text)
        if term is None:
            continue
        terms.append((term, 1.0))
        concepts.update({c.key: (c, 1.0) for c in aliases.named(term.words) if c.kind != "matter"})
    for concept, _ in list(concepts.values()):
        for near in aliases.near(concept):
            if near.key not in named:
                concepts.setdefault(near.key, (near, _NEAR))
    return Unit(part, alternatives[0] if alternatives else "", tuple(terms), tuple(concepts.values()))


def _single(part: str, text: str, aliases: Aliases | None) -> Unit:
    term = term_of(text)
    concepts = aliases.named(term.words) if aliases and term else ()
    worth = tuple((c, 1.0) for c in concepts if c.kind != "matter")
    return Unit(part, text, ((term, 1.0),) if term else (), worth, words=(fold(text),))
