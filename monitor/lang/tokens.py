"""Tokens: the words of a text with their place in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.lang.fold import fold

# Runs of scripts written without spaces: Han, kana. (Hangul and Thai are left to word breaking by space.)
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ffff"
_RUN = re.compile(
    rf"(?P<cjk>[{_CJK}]+)"
    rf"|(?P<number>\d+(?:[.,:\u00a0\u202f]\d+)*)(?![^\W_{_CJK}])"
    rf"|(?P<word>[^\W_{_CJK}][^\W_{_CJK}\u0300-\u036f]*(?:[\u0300-\u036f]+[^\W_{_CJK}]*)*"
    rf"(?:['’][^\W_{_CJK}]+)*)"
)
_POSSESSIVE = re.compile(r"'s$|'$")


@dataclass(frozen=True, slots=True)
class Token:
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


def tokens(text: str) -> tuple[Token, ...]:
    """Return the tokens of ``text`` in order; CJK runs become overlapping bigrams (one character stays)."""
    found: list[Token] = []
    for m in _RUN.finditer(text):
        if m.lastgroup == "cjk":
            found.extend(_bigrams(m.group(), m.start()))
        else:
            folded = _POSSESSIVE.sub("", fold(m.group()))
            if folded:
                found.append(Token(m.group(), folded, m.start(), m.end(), m.lastgroup or "word"))
    return tuple(found)


def _bigrams(run: str, at: int) -> list[Token]:
    if len(run) == 1:
        return [Token(run, fold(run), at, at + 1, "cjk")]
    return [Token(run[i : i + 2], fold(run[i : i + 2]), at + i, at + i + 2, "cjk") for i in range(len(run) - 1)]
