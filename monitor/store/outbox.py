"""Outbox: alerts on their way out. What is in here is told at least once, and at most once per accepted send.

A delivery is pending, claimed by the sender, then sent or dead; only ``record`` of a Sent makes it
sent. Its key comes from the alert and the channel, so that it is the same on every attempt.
Moments here are real time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.errors import UsageError
from monitor.model.alert import Alert, Route
from monitor.model.codec import from_json, moment_text, to_json
from monitor.model.delivery import Delivery, DeliveryStatus, SendOutcome
from monitor.store.database import Database
from monitor.store.delivery_rows import (
    COLUMNS,
    OPEN,
    READY,
    Deliveries,
    Sendings,
    done_after,
    error_of,
    status_after,
    title_of,
    to_delivery,
)
from monitor.store.rows import holdable, moment_or_none, texts

PATIENCE = timedelta(minutes=15)  # how long a failing delivery delays its successors


@dataclass(frozen=True, slots=True)
class Counts:
    """How full the outbox is. ``waiting`` is pending and claimed; ``oldest_at`` when the oldest of them was put in."""

    waiting: int
    claimed: int
    sent: int
    dead: int
    oldest_at: datetime | None


def key_of(alert: str, channel: str) -> str:
    """Return the key of an alert's delivery through a channel: 24 hex digits, fit for Message-ID and webhook-id."""
    return blake2b(f"{alert}\n{channel}".encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def add(
    db: Database, alerts: Sequence[Alert], channels: Mapping[str, tuple[str, ...]], now_real: datetime
) -> Deliveries:
    """Put ``alerts`` into the outbox, for each channel of its route; returns the deliveries that are new.

    A delivery that is already there is passed over, so adding twice is adding once. A route that
    ``channels`` does not know (it was taken out of the configuration meanwhile) has the channels
    of a route that names none: nothing is lost.
    """
    before = db.row("SELECT coalesce(max(id), 0) FROM deliveries")
    at = moment_text(now_real)
    db.executemany(
        "INSERT INTO alerts (id, route, storyline, kind, at, title, payload) VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        [
            (a.id, a.route, a.storyline, a.kind.value, moment_text(a.at), holdable(title_of(a)), to_json(a))
            for a in alerts
        ],
    )
    db.executemany(
        "INSERT INTO deliveries (key, alert, channel, storyline, status, created_at, next_at) "
        "VALUES (?, ?, ?, ?, 'pending', ?, ?) ON CONFLICT DO NOTHING",
        [
            (key_of(alert.id, channel), alert.id, channel, alert.storyline, at, at)
            for alert in alerts
            for channel in channels.get(alert.route, Route("").channels)
        ],
    )
    new = db.rows(f"SELECT {COLUMNS} FROM deliveries d WHERE d.id > ? ORDER BY d.id", before or (0,))  # noqa: S608
    return [to_delivery(row) for row in new]


def claim(db: Database, now_real: datetime, limit: int) -> Sendings:
    """Claim the deliveries that are to be sent at ``now_real``, oldest first.

    At most ``limit`` of each channel are claimed at any time (and one more for each dead letter that was
    put back before one under way), so that a channel that hangs holds up no other. A delivery waits for the
    earlier ones of its storyline on its channel, until they are sent or dead, or until ``PATIENCE`` has passed
    since their first failure; what belongs to no storyline (digests, notices) waits for nothing.
    """
    found = db.rows(
        f"{READY} SELECT {COLUMNS}, a.payload FROM ready JOIN deliveries d ON d.id = ready.id "  # noqa: S608
        "JOIN alerts a ON a.id = d.alert LEFT JOIN busy ON busy.channel = d.channel "
        "WHERE ready.place + coalesce(busy.claims, 0) <= :limit ORDER BY d.id",
        {"now": moment_text(now_real), "patient_since": moment_text(now_real - PATIENCE), "limit": limit},
    )
    db.executemany("UPDATE deliveries SET status = 'claimed' WHERE key = ?", [(row[0],) for row in found])
    return [(to_delivery((*row[:4], "claimed", *row[5:-1])), from_json(Alert, row[-1])) for row in found]


def next_at(db: Database) -> datetime | None:
    """Return when the next pending delivery is to be tried, or None when none is pending."""
    found = db.row(f"SELECT min(next_at) FROM deliveries WHERE {OPEN} AND status = 'pending'")  # noqa: S608
    return moment_or_none(found[0]) if found else None


def record(
    db: Database, key: str, outcome: SendOutcome, at_real: datetime, next_at: datetime | None = None
) -> Delivery:
    """Write how an attempt ended; returns the delivery as it stands then.

    A Retry is tried again at ``next_at``, or becomes a dead letter where that is None. What was
    once sent stays sent. Raises UsageError when there is no such delivery.
    """
    before = get(db, key)
    if before.status is DeliveryStatus.SENT:
        return before
    status = status_after(outcome, next_at)
    at = moment_text(at_real)
    sent_at, failed_at = (at, None) if status is DeliveryStatus.SENT else (None, at)
    db.execute(
        "UPDATE deliveries SET status = ?, attempts = attempts + 1, next_at = ?, last_error = ?, sent_at = ?, "
        "recipients_done = ?, first_failed_at = coalesce(first_failed_at, ?) WHERE key = ?",
        (
            status.value,
            moment_text(next_at or at_real),
            holdable(error_of(outcome)),
            sent_at,
            texts(done_after(before.recipients_done, outcome)),
            failed_at,
            key,
        ),
    )
    return get(db, key)


def release_claims(db: Database) -> int:
    """Return what a killed sender had claimed to pending; how many. Only at the start, under the instance lock."""
    return db.execute(f"UPDATE deliveries SET status = 'pending' WHERE {OPEN} AND status = 'claimed'").rowcount  # noqa: S608


def retry(db: Database, key: str, now_real: datetime) -> Delivery:
    """Put a dead letter back, under the same key and with its attempts counted anew; due at once.

    A pending one becomes due at once. Raises UsageError when there is no such delivery or it was sent.
    """
    if get(db, key).status in (DeliveryStatus.SENT, DeliveryStatus.CLAIMED):
        raise UsageError(f"delivery {key} was sent or is just being sent")
    db.execute(
        "UPDATE deliveries SET attempts = iif(status = 'dead', 0, attempts), status = 'pending', next_at = ? "
        "WHERE key = ?",
        (moment_text(now_real), key),
    )
    return get(db, key)


def abandon(db: Database, channel: str, detail: str) -> Deliveries:
    """Make everything pending on a channel that is over (410, or taken out) dead letters; returns them."""
    query = f"SELECT {COLUMNS} FROM deliveries d WHERE {OPEN} AND channel = ? AND status = 'pending' ORDER BY id"  # noqa: S608
    found = [to_delivery(row) for row in db.rows(query, (channel,))]
    db.executemany(
        "UPDATE deliveries SET status = 'dead', last_error = ? WHERE key = ?",
        [(holdable(detail), delivery.key) for delivery in found],
    )
    return [get(db, delivery.key) for delivery in found]


def get(db: Database, key: str) -> Delivery:
    """Return the delivery of ``key``. Raises UsageError when there is none."""
    found = db.row(f"SELECT {COLUMNS} FROM deliveries d WHERE d.key = ?", (holdable(key),))  # noqa: S608
    if found is None:
        raise UsageError(f"there is no delivery {key!r}")
    return to_delivery(found)


def alert(db: Database, ident: str) -> Alert | None:
    """Return the alert of this id, or of the delivery with this key; None when there is none."""
    query = "SELECT payload FROM alerts WHERE id = ?1 OR id = (SELECT alert FROM deliveries WHERE key = ?1)"
    found = db.row(query, (holdable(ident),))
    return from_json(Alert, found[0]) if found else None


def of_alert(db: Database, ident: str) -> Deliveries:
    """Return the deliveries of an alert."""
    query = f"SELECT {COLUMNS} FROM deliveries d WHERE d.alert = ? ORDER BY d.id"  # noqa: S608
    return [to_delivery(row) for row in db.rows(query, (ident,))]


def of_alerts(db: Database, idents: Sequence[str]) -> dict[str, Deliveries]:
    """Return the deliveries of several alerts, by alert."""
    query = f"SELECT {COLUMNS} FROM deliveries d WHERE d.alert IN (SELECT value FROM json_each(?)) ORDER BY d.id"  # noqa: S608
    found: dict[str, Deliveries] = {}
    for row in db.rows(query, (texts(idents),)):
        found.setdefault(row[1], []).append(to_delivery(row))
    return found


def list(  # noqa: A001 - read as outbox.list(...)
    db: Database, *, status: DeliveryStatus | None = None, storyline: str = "", channel: str = "", limit: int = 100
) -> Sendings:
    """Return the newest ``limit`` deliveries that fit, newest first, with their alerts."""
    found = db.rows(
        f"SELECT {COLUMNS}, a.payload FROM deliveries d JOIN alerts a ON a.id = d.alert "  # noqa: S608
        "WHERE (?1 = '' OR d.status = ?1) AND (?2 = '' OR d.storyline = ?2) AND (?3 = '' OR d.channel = ?3) "
        "ORDER BY d.id DESC LIMIT ?4",
        (status.value if status else "", storyline, channel, limit),
    )
    return [(to_delivery(row[:-1]), from_json(Alert, row[-1])) for row in found]


def counts(db: Database) -> Counts:
    """Return how many deliveries stand where."""
    found: dict[str, int] = dict(db.rows("SELECT status, count(*) FROM deliveries GROUP BY status"))
    oldest = db.row(f"SELECT min(created_at) FROM deliveries WHERE {OPEN}")  # noqa: S608
    claimed = found.get("claimed", 0)
    return Counts(
        waiting=found.get("pending", 0) + claimed,
        claimed=claimed,
        sent=found.get("sent", 0),
        dead=found.get("dead", 0),
        oldest_at=moment_or_none(oldest[0]) if oldest else None,
    )


def rename(db: Database, old: str, new: str) -> None:
    """Give the alerts and deliveries of a storyline its new slug, within digests too; ids and keys stay."""
    db.execute("UPDATE deliveries SET storyline = ? WHERE storyline = ?", (new, old))
    query = "SELECT payload FROM alerts WHERE storyline = ? OR kind = 'digest'"
    for alert in [from_json(Alert, row[0]) for row in db.rows(query, (old,))]:
        lines = tuple(replace(line, storyline=new) if line.storyline == old else line for line in alert.lines)
        slug = new if alert.storyline == old else alert.storyline
        renamed = replace(alert, storyline=slug, lines=lines)
        if renamed != alert:
            db.execute("UPDATE alerts SET storyline = ?, payload = ? WHERE id = ?", (slug, to_json(renamed), alert.id))
