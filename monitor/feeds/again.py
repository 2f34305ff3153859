"""Again: the entries of a document that were read before, byte for byte, are not read once more. Pure.

A feed that changed mostly brings one new entry among twenty known ones. Each entry that was read leaves a
*mark*: a digest of its bytes, the item it is, and short digests of its identity keys. At the next change the
entries with a mark are cut out of the document before it is parsed. It is as if all had been read:

- what stands around the entries (namespaces, language, the feed's own words and links) must be what it was;
- a new entry that shares a key with one cut out decides nothing by itself, and neither does one that is missing
  between others: then the whole document is read;
- dates and counts are left out of the digests, because a known item takes none of them anew;
- once a day every entry is read.

tests/feeds/test_again.py holds it to what whole readings of the same documents lead to.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from struct import Struct

from monitor import __version__
from monitor.model.feed import Feed
from monitor.model.poll import Again, Candidate, Identified

MOST = 500  # entries of a document that are marked
_DIGEST, _ITEM, _KEYS, _KEY = 8, 8, 3, 4
_MARK = _DIGEST + _ITEM + _KEYS * _KEY
_ITEM_OF = Struct(f">{_DIGEST}xQ{_KEYS * _KEY}x")  # in a mark
_MINUTES = 4
_HEAD = 2 * _DIGEST + _MINUTES  # context, sources, when every entry was read last
_WHOLE_MINUTES = 24 * 60
_SEVERAL = bytes(_DIGEST)
_START = re.compile(rb"<(?:item|entry)[\s>]")
# What moves although nothing is said anew: dates, numbers of comments.
_MOVING = re.compile(
    rb"<(pubDate|lastBuildDate|updated|published|modified|dc:date|dcterms:(?:modified|issued)|slash:comments|thr:total)"
    rb">[^<>&]{0,64}</\1>"
)


@dataclass(frozen=True, slots=True)
class Pieces:
    """A document taken apart: ``around`` are the pieces before, between and behind the ``entries``."""

    around: tuple[bytes, ...]
    entries: tuple[bytes, ...]
    digests: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """A document without the entries that have a mark.

    ``entries`` are, in the order of the whole document, marks of those left out and digests of those left in.
    ``fresh``: there are entries without a mark.
    """

    body: bytes
    entries: tuple[bytes, ...]
    fresh: bool

    @property
    def kept(self) -> int:
        """How many entries are left in."""
        return sum(len(entry) == _DIGEST for entry in self.entries)


def pieces(body: bytes) -> Pieces | None:
    """Return the document taken apart; None for one that has no plain row of entries."""
    end = b"</item>" if b"</item>" in body else b"</entry>"
    parts = body.split(end, MOST + 1)
    if not 2 < len(parts) <= MOST:
        return None
    around, entries = [], []
    for part in parts[:-1]:
        start = _START.search(part)
        if start is None:
            return None
        around.append(part[: start.start()])
        entries.append(part[start.start() :] + end)
    digests = tuple(_digest(_MOVING.sub(b"", entry)) for entry in entries)
    return Pieces((*around, parts[-1]), tuple(entries), digests)


def context(found: Pieces, content_type: str, url: str, feed: Feed) -> bytes:
    """Return what stands for all that bears on the reading of an entry but the entry itself."""
    words = b" ".join(_MOVING.sub(b"", b"".join(found.around)).split())
    said = f"{__version__}\n{content_type}\n{url}\n{feed.lang}\n{feed.publisher}\n"
    return _digest(said.encode(errors="replace") + words)


def cut(found: Pieces, context: bytes, marks: bytes, at: datetime) -> Cut | None:
    """Return the document without the entries that ``marks`` know; None where the whole of it is to be read.

    One entry always stays: a document without any would not be a feed.
    """
    minutes = int.from_bytes(marks[2 * _DIGEST : _HEAD], "big")
    if marks[:_DIGEST] != context or not 0 <= _minutes(at) - minutes < _WHOLE_MINUTES:
        return None
    known = {mark[:_DIGEST]: mark for mark in _each(marks)}
    fresh = {digest for digest in found.digests if digest not in known}
    left = fresh or {found.digests[0]}
    if left.issuperset(found.digests) or _gap(known, found.digests):
        return None
    body = [found.around[0]]
    for digest, entry, behind in zip(found.digests, found.entries, found.around[1:], strict=True):
        body += (entry, behind) if digest in left else (behind,)
    return Cut(b"".join(body), tuple(d if d in left else known[d] for d in found.digests), bool(fresh))


def _gap(known: Iterable[bytes], there: Collection[bytes]) -> bool:
    """Whether an entry is missing before one that is there: it was edited or taken out, not pushed off the end."""
    listed = set(there)
    stands = [digest in listed for digest in known]
    return False in stands[: len(stands) - stands[::-1].index(True)] if True in stands else True


def apart(candidates: Iterable[Candidate], cut: Cut) -> bool:
    """Whether no new candidate has a key in common with an entry that was cut out."""
    keys = {mark[at : at + _KEY] for mark in cut.entries for at in range(_DIGEST + _ITEM, len(mark), _KEY)}
    return not cut.fresh or not any(_short(key) in keys for c in candidates for key in c.keys)


def source_of(marks: bytes) -> bytes:
    """Return what stands for the sources that the marked entries name; b"" where nothing is marked."""
    return marks[_DIGEST : 2 * _DIGEST]


def source(names: Collection[str], before: bytes = b"") -> bytes:
    """Return what stands for the ``names`` of entries' sources and those marked ``before``: one, or several."""
    one = _digest(next(iter(names)).encode(errors="replace")) if len(names) == 1 else _SEVERAL
    return one if before in (b"", one) else _SEVERAL


def several(source: bytes) -> bool:
    """Whether a mark of sources says that there are several."""
    return source == _SEVERAL


def head(context: bytes, source: bytes, at: datetime, marks: bytes = b"") -> bytes:
    """Return what is kept beside the marks. ``marks``: those by which entries were left out at ``at``."""
    return context + source + (marks[2 * _DIGEST : _HEAD] or _minutes(at).to_bytes(_MINUTES, "big"))


def marked(
    again: Again, candidates: Iterable[Candidate], items: Iterable[tuple[Candidate, str]], listed: Collection[str]
) -> bytes:
    """Return the marks to keep: of the entries left out (they are the items ``listed``), and of those read.

    The latter are the ``items`` beside them. None where a candidate is no item of its own: which of two entries
    speaks for one item, only both can tell.
    """
    read, held = [entry for entry in again.entries if len(entry) == _DIGEST], set(listed)
    made = {
        read[c.place]: _mark(read[c.place], item, c.keys)
        for c, item in items
        if len(c.keys) <= _KEYS and item not in held
    }
    if any(read[c.place] not in made for c in candidates):
        return b""
    return again.head + b"".join(dict.fromkeys(made.get(e, e if len(e) == _MARK else b"") for e in again.entries))


def known(again: Again) -> list[str]:
    """Return the items that the entries left out are."""
    marks = b"".join([entry for entry in again.entries if len(entry) == _MARK])
    return [str(item) for (item,) in _ITEM_OF.iter_unpack(marks)]


def unspoken(again: Again, found: Iterable[Identified]) -> tuple[Identified, ...]:
    """Return ``found`` without those for whose item an entry before them speaks that was left out."""
    found, spoken = tuple(found), set[str]()
    if not any(one.item for one in found):
        return found
    before: list[set[str]] = []
    for entry in again.entries:
        if len(entry) == _MARK:
            spoken.add(_item(entry))
        else:
            before.append(set(spoken))
    return tuple(one for one in found if one.item not in before[one.candidate.place])


def _item(mark: bytes) -> str:
    return str(_ITEM_OF.unpack(mark)[0])


def _mark(digest: bytes, item: str, keys: Iterable[str]) -> bytes:
    return digest + int(item).to_bytes(_ITEM, "big") + b"".join(map(_short, keys)).ljust(_KEYS * _KEY, b"\0")


def _each(marks: bytes) -> Iterable[bytes]:
    return (marks[at : at + _MARK] for at in range(_HEAD, len(marks) - _MARK + 1, _MARK))


def _minutes(at: datetime) -> int:
    return max(0, int(at.timestamp())) // 60


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=_DIGEST).digest()


def _short(key: str) -> bytes:
    return blake2b(key.encode(errors="replace"), digest_size=_KEY).digest()
