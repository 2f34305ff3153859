"""Network: tells a dead network from dead feeds, so that it is said once and got over quickly."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from monitor.model.poll import FetchFailed, Polled

UNREACHABLE = frozenset({"dns", "connect"})  # kinds of failure that a missing network causes
ENOUGH = 5  # so many different feeds in a row (or all there are) must be unreachable


class Network:
    """Watches the polls as they come. ``down`` from the time that no host could be reached until one can.

    Feeds that could not be reached while others could are dead, and no sign of a dead network: else a handful of
    them, which are asked again as soon as the network seems to be back, would have it go down again and again.
    """

    def __init__(self, feeds: int) -> None:
        """``feeds``: how many there are."""
        self._feeds = feeds
        self._unreachable: set[str] = set()
        self._dead: set[str] = set()
        self.down = False

    def follow(self, feeds: Collection[str]) -> None:
        """These are the feeds from now on."""
        self._feeds = len(feeds)
        self._unreachable.intersection_update(feeds)
        self._dead.intersection_update(feeds)

    def watch(self, polls: Iterable[Polled]) -> str:
        """Take the newest polls; returns "down" or "back" when the judgement changed, else ""."""
        before = self.down
        for polled in polls:
            if isinstance(polled.outcome, FetchFailed) and polled.outcome.kind in UNREACHABLE:
                self._missed(polled.feed)
            else:
                self._dead |= self._unreachable
                self._dead.discard(polled.feed)
                self._unreachable.clear()
                self.down = False
        if before == self.down:
            return ""
        return "down" if self.down else "back"

    def _missed(self, feed: str) -> None:
        if feed not in self._dead:
            self._unreachable.add(feed)
            self.down = len(self._unreachable) >= max(1, min(ENOUGH, self._feeds - len(self._dead)))
