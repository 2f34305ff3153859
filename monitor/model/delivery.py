"""Channel, Message and Delivery: the way out, and how a sending can end. Endings are values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class SmtpChannel:
    """Mail. ``security`` is "starttls", "tls" or "none" (refused where credentials are set)."""

    name: str
    host: str
    sender: str
    to: tuple[str, ...]
    port: int = 0  # 0: 587 for starttls, 465 for tls, 25 for none
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    timeout_s: float = 60.0
    unsubscribe: str = ""  # address for List-Unsubscribe


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """Standard Webhooks. ``secrets`` newest first; each signs, so that a rotation loses nothing."""

    name: str
    url: str = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    timeout_s: float = 20.0


@dataclass(frozen=True, slots=True)
class AppriseChannel:
    """Any of the services that apprise knows; ``url`` is the service's address in apprise's form, tokens included."""

    name: str
    url: str = field(repr=False)
    timeout_s: float = 30.0


@dataclass(frozen=True, slots=True)
class ConsoleChannel:
    """Standard output of the process."""

    name: str = "console"


Channel = SmtpChannel | WebhookChannel | AppriseChannel | ConsoleChannel


class DeliveryStatus(StrEnum):
    """Where a delivery stands. Only an acknowledged send is SENT."""

    PENDING = "pending"
    CLAIMED = "claimed"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Delivery:
    """An alert x channel in the outbox. ``key`` is stable over retries and restarts (Message-ID, webhook-id).

    ``next_at`` and ``sent_at`` are real time (never the demo's fast clock).
    """

    key: str
    alert: str
    channel: str
    storyline: str
    status: DeliveryStatus
    attempts: int
    created_at: datetime
    next_at: datetime
    last_error: str = ""
    sent_at: datetime | None = None
    recipients_done: tuple[str, ...] = ()  # of a mail some recipients of which were accepted


@dataclass(frozen=True, slots=True)
class Message:
    """A composed alert, ready for any channel; all fields are safe for where they are named for.

    ``subject`` is one line without control characters; ``payload`` is the webhook's JSON body.
    ``thread`` groups a storyline's mails; ``list_id`` names it for filters. ``answers`` is the key of the message that
    this one corrects, "" for none.
    """

    key: str
    subject: str
    text: str
    html: str
    console: str
    payload: Mapping[str, object]
    thread: str = ""
    list_id: str = ""
    title: str = ""
    severity: str = "normal"  # high, normal or low
    answers: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """Acknowledged. ``detail`` is the server's answer; ``refused`` recipients that were not accepted."""

    detail: str = ""
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Retry:
    """Not now. ``after_s`` as the server asked (None: our own backoff). ``done``: recipients already accepted."""

    detail: str
    after_s: float | None = None
    done: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dead:
    """Never. ``disable``: the channel itself is over (410). ``known``: the operator was told of the cause before."""

    detail: str
    disable: bool = False
    known: bool = False


SendOutcome = Sent | Retry | Dead
