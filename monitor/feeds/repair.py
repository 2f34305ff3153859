"""Repair: a feed document's bytes made into text that a strict XML reader takes, if that is possible at all.

Feeds flicker: a stray byte, junk behind the end or a wrong charset comes and goes between two polls.
A lenient reader then gives other titles and identifiers than the strict one did, and known items look new.
Repairing what can be repaired without guessing keeps one and the same reading.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z][\w.:-]{0,40})["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z][\w.:-]{0,40})""", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,500}\?>")
# What XML 1.0 (section 2.2) does not allow, as characters and as character references.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ILLEGAL_REFERENCE = re.compile(r"&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[1-24-9]|2\d|3[01]));", re.IGNORECASE)
_ROOT_END = re.compile(r"</\s*(?:[\w.-]{1,40}:)?(?:rss|rdf|feed)\s*>", re.IGNORECASE)
_CHANNEL_END = re.compile(r"</\s*channel\s*>", re.IGNORECASE)
_RSS = re.compile(r"<rss\b", re.IGNORECASE)
_ENTRY_END = re.compile(r"</\s*(?:[\w.-]{1,40}:)?(?:item|entry)\s*>", re.IGNORECASE)
_START = re.compile(r"<\?xml\b|<(?:[\w.-]{1,40}:)?(?:rss|rdf|feed)\b", re.IGNORECASE)
_PROLOG = re.compile(r"<(?:[?!]|html\b|(?:[\w.-]{1,40}:)?(?:rss|rdf|feed)\b)", re.IGNORECASE)
_WARNINGS = 10_000  # characters before the document that are passed over
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What a label means in practice (WHATWG Encoding): the superset that pages under it are written in.
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949"}
_SHIFTED = re.compile(rb"\x1b[$(]")  # ISO 2022: other scripts in seven bits, which would pass for ASCII
_FEW = 10  # at most one broken byte for so many good characters beyond ASCII: still UTF-8


def text_of(body: bytes, content_type: str = "") -> str:
    """Return ``body`` decoded and without what XML forbids, without declaration; never fails."""
    text = _decoded(body, content_type)
    text = _from_start(_ILLEGAL_REFERENCE.sub("", _ILLEGAL.sub("", text)))
    return _DECLARATION.sub("", text, count=1).lstrip("\ufeff \t\r\n")


def trimmed(text: str) -> tuple[str, bool]:
    """Return ``text`` without what follows its root's end, and whether there is such an end."""
    last = _last(_ROOT_END, text)
    if last:
        return text[:last], True
    last = _last(_CHANNEL_END, text) if _RSS.search(text, 0, _WARNINGS) else 0
    # Everything is there but the last tag: nothing is torn.
    return (f"{text[:last]}</rss>", True) if last else (text, False)


def whole_entries(text: str) -> str:
    """Return ``text`` up to the end of its last complete entry; "" when it has none."""
    return text[: _last(_ENTRY_END, text)]


def _from_start(text: str) -> str:
    """Return ``text`` from where its document begins: a server's warnings may stand before it."""
    plain = text.lstrip("\ufeff \t\r\n")
    if _PROLOG.match(plain):
        return plain
    start = _START.search(plain, 0, _WARNINGS)
    return plain[start.start() :] if start else plain


def _last(pattern: re.Pattern[str], text: str) -> int:
    at = len(text)
    for _ in range(200):
        at = text.rfind("</", 0, at)
        found = pattern.match(text, at) if at >= 0 else None
        if found or at < 0:
            return found.end() if found else 0
    return 0


def _decoded(body: bytes, content_type: str) -> str:
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body.decode(name, errors="replace")
    if body[:2] in (b"<\0", b"\0<"):
        return body.decode("utf-16-le" if body[:1] == b"<" else "utf-16-be", errors="replace")
    if not _SHIFTED.search(body):
        text = _as_utf8(body)
        if text is not None:
            return text
    for name in _labels(body, content_type):
        try:
            return body.decode(name)
        except (UnicodeError, LookupError):
            continue
    return body.decode("cp1252", errors="replace")


def _as_utf8(body: bytes) -> str | None:
    """Return ``body`` as UTF-8 where it is that, whatever it says; a few broken bytes may be in it."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        text = body.decode(errors="replace")
    broken = text.count("\ufffd")
    beyond_ascii = sum(1 for c in body if c >= 0xC0) - broken
    return text if broken * _FEW <= beyond_ascii else None


def _labels(body: bytes, content_type: str) -> Iterator[str]:
    """Yield the document's own label, then the transfer's (which is more often the wrong one)."""
    declared = _DECLARED.match(body[:400])
    charset = _CHARSET.search(content_type[:400])
    for label in (declared and declared[1].decode("ascii"), charset and charset[1]):
        if label:
            try:
                name = codecs.lookup(label).name
            except LookupError:
                continue
            if not name.startswith("utf-8"):
                yield _MEANT.get(name, name)
