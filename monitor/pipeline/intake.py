"""Intake: what one finished poll means: new items, items seen elsewhere, revisions, and when to ask again."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.feeds import again, cadence, identity, vanished
from monitor.model.feed import Feed, FeedState
from monitor.model.item import Revision, Sighting
from monitor.model.poll import Candidate, Identified, Known, Polled
from monitor.pipeline.events import Arrived, Event, Revised, Seen
from monitor.store import articles, restore, withdrawals
from monitor.store import feeds as feed_rows
from monitor.store import items as item_rows
from monitor.store import storylines as storyline_rows
from monitor.store.database import Database

FRESH = timedelta(days=1)  # older than this at a feed's first poll is history
LATELY = timedelta(days=2)  # what was told so lately is missed when its feed takes it out
OUTAGE = timedelta(hours=8)  # a feed that failed for longer catches up: one alert for each storyline


class Intake:
    """Writes one poll's items and returns the events they are and the feed's next state."""

    def __init__(
        self, db: Database, feeds: Sequence[Feed], every_s: tuple[int, int], keep: timedelta, rng: random.Random
    ) -> None:
        """``every_s`` bounds the cadence; what is older than ``keep`` when first seen is always history."""
        self._db = db
        self._feeds = {f.name: f for f in feeds}
        self._every_s = every_s
        self._keep = keep
        self._rng = rng
        self._restored_at = restore.restored_at(db)

    def take(self, polled: Polled, *, behind: bool) -> tuple[list[Event], FeedState | None]:
        """Write what ``polled`` brought. ``behind``: the daemon was away, so this poll catches up.

        A poll of a feed that was removed meanwhile is dropped: ([], None).
        """
        feed = self._feeds.get(polled.feed)
        state = feed_rows.state(self._db, polled.feed)
        if feed is None or state is None:
            return [], None
        listed = again.known(polled.again) if polled.again else []
        found, linked = self._identified(polled, listed)
        catch_up = behind or _out_of_reach(state, polled.at)
        events = self._known(polled, feed, found, linked)
        events += self._new(polled, feed, state, found, catch_up=catch_up, listed=listed)
        if self._first_after_restore(state):  # what changed or was seen meanwhile may have been told
            events = [e for e in events if isinstance(e, Arrived)]
        elif not listed:  # the whole document was read
            events += self._taken_out(polled, found)
        arrived = sum(isinstance(e, Arrived) for e in events)
        bounds = feed.every_s or self._every_s
        return events, cadence.plan(state, polled, arrived, bounds, self._rng)

    def _identified(self, polled: Polled, listed: Sequence[str]) -> tuple[tuple[Identified, ...], Mapping[str, Known]]:
        """Return what each candidate is, and under which keys the store knows which items.

        ``listed`` are the items of the document that were not read again.
        """
        if not polled.candidates and not listed:
            return (), {}
        keys = [k for c in polled.candidates for k in c.keys]
        known = item_rows.known(self._db, polled.feed, keys, listed)
        found = identity.identify(polled.candidates, known)
        found = again.unspoken(polled.again, found) if polled.again and listed else found
        shared = {k for f in found for k in f.shared}
        if shared:
            item_rows.mark_shared(self._db, polled.feed, sorted(shared))
        return found, known

    def _known(
        self, polled: Polled, feed: Feed, found: Sequence[Identified], linked: Mapping[str, Known]
    ) -> list[Event]:
        before = [one for one in found if one.item]
        missing = [(key, one.item) for one in before for key in _keys(one) if key not in linked]
        item_rows.link(self._db, feed.name, missing)
        return [event for one in before if one.revised for event in self._revised(polled.at, one)]

    def _revised(self, at: datetime, known: Identified) -> list[Event]:
        before = item_rows.get(self._db, [known.item]).get(known.item)
        if before is None:
            return []
        candidate = known.candidate
        revision = Revision(known.item, at, candidate.title, candidate.summary, before.title)
        item_rows.revise(self._db, revision)
        after = item_rows.get(self._db, [known.item])[known.item]
        return [Revised(after, revision)]

    def _taken_out(self, polled: Polled, found: Sequence[Identified]) -> list[Event]:
        if vanished.spanned(polled.candidates) is None:
            return []
        told = {item.id: item for item in withdrawals.told(self._db, polled.feed, polled.at - LATELY)}
        seen = (vanished.Told(item.id, item.title, item.published_at) for item in told.values())
        item = told.get(vanished.taken_out(polled.candidates, (f.item for f in found), seen))
        return [Revised(item, withdrawals.withdraw(self._db, item, polled.at))] if item else []

    def _new(
        self,
        polled: Polled,
        feed: Feed,
        state: FeedState,
        found: Sequence[Identified],
        *,
        catch_up: bool,
        listed: Sequence[str],
    ) -> list[Event]:
        new = [(f, _link_counts(f)) for f in found if not f.item]
        settled = [(f.candidate, f.item) for f in found if f.item]
        elsewhere = item_rows.by_url(self._db, [f.candidate.url for f, linked in new if linked])
        events: list[Event] = []
        rows: list[tuple[Candidate, bool]] = []
        for one, linked in new:
            item, other = elsewhere.get(one.candidate.url, ("", "")) if linked else ("", "")
            if item and other != feed.name:
                events += self._seen(polled.at, feed, one, item)
                settled.append((one.candidate, item))
            else:
                rows.append((_usable(one), self._is_history(one.candidate, state, polled.at)))
        added = item_rows.add(self._db, feed.name, rows, polled.at)
        articles.note_unread(
            self._db, ((item.id, candidate.article) for (candidate, _), item in zip(rows, added, strict=True))
        )
        settled += [(candidate, item.id) for (candidate, _), item in zip(rows, added, strict=True)]
        if polled.again is not None:
            feed_rows.mark(self._db, feed.name, again.marked(polled.again, polled.candidates, settled, listed))
        return events + [Arrived(item, catch_up) for item in added]

    def _seen(self, at: datetime, feed: Feed, one: Identified, item: str) -> list[Event]:
        sighting = Sighting(item, feed.name, one.candidate.source, at)
        item_rows.link(self._db, feed.name, [(key, item) for key in _keys(one)])
        known = item_rows.get(self._db, [item]).get(item)
        if known is None or not item_rows.sight(self._db, sighting):
            return []
        slugs = sorted({d.storyline for d in storyline_rows.decisions_of(self._db, item=item)})
        return [Seen(known, sighting, tuple(slugs))]

    def _first_after_restore(self, state: FeedState) -> bool:
        """Whether nothing good was heard of the feed since the database was put in place from a backup."""
        restored = self._restored_at
        return restored is not None and (state.last_ok_at is None or state.last_ok_at < restored)

    def _is_history(self, candidate: Candidate, state: FeedState, at: datetime) -> bool:
        published = candidate.published_at
        if self._first_after_restore(state):
            assert self._restored_at is not None
            return published is None or published < self._restored_at
        if state.first_polled_at is None:
            return published is None or published < at - FRESH
        return published is not None and published < at - self._keep


def _out_of_reach(state: FeedState, at: datetime) -> bool:
    return state.failures > 0 and state.last_ok_at is not None and at - state.last_ok_at > OUTAGE


def _keys(found: Identified) -> list[str]:
    return [k for k in found.candidate.keys if k not in found.shared]


def _link_counts(found: Identified) -> bool:
    links = [k for k in found.candidate.keys if k[:2] == "l:" and k not in found.shared]
    return bool(found.candidate.url and links)


def _usable(found: Identified) -> Candidate:
    """The candidate without the keys that identify nothing."""
    if not found.shared:
        return found.candidate
    c = found.candidate
    return replace(c, keys=tuple(_keys(found)))
