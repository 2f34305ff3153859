"""Tokens: the words of a text with their place in it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from monitor.lang.fold import fold

# Runs of scripts written without spaces: Han, kana. (Hangul and Thai are left to word breaking by space.)
CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0002ffff"
# Signs that stand inside words although they are no letters: accents, vowel signs and points, joiners.
_MARKS = (
    "\u00ad\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09cd\u0b82\u0bbe-\u0bcd\u0e31\u0e34-\u0e3a"
    "\u0e47-\u0e4e\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufe00-\ufe0f"
)
_LETTER = rf"[^\W_{CJK}]"
_RUN = re.compile(
    rf"(?P<cjk>[{CJK}]+)"
    rf"|(?P<number>\d+(?:[.,:\u00a0\u202f]\d+)*)(?!{_LETTER})"
    rf"|(?P<short>(?:[^\W\d_{CJK}]\.){{2,}}(?!{_LETTER}))"
    rf"|(?P<word>{_LETTER}(?:{_LETTER}|[{_MARKS}])*(?:['’＇]{_LETTER}(?:{_LETTER}|[{_MARKS}])*)*)"
)
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


_new = tuple.__new__


def tokens(text: str) -> tuple[Token, ...]:
    """Return the tokens of ``text`` in order; CJK runs become overlapping bigrams (one character stays).

    ``folded`` has no possessive ("Putin's"), no elided article ("l'Iran") and, in an abbreviation,
    no full stops ("U.S." and "US" are the same word).
    """
    found: list[Token] = []
    for m in _RUN.finditer(text):
        kind, run, start = m.lastgroup or "word", m.group(), m.start()
        if kind == "cjk":
            found.extend(_bigrams(run, start))
        elif folded := _compared(run, kind):
            made = (run, folded, start, start + len(run), "number" if kind == "number" else "word")
            found.append(_new(Token, made))  # the class's own constructor takes twice as long
    return tuple(found)


@lru_cache(maxsize=200_000)
def _compared(text: str, kind: str) -> str:
    folded = fold(text)
    if kind == "short":
        return folded.replace(".", "")
    if "'" in folded:
        return _ELISION.sub("", _POSSESSIVE.sub("", folded))
    return folded


def _bigrams(run: str, at: int) -> list[Token]:
    folded = fold(run)
    if len(run) == 1:
        return [Token(run, folded, at, at + 1, "cjk")]
    if len(folded) != len(run):  # a half-width letter with its mark became one
        return [Token(run[i : i + 2], fold(run[i : i + 2]), at + i, at + i + 2, "cjk") for i in range(len(run) - 1)]
    return [Token(run[i : i + 2], folded[i : i + 2], at + i, at + i + 2, "cjk") for i in range(len(run) - 1)]
