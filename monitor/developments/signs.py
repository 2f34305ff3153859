"""Signs: the numbers of Chinese, Japanese and Korean text, where the words around a number are written together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_SECTIONS = {"zh": "chinese", "ja": "japanese", "ko": "korean"}
LANGUAGES = frozenset(_SECTIONS)


class Signs:
    """The signs with which one language writes numbers."""

    def __init__(self, section: Mapping[str, Mapping[str, int]]) -> None:
        """Take its section of the figures lexicon: what digits and powers are worth."""
        self._digits, self._powers = section["digits"], section["powers"]
        power = f"[{''.join(p for p, worth in self._powers.items() if worth >= 1000)}]"
        digits = rf"\d[\d,.]*(?:\s?{power}{{1,2}}\s?\d[\d,.]*)*(?:\s?{power}{{1,2}})?"
        worded = f"[{''.join(self._digits)}{''.join(self._powers)}]+" if self._digits else r"(?!)"
        self._number = re.compile(f"(?P<digits>{digits})|(?P<worded>{worded})")
        self._parts = re.compile(rf"(\d[\d,.]*)\s?({power}*)")

    def read(self, text: str) -> Iterator[tuple[float, int, int, bool]]:
        """Yield the numbers of ``text``: worth, start, end, and whether it is written without digits."""
        for m in self._number.finditer(text):
            yield (
                self._worded(m["worded"]) if m["worded"] else self._counted(m["digits"]),
                m.start(),
                m.end(),
                bool(m["worded"]),
            )

    def _counted(self, written: str) -> float:
        return sum(_plain(digits) * self._power(signs) for digits, signs in self._parts.findall(written))

    def _power(self, signs: str) -> float:
        worth = 1.0
        for sign in signs:
            worth *= self._powers[sign]
        return worth

    def _worded(self, signs: str) -> float:
        total, section, digit = 0.0, 0.0, 0.0
        for sign in signs:
            if sign in self._digits:
                digit = float(self._digits[sign])
                continue
            power = self._powers[sign]
            if power >= 10_000:
                total, section, digit = (total + section + digit) * power, 0.0, 0.0
            else:
                section, digit = section + (digit or 1.0) * power, 0.0
        return total + section + digit


def load(figures: Mapping[str, Any]) -> dict[str, Signs]:
    """Return the signs of each language that the figures lexicon has them for."""
    return {lang: Signs(figures[name]) for lang, name in _SECTIONS.items() if name in figures}


def _plain(written: str) -> float:
    """Return the worth of digits with a comma between thousands and a point before decimals."""
    try:
        return float(written.replace(",", "").rstrip("."))
    except ValueError:
        return 0.0
