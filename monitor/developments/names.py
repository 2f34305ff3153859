"""Names: the persons, places and bodies a text names, whatever its language calls them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from monitor.lang.aliases import Aliases, Concept, words_of
from monitor.lang.fold import fold
from monitor.lang.stems import stem
from monitor.lang.tokens import CJK, Token

NAME = "@"  # prefix of a name among the terms
_NAMES = frozenset({"person", "place", "body"})
_SHORT = 5  # letters; a name in capitals up to this long is one only in capitals: "US", "WHO"
_CJK = re.compile(f"[{CJK}]")
_LONGEST_RUN = 24
_OPENING = 2  # letters that a word and its stem begin with alike
_ENDS = frozenset(("da", "en", "es", "fr", "it", "no", "pt", "ru", "sv"))  # in these languages: only ends are inflected
_LEAST = 4  # letters of a stem that still tells a name: Turkish brings Sudan to "su", which is water


@dataclass(frozen=True, slots=True)
class _Name:
    key: str
    rest: tuple[str, ...]  # the further words, as stems
    capital: bool  # written with a capital
    shouted: bool  # short, and written in capitals


_Shelf = dict[str, list[_Name]]  # the names with letters as one language inflects them, by the stem of their first word


class Names:
    """Finds the names of the alias table in titles. Immutable but for what it has worked out already."""

    def __init__(self, aliases: Aliases) -> None:
        """Take the alias table; its common matters are no names and are left out."""
        self._runs: dict[str, str] = {}  # names in scripts without spaces, as they are
        self._written: list[tuple[str, str]] = []  # the others
        for concept in aliases.concepts.values():
            if concept.kind in _NAMES:
                self._add(concept)
        self._most = min(_LONGEST_RUN, max(map(len, self._runs), default=0))
        self._firsts = frozenset(run[0] for run in self._runs)
        self._shelves: dict[tuple[str, str], _Shelf] = {}

    def find(self, toks: Sequence[Token], title: str, lang: str) -> tuple[frozenset[str], frozenset[int]]:
        """Return the names that stand in ``title`` as terms, and the places of the tokens they are made of.

        The longest name wins where several begin at one word. Inflected forms are brought together by the stems of
        ``lang``.
        """
        keys: set[str] = set()
        covered: set[int] = set()
        stems = [_form(t.folded, lang) for t in toks]
        at = 0
        while at < len(toks):
            shelf = self._shelf(lang, stems[at][:_OPENING])
            best = max(_at(shelf, toks, stems, at), key=lambda n: len(n.rest), default=None) if shelf else None
            if best is not None:
                keys.add(NAME + best.key)
                covered.update(range(at, at + 1 + len(best.rest)))
            at += 1 + (len(best.rest) if best else 0)
        if _CJK.search(title):
            self._in_runs(toks, fold(title), title, keys, covered)
        return frozenset(keys), frozenset(covered)

    def _in_runs(self, toks: Sequence[Token], folded: str, title: str, keys: set[str], covered: set[int]) -> None:
        spans = list(self._spans(folded)) if len(folded) == len(title) else []
        keys.update(NAME + key for _, _, key in spans)
        for place, token in enumerate(toks):
            if token.kind == "cjk" and any(start < token.end and token.start < end for start, end, _ in spans):
                covered.add(place)

    def _spans(self, folded: str) -> Iterator[tuple[int, int, str]]:
        at = 0
        while at < len(folded):
            step = 1
            if folded[at] in self._firsts:
                for length in range(min(self._most, len(folded) - at), 1, -1):
                    if key := self._runs.get(folded[at : at + length]):
                        yield at, at + length, key
                        step = length
                        break
            at += step

    def _add(self, concept: Concept) -> None:
        for name in concept.names:
            if _CJK.search(name):
                self._runs.setdefault(fold(name), concept.key)
            else:
                self._written.append((name, concept.key))

    @cached_property
    def _by_opening(self) -> dict[str, list[tuple[str, tuple[str, ...], str]]]:
        """The written names with their words and keys, by how they begin; all of them by ""."""
        every = [(name, words, key) for name, key in self._written if (words := words_of(name))]
        found = {"": every}
        for name, words, key in every:
            found.setdefault(words[0][:_OPENING], []).append((name, words, key))
        return found

    def _shelf(self, lang: str, opening: str) -> _Shelf:
        """Return the names that begin so, worked out when a word of ``lang`` first does: stems take time."""
        key = (lang, opening if lang in _ENDS else "")
        if key not in self._shelves and key[1] in self._by_opening:
            self._shelves[key] = self._made(*key)
        return self._shelves.get(key, {})

    def _made(self, lang: str, opening: str) -> _Shelf:
        shelf: _Shelf = {}
        for name, words, key in self._by_opening[opening]:
            first, *rest = (_form(w, lang) for w in words)
            shouted = name.isupper() and len(name) <= _SHORT
            shelf.setdefault(first, []).append(_Name(key, tuple(rest), name[:1].isupper(), shouted))
        return shelf


def _form(word: str, lang: str) -> str:
    if lang == "tr":  # an apostrophe sets off what is added to a name
        word = word.partition("'")[0] or word
    found = stem(word, lang)
    return found if len(found) >= _LEAST else word


def _at(shelf: _Shelf, toks: Sequence[Token], stems: Sequence[str], at: int) -> Iterator[_Name]:
    token = toks[at]
    for name in shelf.get(stems[at], ()):
        if name.capital and not token.capital and token.text[:1].lower() != token.text[:1].upper():
            continue
        if name.shouted and not token.text.replace(".", "").isupper():
            continue
        if tuple(stems[at + 1 : at + 1 + len(name.rest)]) == name.rest:
            yield name
