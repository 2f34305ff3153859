"""Article: the text of a news page. Runs in a worker process only, where it can be killed.

trafilatura (the extra ``fulltext``) tells the article from menus, adverts and comments. Where it is not installed
the page's paragraphs are taken.
"""

from __future__ import annotations

import re
from importlib.util import find_spec

from monitor.feeds import repair
from monitor.lang.markup import plain_text

MOST = 6_000  # characters kept of an article
_READ = 1_000_000  # characters of a page that are looked at
_PARAGRAPH = re.compile(r"<p\b[^<>]{0,1000}>(.{0,20000}?)</p\s*>", re.IGNORECASE | re.DOTALL)
_NO_TEXT = re.compile(r"<(script|style)\b.{0,200000}?</\1\s*>", re.IGNORECASE | re.DOTALL)
_LEAST = 60  # characters from which on a paragraph is text and no caption or menu


def text_of(body: bytes, content_type: str, url: str) -> str:
    """Return the plain text of the article on a page, at most MOST characters, "" where there is none."""
    page = repair.text_of(body, content_type)[:_READ]
    text = _extracted(page, url)
    if text is None:
        text = " ".join(_paragraphs(page))
    return " ".join(text.split())[:MOST]


def installed() -> bool:
    """Whether the extra is installed, with what it needs to be imported."""
    return all(find_spec(name) is not None for name in ("trafilatura", "lxml_html_clean"))


def _extracted(page: str, url: str) -> str | None:
    try:
        import trafilatura
    except ImportError:
        return None
    found = trafilatura.extract(page, url=url, include_comments=False, include_tables=False, favor_precision=True)
    return found or ""


def _paragraphs(page: str) -> list[str]:
    texts = (plain_text(found) for found in _PARAGRAPH.findall(_NO_TEXT.sub(" ", page)))
    return [text for text in texts if len(text) >= _LEAST]
