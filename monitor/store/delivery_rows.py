"""Delivery rows: a delivery as columns, and how the ending of an attempt is written."""

from __future__ import annotations

import json
from datetime import datetime

from monitor.model.alert import Alert
from monitor.model.codec import moment
from monitor.model.delivery import Dead, Delivery, DeliveryStatus, Retry, SendOutcome, Sent
from monitor.store.database import Row
from monitor.store.rows import moment_or_none

Deliveries = list[Delivery]
Sendings = list[tuple[Delivery, Alert]]

COLUMNS = (
    "d.key, d.alert, d.channel, d.storyline, d.status, d.attempts, d.created_at, d.next_at, d.last_error, "
    "d.sent_at, d.recipients_done"
)


def to_delivery(row: Row) -> Delivery:
    """Return the delivery of a row of COLUMNS."""
    key, alert, channel, slug, status, attempts, created, next_at, error, sent, done = row
    return Delivery(
        key,
        alert,
        channel,
        slug,
        DeliveryStatus(status),
        attempts,
        moment(created),
        moment(next_at),
        error,
        moment_or_none(sent),
        tuple(json.loads(done)),
    )


def status_after(outcome: SendOutcome, next_at: datetime | None) -> DeliveryStatus:
    """Return where a delivery stands after ``outcome``: only Sent is sent, only a Retry with a time is pending."""
    if isinstance(outcome, Sent):
        return DeliveryStatus.SENT
    if isinstance(outcome, Retry) and next_at is not None:
        return DeliveryStatus.PENDING
    return DeliveryStatus.DEAD


def error_of(outcome: SendOutcome) -> str:
    """Return what stays to be seen of an ending: why it failed, or whom an accepted mail did not reach."""
    if isinstance(outcome, Retry | Dead):
        return outcome.detail
    return f"refused for {', '.join(outcome.refused)}" if outcome.refused else ""


def done_after(before: tuple[str, ...], outcome: SendOutcome) -> tuple[str, ...]:
    """Return the recipients who have the message, so that no further attempt sends it to them again."""
    more = outcome.done if isinstance(outcome, Retry) else ()
    return (*before, *(address for address in more if address not in before))


def title_of(alert: Alert) -> str:
    """Return what an alert is shown as in the table: its own title, else its first headline."""
    return alert.title or (alert.lines[0].headline if alert.lines else "")
