"""Census: how many items each part of each rule meets: the figures behind a warning about a rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from monitor.lang import aliases as shipped
from monitor.lang.aliases import PLAIN, Aliases, Concept
from monitor.lang.languages import all_stop_words
from monitor.model.item import Item
from monitor.model.match import Means
from monitor.model.storyline import Storyline
from monitor.storylines.context import Context
from monitor.storylines.matcher import Matcher
from monitor.storylines.phrase import Unit
from monitor.storylines.reading import read
from monitor.storylines.terms import TermHit, TermIndex, term_of
from monitor.storylines.tracked import Tracked, track
from monitor.storylines.tuning import DEFAULT
from monitor.storylines.words import WordIndex

_User = tuple[int, int, str]  # storyline, unit, the term as the rule writes it ("" for another name of it)


@dataclass(slots=True)
class Counted:
    """What one rule met in ``items`` items: in how many each of its units, and each of its terms as written.

    ``matches`` are the ids of the items that are sure matches.
    """

    tracked: Tracked
    items: int = 0
    units: Counter[int] = field(default_factory=Counter)
    terms: Counter[tuple[int, str]] = field(default_factory=Counter)
    matches: set[str] = field(default_factory=set)

    def unmet(self) -> Iterator[tuple[str, str]]:
        """Yield (part of the rule, term) for each term that no item met, neither itself nor by another name."""
        for number, unit in enumerate(self.tracked.units):
            for term, _ in unit.terms:
                if not self.terms[number, term.text]:
                    yield unit.part, term.text


def census(storylines: Sequence[Storyline], items: Iterable[Item], *, aliases: Aliases | None = None) -> list[Counted]:
    """Return what each storyline's rule meets in ``items``, in their order; nothing is learned beyond them."""
    known = shipped.load() if aliases is None else aliases
    counter, matcher = _Counter(storylines, known), Matcher(storylines, aliases=known)
    slugs = {s.slug: counted for s, counted in zip(storylines, counter.counted, strict=True)}
    for item in items:
        counter.take(item)
        matches = matcher.match(item)
        matcher.learn(item, matches)
        for match in matches:
            if not match.possible:
                slugs[match.storyline].matches.add(item.id)
    return counter.counted


class _Counter:
    def __init__(self, storylines: Sequence[Storyline], aliases: Aliases) -> None:
        self._terms = TermIndex(WordIndex(aliases.words | all_stop_words()))
        self._users: dict[int, list[_User]] = {}
        self._names: dict[str, list[int]] = {}
        self.counted = [Counted(track(s, aliases, Context(1))) for s in storylines]
        for place, counted in enumerate(self.counted):
            for number, unit in enumerate(counted.tracked.units):
                self._enter(place, number, unit)

    def take(self, item: Item) -> None:
        hits = self._terms.hits(read(item, DEFAULT))
        units: set[tuple[int, int]] = set()
        terms: set[_User] = set()
        for number, hit in hits.items():
            for user in self._users.get(number, ()):
                if _close(hit, self.counted[user[0]].tracked):
                    units.add(user[:2])
                    terms.add(user)
        for counted in self.counted:
            counted.items += 1
        for place, unit in units:
            self.counted[place].units[unit] += 1
        for place, unit, text in terms:
            self.counted[place].terms[unit, text] += 1

    def _enter(self, place: int, number: int, unit: Unit) -> None:
        for term, _ in unit.terms:
            self._users.setdefault(self._terms.add(term), []).append((place, number, term.text))
        for concept, _ in unit.concepts:
            for name in self._named(concept):
                self._users.setdefault(name, []).append((place, number, ""))

    def _named(self, concept: Concept) -> list[int]:
        if concept.key not in self._names:
            terms = filter(None, map(term_of, concept.names))
            slips = concept.kind not in PLAIN
            self._names[concept.key] = [self._terms.add(replace(term, slips=slips)) for term in terms]
        return self._names[concept.key]


def _close(hit: TermHit, tracked: Tracked) -> bool:
    return hit.means is not Means.FUZZY or hit.closeness * 100 >= tracked.storyline.fuzzy
