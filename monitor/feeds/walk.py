"""Walk: the elements of a feed document as expat meets them: what each is, and where it may stand. Pure.

Whatever stands where it has no certain meaning raises UnsureError; so does too much of anything.
"""

from __future__ import annotations

from monitor.feeds import names
from monitor.feeds.gather import TYPES, Gathered, Leaf
from monitor.feeds.unsure import UnsureError

MOST_DEPTH, MOST_ELEMENTS, MOST_ATTRIBUTES = 60, 200_000, 60
_RSS = {"0.91": "rss091u", "0.92": "rss092", "0.93": "rss093", "0.94": "rss094"}
_NONE: dict[str, str] = {}
_LEAVES: dict[str, tuple[str, str]] = {}  # tag: (what takes its text, its type where it says none)
for _take, _tags, _type in (
    ("title_", ("title", "dc:title"), "text/plain"),
    ("media_title", ("media:title",), "text/plain"),
    ("description", ("description", "dc:description", "media:description"), "text/html"),
    ("description", ("abstract",), "text/plain"),
    ("summary", ("summary", "itunes:summary"), "text/plain"),
    ("content", ("content",), "text/plain"),
    ("content", ("content:encoded",), "text/html"),
    ("words", ("subtitle", "tagline", "itunes:subtitle", "rights", "copyright", "dc:rights", "info"), "text/plain"),
    ("guid", ("guid", "id"), ""),
    ("published", ("pubdate", "published", "issued", "dcterms:issued"), ""),
    ("updated", ("updated", "modified", "lastbuilddate", "dc:date", "dcterms:modified"), ""),
    ("language", ("language", "dc:language"), ""),
    ("original", ("feedburner:origlink",), ""),
    ("other", ("ttl", "sy:updateperiod", "sy:updatefrequency"), ""),
):
    _LEAVES |= dict.fromkeys(_tags, (_take, _type))
_AUTHORS = frozenset({"author", "managingeditor", "dc:creator", "dc:author", "itunes:author"})
_OTHERS = frozenset({"contributor", "dc:contributor", "itunes:owner"})
_PERSONAL = frozenset({"", "name", "email", "uri", "url", "homepage", "itunes:name", "itunes:email"})
_IN_IMAGE = frozenset({"title", "link", "description", "url", "width", "height", "name"})
_OF_LINKS = frozenset({"href", "url", "uri", "rel", "type"})
_FRAMES = frozenset({"item", "entry", "channel", "feed", "title", "source", "image", "textinput"})
# Elements that feedparser gives a meaning wherever they stand; where they are not expected, we are not sure.
_TELLING = _FRAMES | {"dc:title", "media:title", "link", "guid", "id", "description", "dc:description", "abstract",
                      "summary", "media:description", "itunes:summary", "content", "content:encoded"}  # fmt: skip

_IN_SOURCE = frozenset({"link", "category"})  # with attributes
_NOT_IN_SOURCE = _TELLING - {"link", "id"}


class Walk:
    """Takes expat's events of one document; ``got`` is what they told, ``version`` its format ("rss20")."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self.version = ""
        self.got = Gathered()
        self._tags: dict[str, str] = {}
        self._depth = self._elements = 0
        self._leaf: Leaf | None = None
        self._pieces: list[str] | None = None
        self._outer: list[list[str] | None] = []
        self._langs: list[tuple[int, str]] = [(0, "")]
        self._bases: list[tuple[int, str]] = [(0, "")]
        self._scoped = [0]  # how deep the elements stand that have a language or a base of their own
        self._in_feed = False
        self._inside = ""  # an element within which other rules hold, and how deep it stands
        self._inside_depth = 0

    # -- expat's events

    def namespace(self, prefix: str | None, uri: str | None) -> None:
        """Take a declaration; the first that names a format says which it is."""
        if not uri:
            if prefix is None and self._depth:
                raise UnsureError("a namespace taken back")
            return
        names.check(prefix, uri)
        lower = uri.lower()
        if not self.version and (lower != names.RSS090 or prefix is None):
            self.version = names.FORMATS.get(lower, "")

    def start(self, name: str, attrs: list[str]) -> None:
        """Take an element's start; ``attrs`` is name, value, name, value ..."""
        self._depth += 1
        self._elements += 1
        if self._leaf is not None or self._depth > MOST_DEPTH or self._elements > MOST_ELEMENTS:
            raise UnsureError("markup in a text, or too much of it")
        said = self._scope(attrs) if attrs else _NONE
        tag = self._tags.get(name)
        if tag is None:
            tag = self._tags[name] = names.tag_of(name)
        self._outer.append(self._pieces)
        self._pieces = None
        if self._depth == 1:
            self._root(tag, name, said)
        elif self._inside:
            self._begin_inside(tag, said)
        elif tag in _LEAVES:
            self._begin_leaf(tag, said, *_LEAVES[tag])
        elif tag:
            self._begin(tag, said)

    def end(self, name: str) -> None:
        """Take an element's end."""
        pieces, self._pieces = self._pieces, self._outer.pop()
        if self._leaf is not None:
            leaf, self._leaf = self._leaf, None
            getattr(self.got, leaf.take)("".join(pieces or ()).strip(), leaf)
        elif not self._inside:
            self._end(self._tags[name])
        elif self._depth == self._inside_depth:
            self._end_inside("".join(pieces or ()).strip())
        if self._scoped[-1] == self._depth:
            self._leave_scope()
        self._depth -= 1

    def text(self, text: str) -> None:
        """Take characters."""
        if self._pieces is not None:
            self._pieces.append(text)

    # -- attributes that hold for all within an element

    def _scope(self, attrs: list[str]) -> dict[str, str]:
        if len(attrs) > 2 * MOST_ATTRIBUTES:
            raise UnsureError("very many attributes")
        said = names.attributes(attrs)
        lang = said.get("xml:lang", said.get("lang"))
        if lang is not None:
            self._langs.append((self._depth, lang))
            self._scoped.append(self._depth)
        base = said.get("xml:base") or said.get("base")
        if base and base != self.got.base:
            self._rebase(base)
            self._scoped.append(self._depth)
        return said

    def _leave_scope(self) -> None:
        while self._scoped[-1] == self._depth:
            self._scoped.pop()
        if self._langs[-1][0] == self._depth:
            self._langs.pop()
        if self._bases[-1][0] == self._depth:
            self.got.base = self._bases.pop()[1]

    def _rebase(self, base: str) -> None:
        """Take a base; only where the whole document has one does feedparser give it back at the element's end."""
        base = self.got.resolved(base)
        if (self._depth > 1 and not self.got.base) or not base.startswith(("http://", "https://")):
            raise UnsureError("a base of its own")
        self._bases.append((self._depth, self.got.base))
        self.got.base = base

    # -- elements

    def _root(self, tag: str, name: str, said: dict[str, str]) -> None:
        if tag == "rss":
            if not self.version.startswith("rss"):
                version = said.get("version", "")
                self.version = _RSS.get(version) or ("rss20" if version.startswith("2.") else "rss")
        elif tag == "feed" and self.version == "atom10" and name.lower() == f"{names.ATOM} feed":
            self._in_feed = True
        elif tag != "rdf:rdf" or not self.version.startswith("rss"):
            raise UnsureError(f"root {tag!r}")
        if tag != "rdf:rdf":
            self.got.lang = self._langs[-1][1].replace("_", "-")

    def _begin(self, tag: str, said: dict[str, str]) -> None:
        if tag == "link":
            self._begin_link(said)
        elif tag in ("item", "entry"):
            self._begin_entry(said)
        elif tag in _AUTHORS:
            self._enter("author")
        elif tag in _OTHERS:
            self._inside, self._inside_depth = "other", self._depth
        elif tag in _FRAMES:
            self._begin_frame(tag, said)

    def _begin_leaf(self, tag: str, said: dict[str, str], take: str, default: str) -> None:
        self._placed(tag)
        kind = default
        if said:
            kind = TYPES.get(said.get("type", default).lower(), "") if default else ""
            if default and (not kind or "mode" in said):
                raise UnsureError("a text of another type")
            if take in ("original", "other"):
                return  # feedparser keeps the attributes then, and drops the text
        self._read(take, tag, kind, said)

    def _begin_entry(self, said: dict[str, str]) -> None:
        if self.got.entry is not None or "lastmod" in said or "href" in said:
            raise UnsureError("an entry of another kind")
        self.got.open_entry(said.get("rdf:about", ""))

    def _begin_link(self, said: dict[str, str]) -> None:
        self._placed("link")
        if any(key[0] == "{" and key.rpartition("}")[2] in _OF_LINKS for key in said):
            raise UnsureError("a link with attributes of another vocabulary")
        href = said.get("url", said.get("uri", said.get("href"))) or said.get("href")
        if href is None:
            self._read("link_text", "link", "", said)
            return
        rel = said.get("rel", "alternate")
        self.got.linked(href, rel, said.get("type", "application/atom+xml" if rel == "self" else "text/html"))

    def _begin_frame(self, tag: str, said: dict[str, str]) -> None:
        entry = self.got.entry
        if tag == "channel" and entry is None and not self._in_feed and "lastmod" not in said and "href" not in said:
            self._in_feed = True
        elif tag == "source" and entry is not None:
            self.got.title_depth = -1
            self._enter("source")
        elif tag == "image" or (tag == "textinput" and entry is None):
            self.got.title_depth = -1
            self._inside, self._inside_depth = "image" if entry is None else "picture", self._depth
        else:
            raise UnsureError(f"{tag!r} in no place")

    def _begin_inside(self, tag: str, said: dict[str, str]) -> None:
        child = self._depth == self._inside_depth + 1
        if self._inside == "image":
            self._begin_in_image(tag, said, child=child)
        elif self._inside == "source":
            self._begin_in_source(tag, said, child=child)
        elif self._inside == "author" and child and tag in _PERSONAL:
            self._read("personal", tag, "", said)
        elif self._inside == "author" or tag in _TELLING:
            raise UnsureError(f"{tag!r} in no place")

    def _begin_in_image(self, tag: str, said: dict[str, str], *, child: bool) -> None:
        if tag and ":" not in tag and (tag not in _IN_IMAGE or not child):
            raise UnsureError("an image of another kind")
        if tag == "title":
            self._read("image_title", tag, "", said)

    def _begin_in_source(self, tag: str, said: dict[str, str], *, child: bool) -> None:
        if child and tag in ("title", "dc:title") and said.get("type", "text").lower() in TYPES and "mode" not in said:
            self._read("source_title", tag, "", said)
        elif tag in _NOT_IN_SOURCE or (said and tag not in _IN_SOURCE):
            raise UnsureError(f"{tag!r} in a source")

    def _end(self, tag: str) -> None:
        if tag in ("item", "entry"):
            self.got.close_entry()
        elif tag == "channel":
            self._in_feed = False

    def _end_inside(self, text: str) -> None:
        inside, self._inside = self._inside, ""
        if inside == "source":
            self.got.close_source(text)
        elif inside == "author":
            self.got.close_author(text, self._depth)

    def _placed(self, tag: str) -> None:
        if self.got.entry is None and not self._in_feed:
            raise UnsureError(f"{tag!r} in no place")

    def _enter(self, what: str) -> None:
        """Begin an element that has both a text and elements of its own."""
        self._inside, self._inside_depth = what, self._depth
        self.got.person = {}
        self._pieces = []

    def _read(self, take: str, tag: str, kind: str, said: dict[str, str]) -> None:
        self._leaf = Leaf(take, tag, kind, said, self._depth, self._langs[-1][1])
        self._pieces = []
