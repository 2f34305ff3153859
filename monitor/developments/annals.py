"""Annals: the developments of one storyline in memory, what they state, and which of them an item tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from types import MappingProxyType

from monitor.developments.delta import Known
from monitor.developments.facts import Facts
from monitor.model.development import Development

_REMEMBERED = 2_000  # developments kept in memory


class Annals:
    """What was told, by number. The same developments taken in any order that a store gives make the same memory."""

    def __init__(self, facts: Facts) -> None:
        """Begin with nothing told; ``facts`` says which figures can be compared."""
        self.known = Known(facts)
        self.opened_at: datetime | None = None  # when the latest development opened
        self.last_number = 0
        self._developments: dict[int, Development] = {}
        self._of: dict[str, int] = {}  # the development of an item

    @property
    def all(self) -> Mapping[int, Development]:
        """The developments in memory by number, oldest first."""
        return MappingProxyType(self._developments)

    def latest(self, most: int) -> Iterator[Development]:
        """The last ``most`` developments, newest first."""
        return islice(reversed(self._developments.values()), most)

    def told_by(self, item: str) -> Development | None:
        """The development that ``item`` tells, None where it tells none."""
        return self._developments.get(self.number(item))

    def number(self, item: str, default: int = 0) -> int:
        """The number of the development that ``item`` tells; that of ``default`` where it is not known to tell one."""
        return self.home(self._of.get(item, default))

    def home(self, number: int) -> int:
        """The development that ``number`` is part of by now: itself, or what it was merged into."""
        while (known := self._developments.get(number)) is not None and 0 < known.merged_into < number:
            number = known.merged_into  # always an earlier one, so this ends
        return number

    def take(self, development: Development, *, anew: bool = False) -> None:
        """Remember a development, or what it has grown to; ``anew``: whatever it was before."""
        number = development.number
        known = self._developments.get(number)
        if known is None or anew or _size(development) >= _size(known):
            self._developments[number] = development
            for item in development.items:  # one that was corrected since tells the later one
                self._of[item] = max(number, self._of.get(item, 0))
            if development.merged_into:
                self.known.drop(number)  # the one that it is part of states it
            else:
                self.known.take(development)
        self.last_number = max(self.last_number, number)
        self.opened_at = max(self.opened_at or development.opened_at, development.opened_at)
        while len(self._developments) > _REMEMBERED:
            self._drop(min(self._developments))

    def _drop(self, number: int) -> None:
        oldest = self._developments.pop(number)
        self.known.drop(number)
        for item in oldest.items:
            self._of.pop(item, None)


def _size(development: Development) -> tuple[int, int]:
    return len(development.items), len(development.origins)
