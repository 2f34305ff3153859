"""Decide: whether a reading is new in its storyline, tells again what is known, or is held back. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp

from monitor.developments.compare import Alike, Entry, Index
from monitor.developments.reading import Reading
from monitor.model.development import Verdict
from monitor.model.storyline import Sensitivity

HOUR = 3600.0
_TOPICAL = 0.25  # a concept in more than this part of the readings is what the storyline is about
_FEW = 4  # readings before habits can be told
_WEAK = 0.72  # a match with a lower score is not told on one source's word
_LATELY_S = 18 * HOUR  # what was told within this time is still on everybody's lips
_MET = 2  # readings that must have named a speaker before


@dataclass(frozen=True, slots=True)
class Tuning:
    """The numbers of one sensitivity. Alikeness in 0..1, times in seconds.

    ``bar``: alike to what was told by less than this is new. ``signs``: factors of the bar for a title with one and
    with two signs of news (who says so; what happened); one without either waits for a second source. ``rest``: right
    after a development more of the same is expected, so the bar is lowered by this part, forgotten within some
    ``rest_s``. ``join``: alike by so much repeats a development. ``take``: a held item as alike as this goes along
    with a new development. ``surge``: so many origins, within ``surge_s``, that say alike what was held make it new.
    A surge of origins counts where they are ``apart`` times as alike to one another as to what was told, and no
    more alike to that than ``surge_bar``; ``surge_unheard`` in place of ``surge_alike`` where both have a concept that
    nothing told of late had. ``rise``: a figure that tells must move by this part.
    """

    bar: float
    signs: tuple[float, float] = (1.0, 1.4)
    rest: float = 0.95
    rest_s: float = 3 * HOUR
    join: float = 0.40
    take: float = 0.25
    take_s: float = 24 * HOUR
    surge: int = 3
    surge_s: float = 12 * HOUR
    surge_alike: float = 0.50
    surge_unheard: float = 0.20
    apart: float = 1.3
    surge_bar: float = 0.2
    rise: float = 0.2


TUNINGS = {
    Sensitivity.QUIET: Tuning(bar=0.08, signs=(0.3, 1.2), rest_s=4 * HOUR, surge=4),
    Sensitivity.NORMAL: Tuning(bar=0.1, signs=(1.0, 2.0)),
    Sensitivity.WIDE: Tuning(bar=0.24, rest=0.9, surge=2, surge_alike=0.3, surge_bar=0.3),
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """What was decided of a reading: ``development`` is the one it joins or is nearest to (0: none).

    ``taken`` are held entries that a new development takes along; ``score`` how alike it is to what was told, ``bar``
    what it was measured by, ``nearest`` the most alike told entry, ``signs`` how many signs of news its title has.
    ``told`` is all that was told and is like it, best first (nothing for a copy: it says no more than the copied one).
    """

    verdict: Verdict
    because: str
    development: int = 0
    taken: tuple[Entry, ...] = ()
    score: float = 0.0
    bar: float = 0.0
    nearest: Alike | None = None
    promoted: bool = False
    signs: int = 0
    told: tuple[Alike, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known beside the index: seconds since the latest development opened; a figure that is news by itself.

    Infinite seconds where nothing has developed yet. ``resumes``: the figure is a stage that undoes what one of these
    developments told, so it must be about that. ``match`` is the score of the match, ``sure`` whether it may
    teach: what may not belong to the storyline at all is always unlike what was told. ``abroad``: the development that
    a title may tell in another language, 0 for none.
    """

    rested_s: float = float("inf")
    fresh_fact: str = ""
    resumes: frozenset[int] = frozenset()
    match: float = 1.0
    sure: bool = False
    abroad: int = 0


def rule(reading: Reading, index: Index, tuning: Tuning, moment: Moment) -> Ruling:
    """Judge ``reading`` against the storyline's ``index``."""
    copy = index.same(reading)
    if copy is not None and copy.development:
        return Ruling(Verdict.JOINED, f"same words as #{copy.development}", copy.development, score=1.0)
    told, held = index.alike(reading)
    signs = signs_of(reading, index)
    base = Ruling(
        Verdict.HELD,
        "",
        development=told[0].entry.development if told else 0,
        score=_score(told),
        bar=bar(tuning, signs, moment.rested_s),
        nearest=told[0] if told else None,
        signs=signs,
        told=tuple(told),
    )
    if moment.resumes and not _about(moment.resumes, told):
        moment = replace(moment, fresh_fact="")
    if reading.cue is not None and _believed(reading, index, signs):
        return replace(base, because=f"comment: {reading.cue.because}")
    echoed = _echoed(reading, index, told)
    if echoed and base.score < base.bar and not moment.fresh_fact:
        # Not new by itself; but sources that say alike what was held may still make it so.
        surged = _known(base, reading, held, tuning, _unheard(reading, index, told))
        echo = replace(base, development=echoed, because=f"#{echoed} said as much in another language")
        return surged if surged.verdict is Verdict.NEW else echo
    if moment.fresh_fact or base.score < base.bar or not told:
        return _novel(base, reading, index, held, tuning, moment)
    return _known(base, reading, held, tuning, _unheard(reading, index, told))


def _about(developments: frozenset[int], told: Sequence[Alike]) -> bool:
    """Whether a title is about one of ``developments``: at least half as alike to it as to the nearest."""
    return any(a.entry.development in developments and a.plain >= told[0].plain / 2 for a in told)


def _echoed(reading: Reading, index: Index, told: Sequence[Alike]) -> int:
    """Return the development of the last hours that said, in another language, all this title says in any; 0: none.

    Words of two languages prove no difference; names, concepts, dates and figures do.
    """
    matter = index.matter(reading)
    said: dict[int, set[str]] = {}
    for entry in _lately(reading, told):
        if entry.reading.lang != reading.lang:
            said.setdefault(entry.development, set()).update(entry.reading.abroad, entry.reading.recalls)
    return max((number for number, terms in said.items() if matter <= terms), default=0)


def _unheard(reading: Reading, index: Index, told: Sequence[Alike]) -> frozenset[str]:
    """Return the news concepts of a title that nothing told in the last hours had, but for the storyline's topic."""
    often = _TOPICAL * (len(index) + _FEW)
    heard = {c for entry in _lately(reading, told) for c in entry.reading.concepts}
    return frozenset(c for c in reading.concepts - heard if index.known((c,)) < often)


def _lately(reading: Reading, told: Sequence[Alike]) -> Iterator[Entry]:
    return (a.entry for a in told if reading.at - a.entry.reading.at <= _LATELY_S)


def signs_of(reading: Reading, index: Index) -> int:
    """Return how many signs of news a title has: who says so, and what happened.

    Who: a reporting verb, or a name set off by a colon that the storyline knows. What: a figure, or a news concept
    that is not what the storyline is about anyway. A live page has one less: it says how things stand. Titles in a
    language without lexicon count as having one.
    """
    if not reading.covered:
        return 1
    who = reading.reports or _speaks(reading, index)
    often = _TOPICAL * (len(index) + _FEW)
    what = any(f.kind == "figure" for f in reading.facts) or any(index.known((c,)) < often for c in reading.concepts)
    return max(0, who + what - reading.live)


def bar(tuning: Tuning, signs: int, rested_s: float) -> float:
    """Return how alike to what was told a title may be at most to be new."""
    rest = 1.0 - tuning.rest * exp(-rested_s / tuning.rest_s)
    return tuning.bar * tuning.signs[max(0, signs - 1)] * rest


def _believed(reading: Reading, index: Index, signs: int) -> bool:
    """Whether the cue counts: a full sentence is no comment where most titles are sentences, nor at the start."""
    if reading.cue is None or reading.cue.name != "deck":
        return True
    usual = index.sentences * 2 > len(index) >= _FEW
    return not usual and (signs == 0 or len(index) > 0)


def _speaks(reading: Reading, index: Index) -> bool:
    return bool(reading.speaker) and (len(reading.speaker) == 1 or index.known(reading.speaker) >= _MET)


def _novel(
    base: Ruling, reading: Reading, index: Index, held: Sequence[Alike], tuning: Tuning, moment: Moment
) -> Ruling:
    lacking = _lacking(base, moment)
    if lacking and not _seconded(reading, held, tuning):
        return replace(base, because=f"{lacking}: waits for another source")
    if moment.rested_s < float("inf") and not moment.fresh_fact and _is_columnist(reading, index):
        return replace(base, because="comment: a name before the title that the storyline does not know")
    because = moment.fresh_fact or _new_because(base, reading)
    return replace(base, verdict=Verdict.NEW, because=because, taken=_company(reading, held, tuning))


def _lacking(base: Ruling, moment: Moment) -> str:
    """Name what a reading lacks to be told on one source's word; nothing does at the start of a storyline."""
    if moment.rested_s == float("inf"):
        return ""
    if moment.match < _WEAK and not moment.sure:
        return f"weak match ({moment.match:.2f})"
    if moment.fresh_fact or base.signs > 1:
        return ""
    if base.signs == 0:
        return "no sign of news"
    return f"may be #{moment.abroad} in another language" if moment.abroad else ""


def _seconded(reading: Reading, held: Sequence[Alike], tuning: Tuning) -> bool:
    """Whether another independent source says alike what was held: two say it, so something happened."""
    others = (a for a in held if a.entry.reading.origin != reading.origin)
    return any(_surges(a, reading, tuning) for a in others)


def _is_columnist(reading: Reading, index: Index) -> bool:
    named = len(reading.speaker) > 1 and reading.spaced
    return named and not reading.reports and len(index) >= _FEW and not _speaks(reading, index)


def _known(base: Ruling, reading: Reading, held: Sequence[Alike], tuning: Tuning, unheard: frozenset[str]) -> Ruling:
    nearest = base.nearest
    assert nearest is not None
    if base.score >= tuning.join and (not held or nearest.faded >= held[0].faded):
        return replace(base, verdict=Verdict.JOINED, because=_repeat(nearest, reading))
    surge = [a.entry for a in held if _surges(a, reading, tuning, unheard) and a.plain >= tuning.apart * nearest.plain]
    origins = {e.reading.origin for e in surge} | {reading.origin}
    if len(origins) >= tuning.surge and base.score < tuning.surge_bar:
        because = f"new: {len(origins)} sources within {tuning.surge_s / HOUR:.0f} h tell it"
        return replace(base, verdict=Verdict.NEW, because=because, taken=tuple(surge), promoted=True)
    because = f"below the bar: alike {base.score:.2f}, under {base.bar:.2f} needed, nearest #{base.development}"
    return replace(base, because=because)


def _score(told: Sequence[Alike]) -> float:
    if not told:
        return 0.0
    top = told[:3]
    return 0.6 * top[0].faded + 0.4 * sum(a.faded for a in top) / len(top)


def _company(reading: Reading, held: Sequence[Alike], tuning: Tuning) -> tuple[Entry, ...]:
    since = reading.at - tuning.take_s
    return tuple(a.entry for a in held if a.plain >= tuning.take and a.entry.reading.at >= since)


def _surges(alike: Alike, reading: Reading, tuning: Tuning, unheard: frozenset[str] = frozenset()) -> bool:
    """Whether what was held says alike; less is needed where both have a concept that nothing told of late had."""
    needed = tuning.surge_unheard if unheard & alike.entry.reading.concepts else tuning.surge_alike
    return alike.plain >= needed and reading.at - alike.entry.reading.at <= tuning.surge_s


def _new_because(base: Ruling, reading: Reading) -> str:
    if base.nearest is None:
        return "new: nothing like it was told"
    ago = age(reading.at - base.nearest.entry.reading.at)
    return f"new: alike {base.score:.2f}, under {base.bar:.2f} (nearest #{base.development}, {ago} ago)"


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
