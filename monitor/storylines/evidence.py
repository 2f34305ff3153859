"""Evidence: what speaks for a match and what is missing, put together for the few items that come near."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.model.match import Evidence, Hit, Learned, Means
from monitor.storylines.named import PART as SEED
from monitor.storylines.reading import Reading
from monitor.storylines.score import Judged
from monitor.storylines.terms import Term, TermHit
from monitor.storylines.tracked import Tracked

Met = Mapping[int, tuple[float, TermHit, bool]]  # unit -> (worth, hit, through an alias)


def evidence(
    tracked: Tracked, found: Met, judged: Judged, reading: Reading, terms: Sequence[Term], path: str, veto: str
) -> Evidence:
    """Return the Evidence of a match by way of ``path`` ("": not accepted), ``found`` being how each unit was met.

    ``terms`` are those of all rules, by number.
    """
    hits = []
    for number in sorted(found):
        worth, hit, aliased = found[number]
        unit = tracked.units[number]
        start, end, text = reading.place(hit.field, hit.at, hit.size)
        means = Means.ALIAS if aliased and hit.means is Means.EXACT else hit.means
        # A group is met by one of its terms; an alias stands for its first, which it goes by.
        term = (
            terms[hit.term].text if unit.part == SEED or (unit.part.startswith("all:") and not aliased) else unit.text
        )
        hits.append(Hit(term, text, hit.field, start, end, unit.part, means, round(min(1.0, worth), 3)))
    parts = tuple((name, round(value, 3)) for name, value in judged.parts if value)
    learned = tuple(Learned(word, weight, tracked.context.earlier(word)) for word, weight in judged.learned)
    missing = tuple(tracked.units[i].text for i in (*tracked.phrase, *tracked.groups) if i not in found)
    return Evidence(path, tuple(hits), learned, missing, parts, veto)
