"""Plain: values of the store as the page shows them: one clean line each, links checked, words marked.

Nothing here is escaped: that is the template's work, and it does so everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from monitor.alerts.clean import link, text
from monitor.model.alert import LedgerEntry
from monitor.model.delivery import Delivery
from monitor.model.development import Change
from monitor.model.item import Item
from monitor.model.match import Hit, Means
from monitor.web.times import day_of

FIGURES = frozenset({"figure", "number", "money", "percent"})
_TONGUES = (
    "ar Arabic|be Belarusian|bg Bulgarian|bn Bengali|ca Catalan|cs Czech|da Danish|de German|el Greek|en English|"
    "es Spanish|et Estonian|fa Persian|fi Finnish|fr French|he Hebrew|hi Hindi|hr Croatian|hu Hungarian|id Indonesian|"
    "it Italian|ja Japanese|ka Georgian|kk Kazakh|ko Korean|lt Lithuanian|lv Latvian|nb Norwegian|nl Dutch|"
    "no Norwegian|pl Polish|pt Portuguese|ro Romanian|ru Russian|sk Slovak|sl Slovenian|sq Albanian|sr Serbian|"
    "sv Swedish|th Thai|tr Turkish|uk Ukrainian|ur Urdu|vi Vietnamese|zh Chinese"
)
_NUMBERED = re.compile(r"#([1-9]\d{0,8})\b", re.ASCII)
TONGUES = dict(pair.split(" ") for pair in _TONGUES.split("|"))  # as ISO 639-1 and English name them
STAGES = {"underway": "under way"}
MEANS = {
    Means.EXACT: "the same word",
    Means.STEM: "another form of the word",
    Means.COMPOUND: "part of a compound",
    Means.TRANSLITERATION: "the same name in another script",
    Means.ALIAS: "another name for it",
    Means.FUZZY: "spelt much alike",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a delta: ``before`` is "" where nothing was known; ``what`` stands after a figure."""

    figure: bool
    what: str
    before: str
    value: str
    by: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One item as a source's word; ``url`` is "" where its link is not fit to be followed."""

    id: str
    title: str
    source: str
    feed: str
    lang: str
    url: str
    at: datetime
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of an alert on one channel."""

    channel: str
    status: str
    at: datetime | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What one route was told, or why not."""

    route: str
    reason: str
    state: str
    at: datetime
    because: str
    alert: str = ""
    due_at: datetime | None = None
    single: bool = False
    sendings: tuple[Sending, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text; ``why`` says what it met, "" where it met nothing."""

    text: str
    why: str = ""


def pieces(delta: Iterable[Change], limit: int = 6) -> tuple[Piece, ...]:
    """The first ``limit`` parts of a delta."""
    return tuple(_piece(change) for change in tuple(delta)[:limit])


def numbered(says: str) -> list[tuple[str, int]]:
    """A text cut at the developments that it names ("#12"): what stands before each, and its number; 0 for the rest."""
    parts = _NUMBERED.split(says)
    return [(before, int(number)) for before, number in zip(parts[::2], [*parts[1::2], "0"], strict=True)]


def tongue(code: str) -> str:
    """A language by its name; its code where we have no name for it."""
    return TONGUES.get(code, text(code, 8)) or "unknown"


def _piece(change: Change) -> Piece:
    fact = change.fact
    figure = fact.kind in FIGURES
    what = text(fact.what, 60) or ("" if figure else text(fact.kind, 60))
    before, value = (_said(fact.kind, text(word, 120)) for word in (change.before, fact.value))
    return Piece(figure, what, before, value, text(fact.by, 60), text(fact.sentence, 240))


def _said(kind: str, value: str) -> str:
    """A value as a person writes it: "under way", "9 May 2025"."""
    if kind == "stage":
        return STAGES.get(value, value)
    with suppress(ValueError):
        return day_of(date.fromisoformat(value)) if kind == "date" else value
    return value


def report(item: Item, *, summary: bool = False) -> Report:
    """An item as it is shown."""
    return Report(
        item.id, text(item.title) or "(no title)", text(item.source, 80), text(item.feed, 80), text(item.lang, 8),
        link(item.url), item.arrival_at, text(item.summary, 600) if summary else "",
    )  # fmt: skip


def told(entry: LedgerEntry, deliveries: Sequence[Delivery] = ()) -> Told:
    """A ledger entry with what became of its alert."""
    return Told(
        text(entry.route, 60), entry.reason, entry.state.value, entry.at, text(entry.because), entry.alert,
        entry.due_at, entry.line.single_source, tuple(sending(d) for d in deliveries),
    )  # fmt: skip


def sending(delivery: Delivery) -> Sending:
    """A delivery as it is shown."""
    return Sending(text(delivery.channel, 60), delivery.status.value, delivery.sent_at, text(delivery.last_error, 200))


def marked(words: str, hits: Iterable[Hit], field: str, limit: int) -> tuple[Part, ...]:
    """``words`` (an item's ``field``) cut where ``hits`` met it; at most about ``limit`` characters."""
    parts: list[Part] = []
    at = 0
    for start, end, why in _merged(hits, field):
        if start >= limit or end > len(words):
            break
        parts += [Part(_cleaned(words[at:start])), Part(_cleaned(words[start:end]), why)]
        at = end
    rest = words[at : max(at, limit)]
    return tuple(p for p in (*parts, Part(_cleaned(rest) + ("…" if len(words) > max(at, limit) else ""))) if p.text)


def _cleaned(part: str) -> str:
    """``part`` on one line without controls; its spaces at the ends stay, they join it to its neighbours."""
    inner = text(part, 10_000)
    before = " " if part[:1].isspace() else ""
    after = " " if part[-1:].isspace() and inner else ""
    return f"{before}{inner}{after}"


def _merged(hits: Iterable[Hit], field: str) -> list[tuple[int, int, str]]:
    """The places of ``hits`` in order, overlapping ones as one, each with what was met there."""
    merged: list[tuple[int, int, str]] = []
    for hit in sorted((h for h in hits if h.field == field and h.end > h.start), key=lambda h: (h.start, h.end)):
        why = f"meets {text(hit.term, 60)} ({part_name(hit.part)})"
        if merged and hit.start < merged[-1][1]:
            start, end, before = merged[-1]
            merged[-1] = (start, max(end, hit.end), before if why in before else f"{before}; {why}")
        else:
            merged.append((hit.start, hit.end, why))
    return merged


def part_name(part: str) -> str:
    """A part of a rule as the rule file names it: ``all[2]`` for the second group."""
    name, _, number = part.partition(":")
    return f"{name}[{int(number) + 1}]" if number.isdigit() else part
