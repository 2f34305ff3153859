"""Figures: numbers with what they count ("44 dead", "$30 a share", "88 million euros of damage")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from monitor.developments.numbers import Number, Numbers
from monitor.developments.phrases import ANY, Found, PhraseBook
from monitor.developments.signs import LANGUAGES
from monitor.lang.fold import fold
from monitor.lang.tokens import Token, tokens
from monitor.model.development import Fact

_AHEAD = 4  # words behind a number among which what it counts is looked for
_BEHIND = 6  # words before it, fillers all but one
_ABOUT = 10  # words around an amount of money among which its subject is looked for
_NEAR = 12  # characters around a number in Chinese, Japanese and Korean text
_CUT = re.compile(r"[,;:.!?()|–—،؛]")
_SIGNS_CUT = re.compile(r"[\d,，、;；:：。!！?？()（）|·・…]")
_PARTICLES = "はがをも に約는가이은을최소"  # may stand between what is counted and the number
_SYMBOLS = re.compile(r"(?:us|a|c|hk)?([$€£¥₽₹])\s?$")


class Months:
    """The names of the months, by language; all of them where a language has none of its own."""

    def __init__(self, table: Mapping[str, Sequence[str]]) -> None:
        """Take the months of the figures lexicon; twelve or more names in order, "short" for all."""
        by_lang = {lang: {fold(m): i % 12 + 1 for i, m in enumerate(names)} for lang, names in table.items()}
        short = by_lang.pop("short", {})
        self._by_lang: Mapping[str, Mapping[str, int]] = {
            lang: {**by_lang.get("en", {}), **short, **own} for lang, own in by_lang.items()
        }
        self._all = {name: i for own in self._by_lang.values() for name, i in own.items()}

    def of(self, lang: str) -> Mapping[str, int]:
        """Return the number of each month by its folded name in ``lang``; English and short names are read anywhere."""
        return self._by_lang.get(lang, self._all)


class Figures:
    """The figures lexicon, compiled. A figure's ``what`` names its quantity; equal names can be compared."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        """Take the figures lexicon (``lang/data/figures.toml``)."""
        self._numbers = Numbers(table)
        counts, about = table["counts"], table["about"]
        self._counts = PhraseBook({row["name"]: _langs(row) for row in counts.values()})
        self._about = PhraseBook({row["name"]: _langs(row) for row in about.values()})
        worded = table["currency_words"]
        self._money = PhraseBook(
            {code: {ANY: list(names), **worded.get(code, {})} for code, names in table["currencies"].items()}
        )
        self._symbols: dict[str, str] = {
            n: code for code, names in table["currencies"].items() for n in names if len(n) == 1
        }
        self._percent = PhraseBook({"%": table["percent"]})
        self._percent_first = frozenset(table["percent_first"]["langs"])
        self._measures = PhraseBook({"measure": table["measures"]})
        self._units = {lang: tuple(table["measures"][lang]) for lang in LANGUAGES}
        self._counters = {lang: tuple(words) for lang, words in table["counters"].items()}
        self._fillers = {lang: frozenset(fold(w) for w in words) for lang, words in table["fillers"].items()}
        self._negations = {lang: frozenset(map(fold, words)) for lang, words in table["negations"].items()}
        self._months = Months(table["months"])
        self.rising = frozenset(row["name"] for row in counts.values() if row.get("rising"))
        self.first = frozenset(row["name"] for row in counts.values() if row.get("first"))
        self.telling = frozenset(row["name"] for row in (*counts.values(), *about.values()) if row.get("tells"))
        self._timed = frozenset(row["name"] for row in counts.values() if row.get("timed"))
        self.counted = frozenset(row["name"] for row in counts.values())

    def read(self, sentence: str, lang: str) -> list[Fact]:
        """Return the figures of ``sentence``; numbers that count nothing known (ages, years, scores) are left out."""
        toks = tokens(sentence)
        words, folded = [t.folded for t in toks], fold(sentence)
        facts = []
        for number in self._numbers.read(sentence, toks, lang):
            what = (
                self._signed(sentence, number, lang)
                if lang in LANGUAGES
                else self._what(sentence, toks, words, number, lang)
            )
            if what in ("%", *self._symbols.values()):
                what = self._subject(what, number, words, folded, lang)
            if what:
                written = sentence[number.start : number.end]
                facts.append(Fact("figure", what, value(number.value), written, sentence))
        return facts

    def numbers(self, text: str, toks: Sequence[Token], lang: str) -> list[Number]:
        """Return the numbers of ``text`` with their worth, whatever they count; no "one", which may be an article."""
        return [n for n in self._numbers.read(text, toks, lang) if not (n.worded and n.value == 1)]

    def _what(self, text: str, toks: Sequence[Token], words: list[str], number: Number, lang: str) -> str:
        ahead = words[number.last : number.last + _AHEAD]
        before = _SYMBOLS.search(fold(text[max(0, number.start - 5) : number.start]))
        if before and before.group(1) in self._symbols:
            return self._symbols[before.group(1)]
        if self._shares(text, words, number, lang):
            return "%"
        sign = text[number.end : number.end + 2].strip()[:1]
        if sign in self._symbols:
            return self._symbols[sign]
        if money := _at_start(self._money.find(ahead[:2], "", lang)):
            return money
        return self._count(text, toks, words, number, lang)

    def _shares(self, text: str, words: list[str], number: Number, lang: str) -> bool:
        """Whether a number is a share of a hundred, by a sign at either side or a word ("50 percent", "yüzde 50")."""
        if "%" in (text[number.end : number.end + 2].strip()[:1], text[number.start - 1 : number.start]):
            return True
        ahead, behind = words[number.last : number.last + _AHEAD], words[: number.first][-1:]
        leading = lang in self._percent_first and self._percent.find(behind, "", lang)
        return bool(leading or _at_start(self._percent.find(ahead, "", lang)))

    def _count(self, text: str, toks: Sequence[Token], words: list[str], number: Number, lang: str) -> str:
        ahead = words[number.last : number.last + _AHEAD + 2]
        found = self._counts.find(ahead, "", lang)
        none = number.first > 0 and self._negated(words[number.first - 1], lang)
        if (now := _at_start(found)) and not none:
            return now
        if self._is_time(words, number, lang):
            return ""
        if _at_start(self._measures.find(ahead[:1], "", lang)):
            name = self._counted_before(text, toks, words, number, lang)
            return name if name in self._timed else ""
        before = self._counted_before(text, toks, words, number, lang)
        near = [f for f in found if f.start < _AHEAD and _unbroken(text, toks, number, f)]
        if near and not none and not (number.worded and number.value == 1):
            best = min(near, key=lambda f: f.start)
            return before if before and _numbered(toks, number.last + best.end) else best.name
        return before

    def _counted_before(self, text: str, toks: Sequence[Token], words: list[str], number: Number, lang: str) -> str:
        """Return what the words before a number count: "kills 44", "the death toll in Chile rises to at least 44".

        A number in words is counted by the word right before it alone ("kills three"), and "one" may be a pronoun.
        """
        fillers = self._fillers.get(lang, frozenset())
        at = number.first
        while at > 0 and number.first - at < _BEHIND and words[at - 1] in fillers:
            at -= 1
        found = [f for f in self._counts.find(words[:at], "", lang) if f.end == at or at < number.first]
        best = max(found, key=lambda f: f.end, default=None)
        if best is None or (number.worded and (best.end < at or number.value == 1)):
            return ""
        between = toks[best.end : number.first]
        broken = _CUT.search(text[toks[best.end - 1].end : number.start])
        return "" if broken or any(t.kind == "number" for t in between) else best.name

    def _is_time(self, words: list[str], number: Number, lang: str) -> bool:
        around = [*words[max(0, number.first - 1) : number.first], *words[number.last : number.last + 1]]
        months = self._months.of(lang)
        return any(w in months for w in around) or (1900 <= number.value <= 2100 and not number.worded)

    def _negated(self, word: str, lang: str) -> bool:
        return word in self._negations[ANY] or word in self._negations.get(lang, ())

    def _signed(self, text: str, number: Number, lang: str) -> str:
        """Return what a number counts where words are written together, by the characters around it."""
        ahead, behind = text[number.end :].lstrip(), text[max(0, number.start - _NEAR) : number.start]
        after = _SIGNS_CUT.split(ahead[:_NEAR], maxsplit=1)[0]
        before = _SIGNS_CUT.split(behind)[-1]
        if after.startswith(self._units[lang]):
            ends = (*self._placed(before, lang), *(p for p in self._placed(after, lang) if p[2] - p[1] > 1))
            return next((name for name, _start, _end in ends if name in self._timed), "")
        if ahead[:1] in ("%", "％") or self._follows(self._percent, after, lang):
            return "%"
        if money := self._currency(after, lang):
            return money
        return self._counted_near(before, after, lang, parted=behind[: len(behind) - len(before)][-1:].isdecimal())

    def _currency(self, after: str, lang: str) -> str:
        if lang == "zh":
            return next((f.name for f in self._money.find((), after[:4], lang)), "")
        return self._follows(self._money, after, lang)

    def _follows(self, book: PhraseBook, after: str, lang: str) -> str:
        """Return the entry of ``book`` with which ``after`` begins."""
        folded = fold(after)
        return next((f.name for f in book.find(_words(folded, lang), folded, lang) if folded.startswith(f.text)), "")

    def _counted_near(self, before: str, after: str, lang: str, *, parted: bool) -> str:
        """Return what is counted right behind a number, right before it (no other number there), or near it."""
        later, earlier = self._placed(after, lang), self._placed(before, lang)[::-1]
        counters = self._counters.get(lang, ())
        countable = not counters or after.startswith(counters)
        if later and later[0][1] <= int(countable):
            return later[0][0]
        last = len(fold(before).rstrip(_PARTICLES))
        if earlier and not parted and earlier[0][2] >= last:
            return earlier[0][0]
        if not countable:
            return ""
        return next((name for name, _start, _end in (*later, *earlier)), "")

    def _placed(self, text: str, lang: str) -> list[tuple[str, int, int]]:
        """Return what is counted in ``text``, with its place, in order."""
        folded = fold(text)
        found = self._counts.find(_words(text, lang), folded, lang)
        places = ((f.name, folded.rfind(f.text), f.text) for f in found)
        return sorted(((name, start, start + len(words)) for name, start, words in places), key=lambda p: p[1])

    def _subject(self, unit: str, number: Number, words: list[str], folded: str, lang: str) -> str:
        """Name what an amount is about: "USD a share"; the bare unit where nothing says so."""
        if lang in LANGUAGES:
            found = self._about.find(words, folded, lang)
        else:
            found = [f for f in self._about.find(words, "", lang) if abs(f.start - number.last) <= _ABOUT]
            found.sort(key=lambda f: (f.start < number.first, abs(f.start - number.last)))
        return f"{unit} {found[0].name}" if found else unit

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


def _numbered(toks: Sequence[Token], at: int) -> bool:
    """Whether a number stands there, so that the word before it counts that one ("kills 44 and injures 120")."""
    return at < len(toks) and toks[at].kind == "number"


def _unbroken(text: str, toks: Sequence[Token], number: Number, found: Found) -> bool:
    at = number.last + found.start
    between = toks[number.last : at]
    if any(t.kind == "number" for t in between):
        return False
    return not _CUT.search(text[number.end : toks[at].start])


def _words(text: str, lang: str) -> list[str]:
    """Return the folded words of a piece of text; none of Chinese, whose entries are looked for as they are."""
    return [] if lang == "zh" else [t.folded for t in tokens(text)]
