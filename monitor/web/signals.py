"""Signals as the page shows them: what was noticed of a storyline or of a development beside what is new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.alerts import words
from monitor.model.alert import LedgerEntry
from monitor.model.delivery import Delivery
from monitor.model.development import Development, Signal
from monitor.store.signals import Raised
from monitor.web.plain import Told, told

NAMES = frozenset(signal.value for signal in Signal)
Sent = Mapping[str, Sequence[Delivery]]


@dataclass(frozen=True, slots=True)
class Sign:
    """A signal: ``name`` (CORROBORATED, SURGED, REVIVED, QUIET), what it says, and whom it was told to.

    ``development`` is the one that its ``item`` told, 0 for none; ``item`` is "" for QUIET, which no item raised.
    """

    name: str
    says: str
    at: datetime
    development: int
    item: str
    told: tuple[Told, ...] = ()


def signs(
    raised: Iterable[Raised], books: Mapping[int, Iterable[LedgerEntry]], say: words.Words, sent: Sent
) -> tuple[Sign, ...]:
    """Return ``raised`` as it is shown; ``books``: what the ledger holds of each development, 0 for the storyline."""
    return tuple(
        Sign(
            one.signal.value, say.reason(one.signal.value), one.at, one.development, one.item,
            tuple(told(e, sent.get(e.alert, ())) for e in books.get(one.development, ()) if _of(e, one)),
        )
        for one in raised
    )  # fmt: skip


def _of(entry: LedgerEntry, one: Raised) -> bool:
    return entry.reason == one.signal.value and (one.signal is not Signal.QUIET or entry.at == one.at)


def between(found: Sequence[Sign], shown: Sequence[Development]) -> dict[int, tuple[Sign, ...]]:
    """Return by number the signals of no development that came after each of ``shown`` and before the next one."""
    ends = [*[d.opened_at for d in shown[1:]], datetime.max.replace(tzinfo=UTC)]
    loose = [one for one in found if not one.development]
    return {d.number: tuple(s for s in loose if d.opened_at <= s.at < end) for d, end in zip(shown, ends, strict=False)}
