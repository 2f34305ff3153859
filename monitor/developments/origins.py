"""Origins: who really speaks. Wire copies and sister titles are one independent source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.developments.titles import pieces, publisher_key
from monitor.lang.fold import fold
from monitor.lang.lexicon import load
from monitor.model.item import Item

_DATELINE = 60  # an agency's mark at the head of a text stands within so many characters
_CREDIT = 40  # and at its end
_HEAD = re.compile(r"^[^.]{0,40}?[(/]\s*([^)/]{2,24})\s*[)/]\s*[-–—:]?")
_TAIL = re.compile(
    r"(?:[(/\[]\s*([^)/\]]{2,24})\s*[)/\]]|(?:source|quelle|källa|fuente|fonte|источник|来源)[:：]\s*([^.]{2,24}))\W*$"
)


class Publishers:
    """The table of agencies, sister titles and aggregators; immutable once made."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        """Take the publishers lexicon (``lang/data/publishers.toml``)."""
        self._groups: dict[str, str] = {
            publisher_key(n): group for group, names in table["groups"].items() for n in names
        }
        self._agencies: dict[str, str] = {
            publisher_key(n): key for key, row in table["agencies"].items() for n in row["names"]
        }
        self._marks: tuple[tuple[str, str], ...] = tuple(
            (mark, key) for key, row in table["agencies"].items() for mark in row["marks"]
        )
        self._aggregators = frozenset(publisher_key(n) for n in table["aggregators"]["names"])

    @classmethod
    def load(cls, override: Path | None = None) -> Publishers:
        """Return the shipped table, a user's ``override/publishers.toml`` laid over it."""
        return cls(load("publishers", override))

    def origin(self, item: Item) -> str:
        """Return who ``item`` comes from, as a stable lower-case name; "unknown" when nothing says so.

        In this order: an agency in the byline or credited in the text, the publisher named at the end of an
        aggregator's title, the item's own source (or its link's host, or its feed); sister titles become one.
        """
        agency = self._byline(item.author) or self._credit(item)
        if agency:
            return agency
        source = publisher_key(item.source)
        if not source or source in self._aggregators or source.split(" ")[0] in self._aggregators:
            source = publisher_key(pieces(item.title)[1]) if _has_tail(item.title) else source
        return self.of(source or _host(item.url) or item.feed)

    def of(self, name: str) -> str:
        """Return the origin that a publisher's ``name`` stands for."""
        key = publisher_key(name)
        return self._agencies.get(key) or self._groups.get(key) or key or "unknown"

    def _byline(self, author: str) -> str:
        if not author:
            return ""
        for part in re.split(r"[,;/|]|\band\b|\boch\b|\bund\b|\bmit\b|\bby\b", author):
            if agency := self._agencies.get(publisher_key(part)):
                return agency
        return ""

    def _credit(self, item: Item) -> str:
        text = item.summary
        for mark, key in self._marks:
            if mark in text or mark in item.title:
                return key
        for found in (_HEAD.match(text[:_DATELINE]), _TAIL.search(fold(text[-_CREDIT:]))):
            named = next((g for g in found.groups() if g), "") if found else ""
            if agency := self._agencies.get(publisher_key(named)):
                return agency
        return ""


def _has_tail(title: str) -> bool:
    tail = pieces(title)[1]
    return 0 < len(tail) <= 40


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
