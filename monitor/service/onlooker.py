"""Onlooker: someone who watches the daemon; the one every installation has is the log."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Protocol

from monitor.model.delivery import Dead, Retry, Sent
from monitor.model.development import Verdict
from monitor.model.feed import FeedState
from monitor.model.poll import FetchFailed, Polled
from monitor.model.settings import Settings
from monitor.service import logs
from monitor.service.network import UNREACHABLE

if TYPE_CHECKING:
    from monitor.pipeline.deliver import Delivered
    from monitor.pipeline.ingest import Report


class Onlooker(Protocol):
    """What the daemon tells as it works; every call returns quickly and raises nothing."""

    def started(self, settings: Settings) -> None:
        """The daemon is ready."""

    def batch(self, report: Report) -> None:
        """A batch was committed."""

    def delivered(self, delivered: Delivered) -> None:
        """A sending ended."""

    def trouble(self, event: str, **values: Any) -> None:
        """Something an operator should know."""

    def news(self, event: str, **values: Any) -> None:
        """Something an operator may like to know."""


class LogOnlooker:
    """Writes what matters into the log; a failing feed is said when it begins to fail, not at each poll."""

    def __init__(self) -> None:
        """The network is taken to be up."""
        self._log = logs.get()
        self._down = False

    def started(self, settings: Settings) -> None:
        """One line with the size of the job."""
        enabled = sum(r.enabled for r in settings.rules)
        self._log.info("ready", feeds=len(settings.feeds), storylines=enabled, database=str(settings.database))

    def batch(self, report: Report) -> None:
        """New items, developments and alerts; feeds whose health changed."""
        failed = {p.feed: p.outcome for p in report.polls if isinstance(p.outcome, FetchFailed)}
        for state in report.states:
            self._feed(state, failed.get(state.feed))
        for polled in report.polls:
            self._articles(polled)
        for change in report.changes:
            decision = change.decision
            if decision is not None and decision.verdict is Verdict.NEW and decision.development is not None:
                self._log.info(
                    "development", storyline=decision.storyline, number=decision.development.number,
                    reason=decision.development.reason.value, headline=decision.development.headline,
                    item=decision.item,
                )  # fmt: skip
        for alert in report.alerts:
            self._log.info("alert", id=alert.id, route=alert.route, kind=alert.kind.value, lines=len(alert.lines))
        for error in report.errors:
            self._log.error("internal-error", what=error)
        if report.items:
            matched = {m.item for c in report.changes for m in c.matches if not m.possible}
            self._log.info("batch", polls=len(report.polls), items=len(report.items), matched=len(matched))

    def _articles(self, polled: Polled) -> None:
        for why, number in Counter(c.article for c in polled.candidates if c.article).items():
            self._log.info("articles-not-read", feed=polled.feed, articles=number, why=why)

    def _feed(self, state: FeedState, failure: FetchFailed | None) -> None:
        if failure is None or state.failures != 1 or (self._down and failure.kind in UNREACHABLE):
            return
        self._log.warning("feed-failing", feed=state.feed, why=failure.detail, next=str(state.next_poll_at))

    def delivered(self, delivered: Delivered) -> None:
        """Each ending: sent, to be tried again, or given up."""
        key, channel = delivered.delivery.key, delivered.delivery.channel
        match delivered.outcome:
            case Retry(detail=detail):
                self._log.warning("delivery-failed", key=key, channel=channel, why=detail)
            case Dead(detail=detail):
                self._log.error("delivery-given-up", key=key, channel=channel, why=detail)
            case Sent(refused=refused) if refused:
                self._log.warning("recipients-refused", key=key, channel=channel, recipients=", ".join(refused))
            case _:
                self._log.info("delivered", key=key, channel=channel, alert=delivered.alert.id)

    def trouble(self, event: str, **values: Any) -> None:
        """A warning."""
        self._down = self._down or event == "network-down"
        self._log.warning(event, **values)

    def news(self, event: str, **values: Any) -> None:
        """An info line."""
        self._down = self._down and event != "network-back"
        self._log.info(event, **values)
