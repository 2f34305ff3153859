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
from monitor.lang.safe import one_line
from monitor.model.item import Item

_NAME = 60  # characters of a publisher's name that are kept
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
        self._written: dict[str, str] = {key: str(row["names"][0]) for key, row in table["agencies"].items()}
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
        return self._agency(item) or self.of(self._speaks(item))

    def name(self, item: Item) -> str:
        """Return ``origin`` of ``item`` as it writes itself, for people to read; ``of`` leads back to the origin."""
        agency = self._agency(item)
        if agency:
            return self._written[agency]
        written = one_line(self._speaks(item), _NAME)
        origin = self.origin(item)
        return written if self.of(written) == origin else origin

    def further(self, origins: tuple[str, ...], origin: str, name: str) -> tuple[str, ...]:
        """Return the names of ``origins`` and, where ``origin`` is not among them, its ``name``.

        A name that stands there in its folded form, as they were once kept, is written properly.
        """
        known = [self.of(one) for one in origins]
        if origin not in known:
            return (*origins, name)
        place = known.index(origin)
        if origins[place] != origin:
            return origins
        return (*origins[:place], name, *origins[place + 1 :])

    def gathers(self, name: str) -> bool:
        """Whether ``name`` is that of an aggregator: it carries others' titles and is no origin itself."""
        key = publisher_key(name)
        return key in self._aggregators or key.split(" ")[0] in self._aggregators

    def _agency(self, item: Item) -> str:
        return self._byline(item.author) or self._credit(item)

    def _speaks(self, item: Item) -> str:
        """The publisher's name as written: the one behind an aggregator's title, else the item's own source."""
        source = item.source
        if (not publisher_key(source) or self.gathers(source)) and _has_tail(item.title):
            source = pieces(item.title)[1]
        return source if publisher_key(source) else _host(item.url) or item.feed

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
