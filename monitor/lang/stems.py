"""Stems: inflected forms of a word brought together (Snowball, https://snowballstem.org)."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Protocol

import snowballstemmer

_LANGUAGES = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "fi": "finnish", "fr": "french", "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian",
    "nb": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
_ONLY_ENDS = frozenset(("en",))
# The letters, from and up to, that a language's stemmer knows; where none is said, those of Latin scripts.
_LETTERS = {"ar": ("\u0600", "\u0700"), "el": ("\u0370", "\u0400"), "ru": ("\u0400", "\u0530")}
_LATIN = ("", "\u0250")


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 - the library's name


@cache
def _stemmer(lang: str) -> _Stemmer | None:
    name = _LANGUAGES.get(lang)
    made: _Stemmer | None = snowballstemmer.stemmer(name) if name else None
    return made


def opening(folded: str, lang: str) -> str:
    """Return the letters at the beginning of a word (no sign) that its stem has too, if that has four letters or more.

    They are the first three where the language's stemmer only changes ends, else "".
    """
    return folded[:3] if lang in _ONLY_ENDS else ""


@lru_cache(maxsize=200_000)
def stem(folded: str, lang: str) -> str:
    """Return the stem of an already folded word; the word itself for languages without a stemmer.

    And where it begins with a letter of another script: a stemmer leaves it as it is, in twice the time.
    """
    first, end = _LETTERS.get(lang, _LATIN)
    stemmer = _stemmer(lang) if first <= folded < end else None
    return stemmer.stemWord(folded) if stemmer else folded
