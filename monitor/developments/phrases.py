"""Phrases: find the entries of a lexicon in a text, by language, in one pass over its words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.lang.fold import fold
from monitor.lang.tokens import tokens

ANY = "any"  # the key of entries that hold in every language
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
# The Arabic article and the particles ("and", "with", "for") that are written together with a word.
_ARTICLE = re.compile(r"^(?:[وف]?(?:[بك]?ال|لل|[بل])|[وف])(?=\w{3})")
_KEPT = 20_000  # words remembered with what they begin, by language
_Rest = tuple[tuple[str, bool], ...]  # the further words of a phrase: word, and whether it may go on


@dataclass(frozen=True, slots=True)
class Found:
    """Entry ``name`` met at the words ``start:end`` (``end`` = ``start`` for scripts without spaces)."""

    name: str
    start: int
    end: int
    text: str = ""


@dataclass(slots=True)
class _Shelf:
    """The entries of one language, by their first word."""

    exact: dict[str, list[tuple[_Rest, str]]] = field(default_factory=dict)
    prefix: dict[str, list[tuple[_Rest, str]]] = field(default_factory=dict)
    lengths: set[int] = field(default_factory=set)
    runs: list[tuple[str, str]] = field(default_factory=list)  # CJK: looked for as they are
    begun: dict[str, tuple[tuple[_Rest, str], ...]] = field(default_factory=dict)  # by the words met lately

    def add(self, entry: str, name: str) -> None:
        folded = fold(entry.strip())
        if _CJK.search(folded):
            self.runs.append((folded.rstrip("*"), name))
            return
        words = _words(folded)
        if not words:
            return
        (first, open_end), rest = words[0], tuple(words[1:])
        (self.prefix if open_end else self.exact).setdefault(first, []).append((rest, name))
        if open_end:
            self.lengths.add(len(first))


class PhraseBook:
    """Named lists of phrases by language, each made ready when first asked for: most installations read few languages.

    Says the same always; ``find`` may be called from anywhere.
    """

    def __init__(self, entries: Mapping[str, Mapping[str, Iterable[str]]]) -> None:
        """Take ``entries[name][language]`` = phrases; language "any" holds everywhere."""
        self._written: dict[str, list[tuple[str, Iterable[str]]]] = {}
        self._shelves: dict[str, _Shelf] = {}
        for name, by_lang in entries.items():
            for lang, phrases in by_lang.items():
                self._written.setdefault(lang, []).append((name, phrases))

    def find(self, words: Sequence[str], folded: str, lang: str) -> list[Found]:
        """Return what stands in ``words`` (folded, in order) and, for CJK, in the ``folded`` text.

        Looked for are the entries of ``lang`` and those that hold in every language. The words of other languages are
        no help where the lexicon does not speak ``lang``: "die" is no death in Dutch.
        """
        found: list[Found] = []
        for shelf in (self._shelf(lang), self._shelf(ANY) if lang != ANY else None):
            if shelf is None:
                continue
            found.extend(_in_words(shelf, words))
            found.extend(Found(name, 0, 0, run) for run, name in shelf.runs if run in folded)
        if lang == "ar" and (shelf := self._shelf(lang)):
            found.extend(_without_article(shelf, words, found))
        return found

    def _shelf(self, lang: str) -> _Shelf | None:
        shelf = self._shelves.get(lang)
        if shelf is None and lang in self._written:
            shelf = _Shelf()
            for name, phrases in self._written[lang]:
                for phrase in phrases:
                    shelf.add(phrase, name)
            self._shelves[lang] = shelf
        return shelf


def _in_words(shelf: _Shelf, words: Sequence[str]) -> list[Found]:
    found: list[Found] = []
    begun = shelf.begun
    for at, word in enumerate(words):
        for rest, name in begun[word] if word in begun else _begun(shelf, word):
            end = at + 1 + len(rest)
            if end <= len(words) and _goes_on(rest, words, at + 1):
                found.append(Found(name, at, end, " ".join(words[at:end])))
    return found


def _without_article(shelf: _Shelf, words: Sequence[str], found: Sequence[Found]) -> list[Found]:
    """Return what else is met when Arabic words lose the article and particles written with them."""
    met = {(f.name, f.start) for f in found}
    bare = [_ARTICLE.sub("", word) for word in words]
    return [f for f in _in_words(shelf, bare) if (f.name, f.start) not in met]


def _begun(shelf: _Shelf, word: str) -> tuple[tuple[_Rest, str], ...]:
    """Return the entries that ``word`` may begin, and remember them: most words are met again, most begin nothing."""
    found = list(shelf.exact.get(word, ()))
    for length in shelf.lengths:
        if length <= len(word) and (more := shelf.prefix.get(word[:length])):
            found.extend(more)
    if len(shelf.begun) >= _KEPT:
        shelf.begun.clear()
    made = shelf.begun[word] = tuple(found)
    return made


def _goes_on(rest: _Rest, words: Sequence[str], at: int) -> bool:
    for offset, (word, open_end) in enumerate(rest):
        met = words[at + offset]
        if not (met.startswith(word) if open_end else met == word):
            return False
    return True


def _words(folded: str) -> list[tuple[str, bool]]:
    """Split an entry as ``tokens`` splits a text, so that the two meet; "*" marks an open end."""
    made: list[tuple[str, bool]] = []
    for part in folded.split():
        open_end = part.endswith("*")
        pieces = [t.folded for t in tokens(part.rstrip("*"))]
        made.extend((piece, open_end and i == len(pieces) - 1) for i, piece in enumerate(pieces))
    return made
