"""Safe: feed text made harmless for places that understand control characters."""

from __future__ import annotations

import unicodedata

_KEEP_FORMAT = frozenset("\u200c\u200d")  # joiners: Persian, Indic scripts and emoji need them


def one_line(text: str, limit: int = 300) -> str:
    """Return ``text`` as one printable line of at most ``limit`` characters.

    Control characters (terminal escapes, newlines), bidirectional overrides, lone surrogates and
    private-use characters become spaces; white space is folded. Fit for terminals, logs and titles.
    """
    shown = "".join(c if _printable(c) else " " for c in text[: limit * 4])
    line = " ".join(shown.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def visible(text: str) -> str:
    """Return the lines of ``text`` with all their spaces and without anything that could steer a terminal."""
    return "\n".join("".join(c if _printable(c) else " " for c in line) for line in text.split("\n"))


def _printable(char: str) -> bool:
    if char in _KEEP_FORMAT:
        return True
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
