"""Visit: one feed asked now, for a person who wants to see; nothing is written."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from monitor.cli.asked import now
from monitor.cli.show import Line, Span
from monitor.feeds import cadence, identity
from monitor.feeds import discover as discovering
from monitor.feeds.discover import Found
from monitor.feeds.poll import poll
from monitor.model.feed import Feed, FeedState
from monitor.model.poll import Fetched, FetchFailed, Gone, Polled
from monitor.model.settings import Settings
from monitor.service.outside import Outside
from monitor.store import items as item_rows
from monitor.store.database import Database

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visit brought; ``new`` and ``revised`` are places in ``polled.candidates``."""

    polled: Polled
    new: frozenset[int] = frozenset()
    revised: frozenset[int] = frozenset()


async def discover(settings: Settings, url: str) -> tuple[Found, ...] | FetchFailed:
    """The feeds to be had at ``url``, or why it cannot be fetched."""
    return await _outside(settings, lambda out: discovering.discover(url, out.client, out.parser))


async def visit(settings: Settings, feed: Feed, state: FeedState) -> Visit:
    """Visit ``feed`` as the daemon would; every entry counts as new as long as it is compared with no store."""
    polled = await _outside(settings, lambda out: poll(feed, state, out.client, out.parser, now))
    return Visit(polled, frozenset(range(len(polled.candidates))))


async def _outside(settings: Settings, work: Callable[[Outside], Awaitable[T]]) -> T:
    outside = Outside(settings)
    try:
        return await work(outside)
    finally:
        await outside.close()


def compared(db: Database, seen: Visit) -> Visit:
    """``seen`` held against what the store knows: which entries are new, which have changed words."""
    candidates = seen.polled.candidates
    keys = [key for candidate in candidates for key in candidate.keys]
    found = identity.identify(candidates, item_rows.known(db, seen.polled.feed, keys))
    places = {id(candidate): number for number, candidate in enumerate(candidates)}
    numbered = [(places[id(one.candidate)], one) for one in found if id(one.candidate) in places]
    return Visit(
        seen.polled,
        frozenset(number for number, one in numbered if not one.item),
        frozenset(number for number, one in numbered if one.revised),
    )


def planned(settings: Settings, feed: Feed, state: FeedState, seen: Visit) -> FeedState:
    """The feed's next state, had the daemon made this visit."""
    bounds = feed.every_s or settings.polling.every_s
    return cadence.plan(state, seen.polled, len(seen.new), bounds, random.Random(0))  # noqa: S311 - no secret


def ending(polled: Polled) -> Line:
    """How the visit ended, in a line."""
    match polled.outcome:
        case Fetched(status=status):
            return [Span("read: ", "good"), f"{polled.title or '(no title)'} (status {status})"]
        case FetchFailed(kind=kind, detail=detail):
            return [Span("failed: ", "bad"), f"{detail} ({kind})"]
        case Gone():
            return [Span("gone: ", "bad"), "the publisher ended this feed (410)"]
        case _:
            return [Span("not modified: ", "good"), "nothing new since the last poll; --full asks for all of it"]
