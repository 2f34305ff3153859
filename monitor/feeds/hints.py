"""Hints: what a feed document says of how often to ask for it. Pure."""

from __future__ import annotations

import re

from monitor.model.poll import Hints

HEAD = 60_000  # characters at the start of a document in which a channel's own words are looked for
_SKIP = re.compile(r"<skip(Hours|Days)\b[^>]{0,99}>(.{0,2000}?)</skip\1\s*>", re.IGNORECASE | re.DOTALL)
_HOUR = re.compile(r"<hour>\s*(\d{1,2})\s*<", re.IGNORECASE)
_DAY = re.compile(r"<day>\s*(mon|tue|wed|thu|fri|sat|sun)", re.IGNORECASE)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PERIODS_S = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}


def hints(head: str, ttl: str, period: str, frequency: str) -> Hints:
    """Return what the document's ``head`` says to skip, and its ``<ttl>`` or syndication module in seconds."""
    hours: set[int] = set()
    days: set[int] = set()
    for kind, inner in _SKIP.findall(head) if "skip" in head or "Skip" in head else ():
        if kind.lower() == "hours":
            hours.update(int(h) % 24 for h in _HOUR.findall(inner) if int(h) <= 24)
        else:
            days.update(_DAYS.index(d.lower()) for d in _DAY.findall(inner))
    return Hints(
        ttl_s=_ttl_s(ttl.strip(), period, frequency.strip()), skip_hours=frozenset(hours), skip_days=frozenset(days)
    )


def _ttl_s(ttl: str, period: str, times: str) -> int | None:
    """Return <ttl> (minutes), else the syndication module's period by frequency, in seconds."""
    if ttl.isdecimal() and len(ttl) < 9:
        return int(ttl) * 60
    span_s = _PERIODS_S.get(period.strip().lower())
    if span_s is None:
        return None
    return span_s // max(1, int(times) if times.isdecimal() and len(times) < 5 else 1)
