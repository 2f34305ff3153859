"""Markup: HTML out of feeds turned into plain text."""

from __future__ import annotations

import re
from html import unescape

import nh3

_BLOCK = re.compile(r"<\s{0,9}/?\s{0,9}(?:p|br|div|li|ul|ol|tr|td|h[1-6]|blockquote|hr)\b[^>]{0,200}>", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LIMIT = 200_000


def plain_text(html: str) -> str:
    """Return the text of ``html``: tags, scripts and styles away, entities decoded, white space folded.

    What is left is text, not markup: a literal ``<`` in it must be escaped again wherever it is shown.
    """
    text = _CONTROL.sub(" ", html[:_LIMIT])
    if "<" in text:
        spaced = _BLOCK.sub(" ", text)
        text = unescape(nh3.clean(spaced, tags=set(), clean_content_tags={"script", "style"}))
        text = _CONTROL.sub(" ", text)
    elif "&" in text:
        text = _CONTROL.sub(" ", unescape(text))
    return " ".join(text.split())
