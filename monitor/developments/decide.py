"""Decide: whether a reading is new in its storyline, tells again what is known, or is held back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.developments.compare import Alike, Entry, Index
from monitor.developments.reading import Reading
from monitor.model.development import Verdict
from monitor.model.storyline import Sensitivity

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Tuning:
    """The numbers of one sensitivity. Alikeness in 0..1, times in seconds.

    ``bar``: alike to what was told by less than this is new; ``soft_bar`` the same for a title without any sign of
    news. ``join``: alike by so much repeats a development. ``take``: a held item as alike as this goes along with a
    new development. ``surge``: so many origins, within ``surge_s``, that say alike what was held make it new.
    """

    bar: float
    join: float = 0.40
    take: float = 0.25
    take_s: float = 24 * HOUR
    surge: int = 3
    surge_s: float = 12 * HOUR
    surge_alike: float = 0.40
    figure_rise: float = 0.2


TUNINGS = {
    Sensitivity.QUIET: Tuning(bar=0.10),
    Sensitivity.NORMAL: Tuning(bar=0.16),
    Sensitivity.WIDE: Tuning(bar=0.25),
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """What was decided of a reading: ``development`` is the one it joins or is nearest to (0: none).

    ``taken`` are held entries that a new development takes along; ``score`` how alike it is to what was told,
    ``nearest`` the most alike told entry.
    """

    verdict: Verdict
    because: str
    development: int = 0
    taken: tuple[Entry, ...] = ()
    score: float = 0.0
    nearest: Alike | None = None
    promoted: bool = False


def rule(reading: Reading, index: Index, tuning: Tuning, *, fresh_fact: str = "") -> Ruling:
    """Judge ``reading`` against the storyline's ``index``. ``fresh_fact``: what it changes, in words, if anything."""
    copy = index.same(reading)
    if copy is not None and copy.development:
        return Ruling(Verdict.JOINED, f"same words as #{copy.development}", copy.development, score=1.0)
    told = index.alike(reading, only=lambda e: e.development > 0)
    score, nearest = _score(told), told[0] if told else None
    number = nearest.entry.development if nearest else 0
    if reading.cue is not None:
        because = f"comment: {reading.cue.because}"
        return Ruling(Verdict.HELD, because, number, score=score, nearest=nearest)
    if score < tuning.bar or fresh_fact:
        because = fresh_fact or _new_because(score, tuning, nearest, reading)
        return Ruling(Verdict.NEW, because, number, _company(reading, index, tuning), score, nearest)
    return _known(reading, index, tuning, told)


def _known(reading: Reading, index: Index, tuning: Tuning, told: Sequence[Alike]) -> Ruling:
    score, nearest = _score(told), told[0]
    number = nearest.entry.development
    held = index.alike(reading, only=lambda e: e.development == 0 and e.reading.cue is None)
    if score >= tuning.join and (not held or nearest.faded >= held[0].faded):
        return Ruling(Verdict.JOINED, _repeat(nearest, reading), number, score=score, nearest=nearest)
    surge = [a.entry for a in held if _surges(a, reading, tuning)]
    origins = {e.reading.origin for e in surge} | {reading.origin}
    if len(origins) >= tuning.surge and held[0].faded > nearest.faded:
        because = (
            f"new: {len(origins)} sources within {tuning.surge_s / HOUR:.0f} h, nearest #{number} alike {score:.2f}"
        )
        return Ruling(Verdict.NEW, because, number, tuple(surge), score, nearest, promoted=True)
    because = f"below the bar: alike {score:.2f}, {tuning.bar:.2f} needed, nearest #{number}"
    return Ruling(Verdict.HELD, because, number, score=score, nearest=nearest)


def _score(told: Sequence[Alike]) -> float:
    if not told:
        return 0.0
    top = told[:3]
    return 0.6 * top[0].faded + 0.4 * sum(a.faded for a in top) / len(top)


def _company(reading: Reading, index: Index, tuning: Tuning) -> tuple[Entry, ...]:
    held = index.alike(reading, only=lambda e: e.development == 0 and e.reading.cue is None)
    return tuple(a.entry for a in held if a.plain >= tuning.take and reading.at - a.entry.reading.at <= tuning.take_s)


def _surges(alike: Alike, reading: Reading, tuning: Tuning) -> bool:
    return alike.plain >= tuning.surge_alike and reading.at - alike.entry.reading.at <= tuning.surge_s


def _new_because(score: float, tuning: Tuning, nearest: Alike | None, reading: Reading) -> str:
    if nearest is None:
        return "new: nothing like it was told"
    return (
        f"new: alike {score:.2f}, under {tuning.bar:.2f} "
        f"(nearest #{nearest.entry.development}, {age(reading.at - nearest.entry.reading.at)} ago)"
    )


def _repeat(nearest: Alike, reading: Reading) -> str:
    ago = age(reading.at - nearest.entry.reading.at)
    return f"repeat of #{nearest.entry.development}: alike {nearest.plain:.2f}, {ago} ago"


def age(seconds: float) -> str:
    """Return a time span as a person says it: "40 s", "12 min", "2 h", "3 days"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / HOUR:.0f} h" if seconds < 72 * HOUR else f"{seconds / (24 * HOUR):.0f} days"


def origins_of(entries: Iterable[Entry]) -> list[str]:
    """Return the distinct origins of ``entries`` in order."""
    return list(dict.fromkeys(e.reading.origin for e in entries))
