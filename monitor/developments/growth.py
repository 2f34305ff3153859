"""Growth: how the developments of one storyline begin, grow, and are corrected. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.developments import delta, headlines
from monitor.developments.corrections import Correction, is_withdrawal
from monitor.developments.origins import Publishers
from monitor.developments.reading import Reading
from monitor.lang.safe import one_line
from monitor.model.development import Change, Development, Fact, Reason, Regrouping
from monitor.model.item import Item, Sighting

_HEADLINE = 200
_NAME = 60  # characters of a publisher's name
_MOST_ITEMS = 400  # of one development; further repeats are counted nowhere but in the store's decisions


@dataclass(frozen=True, slots=True)
class Growth:
    """What is the same for all developments of a storyline; ``language``: the user's, for headlines."""

    storyline: str
    publishers: Publishers
    language: str

    def opened(
        self, number: int, item: Item, readings: Sequence[Reading], changes: tuple[Change, ...], *, first: bool
    ) -> Development:
        """Return the development that ``item`` opens; ``readings`` are its own and those that it takes along."""
        own = readings[0]
        clear = headlines.clearest(readings, self.language)
        return Development(
            storyline=self.storyline,
            number=number,
            reason=delta.reason(changes, stage=own.stage, first=first),
            headline=one_line(clear.title or item.title, _HEADLINE),
            items=(item.id, *(r.item for r in readings[1:])),
            origins=self._told_by(readings),
            opened_at=item.arrival_at,
            last_at=item.arrival_at,
            stage=own.stage,
            delta=changes,
            facts=delta.merged(*(r.facts for r in readings)),
        )

    def joined(self, known: Development, item: Item, reading: Reading, kept: Iterable[Reading]) -> Development:
        """Return ``known`` with ``item``; ``kept`` are the remembered readings of its items, for the headline."""
        return replace(
            self._with(known, item, reading, item.arrival_at),
            headline=self._headline(known, reading, kept),
            facts=delta.merged(known.facts, reading.facts),
        )

    def carried(self, known: Development, sighting: Sighting) -> Development | None:
        """Return ``known`` with the origin that carries it too; None where that is no new one."""
        name = sighting.source or sighting.feed
        if self.publishers.gathers(name):
            return None
        origins = self.publishers.further(known.origins, self.publishers.of(name), one_line(name, _NAME))
        if len(origins) == len(known.origins):
            return None
        return replace(known, origins=origins, last_at=max(known.last_at, sighting.at))

    def merged(self, known: Development, gone: Development, why: Regrouping) -> tuple[Development, Development]:
        """Return ``known`` with all that ``gone`` tells, and ``gone`` as it was, marked so."""
        origins = known.origins
        for name in gone.origins:
            origins = self.publishers.further(origins, self.publishers.of(name), name)
        grown = replace(
            known,
            items=tuple(dict.fromkeys((*known.items, *gone.items)))[:_MOST_ITEMS],
            origins=origins,
            last_at=max(known.last_at, gone.last_at),
            facts=delta.merged(known.facts, gone.facts),
        )
        return grown, replace(gone, regrouped=(*gone.regrouped, why))

    def left(self, known: Development, gone: Sequence[Reading], kept: Sequence[Reading]) -> Development:
        """Return ``known`` without the items of ``gone``; ``kept`` are the remembered readings of its other items.

        What only those items stated goes with them, but for what it was opened with.
        """
        items = {r.item for r in gone}
        names = {r.publisher for r in gone} - {r.publisher for r in kept}
        theirs = {_key(f) for r in gone for f in r.facts}
        own = {_key(f) for r in kept for f in r.facts} | {_key(change.fact) for change in known.delta}
        return replace(
            known,
            items=tuple(i for i in known.items if i not in items),
            origins=tuple(o for o in known.origins if o not in names) or known.origins[:1],
            facts=tuple(f for f in known.facts if _key(f) in own or _key(f) not in theirs),
        )

    def corrected(
        self, number: int, item: Item, at: datetime, reading: Reading, known: Development, found: Correction
    ) -> Development:
        """Return the development that tells ``found`` of ``known``.

        What is taken back whole keeps the headline under which it was told, and states nothing any more.
        """
        gone = is_withdrawal(found)
        return Development(
            storyline=self.storyline,
            number=number,
            reason=Reason.CORRECTED,
            headline=known.headline if gone else one_line(reading.title or item.title, _HEADLINE),
            items=(item.id,),
            origins=(reading.publisher,),
            opened_at=at,
            last_at=at,
            stage="" if gone else reading.stage,
            delta=found.changes,
            facts=() if gone else reading.facts,
        )

    def corrected_again(self, before: Development, item: Item, at: datetime, reading: Reading) -> Development:
        """Return the correction ``before`` with another item that tells it."""
        return self._with(before, item, reading, at)

    def _with(self, known: Development, item: Item, reading: Reading, at: datetime) -> Development:
        items = known.items if item.id in known.items else (*known.items, item.id)
        return replace(
            known,
            items=items[:_MOST_ITEMS],
            origins=self.publishers.further(known.origins, reading.origin, reading.publisher),
            last_at=max(known.last_at, at),
        )

    def _headline(self, known: Development, joined: Reading, kept: Iterable[Reading]) -> str:
        of = next((r for r in kept if one_line(r.title, _HEADLINE) == known.headline), None)
        return one_line(joined.title, _HEADLINE) if headlines.better(of, joined, self.language) else known.headline

    def _told_by(self, readings: Sequence[Reading]) -> tuple[str, ...]:
        origins: tuple[str, ...] = (readings[0].publisher,)
        for reading in readings[1:]:
            origins = self.publishers.further(origins, reading.origin, reading.publisher)
        return origins


def _key(fact: Fact) -> tuple[str, str, str]:
    return (fact.kind, fact.what, fact.value)
