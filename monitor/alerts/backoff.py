"""Backoff: when a delivery that failed is tried again, and when it is given up."""

from __future__ import annotations

from random import Random
from typing import Literal

from monitor.model.delivery import AppriseChannel, Channel, Retry, SmtpChannel, WebhookChannel

Kind = Literal["smtp", "webhook", "console"]

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0
# Mail as relays do it (RFC 5321 4.5.4.1: at least 30 minutes between tries after the first hours, 4-5 days
# in all); the early tries are for greylisting. Webhooks as Standard Webhooks recommends: ten tries over 75 hours.
_SMTP = (_MINUTE, 5 * _MINUTE, 10 * _MINUTE, 30 * _MINUTE, _HOUR, 2 * _HOUR)
_SMTP_MOST, _SMTP_TOTAL = 4 * _HOUR, 5 * _DAY
_WEBHOOK = (5.0, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR, 20 * _HOUR, 24 * _HOUR)
_CONSOLE_MOST, _CONSOLE_TRIES = _MINUTE, 10_000  # about a week
_JITTER = 0.2


def next_attempt(attempts: int, outcome: Retry, kind: Kind, rng: Random) -> float | None:
    """Return the seconds until the next attempt, None when ``attempts`` (>= 1, made so far) were enough.

    A fifth is added at most by chance, so that what failed together does not come back together. A
    server's own wish (``outcome.after_s``, at most a day) is respected, but never brings it nearer.
    """
    delay = _delay(attempts, kind)
    if delay is None:
        return None
    asked = min(outcome.after_s or 0.0, _DAY)
    return max(delay * (1 + _JITTER * rng.random()), asked)


def kind_of(channel: Channel | None) -> Kind:
    """Which schedule ``channel`` keeps; None is the console, which needs no configuration."""
    if isinstance(channel, SmtpChannel):
        return "smtp"
    return "webhook" if isinstance(channel, WebhookChannel | AppriseChannel) else "console"


def _delay(attempts: int, kind: Kind) -> float | None:
    if kind == "console":
        return min(2.0 ** min(attempts - 1, 10), _CONSOLE_MOST) if attempts < _CONSOLE_TRIES else None
    schedule = _SMTP_SCHEDULE if kind == "smtp" else _WEBHOOK
    return schedule[attempts - 1] if attempts <= len(schedule) else None


def _mail_schedule() -> tuple[float, ...]:
    rest = int((_SMTP_TOTAL - sum(_SMTP)) // _SMTP_MOST)
    return (*_SMTP, *[_SMTP_MOST] * rest)


_SMTP_SCHEDULE = _mail_schedule()
