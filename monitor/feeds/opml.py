"""OPML 2.0 in and out: lists of feeds as other readers keep them (http://opml.org/spec2.opml).

Folders become the path of a feed's name ("world/wire") and its tags. Reading expands no entities
of the document's own, so that a list from a stranger cannot blow up or read files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html.entities import html5
from itertools import chain, count
from urllib.parse import urlsplit
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from monitor.errors import ConfigError, Problem
from monitor.lang.fold import fold
from monitor.lang.safe import one_line
from monitor.model.feed import Feed

_BARE_AMPERSAND = re.compile(r"&(?!(?:#\d+|#x[0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);)")
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WORD = re.compile(r"[^\W_]+")
# One outline up to the next tag, and in it one attribute up to the next or the end: quotes may be inside.
_OUTLINE = re.compile(r"<outline\s(.{1,3000}?)(/?)>(?=\s*(?:</?(?:outline|body)\b|\Z))", re.DOTALL)
_ATTRIBUTE = re.compile(r'([\w:.-]{1,40})\s*=\s*"(.{0,3000}?)"(?=\s+[\w:.-]{1,40}\s*=\s*"|\s*\Z)', re.DOTALL)
_DEEPEST = 50  # folders within folders


class _RefusedError(Exception):
    """Something in the document that is not read: its line and why."""


class _Reader:
    """Collects feeds while expat walks the outlines."""

    def __init__(self) -> None:
        self.feeds: dict[str, Feed] = {}
        self._folders: list[str | None] = []  # None: an outline that is a feed
        self._names: set[str] = set()
        self.root = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.root = self.root or name.lower()
        if name.lower() != "outline":
            return
        if len(self._folders) >= _DEEPEST:
            raise _RefusedError(f"outlines nested more than {_DEEPEST} deep")
        said = {key.lower(): value.strip() for key, value in attributes.items()}
        title = one_line(said.get("text") or said.get("title") or "", 120)
        url = _http(said.get("xmlurl", ""))
        if url:
            self._add(url, title, said)
        self._folders.append(None if url else title)

    def end(self, name: str) -> None:
        if name.lower() == "outline" and self._folders:
            self._folders.pop()

    def _add(self, url: str, title: str, said: Mapping[str, str]) -> None:
        folders = [f for f in self._folders if f]
        tags = tuple(dict.fromkeys([*folders, *_categories(said.get("category", ""))]))
        known = self.feeds.get(url)
        if known:
            tags = tuple(dict.fromkeys([*known.tags, *tags]))
            self.feeds[url] = Feed(known.name, url, known.publisher, known.lang, tags)
            return
        path = [_slug(f) for f in folders] + [_slug(title) or _slug(urlsplit(url).hostname or "") or "feed"]
        name = self._unique("/".join(p for p in path if p))
        self.feeds[url] = Feed(name, url, lang=one_line(said.get("language", ""), 20), tags=tags)

    def _unique(self, name: str) -> str:
        free = next(n for n in chain([name], (f"{name}-{i}" for i in count(2))) if n not in self._names)
        self._names.add(free)
        return free


def read(text: str, file: str = "") -> tuple[Feed, ...]:
    """Return the feeds of an OPML document, each address once, in order; names are unique within it.

    Raises ConfigError (with the line) for a document that is no OPML or declares entities.
    Bare ampersands, HTML's named entities and quotes within quotes, common in lists in the wild, are
    taken for what they mean.
    """
    mended = _mended(text)
    try:
        return _read(mended, file)
    except ConfigError:
        requoted = _OUTLINE.sub(_requoted, mended)
        if requoted == mended:
            raise
        return _read(requoted, file)


def _read(text: str, file: str) -> tuple[Feed, ...]:
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.EntityDeclHandler = _no_entities
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise _wrong(file, error.lineno, f"not well-formed: {expat.errors.messages[error.code]}") from error
    except _RefusedError as error:
        raise _wrong(file, parser.CurrentLineNumber, str(error)) from error
    if reader.root != "opml":
        raise _wrong(file, 0, f"not an OPML document: it begins with <{one_line(reader.root, 30)}>")
    return tuple(reader.feeds.values())


def write(feeds: Iterable[Feed], title: str = "Storywatch feeds") -> str:
    """Return the feeds as OPML 2.0, in folders by their names; credentials and headers stay out."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines += [f"  <head><title>{_text(title)}</title></head>", "  <body>"]
    open_folders: list[str] = []
    for feed in sorted(feeds, key=lambda f: f.name.split("/")):
        *folders, name = feed.name.split("/")
        _move(lines, open_folders, folders)
        lines.append(f"{_indent(open_folders)}<outline {_attributes(feed, name)}/>")
    _move(lines, open_folders, [])
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _move(lines: list[str], open_folders: list[str], wanted: Sequence[str]) -> None:
    """Close and open folders until ``wanted`` are the open ones."""
    same = 0
    while same < min(len(open_folders), len(wanted)) and open_folders[same] == wanted[same]:
        same += 1
    while len(open_folders) > same:
        open_folders.pop()
        lines.append(f"{_indent(open_folders)}</outline>")
    for folder in wanted[same:]:
        lines.append(f"{_indent(open_folders)}<outline text={_quoted(folder)}>")
        open_folders.append(folder)


def _attributes(feed: Feed, name: str) -> str:
    said = {"type": "rss", "text": name, "xmlUrl": feed.url, "category": ",".join(feed.tags), "language": feed.lang}
    return " ".join(f"{key}={_quoted(value)}" for key, value in said.items() if value)


def _indent(open_folders: Sequence[str]) -> str:
    return "  " * (len(open_folders) + 2)


def _quoted(text: str) -> str:
    return quoteattr(_NOT_XML.sub("", text))


def _text(text: str) -> str:
    return _NOT_XML.sub("", text).replace("&", "&amp;").replace("<", "&lt;")


def _mended(text: str) -> str:
    body = _DECLARATION.sub(
        lambda m: "\n" * m[0].count("\n"), text.lstrip("\ufeff"), count=1
    )  # lines keep their numbers
    plain = _NOT_XML.sub("", body)
    return _NAMED.sub(_entity, _BARE_AMPERSAND.sub("&amp;", plain))


def _requoted(found: re.Match[str]) -> str:
    attributes = (
        f'{name}="{value.replace(chr(34), "&quot;").replace("<", "&lt;")}"'
        for name, value in _ATTRIBUTE.findall(found[1])
    )
    return f"<outline {' '.join(attributes)}{found[2]}>"


def _entity(found: re.Match[str]) -> str:
    name = found[1]
    if name in _XML_NAMES:
        return found[0]
    meant = html5.get(f"{name};")
    return meant.replace("&", "&amp;").replace("<", "&lt;") if meant else f"&amp;{name};"


def _no_entities(*_: object) -> None:
    raise _RefusedError("the document declares entities, which are not read")


def _wrong(file: str, line: int, message: str) -> ConfigError:
    return ConfigError((Problem(file or "OPML", line, "", message),))


def _http(url: str) -> str:
    """Return ``url`` if it is an http or https address (feed: means http), else ""."""
    if url.lower().startswith("feed:"):
        url = url[5:] if url[5:].lower().startswith("http") else f"http:{url[5:]}"
    try:
        parts = urlsplit(url)
        usable = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and len(url) <= 4_096
    except ValueError:
        return ""
    return url if usable and url.isprintable() and " " not in url else ""


def _categories(text: str) -> list[str]:
    """Return the tags of a category attribute: comma-separated, each perhaps a path."""
    return [one_line(c.strip().strip("/"), 60) for c in text.split(",") if c.strip().strip("/")][:20]


def _slug(text: str) -> str:
    return "-".join(_WORD.findall(fold(text)))[:60].strip("-")
