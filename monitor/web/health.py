"""Health: how each feed does, and what became of the messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.alerts.clean import link, text
from monitor.model.alert import Alert
from monitor.model.delivery import Delivery, DeliveryStatus
from monitor.model.feed import FeedState
from monitor.store import coverage, outbox
from monitor.store import feeds as feed_rows
from monitor.store.database import Database
from monitor.web.overview import Strip, strip, title_of
from monitor.web.plain import Sending, sending

ON_PAGE = 100
DAYS = 7  # whole ones before today, over which what feeds bring is counted


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One feed: how it does, when it is asked and why then; ``a_day`` items, ``share`` of them matched in percent."""

    name: str
    title: str
    url: str
    state: str
    failures: int
    error: str
    last_ok_at: datetime | None
    next_poll_at: datetime | None
    why: str
    a_day: float
    share: float | None


@dataclass(frozen=True, slots=True)
class FeedsView:
    """The feeds that need a look first, page ``number`` of ``pages``."""

    strip: Strip
    feeds: tuple[FeedLine, ...]
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A delivery with what it tells. ``development`` and its lead ``item`` are those of its first line, if any."""

    key: str
    alert: str
    storyline: str
    route: str
    kind: str
    at: datetime
    headline: str
    item: str
    development: int
    lines: int
    attempts: int
    sending: Sending
    next_at: datetime | None


def feeds(db: Database, now: datetime, number: int = 1) -> FeedsView:
    """Return page ``number`` of the feeds: those in trouble first, then by name."""
    since = (now - timedelta(days=DAYS)).replace(hour=0, minute=0, second=0, microsecond=0)
    flow, days = coverage.feed_flow(db, since), (now - since) / timedelta(days=1)
    states = sorted(feed_rows.states(db), key=lambda s: (_state(s) == "well", -s.failures, s.feed))
    pages = max(1, -(-len(states) // ON_PAGE))
    number = min(max(1, number), pages)
    shown = states[(number - 1) * ON_PAGE : number * ON_PAGE]
    lines = tuple(_line(s, flow.get(s.feed, coverage.FeedFlow()), days) for s in shown)
    return FeedsView(strip(db, now), lines, number, pages)


def _state(state: FeedState) -> str:
    if state.gone:
        return "gone"
    if state.failures >= feed_rows.FAILING_AFTER:
        return "failing"
    if state.failures:
        return "stumbling"
    return "well" if state.last_ok_at is not None else "new"


def _place(url: str) -> str:
    """The feed's address as a link; none where its query may hold a key."""
    return "" if "?" in url else link(url)


def _line(state: FeedState, flow: coverage.FeedFlow, days: float) -> FeedLine:
    return FeedLine(
        name=text(state.feed, 80), title=text(state.title, 80), url=_place(state.url), state=_state(state),
        failures=state.failures, error=text(state.last_error, 200), last_ok_at=state.last_ok_at,
        next_poll_at=state.next_poll_at, why=text(state.why, 200), a_day=round(flow.items / days, 1),
        share=round(100 * flow.matched / flow.items, 1) if flow.items else None,
    )  # fmt: skip


def messages(db: Database, status: str = "", storyline: str = "", limit: int = 50) -> tuple[MessageLine, ...]:
    """Return the newest deliveries that fit, newest first."""
    wanted = DeliveryStatus(status) if status in [*DeliveryStatus] else None
    return tuple(_message(d, a) for d, a in outbox.list(db, status=wanted, storyline=storyline, limit=limit))


def _message(delivery: Delivery, alert: Alert) -> MessageLine:
    first = alert.lines[0] if alert.lines else None
    headline = alert.title or (first.headline if first else "")
    waits = delivery.status in (DeliveryStatus.PENDING, DeliveryStatus.CLAIMED)
    return MessageLine(
        key=delivery.key, alert=alert.id, storyline=alert.storyline, route=text(alert.route, 60), kind=alert.kind.value,
        at=alert.at, headline=text(headline, 200) or title_of(alert.storyline, ""), lines=len(alert.lines),
        item=first.items[0] if first and first.items else "", development=first.development if first else 0,
        attempts=delivery.attempts, sending=sending(delivery), next_at=delivery.next_at if waits else None,
    )  # fmt: skip
