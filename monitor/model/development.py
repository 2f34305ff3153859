"""Development, Signal and Decision: what is new in a storyline, and what was decided of each item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Reason(StrEnum):
    """Why a development is one."""

    OPENED = "OPENED"
    NEWS = "NEWS"
    FIGURE = "FIGURE"
    STAGE = "STAGE"
    DENIED = "DENIED"
    CORRECTED = "CORRECTED"


class Signal(StrEnum):
    """Something about a storyline that is no new fact."""

    CORROBORATED = "CORROBORATED"
    SURGED = "SURGED"
    REVIVED = "REVIVED"
    QUIET = "QUIET"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that can be told once: a figure, a stage, a date, a place, a name, a quote.

    ``what`` names the quantity or slot ("dead", "USD/share", "stage"); two facts of one ``kind`` and
    ``what`` are comparable. ``value`` is normalised ("44", "2025-05-09", "cancelled"); ``text`` is as
    written and ``sentence`` the sentence it stands in (plain text). ``by`` is who says so ("" unknown).
    """

    kind: str
    what: str
    value: str
    text: str
    sentence: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One part of a delta: ``before`` is "" where nothing was known."""

    fact: Fact
    before: str = ""


class Regrouped(StrEnum):
    """How later evidence drew developments anew."""

    MERGED = "merged"  # it tells what an earlier one told
    SPLIT = "split"  # it came out of an earlier one


@dataclass(frozen=True, slots=True)
class Regrouping:
    """What later evidence showed of a development: it is part of ``number`` (MERGED), or came out of it (SPLIT).

    ``at`` is when, ``because`` why, in words, and ``item`` the item that showed it.
    """

    kind: Regrouped
    number: int
    at: datetime
    because: str
    item: str


@dataclass(frozen=True, slots=True)
class Development:
    """Something new in a storyline, told by one or more items.

    ``number`` counts from 1 within the storyline. ``items`` are all items that tell it, the lead
    first. ``origins`` are independent sources in order of arrival. ``delta`` is what was new against
    the storyline when it opened; ``facts`` all facts its items state. ``stage`` is the stage it reports, or "".
    ``regrouped`` is what later evidence showed of it; one that was merged keeps what it was when it was told.
    """

    storyline: str
    number: int
    reason: Reason
    headline: str
    items: tuple[str, ...]
    origins: tuple[str, ...]
    opened_at: datetime
    last_at: datetime
    stage: str = ""
    delta: tuple[Change, ...] = ()
    facts: tuple[Fact, ...] = ()
    regrouped: tuple[Regrouping, ...] = ()

    @property
    def lead(self) -> str:
        """The item that opened it."""
        return self.items[0]

    @property
    def merged_into(self) -> int:
        """The number of the development that it is part of by now, 0 for none."""
        return next((r.number for r in self.regrouped if r.kind is Regrouped.MERGED), 0)

    @property
    def split_from(self) -> int:
        """The number of the development that it came out of, 0 for none."""
        return next((r.number for r in self.regrouped if r.kind is Regrouped.SPLIT), 0)


class Verdict(StrEnum):
    """What was decided of an item in a storyline."""

    NEW = "new"  # opens a development
    JOINED = "joined"  # tells a known development again
    HELD = "held"  # not told: comment, below the bar, possible ...
    HISTORY = "history"  # too old to tell: it only teaches


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of one item in one storyline, and why, in words a person understands.

    ``development`` is the whole new value of the development it opened or joined (None when held); ``other`` that of
    the one that was merged into it, or that it came out of (None: neither; and in a decision read from the store).
    ``signals`` were raised by this very item. ``taken`` are items held before that the new
    development takes along. ``cue`` names the lexicon cue that fired ("" for none). ``numbers``
    hold what was compared, by name.
    """

    storyline: str
    item: str
    at: datetime
    verdict: Verdict
    because: str
    development: Development | None = None
    signals: tuple[Signal, ...] = ()
    taken: tuple[str, ...] = ()
    cue: str = ""
    nearest: int = 0  # number of the development it is most like, 0 for none
    numbers: tuple[tuple[str, float], ...] = ()
    rule_hash: str = ""
    other: Development | None = None
