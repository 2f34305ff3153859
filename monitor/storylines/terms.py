"""Terms: words or short phrases of the rules, found in a text as a whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from monitor.lang.tokens import Word, tokens
from monitor.model.match import Means
from monitor.storylines.reading import Reading
from monitor.storylines.words import LONGEST, Meet, WordIndex

_KEPT = 60_000  # words of each language


@dataclass(frozen=True, slots=True)
class Term:
    """A term as written and as looked for: folded ``words`` side by side (a CJK run as its bigrams).

    ``upper``: a short abbreviation ("US") that is met only where it is written in capitals. ``slips``: a misspelt
    word meets it. ``capital``: one word written with a capital: a misspelt one has it too ("hungry" is not Hungary).
    """

    text: str
    words: tuple[str, ...]
    upper: bool = False
    slips: bool = True
    capital: bool = False


class TermHit(NamedTuple):
    """A term met in a text: where (``size`` words of the field from word ``at`` on), how closely, by which means."""

    term: int
    field: str
    at: int
    size: int
    closeness: float
    means: Means


class _Start(NamedTuple):
    """A term that begins with (or is) a word of a text, and how that word meets it."""

    number: int
    meet: Meet
    upper: bool
    slips: bool
    capital: bool
    sequence: tuple[int, ...]  # empty for a term of one word


_Touch = tuple[tuple[_Start, ...], tuple[Meet, ...]]  # the terms that a word begins, the rule words that it meets


class _Touches(dict[str, "_Touch | None"]):
    """What each folded word of texts in one language touches, None for nothing; found when it is first asked for."""

    __slots__ = ("_find",)

    def __init__(self, find: Callable[[str], _Touch | None]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, folded: str) -> _Touch | None:
        if len(self) >= _KEPT:
            self.clear()
        found = self._find(folded)
        if len(folded) <= LONGEST:
            self[folded] = found
        return found


def term_of(text: str) -> Term | None:
    """Return the term that ``text`` writes, None when no word is in it."""
    found = tokens(text)
    if not found:
        return None
    words = tuple(t.folded for t in found)
    slips = not text.islower() or max(map(len, words)) >= 9
    return Term(text.strip(), words, is_upper(text), slips, len(found) == 1 and found[0].capital)


def is_upper(text: str) -> bool:
    """Whether ``text`` is an abbreviation so short that only its capitals tell it from a common word ("US", "WHO")."""
    bare = text.strip().replace(".", "")
    return len(bare) <= 3 and bare.isascii() and bare.isupper()


class TermIndex:
    """All terms of all rules; each distinct one is looked for once."""

    def __init__(self, words: WordIndex) -> None:
        """Start empty, upon the index of words."""
        self._words = words
        self._number: dict[tuple[tuple[str, ...], bool, bool, bool], int] = {}
        self._uses: dict[int, int] = {}
        self.terms: list[Term] = []
        self._single: dict[int, list[int]] = {}
        self._first: dict[int, list[int]] = {}
        self._sequence: dict[int, tuple[int, ...]] = {}
        self._touches: dict[str, _Touches] = {}

    def add(self, term: Term) -> int:
        """Take a term in (once more) and return its number."""
        key = (term.words, term.upper, term.slips, term.capital)
        number = self._number.get(key)
        if number is None:
            number = self._number[key] = len(self.terms)
            self.terms.append(term)
        self._uses[number] = self._uses.get(number, 0) + 1
        if self._uses[number] == 1:
            sequence = tuple(self._words.add(w) for w in term.words)
            self._sequence[number] = sequence
            self._table(number).setdefault(sequence[0], []).append(number)
            self._touches.clear()
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
        self._touches.clear()

    def _table(self, number: int) -> dict[int, list[int]]:
        return self._single if len(self.terms[number].words) == 1 else self._first

    def hits(self, reading: Reading) -> dict[int, TermHit]:
        """Return the best hit of every term that the text holds (the title's before the summary's)."""
        found: dict[int, TermHit] = {}
        touches = self._touches.get(reading.lang) or self._of(reading.lang)
        for field, run in (("title", reading.title), ("summary", reading.summary)):
            if not run:
                continue
            touched = [touches[word.folded] for word in run]
            if touched.count(None) == len(touched):
                continue
            for at, touch in enumerate(touched):
                if touch is not None:
                    for start in touch[0]:
                        self._keep(start, field, at, run[at], touched, found)
        return found

    def _of(self, lang: str) -> _Touches:
        touches = self._touches[lang] = _Touches(partial(self._touch, lang=lang))
        return touches

    def _touch(self, folded: str, lang: str) -> _Touch | None:
        meets = self._words.meets(folded, lang)
        if not meets:
            return None
        starts = []
        for meet in meets:
            for number in (*self._single.get(meet.word, ()), *self._first.get(meet.word, ())):
                term, sequence = self.terms[number], self._sequence[number]
                if len(sequence) > 1 or term.slips or meet.means is not Means.FUZZY:
                    further = sequence if len(sequence) > 1 else ()
                    starts.append(_Start(number, meet, term.upper, term.slips, term.capital, further))
        return tuple(starts), meets

    def _keep(
        self, start: _Start, field: str, at: int, word: Word, touched: list[_Touch | None], found: dict[int, TermHit]
    ) -> None:
        meet: Meet | None = start.meet
        if start.sequence:
            meet = _side_by_side(start.sequence, touched, at)
        if meet is None or (start.upper and not word.text.replace(".", "").isupper()):
            return
        if meet.means is Means.FUZZY and not (start.slips and (word.case == 1 or not start.capital)):
            return  # a name is misspelt with its capital
        old = found.get(start.number)
        if old is None or (old.field == field and old.closeness < meet.closeness):
            found[start.number] = TermHit(start.number, field, at, len(start.sequence) or 1, meet.closeness, meet.means)


def _side_by_side(sequence: tuple[int, ...], touched: list[_Touch | None], at: int) -> Meet | None:
    """Return the worst of the meetings when the words stand side by side from ``at`` on, else None."""
    if at + len(sequence) > len(touched):
        return None
    worst: Meet | None = None
    for word, touch in zip(sequence, touched[at : at + len(sequence)], strict=True):
        here = next((m for m in touch[1] if m.word == word), None) if touch else None
        if here is None:
            return None
        if worst is None or here.closeness < worst.closeness:
            worst = here
    return worst
