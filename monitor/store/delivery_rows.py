"""Delivery rows: a delivery as columns, which may be claimed, and how the ending of an attempt is written."""

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

OPEN = "status IN ('pending', 'claimed')"  # as the index of what is under way has it: what was sent costs nothing
# What may be claimed at :now, of each channel the oldest first.
# head: the first open delivery of each queue (a storyline on a channel), found by leaps over the index, so that
# thousands behind it cost nothing. queue.last: the one that its successors must wait for; front: all up to it.
READY = f"""
    WITH RECURSIVE head AS (
        SELECT (SELECT id FROM deliveries WHERE {OPEN} ORDER BY channel, storyline, id LIMIT 1) AS id
        UNION ALL
        SELECT coalesce(
            (SELECT n.id FROM deliveries n WHERE n.{OPEN} AND n.channel = d.channel AND n.storyline > d.storyline
             ORDER BY n.channel, n.storyline, n.id LIMIT 1),
            (SELECT n.id FROM deliveries n WHERE n.{OPEN} AND n.channel > d.channel
             ORDER BY n.channel, n.storyline, n.id LIMIT 1))
        FROM head JOIN deliveries d ON d.id = head.id
    ), queue AS (
        SELECT d.channel, d.storyline, coalesce((
            SELECT b.id FROM deliveries b
            WHERE b.{OPEN} AND b.channel = d.channel AND b.storyline = d.storyline AND d.storyline != ''
                AND (b.first_failed_at IS NULL OR b.first_failed_at > :patient_since)
            ORDER BY b.id LIMIT 1), {2**63 - 1}) AS last
        FROM head JOIN deliveries d ON d.id = head.id
    ), front AS (
        SELECT p.id, p.channel, p.status, p.next_at FROM queue CROSS JOIN deliveries p
        WHERE p.{OPEN} AND p.channel = queue.channel AND p.storyline = queue.storyline AND p.id <= queue.last
    ), busy AS (
        SELECT channel, count(*) AS claims FROM front WHERE status = 'claimed' GROUP BY channel
    ), ready AS (
        SELECT id, channel, row_number() OVER (PARTITION BY channel ORDER BY id) AS place
        FROM front WHERE status = 'pending' AND next_at <= :now
    )
"""  # noqa: S608 - nothing of anyone's is put in


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
