"""Article: an example article out of a file or a web page, as a seed document."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from monitor.lang.markup import plain_text
from monitor.model.storyline import SeedDocument

_LIMIT = 1_000_000  # characters of a page that are read
_PARAGRAPH = 40  # characters from which on a paragraph is text and no caption or menu
_CHARSET = re.compile(rb"""charset\s*=\s*["']?([\w.:-]{2,40})""", re.IGNORECASE)


def decoded(body: bytes, content_type: str = "") -> str:
    """Return a page's text by its declared character set, else UTF-8; what does not fit is replaced."""
    found = _CHARSET.search(content_type.encode()) or _CHARSET.search(body[:2048])
    try:
        return body.decode(found.group(1).decode() if found else "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def of_page(html: str, name: str) -> SeedDocument:
    """Return the title and the paragraphs of a web page. ``name`` says where it is from."""
    page = _Page()
    page.feed(html[:_LIMIT])
    page.close()
    title = page.heading or page.title
    text = "\n".join(p for p in page.paragraphs if len(p) >= _PARAGRAPH)
    return SeedDocument(name, plain_text(title), text)


class _Page(HTMLParser):
    """Gathers the title, the first heading and the paragraphs."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.heading = ""
        self.paragraphs: list[str] = []
        self._open = ""
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in ("title", "h1", "p"):
            self._end()
            self._open = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._open:
            self._end()

    def handle_data(self, data: str) -> None:
        if self._open:
            self._text.append(data)

    def close(self) -> None:
        super().close()
        self._end()

    def _end(self) -> None:
        text = " ".join("".join(self._text).split())
        if self._open == "title":
            self.title = self.title or text
        elif self._open == "h1":
            self.heading = self.heading or text
        elif text:
            self.paragraphs.append(text)
        self._open, self._text = "", []
