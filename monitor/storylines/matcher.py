"""Matcher: which items belong to which storylines, with Evidence. Memory, but no clock and no I/O."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import NamedTuple, cast

from monitor.lang import aliases as shipped
from monitor.lang.aliases import PLAIN, Aliases, Concept
from monitor.lang.languages import all_stop_words
from monitor.model.item import Item
from monitor.model.match import Match
from monitor.model.storyline import Storyline
from monitor.storylines.aside import Asides, set_aside
from monitor.storylines.background import Background
from monitor.storylines.candidates import Candidates, Ways, Worths, met
from monitor.storylines.candidates import ways as ways_of
from monitor.storylines.context import Clock, Context
from monitor.storylines.evidence import evidence
from monitor.storylines.phrase import Unit
from monitor.storylines.reading import Reading, read
from monitor.storylines.score import Judged, judge, patterns
from monitor.storylines.terms import TermIndex, term_of
from monitor.storylines.tracked import Tracked, track
from monitor.storylines.tuning import DEFAULT, Tuning
from monitor.storylines.words import WordIndex

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class _Seen(NamedTuple):
    """An item between match and learn: read once, with what it touched and met."""

    item: Item
    reading: Reading
    ways: Ways
    touched: Sequence[tuple[Tracked, Worths]]
    weight: float
    patterns: list[tuple[int, ...]]


class Matcher:
    """Matches items against storylines; ``match`` only reads, ``learn`` takes in what was matched.

    Call ``learn`` once for every item, in order, after ``match``. The memory is bounded, and the only
    time it knows is ``arrival_at`` of the items, so the same items in the same order give the same matches.
    """

    def __init__(
        self, storylines: Iterable[Storyline] = (), *, aliases: Aliases | None = None, tuning: Tuning = DEFAULT
    ) -> None:
        """Track ``storylines``; ``aliases`` None means the shipped ones."""
        self._aliases = shipped.load() if aliases is None else aliases
        self._tuning = tuning
        known = self._aliases.words | all_stop_words()
        self._words = WordIndex(known, forms=tuning.forms, slips=tuning.slips)
        self._terms = TermIndex(self._words)
        self._background = Background(tuning.words_kept)
        self._tracked: dict[str, Tracked] = {}
        self._candidates = Candidates()
        self._concepts: dict[str, tuple[int, int]] = {}
        self._concept_terms: dict[str, list[int]] = {}
        self._atoms_of: dict[int, set[int]] = {}
        self._asides: dict[object, Asides] = {}
        self._last: _Seen | None = None
        self._clock = Clock(tuning.half_life.total_seconds())
        self._orders = 0
        self._at = _BEGINNING
        for storyline in storylines:
            self.put(storyline)

    @property
    def slugs(self) -> tuple[str, ...]:
        """The slugs of the storylines tracked."""
        return tuple(self._tracked)

    def put(self, storyline: Storyline) -> None:
        """Track a storyline, or its new version (what it has learned stays)."""
        old = self._tracked.get(storyline.slug)
        if old is not None:
            self.drop(storyline.slug)
        context = old.context if old else Context(self._tuning.vocabulary_kept)
        tracked = track(storyline, self._aliases, context)
        self._orders += 1
        tracked.order = self._orders
        tracked.asides = self._asides.setdefault(tracked.shape, tracked.asides)
        if old is not None and old.signature != tracked.signature:
            context.forget_patterns()
        self._tracked[storyline.slug] = tracked
        for number, unit in enumerate(tracked.units):
            for atom, worth in self._enter(unit):
                self._candidates.enter(tracked, atom, number, worth)

    def drop(self, slug: str) -> None:
        """Track a storyline no more; what it learned is forgotten. Unknown slugs are ignored."""
        tracked = self._tracked.pop(slug, None)
        if tracked is None:
            return
        self._candidates.leave(tracked)
        for unit in tracked.units:
            self._leave(unit)

    def match(self, item: Item) -> tuple[Match, ...]:
        """Return the storylines that ``item`` belongs to, possible ones included, the best score first."""
        seen = self._see(item)
        if not seen.touched:
            return ()
        found, (_, reading, _, touched, weight, met_by) = [], seen
        for tracked, worths in touched:
            pattern = set_aside(tracked, worths, reading, weight)
            if pattern is None:
                judged = judge(tracked, worths, reading, weight, self._background, self._tuning)
                pattern = judged.pattern
                if judged.score >= self._tuning.possible and _wanted(tracked, worths, item, reading):
                    found.append(self._match(tracked, seen, judged))
            met_by.append(pattern)
        return tuple(sorted(found, key=lambda m: (-m.score, m.storyline)))

    def learn(self, item: Item, matches: Sequence[Match]) -> None:
        """Take in an item that was matched: its words for the background, seed matches for their Context."""
        if self._last is None or self._last.item is not item:
            self.match(item)
        seen = cast(_Seen, self._last)
        self._last = None
        self._at = item.arrival_at
        if self._clock.start is None:
            self._clock.start = item.arrival_at
        self._background.learn(seen.reading)
        if seen.touched and self._tuning.context:
            self._teach(seen, {m.storyline for m in matches if m.seed})
        if self._clock.outgrown(seen.weight):
            self._rescale(item.arrival_at, seen.weight)

    def _teach(self, seen: _Seen, seeds: AbstractSet[str]) -> None:
        weight, words = seen.weight, seen.reading.vocabulary
        for (tracked, _), pattern in zip(seen.touched, seen.patterns, strict=True):
            seed, context = bool(seeds) and tracked.storyline.slug in seeds, tracked.context
            if pattern:
                context.count(patterns(pattern), weight, seed=seed)
            if (seed or context.seeds) and tracked.storyline.follow:
                context.learn(words, weight, seed=seed, item=seen.item.id)
                if seed:
                    self._candidates.wake(tracked)

    def probe(self, slug: str, text: str, summary: str = "", lang: str = "") -> Match:
        """Return how a text meets one storyline now, whatever the score. Raises KeyError for an unknown slug."""
        tracked = self._tracked[slug]
        item = Item(id="", title=text, summary=summary, lang=lang, arrival_at=self._at)
        reading = read(item, self._tuning)
        seen = _Seen(item, reading, self._ways(reading), (), self._clock.weight(self._at), [])
        worths = {unit: best[0] for unit, best in met(tracked, seen.ways).items()}
        return self._match(tracked, seen, judge(tracked, worths, reading, seen.weight, self._background, self._tuning))

    def snapshot(self) -> bytes:
        """Return all that was learned (background counts and every Context), to be kept over restarts."""
        contexts = {slug: {"rule": t.signature, **t.context.dump()} for slug, t in self._tracked.items()}
        start = self._clock.start.isoformat() if self._clock.start else ""
        parts = {
            "at": self._at.isoformat(),
            "start": start,
            "background": self._background.dump(),
            "contexts": contexts,
        }
        return json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()

    def restore(self, snapshot: bytes) -> None:
        """Take over what :meth:`snapshot` returned, for the storylines tracked now.

        Raises ValueError when the bytes are no snapshot.
        """
        try:
            parts = json.loads(snapshot)
            self._background.load(parts["background"])
            for slug, dumped in parts["contexts"].items():
                if slug in self._tracked:
                    self._tracked[slug].context.load(dumped)
                    if dumped["rule"] != self._tracked[slug].signature:
                        self._tracked[slug].context.forget_patterns()
                    self._candidates.wake(self._tracked[slug])
            self._at = datetime.fromisoformat(parts["at"])
            self._clock.start = datetime.fromisoformat(parts["start"]) if parts["start"] else None
        except (KeyError, TypeError, AttributeError) as wrong:
            raise ValueError(f"not a snapshot of the matcher: {wrong}") from wrong

    def _see(self, item: Item) -> _Seen:
        reading = read(item, self._tuning)
        ways, weight = self._ways(reading), self._clock.weight(item.arrival_at)
        touched = self._candidates.of(ways, weight) if ways else ()
        self._last = _Seen(item, reading, ways, touched, weight, [])
        return self._last

    def _ways(self, reading: Reading) -> Ways:
        found = self._terms.hits(reading)
        if not found:
            return {}
        return ways_of(((hit, self._atoms_of.get(number, ())) for number, hit in found.items()), self._tuning.summary)

    def _rescale(self, at: datetime, weight: float) -> None:
        self._clock.start = at
        for tracked in self._tracked.values():
            tracked.context.rescale(1.0 / weight)

    def _match(self, tracked: Tracked, seen: _Seen, judged: Judged) -> Match:
        found = met(tracked, seen.ways)
        veto = next((tracked.units[i].text for i in tracked.none if i in found), "")
        accepted = not veto and judged.score >= self._tuning.bar
        return Match(
            item=seen.item.id,
            storyline=tracked.storyline.slug,
            score=0.0 if veto else round(judged.score, 4),
            evidence=evidence(
                tracked, found, judged, seen.reading, self._terms.terms, judged.path if accepted else "", veto
            ),
            possible=not accepted,
            seed=judged.seed and accepted,
        )

    def _enter(self, unit: Unit) -> Iterator[tuple[int, float]]:
        for term, worth in unit.terms:
            number = self._terms.add(term)
            self._atoms_of.setdefault(number, set()).add(number * 2)
            yield number * 2, worth
        for concept, worth in unit.concepts:
            yield self._use(concept), worth

    def _use(self, concept: Concept) -> int:
        atom, uses = self._concepts.get(concept.key, (len(self._concepts) * 2 + 1, 0))
        self._concepts[concept.key] = (atom, uses + 1)
        if not uses:
            numbers = [
                self._terms.add(replace(term, slips=concept.kind not in PLAIN))
                for name in concept.names
                if (term := term_of(name))
            ]
            self._concept_terms[concept.key] = numbers
            for number in numbers:
                self._atoms_of.setdefault(number, set()).add(atom)
        return atom

    def _leave(self, unit: Unit) -> None:
        for term, _ in unit.terms:
            number = self._terms.add(term)
            self._terms.drop(number)
            self._terms.drop(number)
        for concept, _ in unit.concepts:
            atom, uses = self._concepts[concept.key]
            self._concepts[concept.key] = (atom, uses - 1)
            if uses == 1:
                for number in self._concept_terms.pop(concept.key):
                    self._atoms_of[number].discard(atom)
                    self._terms.drop(number)


def _wanted(tracked: Tracked, worths: Worths, item: Item, reading: Reading) -> bool:
    storyline = tracked.storyline
    if any(i in worths for i in tracked.none):
        return False
    if storyline.since is not None and (item.published_at or item.arrival_at) < storyline.since:
        return False
    if storyline.languages and reading.lang and reading.lang not in storyline.languages:
        return False
    return not storyline.feeds or any(fnmatchcase(item.feed, glob) for glob in storyline.feeds)
