"""Figures: numbers with what they count ("44 dead", "$30 a share", "88 million euros of damage")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from monitor.developments.numbers import Number, Numbers
from monitor.developments.phrases import Found, PhraseBook
from monitor.lang.fold import fold
from monitor.lang.tokens import Token, tokens
from monitor.model.development import Fact

_AHEAD = 4  # words behind a number among which what it counts is looked for
_BEHIND = 6  # words before it, fillers all but one
_ABOUT = 10  # words around an amount of money among which its subject is looked for
_NEAR = 8  # characters around a number in Chinese text
_CUT = re.compile(r"[,;:.!?()|–—]")
_SYMBOLS = re.compile(r"(?:us|a|c|hk)?([$€£¥₽₹])\s?$")


class Figures:
    """The figures lexicon, compiled. A figure's ``what`` names its quantity; equal names can be compared."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        """Take the figures lexicon (``lang/data/figures.toml``)."""
        self._numbers = Numbers(table)
        counts, about = table["counts"], table["about"]
        self._counts = PhraseBook({row["name"]: _langs(row) for row in counts.values()})
        self._about = PhraseBook({row["name"]: {"any": row["any"]} for row in about.values()})
        self._money = PhraseBook({code: {"any": list(names)} for code, names in table["currencies"].items()})
        self._symbols: dict[str, str] = {
            n: code for code, names in table["currencies"].items() for n in names if len(n) == 1
        }
        self._percent = PhraseBook({"%": {"any": table["percent"]["any"]}})
        self._measures = PhraseBook({"measure": {"any": table["measures"]["any"]}})
        self._fillers = {lang: frozenset(fold(w) for w in words) for lang, words in table["fillers"].items()}
        self._negations = frozenset(fold(w) for w in table["negations"]["any"])
        self._months = frozenset(fold(m) for names in table["months"].values() for m in names)
        self.rising = frozenset(row["name"] for row in counts.values() if row.get("rising"))
        self.telling = frozenset(row["name"] for row in (*counts.values(), *about.values()) if row.get("tells"))
        self.counted = frozenset(row["name"] for row in counts.values())

    def read(self, sentence: str, lang: str) -> list[Fact]:
        """Return the figures of ``sentence``; numbers that count nothing known (ages, years, scores) are left out."""
        toks = tokens(sentence)
        words, folded = [t.folded for t in toks], fold(sentence)
        facts = []
        for number in self._numbers.read(sentence, toks, lang):
            what = (
                self._chinese_what(sentence, number)
                if lang == "zh"
                else self._what(sentence, toks, words, number, lang)
            )
            if what in ("%", *self._symbols.values()):
                what = self._subject(what, number, words, folded, lang)
            if what:
                written = sentence[number.start : number.end]
                facts.append(Fact("figure", what, value(number.value), written, sentence))
        return facts

    def _what(self, text: str, toks: Sequence[Token], words: list[str], number: Number, lang: str) -> str:
        ahead = words[number.last : number.last + _AHEAD]
        before = _SYMBOLS.search(fold(text[max(0, number.start - 5) : number.start]))
        if before and before.group(1) in self._symbols:
            return self._symbols[before.group(1)]
        if text[number.end : number.end + 2].strip()[:1] == "%" or _at_start(self._percent.find(ahead, "", "any")):
            return "%"
        sign = text[number.end : number.end + 2].strip()[:1]
        if sign in self._symbols:
            return self._symbols[sign]
        if money := _at_start(self._money.find(ahead[:2], "", "any")):
            return money
        return self._count(text, toks, words, number, lang)

    def _count(self, text: str, toks: Sequence[Token], words: list[str], number: Number, lang: str) -> str:
        ahead = words[number.last : number.last + _AHEAD + 2]
        found = self._counts.find(ahead, "", lang)
        none = number.first > 0 and words[number.first - 1] in self._negations
        if (now := _at_start(found)) and not none:
            return now
        if self._is_time(words, number) or _at_start(self._measures.find(ahead[:1], "", "any")):
            return ""
        near = [f for f in found if f.start < _AHEAD and _unbroken(text, toks, number, f)]
        if near and not none and not (number.worded and number.value == 1):
            return min(near, key=lambda f: f.start).name
        return "" if number.worded else self._counted_before(text, toks, words, number, lang)

    def _counted_before(self, text: str, toks: Sequence[Token], words: list[str], number: Number, lang: str) -> str:
        """Return what the words before a number count: "kills 44", "the death toll in Chile rises to at least 44"."""
        fillers = self._fillers.get(lang, frozenset())
        at = number.first
        while at > 0 and number.first - at < _BEHIND and words[at - 1] in fillers:
            at -= 1
        found = [f for f in self._counts.find(words[:at], "", lang) if f.end == at or at < number.first]
        best = max(found, key=lambda f: f.end, default=None)
        if best is None:
            return ""
        between = toks[best.end : number.first]
        broken = _CUT.search(text[toks[best.end - 1].end : number.start])
        return "" if broken or any(t.kind == "number" for t in between) else best.name

    def _is_time(self, words: list[str], number: Number) -> bool:
        around = [*words[max(0, number.first - 1) : number.first], *words[number.last : number.last + 1]]
        return any(w in self._months for w in around) or (1900 <= number.value <= 2100 and not number.worded)

    def _chinese_what(self, text: str, number: Number) -> str:
        after, before = text[number.end : number.end + _NEAR], text[max(0, number.start - _NEAR) : number.start]
        if after[:1] in ("年", "月", "日", "时", "点", "岁", "号", "个", "天") and not after.startswith("年有期"):
            return ""
        if after[:1] in ("%", "％"):
            return "%"
        if money := self._money.find((), after[:4], "any"):
            return money[0].name
        behind = sorted(self._counts.find((), fold(after), "zh"), key=lambda f: after.find(f.text))
        if behind:
            return behind[0].name
        ahead = sorted(self._counts.find((), fold(before), "zh"), key=lambda f: -before.rfind(f.text))
        return ahead[0].name if ahead else ""

    def _subject(self, unit: str, number: Number, words: list[str], folded: str, lang: str) -> str:
        """Name what an amount is about: "USD a share"; the bare unit where nothing says so."""
        if lang == "zh":
            found = self._about.find((), folded, "any")
            return f"{unit} {found[0].name}" if found else unit
        found = [f for f in self._about.find(words, "", "any") if abs(f.start - number.last) <= _ABOUT]
        if not found:
            return unit
        best = min(found, key=lambda f: (f.start < number.first, abs(f.start - number.last)))
        return f"{unit} {best.name}"

    def comparable(self, what: str) -> bool:
        """Whether two figures of quantity ``what`` speak of the same thing: bare money and shares of 100 do not."""
        return what in self.counted or " " in what

    def tells(self, what: str) -> bool:
        """Whether a change of ``what`` is news by itself."""
        return what in self.telling or what.partition(" ")[2] in self.telling


def value(number: float) -> str:
    """Return the normal form of a number: "44", "1.8", "88000000"."""
    return f"{number:.4f}".rstrip("0").rstrip(".")


def _langs(row: Mapping[str, Any]) -> dict[str, list[str]]:
    return {lang: words for lang, words in row.items() if isinstance(words, list)}


def _at_start(found: Iterable[Found]) -> str:
    return next((f.name for f in found if f.start == 0), "")


def _unbroken(text: str, toks: Sequence[Token], number: Number, found: Found) -> bool:
    at = number.last + found.start
    between = toks[number.last : at]
    if any(t.kind == "number" for t in between):
        return False
    return not _CUT.search(text[number.end : toks[at].start])
