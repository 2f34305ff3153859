"""Chronicle: one storyline's memory. It decides of each item, and takes decisions into memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from monitor.developments import corrections, regroup
from monitor.developments.annals import Annals
from monitor.developments.compare import Index
from monitor.developments.decide import TUNINGS, Ruling, age, rule
from monitor.developments.growth import Growth
from monitor.developments.moment import moment_of
from monitor.developments.origins import Publishers
from monitor.developments.reading import Reader, Reading, reader
from monitor.developments.rhythm import Rhythm
from monitor.developments.verdicts import decision_of
from monitor.model.development import (
    Decision,
    Development,
    Reason,
    Regrouped,
    Regrouping,
    Signal,
    Verdict,
)
from monitor.model.item import Item, Revision, Sighting
from monitor.model.match import Match
from monitor.model.storyline import Sensitivity, Storyline

_SAME_MATTER = 0.3  # so alike must a correction be to what it corrects
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
        self._annals = Annals(self._reader.facts)
        self._asleep: list[tuple[Item, Match, Decision]] = []  # recalled, and not needed yet

    @cached_property
    def _index(self) -> Index:
        """What was told, for comparing; made when the storyline's first item comes, for there may be thousands."""
        return Index(self._reader.standing(self.storyline))

    @property
    def developments(self) -> Mapping[int, Development]:
        """The developments in memory by number, oldest first."""
        return self._annals.all

    def restore(self, developments: Iterable[Development]) -> None:
        """Take known developments, before ``recall`` (or ``adopt``) replays the items of the window."""
        for development in sorted(developments, key=lambda d: d.number):
            self._annals.take(development)

    def recall(self, item: Item, match: Match, decision: Decision) -> None:
        """Take a stored decision into memory, as ``adopt`` does, but not before memory is asked for.

        Reading thousands of items again takes seconds, and most storylines hear nothing in the hour after a start.
        """
        self._asleep.append((item, match, decision))

    def _wake(self) -> None:
        """Adopt what was recalled. An item that breaks us said so when it came; it must not break what comes now."""
        recalled, self._asleep = self._asleep, []
        for one in recalled:
            with suppress(Exception):
                self.adopt(*one)

    def decide(self, item: Item, match: Match, rule_hash: str = "") -> Decision:
        """Return what becomes of ``item``, by its ``arrival_at`` and what is in memory only."""
        self._wake()
        reading = self._index.carried(self._reader.read(item))
        if match.possible:
            because = f"possible match only ({match.score:.2f}): stored, never told alone"
            return decision_of(self.storyline.slug, item, Ruling(Verdict.HELD, because), reading, rule_hash)
        if (taken_back := self._taken_back(item, reading)) is not None:
            return self._corrected(item, item.arrival_at, reading, *taken_back)
        ruling = self._ruling(reading, match)
        if ruling.verdict is Verdict.NEW:
            return self._opened(item, ruling, reading, rule_hash)
        return self._repeated(item, ruling, reading, rule_hash)

    def _ruling(self, reading: Reading, match: Match) -> Ruling:
        moment = moment_of(reading, match, self._annals, self._index, self._tuning)
        return rule(reading, self._index, self._tuning, moment)

    def _repeated(self, item: Item, ruling: Ruling, reading: Reading, rule_hash: str) -> Decision:
        """Return what becomes of an item that is nothing new: joined or held, unless it shows something else."""
        known = self.developments.get(ruling.development)
        joins = ruling.verdict is Verdict.JOINED and known is not None
        if joins and known is not None:
            split = regroup.splitting(reading, ruling.told, known, self.developments.values(), self._index)
            if split is not None:
                return self._split(item, item.arrival_at, reading, split, rule_hash)
        found = regroup.merging(reading, ruling.told, self.developments, self._index) if not reading.cue else None
        if joins or (found is not None and known is not None):
            return self._joined(item, ruling, reading, rule_hash, found)
        return decision_of(self.storyline.slug, item, replace(ruling, verdict=Verdict.HELD), reading, rule_hash)

    def adopt(self, item: Item, match: Match, decision: Decision) -> None:
        """Take ``decision`` of ``item`` into memory: the one just made, or a stored one being replayed."""
        self._wake()
        reading = self._index.carried(self._reader.read(item))
        development = decision.development
        if decision.other is not None:
            self._annals.take(decision.other, anew=True)
            if decision.other.merged_into:
                self._index.reassign(decision.other.number, self._annals.home(decision.other.number))
        if development is not None:
            self._annals.take(development)
            for taken in decision.taken:
                self._index.assign(taken, self._annals.number(taken, development.number))
        number = self._annals.number(item.id, development.number if development else 0)
        if not match.possible:
            self._index.add(reading, number)
            self._rhythm.add(reading.at, reading.origin, surged=Signal.SURGED in decision.signals)

    def sight(self, sighting: Sighting) -> Decision | None:
        """Return what another feed's copy of a told item changes: a new origin; None if it changes nothing."""
        known = self._annals.told_by(sighting.item)
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
            self._annals.take(decision.development)

    def revise(self, item: Item, revision: Revision, match: Match | None) -> Decision | None:
        """Return a CORRECTED development when an item takes back what was told; else None.

        That is: an edited title changes a fact, or says that the report was corrected or retracted; or the feed took
        the entry out and no other origin tells it. ``item`` is the item as it reads now, ``match`` how it matches
        (None: not any more; a title that became just another one takes nothing back: live pages change theirs all day).

        An edited title may also show that the item tells something else than the development it joined (which it then
        opens), or that its development is another one told again.
        """
        known = self._annals.told_by(item.id)
        if known is None or (match is not None and match.possible):
            return None
        self._wake()
        after = self._reader.read(item)
        found = self._edited(item, after, revision, known)
        if found is None and match is not None and not revision.withdrawn:
            return self._regrouped(item, revision.at, after, match, known)
        if found is None or (match is None and not corrections.is_withdrawal(found)):
            return None
        return self._corrected(item, revision.at, after, known, found)

    def _regrouped(self, item: Item, at: datetime, after: Reading, match: Match, known: Development) -> Decision | None:
        """Return what an edited title shows of ``known``, which its item tells; None where that is nothing."""
        reading = replace(after, at=at.timestamp(), said_at=at.timestamp())
        own = self._index.entry(item.id)
        if own is None or (item.id == known.lead and len(known.items) > 1):
            return None
        ruling = self._ruling(reading, match)
        if item.id != known.lead:
            if ruling.verdict is not Verdict.NEW:
                return None
            because = f"its title was edited; {ruling.because}"
            return self._split(item, at, reading, regroup.Splitting(known.number, (own,), because))
        found = regroup.reworded(reading, ruling.told, known, self.developments, self._index)
        if found is None:
            return None
        into, gone, because = self._merged(self.developments[found.into], found, item, at)
        return Decision(
            self.storyline.slug, item.id, at, Verdict.JOINED, because, development=into, nearest=into.number, other=gone
        )

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
        later = (d for d in self.developments.values() if d.number > known.number)
        since = (c for d in later if d.reason is not Reason.CORRECTED for c in d.delta)
        return corrections.edited(before, after, marks, since)

    def _taken_back(self, item: Item, reading: Reading) -> tuple[Development, corrections.Correction] | None:
        """What a new item takes back of what its own publisher told, where its title is marked so."""
        mark = self._corrections.mark(item.title, reading.lang)
        if not mark:
            return None
        told, _ = self._index.alike(reading)
        own = (a.entry for a in told if a.entry.reading.origin == reading.origin and a.plain >= _SAME_MATTER)
        entry = next((e for e in own if e.development in self.developments), None)
        if entry is None:
            return None
        found = corrections.edited(entry.reading, reading, ("", mark), ())
        return (self.developments[entry.development], found) if found is not None else None

    def _corrected(
        self, item: Item, at: datetime, reading: Reading, known: Development, found: corrections.Correction
    ) -> Decision:
        """Return the CORRECTED development that tells ``found`` of ``known``, or the one that told it before, grown."""
        before = corrections.told_by(self.developments.values(), known, found)
        if before is None:
            made = self._growth.corrected(self._annals.last_number + 1, item, at, reading, known, found)
        else:
            made = self._growth.corrected_again(before, item, at, reading)
        verdict = Verdict.HISTORY if item.history else Verdict.JOINED if before else Verdict.NEW
        because = f"{found.because} (#{known.number})"
        return Decision(self.storyline.slug, item.id, at, verdict, because, development=made, nearest=known.number)

    def renew(self, item: Item) -> None:
        """Remember a known item as it reads now, as a memory rebuilt from the store would."""
        self._asleep = [(item if i.id == item.id else i, m, d) for i, m, d in self._asleep]
        if "_index" in vars(self) and self._index.entry(item.id) is not None:
            self._index.renew(self._reader.read(item))

    def quiet(self, at: datetime, healthy: int, total: int) -> str | None:
        """Return the text of a QUIET signal due ``at``; None when it is not quiet or the feeds are not well."""
        last = self._annals.opened_at
        if self._quiet_after is None or last is None or at - last < self._quiet_after:
            return None
        if total <= 0 or healthy / total < _HEALTHY:
            return None
        since = age((at - last).total_seconds())
        return f"nothing has developed for {since}; {healthy} of {total} feeds are healthy"

    def _opened(self, item: Item, ruling: Ruling, reading: Reading, rule_hash: str) -> Decision:
        changes = self._annals.known.changes(reading.facts)
        readings = [reading, *(e.reading for e in ruling.taken)]
        made = self._growth.opened(self._annals.last_number + 1, item, readings, changes, first=not self.developments)
        decision = decision_of(self.storyline.slug, item, ruling, reading, rule_hash, made)
        signals = self._rhythm.signals(reading, made, first=not self.developments, surging=ruling.promoted)
        return replace(decision, signals=signals, taken=made.items[1:])

    def _joined(
        self, item: Item, ruling: Ruling, reading: Reading, rule_hash: str, found: regroup.Merging | None
    ) -> Decision:
        """Return that ``item`` joins a development, or both of the two that ``found`` makes one."""
        known = self.developments[found.into if found else ruling.development]
        grown, gone = self._growth.joined(known, item, reading, self._readings(known)), None
        if found is not None:
            grown, gone, because = self._merged(grown, found, item, item.arrival_at)
            ruling = replace(ruling, verdict=Verdict.JOINED, because=f"{ruling.because}; {because}")
        decision = decision_of(self.storyline.slug, item, ruling, reading, rule_hash, grown)
        second = len(known.origins) == 1 < len(grown.origins) and reading.cue is None
        signals = ((Signal.CORROBORATED,) if second else ()) + self._rhythm.signals(reading, None, first=False)
        return replace(decision, signals=signals, other=gone)

    def _merged(
        self, known: Development, found: regroup.Merging, item: Item, at: datetime
    ) -> tuple[Development, Development, str]:
        """Return ``known`` grown by what it turned out to be too, that as it is from now on, and why in words."""
        why = Regrouping(Regrouped.MERGED, found.into, at, found.because, item.id)
        into, gone = self._growth.merged(known, self.developments[found.gone], why)
        return into, gone, f"#{found.gone} merged into #{found.into}: {found.because}"

    def _split(
        self, item: Item, at: datetime, reading: Reading, found: regroup.Splitting, rule_hash: str = ""
    ) -> Decision:
        """Return that ``item`` opens a development with what ``found`` takes out of the one it would have joined."""
        known = self.developments[found.out_of]
        gone = [entry.reading for entry in found.entries]
        inside = {r.item for r in gone}
        left = self._growth.left(known, gone, [r for r in self._readings(known) if r.item not in inside])
        changes = self._annals.known.instead(left).changes(reading.facts)
        company = [r for r in gone if r.item != item.id]
        made = self._growth.opened(self._annals.last_number + 1, item, [reading, *company], changes, first=False)
        why = Regrouping(Regrouped.SPLIT, known.number, at, found.because, item.id)
        made = replace(made, opened_at=at, last_at=at, regrouped=(why,))
        because = f"split from #{known.number}: {found.because}"
        ruling = Ruling(Verdict.NEW, because, known.number)
        decision = decision_of(self.storyline.slug, item, ruling, reading, rule_hash, made)
        return replace(
            decision, at=at, signals=self._rhythm.signals(reading, made, first=False), taken=made.items[1:], other=left
        )

    def _readings(self, development: Development) -> list[Reading]:
        """What is remembered of a development's items."""
        return [e.reading for i in development.items if (e := self._index.entry(i)) is not None]
