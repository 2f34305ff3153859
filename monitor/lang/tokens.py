"""Tokens: the words of a text with their place in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from monitor.lang.fold import fold
from monitor.lang.languages import typeset, votes

# Runs of scripts written without spaces: Han, kana. (Hangul and Thai are left to word breaking by space.)
CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0002ffff"
# Signs that stand inside words although they are no letters: accents, vowel signs and points, joiners.
_MARKS = (
    "\u00ad\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09cd\u0b82\u0bbe-\u0bcd\u0e31\u0e34-\u0e3a"
    "\u0e47-\u0e4e\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufe00-\ufe0f"
)
_LETTER = rf"[^\W_{CJK}]"
_KINDS = {
    "cjk": rf"[{CJK}]+",
    "number": rf"\d+(?:[.,:\u00a0\u202f]\d+)*(?!{_LETTER})",
    "short": rf"(?:[^\W\d_{CJK}]\.){{2,}}(?!{_LETTER})",
    "word": rf"{_LETTER}(?:{_LETTER}|[{_MARKS}])*(?:['’＇]{_LETTER}(?:{_LETTER}|[{_MARKS}])*)*",
}
_RUN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items()))
# The same without places and kinds: what a run is can be told from the run alone. In ASCII there are fewer ways.
_RUNS = re.compile("|".join(_KINDS.values()))
_ASCII_RUNS, _TYPESET_RUNS = (
    re.compile(
        rf"[A-Za-z]{{2,}}+(?![0-9{signs}])"
        r"|[0-9]+(?:[.,:][0-9]+)*(?![A-Za-z0-9])"
        r"|(?:[A-Za-z]\.){2,}(?![A-Za-z0-9])"
        rf"|[A-Za-z0-9]+(?:[{signs}][A-Za-z0-9]+)*"
    )
    for signs in ("'", "'’")  # within words
)
_IS_CJK = re.compile(f"[{CJK}]").match
_HAS_CJK = re.compile(f"[{CJK}]").search
_KEPT = 200_000  # words
_LONGEST = 60  # letters: what is longer is no word
_POSSESSIVE = re.compile(r"'s$|'$")
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|un|dell|all|nell|sull|dall|quell)'(?=.{3})")


class Token(NamedTuple):
    """One word (or number, or CJK bigram) at ``start:end`` of the text; ``folded`` is for comparing."""

    text: str
    folded: str
    start: int
    end: int
    kind: str = "word"  # "word", "number" or "cjk"

    @property
    def capital(self) -> bool:
        """Whether it starts with an upper-case letter."""
        return self.text[:1].isupper()


@dataclass(slots=True)  # not frozen: that takes three times as long to make, and every new word makes one
class Word:
    """A token without its place: what is known of a run of letters wherever it stands, found once for all texts.

    ``case``: 1 for a word that starts with an upper-case letter, 2 for another word, 0 for a number or CJK.
    ``long``: a word (no number) of more than three letters.
    ``votes`` and ``pieces`` are what it says of the text's language (:func:`monitor.lang.languages.votes`).
    """

    text: str
    folded: str
    kind: str
    case: int
    long: bool
    votes: tuple[tuple[str, ...], ...]
    pieces: int


_new = tuple.__new__  # a class's own constructor takes twice as long


class _Words(dict[str, Word]):
    """The word that each run is, found when it is first asked for. Bounded; what is too long for a word is not kept."""

    def __missing__(self, run: str) -> Word:
        found = _RUN.match(run)
        kind = (found and found.lastgroup) or "word"
        said, pieces = votes(run)
        folded = _compared(run, kind)
        if kind == "number":
            word = Word(run, folded, kind, 0, False, said, pieces)
        else:
            word = Word(run, folded, "word", 1 if run[0].isupper() else 2, len(run) > 3, said, pieces)
        if len(run) <= _LONGEST:
            if len(self) >= _KEPT:
                self.clear()
            self[run] = word
        return word


_word = _Words().__getitem__


@lru_cache(maxsize=128)  # of one item, the same few texts are cut into words several times
def tokens(text: str) -> tuple[Token, ...]:
    """Return the tokens of ``text`` in order; CJK runs become overlapping bigrams (one character stays).

    ``folded`` has no possessive ("Putin's"), no elided article ("l'Iran") and, in an abbreviation,
    no full stops ("U.S." and "US" are the same word).
    """
    found: list[Token] = []
    for m in _RUNS.finditer(text):
        run, start = m.group(), m.start()
        if _IS_CJK(run):
            found.extend(_bigrams(run, start))
        elif (word := _word(run)).folded:
            found.append(_new(Token, (run, word.folded, start, start + len(run), word.kind)))
    return tuple(found)


def words(text: str) -> list[Word]:
    """Return the words of ``text`` in order: its :func:`tokens` without their places, in a quarter of the time."""
    if text.isascii():
        return list(map(_word, _ASCII_RUNS.findall(text)))
    if typeset(text):
        return list(map(_word, _TYPESET_RUNS.findall(text)))
    if not _HAS_CJK(text):
        return [word for word in map(_word, _RUNS.findall(text)) if word.folded]
    found: list[Word] = []
    for run in _RUNS.findall(text):
        if _IS_CJK(run):
            found.extend(map(_bigram, *_cut(run)))
        elif (word := _word(run)).folded:
            found.append(word)
    return found


@lru_cache(maxsize=200_000)
def _bigram(text: str, folded: str) -> Word:
    return Word(text, folded, "cjk", 0, False, (), 1)


def _compared(text: str, kind: str) -> str:
    folded = fold(text)
    if kind == "short":
        return folded.replace(".", "")
    if "'" in folded:
        return _ELISION.sub("", _POSSESSIVE.sub("", folded))
    return folded


def _bigrams(run: str, at: int) -> list[Token]:
    pairs = enumerate(zip(*_cut(run), strict=True), at)
    return [Token(text, folded, start, start + len(text), "cjk") for start, (text, folded) in pairs]


def _cut(run: str) -> tuple[list[str], list[str]]:
    """Return the bigrams of a CJK run, as written and folded; one character stays as it is."""
    folded = fold(run)
    if len(run) == 1:
        return [run], [folded]
    texts = [run[i : i + 2] for i in range(len(run) - 1)]
    if len(folded) != len(run):  # a half-width letter with its mark became one
        return texts, list(map(fold, texts))
    return texts, texts if folded == run else [folded[i : i + 2] for i in range(len(run) - 1)]
