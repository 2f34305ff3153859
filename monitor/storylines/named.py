"""Named: the names in a storyline's seed documents that, with its matter, tell of it without the phrase's own name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from monitor.lang import lexicon
from monitor.lang.aliases import Aliases, Concept, words_of
from monitor.lang.languages import all_stop_words, guess
from monitor.lang.tokens import tokens
from monitor.model.storyline import SeedDocument, Storyline
from monitor.storylines.background import Background
from monitor.storylines.phrase import Unit
from monitor.storylines.reading import Reading
from monitor.storylines.terms import Term, term_of

PART = "seed"  # of the unit
_SHORTEST = 4  # letters of a name that no table knows
_MOST = 40  # names that are taken
_RARE, _FEW = 0.002, 8  # a name tells of the storyline in so large a part of all titles, and so many more, at most
_WRITTEN = 0.6  # share of capitals inside sentences from which on the stream writes a word as a name
_NOUNS_HAVE_CAPITALS = frozenset({"de"})
_TELL = frozenset({"person", "body"})


def seed_names(storyline: Storyline, aliases: Aliases, is_own: Callable[[str], bool]) -> list[Unit]:
    """Return one unit of the names in the seed documents, none where there are none or the rule has groups.

    ``is_own``: whether a folded word is of the phrase or of what it stands for. Left out, too: known places, which half
    of the news names, days and months, and words that the documents write small elsewhere.
    """
    if storyline.all or not storyline.phrase:
        return []
    terms: dict[str, Term] = {}
    concepts: dict[str, Concept] = {}
    for document in storyline.seeds:
        for word, unknown in _capitals(document):
            known = [] if is_own(word) else [c for c in aliases.named((word,)) if c.kind in _TELL]
            concepts.update((c.key, c) for c in known)
            term = term_of(word.capitalize()) if unknown and not known and not is_own(word) else None
            if term and not aliases.named((word,)):
                terms.setdefault(word, term)
    if not terms and not concepts:
        return []
    found = tuple((term, 1.0) for term in list(terms.values())[:_MOST])
    return [Unit(PART, "seed", found, tuple((c, 1.0) for c in list(concepts.values())[:_MOST]))]


def tells(unit: Unit, reading: Reading, background: Background) -> bool:
    """Whether a title has one of the unit's names that is rare in the stream, and written as a name there."""
    words = {word.folded for word in reading.title}
    names = {w for term, _ in unit.terms for w in term.words}
    names.update(w for concept, _ in unit.concepts for name in concept.names for w in words_of(name))
    often = _RARE * background.items + _FEW
    found = (w for w in words & names if background.count(w) <= often)
    shares = map(background.capital_share, found)
    return any(share is None or share >= _WRITTEN for share in shares)


def _capitals(document: SeedDocument) -> Iterator[tuple[str, bool]]:
    """Yield the folded words that stand with a capital inside a sentence, and whether such a word may be a new name."""
    text = f"{document.title}\n{document.text}"
    found = tokens(text)
    small = {t.folded for t in found if t.text.islower()}
    common = all_stop_words() | _calendar() | small
    nouns = guess(text) in _NOUNS_HAVE_CAPITALS
    for before, token in pairwise(found):
        inside = not any(c in ".!?:\n\"'“”„«»" for c in text[before.end : token.start])
        if token.kind == "word" and token.capital and inside and token.folded not in common:
            yield token.folded, not nouns and len(token.folded) >= _SHORTEST


def _calendar() -> frozenset[str]:
    tables = lexicon.load("figures")
    days = (*tables["months"].values(), *tables["weekdays"].values())
    return frozenset(word for words in days for day in words for word in words_of(day))
