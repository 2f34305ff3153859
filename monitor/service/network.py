"""Network: tells a dead network from dead feeds, so that it is said once and got over quickly."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.model.poll import FetchFailed, Polled

UNREACHABLE = frozenset({"dns", "connect"})  # kinds of failure that a missing network causes
ENOUGH = 5  # so many different feeds in a row (or all there are) must be unreachable


class Network:
    """Watches the polls as they come. ``down`` from the time that no host could be reached until one can."""

    def __init__(self, feeds: int) -> None:
        """``feeds``: how many there are."""
        self._needed = max(1, min(ENOUGH, feeds))
        self._unreachable: set[str] = set()
        self.down = False

    def watch(self, polls: Iterable[Polled]) -> str:
        """Take the newest polls; returns "down" or "back" when the judgement changed, else ""."""
        before = self.down
        for polled in polls:
            if isinstance(polled.outcome, FetchFailed) and polled.outcome.kind in UNREACHABLE:
                self._unreachable.add(polled.feed)
                self.down = len(self._unreachable) >= self._needed
            else:
                self._unreachable.clear()
                self.down = False
        if before == self.down:
            return ""
        return "down" if self.down else "back"
