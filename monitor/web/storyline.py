"""Storyline: one story to look at: its volume, its developments with what became of them, its voices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from monitor.alerts import words
from monitor.alerts.clean import text
from monitor.errors import UsageError
from monitor.model.alert import LedgerEntry
from monitor.model.delivery import Delivery
from monitor.model.development import Development, Regrouped, Signal
from monitor.model.item import Item
from monitor.model.settings import Settings
from monitor.store import coverage, mutes, outbox, page
from monitor.store import developments as development_rows
from monitor.store import items as item_rows
from monitor.store import ledger as ledger_rows
from monitor.store import signals as signal_rows
from monitor.store import storylines as storyline_rows
from monitor.store.database import Database
from monitor.store.signals import Raised
from monitor.web import charts
from monitor.web.overview import DAY, state_of, title_of
from monitor.web.plain import Piece, Report, Told, pieces, report, told, tongue
from monitor.web.signals import NAMES, Sign, between, signs
from monitor.web.spans import window
from monitor.web.times import Times

ON_PAGE = 20  # developments
FOLDED = 5  # items shown of each
SIGNALS = 8  # beside the timeline
MUTES = (("1 hour", 1), ("8 hours", 8), ("1 day", 24), ("7 days", 168))  # what a form offers, in hours
HOUR = timedelta(hours=1)
_HOW = {Regrouped.MERGED: "merged into", Regrouped.SPLIT: "split from"}
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Shown:
    """What later evidence showed of a development: ``how`` ("merged into", "split from") it goes with ``number``."""

    how: str
    number: int
    because: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """A development on the timeline. ``first`` is the outlet that opened it; ``items``: how many tell it.

    ``signals`` were raised by its items (CORROBORATED only where that came later than the opening: else ``origins`` say
    so), ``after`` by no development's, before the next one opened.
    """

    number: int
    reason: str
    why: str
    headline: str
    url: str
    lang: str
    opened_at: datetime
    last_at: datetime
    stage: str
    delta: tuple[Piece, ...]
    origins: tuple[str, ...]
    first: str
    because: str
    reports: tuple[Report, ...]
    items: int
    told: tuple[Told, ...]
    signals: tuple[Sign, ...] = ()
    after: tuple[Sign, ...] = ()
    regrouped: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class Muted:
    """A pause: on which route ("" = every one), until when; ``everything``: of every storyline, not of this alone."""

    route: str
    until_at: datetime
    everything: bool


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above every page of a storyline. ``matched`` and ``possible`` count items."""

    slug: str
    title: str
    about: str
    state: str
    followed_at: datetime | None
    matched: int
    possible: int
    developments: int
    alerts: int
    routes: tuple[str, ...]
    digest_at: datetime | None
    muted: tuple[Muted, ...]


@dataclass(frozen=True, slots=True)
class StorylineView:
    """A storyline's page. ``older``: the number to turn the page at, 0 where there is nothing older.

    ``signals`` are the last ones of the chart's span.
    """

    heading: Heading
    chart: charts.Chart
    span: str
    start: datetime
    until: datetime
    entries: tuple[Entry, ...]
    older: int
    newer: bool
    signals: tuple[Sign, ...]
    outlets: tuple[tuple[str, int, float], ...]
    languages: tuple[tuple[str, int, float], ...]


def view(
    db: Database,
    settings: Settings,
    slug: str,
    times: Times,
    span: str = "",
    at: datetime | None = None,
    before: int = 0,
) -> StorylineView:
    """Return the page of ``slug``, ``span`` (one of spans.SPANS) ending with the day of ``at``. Raises UsageError."""
    top = heading(db, settings, slug, times.now)
    span, start, until, step_h = window(coverage.span(db, slug), span, at, times)
    hours, marks = coverage.volume(db, slug, start, until - HOUR), page.marks(db, slug, start, until)
    raised = signal_rows.raised(db, slug, start, until)
    shown = development_rows.load(db, slug, limit=ON_PAGE + 1, before=before or None)
    older = shown[1].number if len(shown) > ON_PAGE else 0
    shown = shown[-ON_PAGE:]
    outlets, languages = coverage.voices(db, slug)
    return StorylineView(
        heading=top, chart=charts.volume(hours, (marks, raised), (start, until), step_h, times),
        span=span, start=start, until=until,
        entries=entries(db, settings, slug, shown, None if before else NEVER), older=older, newer=bool(before),
        signals=_signs(db, settings, slug, raised[-SIGNALS:]),
        outlets=charts.share([(text(n, 60) or "?", c) for n, c in outlets[:10]]),
        languages=charts.share([(tongue(n), c) for n, c in languages[:8]]),
    )  # fmt: skip


def heading(db: Database, settings: Settings, slug: str, now: datetime) -> Heading:
    """Return what stands above the pages of ``slug``. Raises UsageError where the store does not know it."""
    known = page.one_followed(db, slug)
    if known is None:
        raise UsageError(f"there is no storyline {text(slug, 80)}")
    one, archived = known
    rule = next((rule for rule in settings.rules if rule.slug == slug), None)
    routes = rule.alert.routes if rule else ()
    due = [at for route, at in page.digests(db).items() if route in routes]
    matched, possible = coverage.matched(db, slug)
    moving = {slug} if coverage.moved_since(db, slug, now - DAY) else set()
    state = state_of(slug, one.opened_at, now, signal_rows.surged(db, now - DAY), moving)
    return Heading(
        slug=slug, title=title_of(slug, one.phrase), about=text(rule.storyline.about if rule else "", 400),
        state="archived" if archived else state, followed_at=None if archived else one.followed_at, matched=matched,
        possible=possible, developments=one.number, alerts=page.alerts_sent(db, [slug]).get(slug, 0), routes=routes,
        digest_at=min(due, default=None),
        muted=_muted(db, slug, now),
    )  # fmt: skip


def _muted(db: Database, slug: str, now: datetime) -> tuple[Muted, ...]:
    found = [m for m in mutes.active(db, now) if m.storyline in ("", slug)]
    return tuple(Muted(m.route, m.until_at, not m.storyline) for m in found)


def _signs(db: Database, settings: Settings, slug: str, raised: Sequence[Raised]) -> tuple[Sign, ...]:
    books = ledger_rows.of_developments(db, slug, sorted({one.development for one in raised}))
    return signs(raised, books, words.load(settings.language), {})


def entries(
    db: Database, settings: Settings, slug: str, shown: Sequence[Development], until: datetime | None = None
) -> tuple[Entry, ...]:
    """Return the developments ``shown`` (oldest first) as they are shown: the newest first.

    ``until`` is up to when the signals after the last of them belong to it; without it, as long as it grew.
    """
    books = ledger_rows.of_developments(db, slug, [0, *(d.number for d in shown)])
    sent = outbox.of_alerts(db, sorted({e.alert for book in books.values() for e in book if e.alert}))
    items = item_rows.get(db, [ident for d in shown for ident in d.items[:FOLDED]])
    say = words.load(settings.language)
    since, grown = min((d.opened_at for d in shown), default=NEVER), max((d.last_at for d in shown), default=NEVER)
    found = signs(signal_rows.raised(db, slug, since, until or grown), books, say, sent)
    loose = between(found, shown)
    return tuple(
        replace(
            _entry(d, books.get(d.number, ()), sent, items, say),
            signals=tuple(s for s in found if s.development == d.number and not _said(s, d)),
            after=loose[d.number],
        )
        for d in reversed(shown)
    )  # fmt: skip


def _said(sign: Sign, development: Development) -> bool:
    """Whether the number of origins says it: the development opened with several."""
    return sign.name == Signal.CORROBORATED and sign.at <= development.opened_at


def one(db: Database, settings: Settings, slug: str, number: int) -> Entry:
    """Return a single development, with more of its items. Raises UsageError."""
    found = storyline_rows.development(db, slug, number)
    if found is None:
        raise UsageError(f"there is no development #{number} in {text(slug, 80)}")
    return entries(db, settings, slug, [found])[0]


def _entry(
    d: Development, book: Iterable[LedgerEntry], sent: Mapping[str, Sequence[Delivery]], items: Mapping[str, Item],
    say: words.Words,
) -> Entry:  # fmt: skip
    book = tuple(e for e in book if e.reason not in NAMES)
    reports = tuple(report(items[ident]) for ident in d.items[:FOLDED] if ident in items)
    names = {r.source.casefold(): r.source for r in reports}  # origins are folded
    lead = items.get(d.lead) if d.items else None
    return Entry(
        number=d.number, reason=d.reason.value, why=say.reason(d.reason.value),
        headline=text(d.headline) or "(no title)",
        url=reports[0].url if reports else "", lang=text(lead.lang, 8) if lead else "",
        opened_at=d.opened_at, last_at=d.last_at,
        stage=text(d.stage, 40), delta=pieces(d.delta),
        origins=tuple(names.get(o.casefold(), text(o, 60)) for o in d.origins[:12]),
        first=text(lead.source, 60) if lead else "",
        because=next((text(e.line.because, 200) for e in book if e.line.because), ""),
        reports=reports, items=len(d.items), told=tuple(told(e, sent.get(e.alert, ())) for e in book),
        regrouped=tuple(Shown(_HOW[r.kind], r.number, text(r.because), r.at) for r in d.regrouped),
    )  # fmt: skip
