"""Overview: every storyline at a glance, and whether Storywatch itself is well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.alerts.clean import text
from monitor.model.settings import Settings
from monitor.model.storyline import Rule
from monitor.store import coverage, mutes, page, signals, status
from monitor.store import feeds as feed_rows
from monitor.store.database import Database
from monitor.web import charts
from monitor.web.plain import Piece, pieces

ON_PAGE = 40
DAYS = 28  # of the spark line
DAY = timedelta(days=1)
STATES = ("surging", "developing", "stirring", "quiet")


@dataclass(frozen=True, slots=True)
class Card:
    """A storyline on the overview. ``spark``: points of its line; ``week``: items of the last seven days."""

    slug: str
    title: str
    state: str
    spark: str
    today: int
    week: int
    number: int
    reason: str
    headline: str
    opened_at: datetime | None
    delta: tuple[Piece, ...]
    origins: int
    alerts: int
    digest_at: datetime | None
    muted_until: datetime | None


@dataclass(frozen=True, slots=True)
class Strip:
    """Whether Storywatch is well: feeds, flow and outbox."""

    feeds: status.FeedNumbers
    hour: status.Flow
    day: status.Flow
    outbox: page.Queue


@dataclass(frozen=True, slots=True)
class Overview:
    """The first view. ``counts``: storylines in each state; ``pages``: how many pages of cards there are."""

    cards: tuple[Card, ...]
    counts: Mapping[str, int]
    strip: Strip
    words: str = ""
    state: str = ""
    number: int = 1
    pages: int = 1


def view(
    db: Database, settings: Settings, now: datetime, words: str = "", state: str = "", number: int = 1
) -> Overview:
    """Return the storylines whose name has ``words`` and that are in ``state`` ("" = any), page ``number`` of them."""
    rules = {rule.slug: rule for rule in settings.rules}
    surged = signals.surged(db, now - DAY)
    moving = coverage.matched_since(db, now - DAY)
    found = [(state_of(one.slug, one.opened_at, now, surged, moving), one) for one in page.glances(db)]
    counts = Counter(name for name, _ in found)
    fit = [(name, one) for name, one in found if state in ("", name) and _has(one, rules, words)]
    fit.sort(key=lambda row: _rank(row[0], row[1]))
    pages = max(1, -(-len(fit) // ON_PAGE))
    number = min(max(1, number), pages)
    shown = fit[(number - 1) * ON_PAGE : number * ON_PAGE]
    slugs = [one.slug for _, one in shown]
    volumes = coverage.volumes(db, slugs, now - DAYS * DAY, now)
    alerts, digests, known = page.alerts_sent(db, slugs), page.digests(db), page.followed(db, slugs)
    pauses = {m.storyline: m.until_at for m in mutes.active(db, now) if not m.route}
    cards = tuple(
        _card(name, known[slug], rules.get(slug), volumes.get(slug, {}), alerts.get(slug, 0), (digests, pauses), now)
        for (name, _), slug in zip(shown, slugs, strict=True)
    )
    return Overview(cards, {name: counts[name] for name in STATES}, strip(db, now), words, state, number, pages)


def strip(db: Database, now: datetime) -> Strip:
    """Return how Storywatch stands at ``now``."""
    hour, day = (status.flow(db, now - timedelta(hours=h), now) for h in (1, 24))
    return Strip(status.feed_numbers(db, now), hour, day, page.queue(db))


def as_of(db: Database, now: datetime) -> datetime:
    """Return the moment the page is seen from: ``now``, or the last poll where that is over a day ago."""
    last = feed_rows.last_polled_at(db)
    return last if last is not None and now - last > DAY else now


def title_of(slug: str, phrase: str) -> str:
    """What a storyline is called on the page."""
    words = text(phrase, 90) or text(slug.replace("-", " "), 90)
    return words[:1].upper() + words[1:]


def state_of(slug: str, opened_at: datetime | None, now: datetime, surged: set[str], moving: set[str]) -> str:
    """Return surging, developing (a development within a day), stirring (an item within a day) or quiet."""
    if slug in surged:
        return "surging"
    if opened_at is not None and now - opened_at <= DAY:
        return "developing"
    return "stirring" if slug in moving else "quiet"


def _has(one: page.Glance, rules: Mapping[str, Rule], words: str) -> bool:
    rule = rules.get(one.slug)
    named = f"{one.slug} {one.phrase} {rule.storyline.about if rule else ''}".casefold()
    return all(word in named for word in words.casefold().split())


def _rank(name: str, one: page.Glance) -> tuple[int, float, str]:
    last = one.opened_at.timestamp() if one.opened_at else 0.0
    return (STATES.index(name), -last, one.slug)


def _card(
    name: str, one: page.Followed, rule: Rule | None, days: Mapping[str, int], alerts: int,
    moments: tuple[Mapping[str, datetime], Mapping[str, datetime]], now: datetime,
) -> Card:  # fmt: skip
    digests, pauses = moments
    due = [digests[route] for route in (rule.alert.routes if rule else ()) if route in digests]
    return Card(
        slug=one.slug, title=title_of(one.slug, one.phrase), state=name, spark=charts.spark(days, now, DAYS),
        today=_sum(days, now, 1), week=_sum(days, now, 7), number=one.number, reason=one.reason,
        headline=text(one.headline, 200), opened_at=one.opened_at, delta=pieces(one.delta, 2),
        origins=len(one.origins), alerts=alerts, digest_at=min(due, default=None),
        muted_until=pauses.get(one.slug) or pauses.get(""),
    )  # fmt: skip


def _sum(days: Mapping[str, int], now: datetime, length: int) -> int:
    last = now.astimezone(UTC).date()
    return sum(days.get((last - timedelta(days=n)).isoformat(), 0) for n in range(length))
