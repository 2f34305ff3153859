"""Numbers: what a number in a text is worth, as each language writes it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.developments import signs
from monitor.lang.fold import fold
from monitor.lang.tokens import Token

_ATTACHED = re.compile(r"^(\d[\d.,]*)([^\W\d_]{1,3})$")
_DECIMALS = re.compile(r"^(\d{1,3})([^\W\d_]{1,3})$")
_BIGGEST = 10**15  # what is larger is no figure of the news


@dataclass(frozen=True, slots=True)
class Number:
    """A number at ``start:end`` of the text, and at the tokens ``first:last`` (equal where words are joined)."""

    value: float
    start: int
    end: int
    first: int = 0
    last: int = 0
    worded: bool = False


class Numbers:
    """The number words, multipliers and separators of the figures lexicon."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        """Take the figures lexicon (``lang/data/figures.toml``)."""
        self._words = {lang: _folded(row) for lang, row in table["words"].items()}
        self._multipliers = {lang: _folded(row) for lang, row in table["multipliers"].items()}
        self._comma = frozenset(table["decimal_comma"]["langs"])
        self._signs = signs.load(table)

    def read(self, text: str, toks: Sequence[Token], lang: str) -> list[Number]:
        """Return the numbers of ``text`` in order."""
        if lang in self._signs:
            return self._signed(text, lang)
        found: list[Number] = []
        at = 0
        while at < len(toks):
            number = self._at(toks, at, lang) if toks[at].kind != "cjk" else None
            if number is None:
                at += 1
                continue
            found.append(number)
            at = number.last
        return found

    def plain(self, written: str, lang: str) -> float:
        """Return the worth of digits with separators: in ``lang`` a comma or a point begins the decimals."""
        bare = re.sub(r"[\u00a0\u202f\s]", "", written).strip(".,")
        point = "," if lang in self._comma else "."
        group = "." if point == "," else ","
        if bare.count(point) > 1 or (point in bare and group in bare and bare.rfind(group) > bare.rfind(point)):
            point, group = group, point
        if point in bare and _grouped(bare, point) and point == "," and group not in bare:
            point, group = group, point  # "1,200" stays twelve hundred wherever it is quoted
        try:
            return float(bare.replace(group, "").replace(point, "."))
        except ValueError:
            return 0.0

    def _at(self, toks: Sequence[Token], at: int, lang: str) -> Number | None:
        tok = toks[at]
        value, last = self._value(toks, at, lang)
        if value is None:
            return None
        while last < len(toks) and (times := self._times(toks[last].folded, lang)):
            value *= times
            last += 1
        if value > _BIGGEST:
            return None
        return Number(
            value, tok.start, toks[last - 1].end, at, last, worded=tok.kind == "word" and not tok.text[0].isdigit()
        )

    def _value(self, toks: Sequence[Token], at: int, lang: str) -> tuple[float | None, int]:
        tok = toks[at]
        if tok.kind == "number" and (split := _split_decimal(toks, at)):
            times = self._times(split.group(2), lang) or self._times(split.group(2), "en")
            return (float(f"{tok.text}.{split.group(1)}") * times, at + 2) if times else (None, at)
        if tok.kind == "number":
            last = _spaced_end(toks, at) if lang in self._comma else at + 1
            return self.plain("".join(t.text for t in toks[at:last]), lang), last
        if attached := _ATTACHED.match(tok.folded):
            times = self._times(attached.group(2), lang) or self._times(attached.group(2), "en")
            return (self.plain(attached.group(1), lang) * times, at + 1) if times else (None, at)
        words = self._words.get(lang, {})
        value = words.get(tok.folded)
        if value is None:
            return None, at
        below = words.get(toks[at + 1].folded) if value >= 10 and value % 10 == 0 and at + 1 < len(toks) else None
        if below is not None and below < 10:
            return float(value + below), at + 2
        return float(value), at + 1

    def _times(self, word: str, lang: str) -> float:
        return float(self._multipliers.get(lang, {}).get(word, 0))

    def _signed(self, text: str, lang: str) -> list[Number]:
        return [
            Number(value, start, end, worded=worded)
            for value, start, end, worded in self._signs[lang].read(text)
            if 0 < value <= _BIGGEST
        ]


def _split_decimal(toks: Sequence[Token], at: int) -> re.Match[str] | None:
    """Return the "8bn" of "1.8bn", which is read as two words."""
    if at + 1 >= len(toks) or toks[at + 1].start != toks[at].end + 1 or not toks[at].text.isdecimal():
        return None
    return _DECIMALS.match(toks[at + 1].folded)


def _spaced_end(toks: Sequence[Token], at: int) -> int:
    """Return where digits grouped by spaces end: "1 200 000"."""
    last = at + 1
    if not (toks[at].text.isdecimal() and len(toks[at].text) <= 3):
        return last
    while last < len(toks) and toks[last].start == toks[last - 1].end + 1 and re.fullmatch(r"\d{3}", toks[last].text):
        last += 1
    return last


def _grouped(bare: str, mark: str) -> bool:
    """Whether ``mark`` parts groups of three, as thousands do."""
    head, *rest = bare.split(mark)
    return 1 <= len(head) <= 3 and head != "0" and all(len(part) == 3 for part in rest)


def _folded(row: Mapping[str, int]) -> dict[str, int]:
    return {fold(word): value for word, value in row.items()}
