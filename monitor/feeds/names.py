"""Names: what an element of a feed is called, whichever namespace and prefix its writer chose. Pure.

An element's tag here is its local name in lower case, with the usual prefix of its vocabulary
("dc:creator"); elements of vocabularies that say nothing of an item's words are all the same: "".
"""

from __future__ import annotations

from monitor.feeds.unsure import UnsureError

ATOM = "http://www.w3.org/2005/atom"
RSS10 = "http://purl.org/rss/1.0/"
RSS090 = "http://my.netscape.com/rdf/simple/0.9/"
XML = "http://www.w3.org/XML/1998/namespace"
FORMATS = {RSS10: "rss10", ATOM: "atom10", RSS090: "rss090"}
_PLAIN = frozenset({"", ATOM, RSS10, RSS090})
_KNOWN = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
}
# Prefixes that mean something to feedparser even where they are bound to another vocabulary.
_RESERVED = frozenset({*_KNOWN.values(), "cc", "creativecommons", "georss", "gml", "psc", "admin", "xhtml", "xml"})
_OURS = frozenset({"georss", "gml", "geo", "psc", "cc", "creativecommons", "admin"})
_HARMLESS = (
    "http://www.georss.org/",
    "http://www.opengis.net/gml",
    "http://podlove.org/",
    "http://creativecommons.org/",
    "http://cyber.law.harvard.edu/rss/creativecommons",
    "http://backend.userland.com/creativecommons",
    "http://web.resource.org/cc/",
    "http://webns.net/mvcb/",
)
# Plain elements that no format has, but whose names are places where feedparser keeps what it read.
_CONFUSING = frozenset({"links", "published_parsed", "updated_parsed", "title_detail", "summary_detail", "entries",
                        "feedburner_origlink", "sy_updateperiod", "sy_updatefrequency", "body", "fullitem",
                        "author_detail", "authors"})  # fmt: skip


def check(prefix: str | None, uri: str) -> None:
    """Raise UnsureError where a namespace is declared in a way that leaves open what its elements are."""
    lower = uri.lower()
    if "backend.userland.com/rss" in lower:
        raise UnsureError("an old namespace of RSS")
    if prefix is None:
        if lower not in _PLAIN and lower not in _KNOWN:
            raise UnsureError(f"default namespace {uri[:60]!r}")
        return
    known = _KNOWN.get(lower)
    if prefix.lower() in _RESERVED and known != prefix.lower() and not _harmless(prefix.lower(), lower):
        raise UnsureError(f"prefix {prefix[:20]!r} for {uri[:60]!r}")


def tag_of(name: str) -> str:
    """Return the tag of an element as expat names it ("URI local"). Raises UnsureError for confusing names."""
    uri, _, local = name.rpartition(" ")
    uri, local = uri.lower(), local.lower()
    if uri in _PLAIN:
        if local in _CONFUSING:
            raise UnsureError(f"element {local!r}")
        return local
    known = _KNOWN.get(uri)
    if known:
        return f"{known}:{local}"
    if "w3.org/1999/xhtml" in uri or "newformat" in uri or "echo" in uri or "pie" in uri or "/atom/ns#" in uri:
        raise UnsureError(f"an element of {uri[:60]!r}")
    if uri.startswith("http://blogs.law.harvard.edu/tech/rss") or uri.endswith("rss091#"):
        raise UnsureError(f"an element of {uri[:60]!r}")
    return ""


def attributes(pairs: list[str]) -> dict[str, str]:
    """Return attributes (name, value, name, value ...) by lower-case name. Raises UnsureError for confusing ones."""
    found: dict[str, str] = {}
    for at in range(0, len(pairs), 2):
        uri, _, local = pairs[at].rpartition(" ")
        if uri:
            known = "xml" if uri == XML else _KNOWN.get(uri.lower())
            local = f"{known}:{local}" if known else f"{{{uri}}}{local}"
        name, value = local.lower(), pairs[at + 1]
        if name in found:
            raise UnsureError("an attribute twice")
        found[name] = value.lower() if name in ("rel", "type") else value
    return found


def _harmless(prefix: str, uri: str) -> bool:
    return prefix in _OURS and uri.startswith(_HARMLESS)
