"""Gather: the texts of a feed document put where feedparser would put them. Pure.

Its habits that matter: the first title that says something wins unless a later one stands less deep;
a second description counts as content; the last link, date and author win.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urljoin

from monitor.feeds.moments import moment
from monitor.feeds.unsure import UnsureError

TYPES = {"text": "text/plain", "plain": "text/plain", "html": "text/html", "text/html": "text/html",
         "text/plain": "text/plain"}  # fmt: skip
_HTML = frozenset({"html", "xhtml", "text/html", "application/xhtml+xml"})
_LINK = 4_096  # characters of an address
_C1 = re.compile("[\x80-\x9f]")
_TWICE = re.compile("[\xc2-\xf4][\x80-\xbf]")  # how a sign that was encoded twice looks
_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*://)/+")


@dataclass(slots=True)
class Made:
    """An entry in the making; texts may hold markup, ``summary`` None: none yet."""

    id: str = ""
    link: str = ""
    alternate: str = ""
    original: str = ""
    title: str = ""
    title_type: str = ""
    lang: str = ""
    summary: str | None = None
    summary_type: str = ""
    contents: list[tuple[str, str]] = field(default_factory=list)
    author: str = ""
    source: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    depths: dict[str, int] = field(default_factory=dict)  # how deep stood what gave a field its text
    has_link: bool = False


@dataclass(slots=True)
class Leaf:
    """An element whose text is read: what takes it (a method's name), its tag, type, attributes, depth, language."""

    take: str
    tag: str
    type: str
    said: dict[str, str]
    depth: int
    lang: str


class Gathered:
    """What was read so far: the feed's own words, its entries, and the one that is open (``entry``)."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self.title = self.link = self.lang = self.base = ""
        self.said: dict[str, str] = {}
        self.entries: list[Made] = []
        self.entry: Made | None = None
        self.title_depth = -1
        self.person: dict[str, str] = {}
        self._has_content = self._feed_summary = self._has_link = False

    def open_entry(self, about: str) -> None:
        """Begin an entry; RDF names it by ``about``."""
        self.entry = Made(id=about)
        self.entries.append(self.entry)
        self.title_depth = -1

    def close_entry(self) -> None:
        """End the open entry."""
        self.entry = None
        self._has_content = False

    def close_source(self, text: str) -> None:
        """End an entry's source: its own text (RSS), else its title (Atom)."""
        if self.entry is not None:
            self.entry.source = plain(text) or self.person.get("title", "")

    def close_author(self, text: str, depth: int) -> None:
        """End an author: name and address (Atom), else the element's own text."""
        if self.entry is None:
            return
        self._store("author", plain(text), self.entry, depth)
        name, email = self.person.get("name", ""), self.person.get("email", "")
        self.entry.author = (f"{name} ({email})" if name and email else name or email) or self.entry.author

    def linked(self, href: str, rel: str, kind: str) -> None:
        """Take a link that is an attribute."""
        href = self.resolved(href)
        self._note(rel, href)
        if rel == "alternate" and kind.lower() in _HTML:
            self._set_link(href)

    def resolved(self, link: str) -> str:
        """Return ``link`` resolved against the base in force."""
        if ":///" in link:
            link = _SLASHES.sub(r"\1", link)
        try:
            return urljoin(self.base, link)
        except ValueError:
            return ""

    def _store(self, name: str, text: str, entry: Made, depth: int) -> None:
        """Keep a text unless one that stands less deep was kept before."""
        if depth <= entry.depths.get(name, depth):
            entry.depths[name] = depth
            setattr(entry, name, text)

    def _set_link(self, link: str) -> None:
        if self.entry is None:
            self.link, self._has_link = link, True
        else:
            self.entry.link, self.entry.has_link = link, True

    def _note(self, rel: str, link: str) -> None:
        entry = self.entry
        if entry is not None and rel == "alternate" and link and not entry.alternate:
            entry.alternate = link[:_LINK]

    # -- the elements that are read for their text

    def title_(self, text: str, leaf: Leaf) -> None:
        """Take a title of the feed or of an entry."""
        text, depth = plain(text), leaf.depth
        if not -1 < self.title_depth <= depth:
            if self.entry is None:
                self.title = text
            else:
                self._store("title", text, self.entry, depth)
                self.entry.title_type, self.entry.lang = leaf.type, leaf.lang.replace("_", "-")
        if text:
            self.title_depth = depth

    def media_title(self, text: str, leaf: Leaf) -> None:
        """Take a picture's or film's title: the entry's where it has no other yet."""
        before = self.title_depth
        self.title_(text, leaf)
        self.title_depth = before

    def description(self, text: str, leaf: Leaf) -> None:
        """Take a description: the summary, or content when there is one already."""
        entry = self.entry
        if entry is None:
            self._has_content = self._has_content or self._feed_summary
        elif entry.summary is not None and not self._has_content:
            leaf.type = TYPES[leaf.said.get("type", "text/plain").lower()]
            self.content(text, leaf)
        else:
            self._store("summary", plain(text), entry, leaf.depth)
            entry.summary_type = leaf.type

    def summary(self, text: str, leaf: Leaf) -> None:
        """Take a summary."""
        self.description(text, leaf)
        self._feed_summary = self._feed_summary or self.entry is None

    def content(self, text: str, leaf: Leaf) -> None:
        """Take an entry's content; it serves as summary until there is one."""
        if self.entry is None:
            raise UnsureError("content of no entry")
        self._has_content = True
        text = plain(text)
        self.entry.contents.append((text, leaf.type))
        if self.entry.summary is None:
            self.entry.summary = text

    def words(self, text: str, leaf: Leaf) -> None:
        """Take nothing: of interest was only that there is no markup in it."""

    def guid(self, text: str, leaf: Leaf) -> None:
        """Take an identifier, which is a link too unless it says that it is none."""
        linking = leaf.said.get("ispermalink", "true") == "true"
        value = plain(self.resolved(text) if linking and text else text)
        if self.entry is not None:
            self._store("id", value, self.entry, leaf.depth)
        if linking and not (self._has_link if self.entry is None else self.entry.has_link):
            self._set_link(value)

    def published(self, text: str, _leaf: Leaf) -> None:
        """Take an entry's date."""
        if self.entry is not None:
            self.entry.published_at = moment(plain(text))

    def updated(self, text: str, _leaf: Leaf) -> None:
        """Take the date of an entry's last change."""
        if self.entry is not None:
            self.entry.updated_at = moment(plain(text))

    def language(self, text: str, _leaf: Leaf) -> None:
        """Take the feed's language."""
        if self.entry is None:
            self.lang = plain(text)

    def original(self, text: str, leaf: Leaf) -> None:
        """Take the address that a go-between replaced."""
        if self.entry is not None:
            self._store("original", plain(text), self.entry, leaf.depth)

    def other(self, text: str, leaf: Leaf) -> None:
        """Take what a feed says of how often to ask for it."""
        if self.entry is None:
            self.said[leaf.tag] = plain(text)

    def source_title(self, text: str, leaf: Leaf) -> None:
        """Take the title in an entry's source."""
        if not -1 < self.title_depth <= leaf.depth:
            self.person["title"] = plain(text)
        if text:
            self.title_depth = leaf.depth

    def image_title(self, text: str, leaf: Leaf) -> None:
        """Take the title of a feed's picture, which is no title of the feed's, but counts as the last one met."""
        if text:
            self.title_depth = leaf.depth

    def personal(self, text: str, leaf: Leaf) -> None:
        """Take an author's name or address."""
        key = leaf.tag.removeprefix("itunes:")
        if key in ("name", "email"):
            self.person[key] = text
        elif text and not leaf.tag:
            raise UnsureError("words about an author")

    def link_text(self, text: str, leaf: Leaf) -> None:
        """Take a link that is a text."""
        link = plain(self.resolved(text) if text else text)
        if self.entry is not None:
            link = link.replace("&amp;", "&")
        if "&" in link:
            link = re.sub("&([A-Za-z0-9_]+);", r"&\g<1>", link)
        self._set_link(link)
        self._note(leaf.said.get("rel", "alternate"), link)


def plain(text: str) -> str:
    """Return ``text`` with two common mistakes undone: UTF-8 encoded twice, Windows' signs as control characters."""
    if text.isascii():
        return text
    if _TWICE.search(text):
        with suppress(UnicodeError):
            text = text.encode("latin-1").decode()
    return _C1.sub(_windows, text) if _C1.search(text) else text


def _windows(found: re.Match[str]) -> str:
    try:
        return found[0].encode("latin-1").decode("cp1252")
    except UnicodeDecodeError:  # five places that Windows left empty
        return found[0]
