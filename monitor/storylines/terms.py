"""Terms: words or short phrases of the rules, found in a text as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from monitor.lang.tokens import Token, tokens
from monitor.model.match import Means
from monitor.storylines.reading import Reading
from monitor.storylines.words import Meet, WordIndex


@dataclass(frozen=True, slots=True)
class Term:
    """A term as written and as looked for: folded ``words`` side by side (a CJK run as its bigrams).

    ``upper``: a short abbreviation ("US") that is met only where it is written in capitals.
    """

    text: str
    words: tuple[str, ...]
    upper: bool = False
    slips: bool = True


class TermHit(NamedTuple):
    """A term met in a text: where (characters of the field), how closely and by which means."""

    term: int
    field: str
    start: int
    end: int
    closeness: float
    means: Means


def term_of(text: str) -> Term | None:
    """Return the term that ``text`` writes, None when no word is in it."""
    found = tokens(text)
    if not found:
        return None
    words = tuple(t.folded for t in found)
    return Term(text.strip(), words, is_upper(text), not text.islower() or max(map(len, words)) >= 9)


def is_upper(text: str) -> bool:
    """Whether ``text`` is an abbreviation so short that only its capitals tell it from a common word ("US", "WHO")."""
    bare = text.strip().replace(".", "")
    return len(bare) <= 3 and bare.isascii() and bare.isupper()


class TermIndex:
    """All terms of all rules; each distinct one is looked for once."""

    def __init__(self, words: WordIndex) -> None:
        """Start empty, upon the index of words."""
        self._words = words
        self._number: dict[tuple[tuple[str, ...], bool, bool], int] = {}
        self._uses: dict[int, int] = {}
        self.terms: list[Term] = []
        self._single: dict[int, list[int]] = {}
        self._first: dict[int, list[int]] = {}
        self._sequence: dict[int, tuple[int, ...]] = {}

    def add(self, term: Term) -> int:
        """Take a term in (once more) and return its number."""
        key = (term.words, term.upper, term.slips)
        number = self._number.get(key)
        if number is None:
            number = self._number[key] = len(self.terms)
            self.terms.append(term)
        self._uses[number] = self._uses.get(number, 0) + 1
        if self._uses[number] == 1:
            sequence = tuple(self._words.add(w) for w in term.words)
            self._sequence[number] = sequence
            self._table(number).setdefault(sequence[0], []).append(number)
        return number

    def drop(self, number: int) -> None:
        """Take one use of a term back; a term without a use is looked for no more."""
        self._uses[number] -= 1
        if self._uses[number]:
            return
        del self._uses[number]
        self._table(number)[self._sequence.pop(number)[0]].remove(number)
        for word in self.terms[number].words:
            self._words.drop(word)

    def _table(self, number: int) -> dict[int, list[int]]:
        return self._single if len(self.terms[number].words) == 1 else self._first

    def hits(self, reading: Reading) -> dict[int, TermHit]:
        """Return the best hit of every term that the text holds (the title's before the summary's)."""
        found: dict[int, TermHit] = {}
        for field, run in (("title", reading.title), ("summary", reading.summary)):
            if run:
                self._in_field(field, run, reading.lang, found)
        return found

    def _in_field(self, field: str, run: tuple[Token, ...], lang: str, found: dict[int, TermHit]) -> None:
        met = self._words.meets([t.folded for t in run], lang)
        for at, meets in enumerate(met):
            for meet in meets:
                for number in self._single.get(meet.word, ()):
                    self._keep(number, field, run[at : at + 1], meet, found)
                for number in self._first.get(meet.word, ()):
                    whole = _side_by_side(self._sequence[number], met, at)
                    if whole:
                        self._keep(number, field, run[at : at + len(self._sequence[number])], whole, found)

    def _keep(self, number: int, field: str, over: tuple[Token, ...], meet: Meet, found: dict[int, TermHit]) -> None:
        old = found.get(number)
        if old is not None and (old.field != field or old.closeness >= meet.closeness):
            return
        if meet.means is Means.FUZZY and not self.terms[number].slips:
            return
        if self.terms[number].upper and not over[0].text.replace(".", "").isupper():
            return
        found[number] = TermHit(number, field, over[0].start, over[-1].end, meet.closeness, meet.means)


def _side_by_side(sequence: tuple[int, ...], met: list[tuple[Meet, ...]], at: int) -> Meet | None:
    """Return the worst of the meetings when the words stand side by side from ``at`` on, else None."""
    if at + len(sequence) > len(met):
        return None
    worst: Meet | None = None
    for word, meets in zip(sequence, met[at : at + len(sequence)], strict=True):
        here = next((m for m in meets if m.word == word), None)
        if here is None:
            return None
        if worst is None or here.closeness < worst.closeness:
            worst = here
    return worst
