"""Markup: HTML out of feeds turned into plain text."""

from __future__ import annotations

import re
from html import unescape

import nh3

_BLOCK = re.compile(r"<\s{0,9}/?\s{0,9}(?:p|br|div|li|ul|ol|tr|td|h[1-6]|blockquote|hr)\b[^>]{0,200}>", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LIMIT = 200_000
# The markup that most feeds write: elements without a meaning of their own for the text in them, attributes in
# quotes, entities that every reader takes for the same sign. What is only that needs no parser of HTML.
_SIMPLE = re.compile(
    r"</?(?:a|b|i|u|em|strong|span|img|figure|figcaption|small|sup|sub|code|cite|p|br|div|li|ul|ol|h[1-6]|blockquote|hr)"
    r"(?:\s+[a-z][a-z-]{0,30}=(?:\"[^\"<>]{0,999}\"|'[^'<>]{0,999}')){0,12}\s{0,9}/?>",
    re.IGNORECASE,
)
_UNSURE = re.compile(r"<|&(?!(?:amp|lt|gt|quot|nbsp|#39|#8[23]\d\d|[lr][sd]quo|[mn]dash|hellip);)")


def plain_text(html: str) -> str:
    """Return the text of ``html``: tags, scripts and styles away, entities decoded, white space folded.

    What is left is text, not markup: a literal ``<`` in it must be escaped again wherever it is shown.
    """
    if not html:
        return ""
    text = html[:_LIMIT]
    if not text.isprintable():
        text = _CONTROL.sub(" ", text)
    if "<" in text:
        spaced = _BLOCK.sub(" ", text)  # elements that begin a line part words
        quick = _quick(spaced)
        text = _thorough(spaced) if quick is None else quick
    elif "&" in text:
        text = _CONTROL.sub(" ", unescape(text))
    return " ".join(text.split())


def _quick(text: str) -> str | None:
    """Return the words of simple markup; None for markup that takes a parser."""
    simple = _SIMPLE.sub("", text) if "<" in text else text
    return None if _UNSURE.search(simple) else unescape(simple)


def _thorough(text: str) -> str:
    return _CONTROL.sub(" ", unescape(nh3.clean(text, tags=set(), clean_content_tags={"script", "style"})))
