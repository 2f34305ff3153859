"""Dates: how outlets write the moment of publication, and how they get it wrong. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import format_datetime

from monitor.demo.data import Row

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=365)
_WRONG = timezone(timedelta(hours=-5))


def written(row: Row, zone: tzinfo, *, mail: bool) -> str | None:
    """Return the date of ``row`` as its feed writes it, or None where it writes none.

    ``mail`` chooses the form of RFC 822, else RFC 3339. "future" is the same day a year too late,
    "wrong-zone" the clock of UTC under another zone's name, "naive" no zone at all.
    """
    moment = (row.published_at or row.arrival_at).astimezone(zone)
    match row.date:
        case "none":
            return None
        case "us":
            return moment.strftime("%m/%d/%Y %I:%M %p")
        case "words":
            return f"{moment:%d} · {moment:%m}, утро"
        case "naive":
            return format_datetime(moment).rpartition(" ")[0] if mail else moment.strftime("%Y-%m-%dT%H:%M:%S")
        case odd:
            return _form(_moved(moment, odd), mail=mail)


def _moved(moment: datetime, odd: str) -> datetime:
    if odd == "epoch":
        return _EPOCH
    if odd == "future":
        return moment + _AHEAD
    return moment.astimezone(UTC).replace(tzinfo=_WRONG) if odd == "wrong-zone" else moment


def _form(moment: datetime, *, mail: bool) -> str:
    return format_datetime(moment) if mail else moment.isoformat(timespec="seconds")
