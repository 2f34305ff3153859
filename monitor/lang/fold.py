"""Fold: the one form in which words are compared."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Letters that NFKD leaves whole although readers take them for their plain neighbours.
_PLAIN = str.maketrans(
    {
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ħ": "h",
        "’": "'",
        "‘": "'",
        "ʼ": "'",
    }
)


@lru_cache(maxsize=200_000)
def fold(text: str) -> str:
    """Return ``text`` in the form for comparing: case folded, width and accents removed.

    NFKD without combining marks, format characters (bidi marks, zero-width joiners) and controls.
    Hangul is put together again (NFC), so that a syllable stays one character. Idempotent.
    """
    parts = unicodedata.normalize("NFKD", text.casefold()).casefold()
    kept = "".join(c for c in parts if unicodedata.category(c) not in ("Mn", "Cf", "Cc", "Me"))
    return unicodedata.normalize("NFC", kept.translate(_PLAIN))
