"""Chronicle: one storyline's memory. It decides of each item, and takes decisions into memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice
from pathlib import Path
from types import MappingProxyType

from monitor.developments import corrections, delta
from monitor.developments.compare import Index
from monitor.developments.decide import TUNINGS, Moment, Ruling, age, rule
from monitor.developments.growth import Growth
from monitor.developments.origins import Publishers
from monitor.developments.reading import Reader, Reading, reader
from monitor.developments.rhythm import Rhythm
from monitor.model.development import Decision, Development, Reason, Signal, Verdict
from monitor.model.item import Item, Revision, Sighting
from monitor.model.match import Match
from monitor.model.storyline import Sensitivity, Storyline

_REMEMBERED = 2_000  # developments kept in memory
_SAME_MATTER = 0.3  # so alike must a correction be to what it corrects
_LATEST = 8  # developments that a new one may come close upon
_HEALTHY = 0.5  # share of the feeds that must be healthy for silence to mean something


class Chronicle:
    """What one storyline has told. ``decide`` only reads; ``adopt`` takes a decision into memory."""

    def __init__(
        self,
        storyline: Storyline,
        *,
        sensitivity: Sensitivity = Sensitivity.NORMAL,
        quiet_after: timedelta | None = None,
        publishers: Publishers | None = None,
        lexicons: Path | None = None,
        language: str = "en",
    ) -> None:
        """Begin with nothing told. ``lexicons`` is a user's directory laid over the shipped word lists.

        ``language`` is the user's: headlines are in it where one of a development's items is.
        """
        self.storyline = storyline
        self._tuning = TUNINGS[sensitivity]
        self._quiet_after = quiet_after
        self._corrections = corrections.corrections(lexicons)
        self._reader: Reader = Reader(lexicons, publishers) if publishers else reader(lexicons)
        self._growth = Growth(storyline.slug, self._reader.publishers, language)
        self._rhythm = Rhythm()
        self._known = delta.Known(self._reader.facts)
        self._developments: dict[int, Development] = {}
        self._of: dict[str, int] = {}  # the development of an item
        self._opened_at: datetime | None = None  # when the latest development opened
        self.last_number = 0

    @cached_property
    def _index(self) -> Index:
        """What was told, for comparing; made when the storyline's first item comes, for there may be thousands."""
        return Index(self._reader.standing(self.storyline))

    @property
    def developments(self) -> Mapping[int, Development]:
        """The developments in memory by number, oldest first."""
        return MappingProxyType(self._developments)

    def restore(self, developments: Iterable[Development]) -> None:
        """Take known developments, before ``adopt`` replays the items of the window."""
        for development in sorted(developments, key=lambda d: d.number):
            self._take(development)

    def decide(self, item: Item, match: Match, rule_hash: str = "") -> Decision:
        """Return what becomes of ``item``, by its ``arrival_at`` and what is in memory only."""
        reading = self._index.carried(self._reader.read(item))
        if match.possible:
            because = f"possible match only ({match.score:.2f}): stored, never told alone"
            return self._decision(item, Ruling(Verdict.HELD, because), reading, rule_hash)
        if (taken_back := self._taken_back(item, reading)) is not None:
            return self._corrected(item, item.arrival_at, reading, *taken_back)
        ruling = rule(reading, self._index, self._tuning, self._moment(reading, match))
        if ruling.verdict is Verdict.NEW:
            return self._opened(item, ruling, reading, rule_hash)
        if ruling.verdict is Verdict.JOINED and ruling.development in self._developments:
            return self._joined(item, ruling, reading, rule_hash)
        return self._decision(item, replace(ruling, verdict=Verdict.HELD), reading, rule_hash)

    def adopt(self, item: Item, match: Match, decision: Decision) -> None:
        """Take ``decision`` of ``item`` into memory: the one just made, or a stored one being replayed."""
        reading = self._index.carried(self._reader.read(item))
        development = decision.development
        if development is not None:
            self._take(development)
            for taken in decision.taken:
                self._index.assign(taken, development.number)
        number = self._of.get(item.id, development.number if development else 0)
        if not match.possible:
            self._index.add(reading, number)
            self._rhythm.add(reading.at, reading.origin, surged=Signal.SURGED in decision.signals)

    def sight(self, sighting: Sighting) -> Decision | None:
        """Return what another feed's copy of a told item changes: a new origin; None if it changes nothing."""
        known = self._developments.get(self._of.get(sighting.item, 0))
        grown = self._growth.carried(known, sighting) if known is not None else None
        if known is None or grown is None:
            return None
        return Decision(
            storyline=self.storyline.slug,
            item=sighting.item,
            at=sighting.at,
            verdict=Verdict.JOINED,
            because=f"#{known.number} is also carried by {grown.origins[-1]}",
            development=grown,
            signals=(Signal.CORROBORATED,) if len(known.origins) == 1 else (),
            nearest=known.number,
        )

    def adopt_sighting(self, decision: Decision) -> None:
        """Take a decision made by ``sight`` into memory."""
        if decision.development is not None:
            self._take(decision.development)

    def revise(self, item: Item, revision: Revision, match: Match | None) -> Decision | None:
        """Return a CORRECTED development when an item takes back what was told; else None.

        That is: an edited title changes a fact, or says that the report was corrected or retracted; or the feed took
        the entry out and no other origin tells it. ``item`` is the item as it reads now, ``match`` how it matches
        (None: not any more; a title that became just another one takes nothing back: live pages change theirs all day).
        """
        known = self._developments.get(self._of.get(item.id, 0))
        if known is None or (match is not None and match.possible):
            return None
        after = self._reader.read(item)
        found = self._edited(item, after, revision, known)
        if found is None or (match is None and not corrections.is_withdrawal(found)):
            return None
        return self._corrected(item, revision.at, after, known, found)

    def _edited(
        self, item: Item, after: Reading, revision: Revision, known: Development
    ) -> corrections.Correction | None:
        if revision.withdrawn:
            alone = len(known.origins) <= 1 and known.reason is not Reason.CORRECTED
            return corrections.unlisted(after) if alone else None
        before = self._reader.read(replace(item, title=revision.old_title))
        marks = (
            self._corrections.mark(revision.old_title, before.lang, replaced=True),
            self._corrections.mark(item.title, after.lang, replaced=True),
        )
        later = (d for d in self._developments.values() if d.number > known.number)
        since = (c for d in later if d.reason is not Reason.CORRECTED for c in d.delta)
        return corrections.edited(before, after, marks, since)

    def _taken_back(self, item: Item, reading: Reading) -> tuple[Development, corrections.Correction] | None:
        """What a new item takes back of what its own publisher told, where its title is marked so."""
        mark = self._corrections.mark(item.title, reading.lang)
        if not mark:
            return None
        told, _ = self._index.alike(reading)
        own = (a.entry for a in told if a.entry.reading.origin == reading.origin and a.plain >= _SAME_MATTER)
        entry = next((e for e in own if e.development in self._developments), None)
        if entry is None:
            return None
        found = corrections.edited(entry.reading, reading, ("", mark), ())
        return (self._developments[entry.development], found) if found is not None else None

    def _corrected(
        self, item: Item, at: datetime, reading: Reading, known: Development, found: corrections.Correction
    ) -> Decision:
        """Return the CORRECTED development that tells ``found`` of ``known``, or the one that told it before, grown."""
        before = corrections.told_by(self._developments.values(), known, found)
        if before is None:
            made = self._growth.corrected(self.last_number + 1, item, at, reading, known, found)
        else:
            made = self._growth.corrected_again(before, item, at, reading)
        verdict = Verdict.HISTORY if item.history else Verdict.JOINED if before else Verdict.NEW
        because = f"{found.because} (#{known.number})"
        return Decision(self.storyline.slug, item.id, at, verdict, because, development=made, nearest=known.number)

    def renew(self, item: Item) -> None:
        """Remember a known item as it reads now, as a memory rebuilt from the store would."""
        if "_index" in vars(self) and self._index.entry(item.id) is not None:
            self._index.renew(self._reader.read(item))

    def quiet(self, at: datetime, healthy: int, total: int) -> str | None:
        """Return the text of a QUIET signal due ``at``; None when it is not quiet or the feeds are not well."""
        last = self._opened_at
        if self._quiet_after is None or last is None or at - last < self._quiet_after:
            return None
        if total <= 0 or healthy / total < _HEALTHY:
            return None
        since = age((at - last).total_seconds())
        return f"nothing has developed for {since}; {healthy} of {total} feeds are healthy"

    def _moment(self, reading: Reading, match: Match) -> Moment:
        changes = self._known.changes(reading.facts)
        told = self._known.telling(changes, self._tuning.rise)
        return Moment(
            rested_s=self._rested_s(reading),
            fresh_fact=delta.news(told),
            resumes=self._known.resumed(told),
            match=match.score,
            sure=match.seed,
        )

    def _rested_s(self, reading: Reading) -> float:
        """Return how long nothing had developed before ``reading``, seconds; inf where nothing ever did.

        By when it arrived or, if that is longer, by when it was said: a slow poll brings the news of hours at once.
        """
        if self._opened_at is None:
            return float("inf")
        latest = islice(reversed(self._developments.values()), _LATEST)
        said = min(abs(reading.said_at - self._said_at(d)) for d in latest)
        return max(said, reading.at - self._opened_at.timestamp())

    def _said_at(self, development: Development) -> float:
        entry = self._index.entry(development.items[0])
        return entry.reading.said_at if entry else development.opened_at.timestamp()

    def _opened(self, item: Item, ruling: Ruling, reading: Reading, rule_hash: str) -> Decision:
        changes = self._known.changes(reading.facts)
        readings = [reading, *(e.reading for e in ruling.taken)]
        made = self._growth.opened(self.last_number + 1, item, readings, changes, first=not self._developments)
        decision = self._decision(item, ruling, reading, rule_hash, made)
        signals = self._signals(reading, made, surging=ruling.promoted)
        return replace(decision, signals=signals, taken=made.items[1:])

    def _joined(self, item: Item, ruling: Ruling, reading: Reading, rule_hash: str) -> Decision:
        known = self._developments[ruling.development]
        kept = (e.reading for i in known.items if (e := self._index.entry(i)) is not None)
        grown = self._growth.joined(known, item, reading, kept)
        decision = self._decision(item, ruling, reading, rule_hash, grown)
        second = len(known.origins) == 1 and len(grown.origins) == 2 and reading.cue is None
        signals = ((Signal.CORROBORATED,) if second else ()) + self._signals(reading, None)
        return replace(decision, signals=signals)

    def _signals(self, reading: Reading, made: Development | None, *, surging: bool = False) -> tuple[Signal, ...]:
        signals: list[Signal] = []
        if made is not None and len(made.origins) > 1:
            signals.append(Signal.CORROBORATED)
        if surging or self._rhythm.surges(reading.at, reading.origin):
            signals.append(Signal.SURGED)
        if made is not None and self._developments and self._rhythm.revives(reading.at):
            signals.append(Signal.REVIVED)
        return tuple(signals)

    def _decision(
        self, item: Item, ruling: Ruling, reading: Reading, rule_hash: str, development: Development | None = None
    ) -> Decision:
        verdict, because = ruling.verdict, ruling.because
        if item.history and verdict is not Verdict.HELD:
            verdict, because = Verdict.HISTORY, f"history, only teaches: {because}"
        return Decision(
            storyline=self.storyline.slug,
            item=item.id,
            at=item.arrival_at,
            verdict=verdict,
            because=because,
            development=development,
            cue=reading.cue.name if reading.cue else "",
            nearest=ruling.development,
            numbers=_numbers(ruling),
            rule_hash=rule_hash,
        )

    def _take(self, development: Development) -> None:
        known = self._developments.get(development.number)
        if known is None or _size(development) >= _size(known):
            self._developments[development.number] = development
            for item in development.items:
                self._of[item] = development.number
            self._known.take(development)
        self.last_number = max(self.last_number, development.number)
        self._opened_at = max(self._opened_at or development.opened_at, development.opened_at)
        while len(self._developments) > _REMEMBERED:
            oldest = self._developments.pop(min(self._developments))
            self._known.drop(oldest.number)
            for item in oldest.items:
                self._of.pop(item, None)


def _size(development: Development) -> tuple[int, int]:
    return len(development.items), len(development.origins)


def _numbers(ruling: Ruling) -> tuple[tuple[str, float], ...]:
    numbers = [("alike", round(ruling.score, 4)), ("bar", round(ruling.bar, 4)), ("signs", float(ruling.signs))]
    if ruling.nearest is not None:
        numbers.append(("nearest_alike", round(ruling.nearest.plain, 4)))
        numbers.append(("nearest_faded", round(ruling.nearest.faded, 4)))
    return tuple(numbers)
