"""Fetch: one conditional GET of a feed (RFC 9110 section 13), and what its answer means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import blake2b
from typing import Protocol
from urllib.parse import urlsplit

from monitor.model.feed import Feed, FeedState, Validators
from monitor.model.poll import Fetched, FetchFailed, FetchOutcome, Gone, NotModified
from monitor.net.client import Reply

_FULL_EVERY = timedelta(days=1)  # a server whose validators never change is found out within a day
_DETOUR = 3  # failures after which every second attempt asks the address a person configured
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9,"
    " application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.5"
)
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,12})", re.IGNORECASE)
_SECONDS = re.compile(r"\d{1,12}(?:\.\d{1,6})?")


class Http(Protocol):
    """What fetching needs of a client (net.client.Client is one)."""

    async def get(
        self, url: str, headers: Mapping[str, str] | None = None, auth: tuple[str, str] | None = None
    ) -> Reply | FetchFailed:
        """GET ``url``; failures are values."""
        ...


async def fetch(feed: Feed, state: FeedState, client: Http, *, now: datetime) -> FetchOutcome:
    """Ask for ``feed`` unless it is unchanged; the body is compared with the last one read by its hash.

    Once a day the question is unconditional. Credentials go to the configured origin only.
    """
    url = _address(feed, state)
    full = state.last_full_at is None or now - state.last_full_at >= _FULL_EVERY
    conditions = {} if full or url != state.url else _conditions(state.validators)
    own = _same_origin(url, feed.url)
    headers = {"Accept": _ACCEPT, **(_own_headers(feed) if own else {}), **conditions}
    reply = await client.get(url, headers, (feed.user, feed.password) if own and feed.user else None)
    if isinstance(reply, FetchFailed):
        return reply
    if reply.status == 304 and not conditions:
        return FetchFailed("http", "304 Not Modified to a question without condition", 304)
    return _outcome(reply, feed, state, url, now)


def body_hash(body: bytes) -> str:
    """Return what stands for ``body`` in the store: equal hashes, equal bodies."""
    return blake2b(body, digest_size=16).hexdigest()


def _address(feed: Feed, state: FeedState) -> str:
    """Return the address in use; the configured one now and then when that keeps failing."""
    detour = state.failures >= _DETOUR and state.failures % 2 == 1
    return feed.url if detour or not state.url else state.url


def _outcome(reply: Reply, feed: Feed, state: FeedState, url: str, now: datetime) -> FetchOutcome:
    moved, max_age_s = _moved_to(reply, feed, state, url), _max_age_s(reply.headers)
    if reply.status == 304:
        return NotModified(_renewed(state.validators, reply), moved, max_age_s, url=reply.url)
    if reply.status == 410:
        return Gone(reply.url)
    if reply.status not in (200, 203):
        return FetchFailed("http", f"status {reply.status}", reply.status, _retry_after_s(reply.headers, now))
    validators = Validators(reply.headers.get("etag", "")[:1_000], reply.headers.get("last-modified", "")[:200])
    if state.body_hash and body_hash(reply.body) == state.body_hash:
        return NotModified(validators, moved, max_age_s, same_body=True, url=reply.url)
    content_type = reply.headers.get("content-type", "")
    return Fetched(reply.status, reply.url, reply.body, content_type, validators, moved, max_age_s)


def _renewed(old: Validators, reply: Reply) -> Validators:
    """Return the validators after a 304, which may bring new ones."""
    etag, modified = reply.headers.get("etag", ""), reply.headers.get("last-modified", "")
    return Validators(etag[:1_000] or old.etag, modified[:200] or old.last_modified)


def _moved_to(reply: Reply, feed: Feed, state: FeedState, url: str) -> str:
    """Return the address to remember: after permanent redirects, or the configured one that works again.

    A feed with credentials is never moved to another origin, where they could not be sent.
    """
    target = reply.permanent_url or (url if url != state.url else "")
    secret = feed.token or feed.user or feed.headers
    return "" if secret and not _same_origin(target, feed.url) else target


def _conditions(validators: Validators) -> dict[str, str]:
    both = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in both.items() if value and value.isprintable() and value.isascii()}


def _own_headers(feed: Feed) -> dict[str, str]:
    bearer = {"Authorization": f"Bearer {feed.token}"} if feed.token else {}
    return {**bearer, **dict(feed.headers)}


def _same_origin(one: str, other: str) -> bool:
    """Whether both addresses are of one origin, or the first is the https of the second's host."""
    try:
        a, b = urlsplit(one), urlsplit(other)
        same_place = (a.hostname, a.port) == (b.hostname, b.port)
    except ValueError:
        return False
    return same_place and (a.scheme == b.scheme or (a.scheme, b.scheme, a.port) == ("https", "http", None))


def _max_age_s(headers: Mapping[str, str]) -> int | None:
    """Return for how long the answer says it is fresh (RFC 9111 section 4.2), in seconds from now."""
    control = headers.get("cache-control", "")
    if "no-cache" in control or "no-store" in control:
        return None
    said = _MAX_AGE.search(control)
    if said:
        age = headers.get("age", "")
        return max(0, int(said[1]) - (int(age) if age.isdecimal() and len(age) < 10 else 0))
    expires, date = _date(headers.get("expires", "")), _date(headers.get("date", ""))
    return max(0, int((expires - date).total_seconds())) if expires and date else None


def _retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return Retry-After (RFC 9110 section 10.2.3; seconds or a date) in seconds, never negative."""
    said = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(said):
        return float(said)
    until = _date(said)
    start = _date(headers.get("date", "")) or now  # the server's own clock, where it tells
    return max(0.0, (until - start).total_seconds()) if until else None


def _date(text: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(text)
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
