"""The error tree: what may be raised because of a person's input or a broken store.

Expected failures of the outside world (a feed that is down, a mail server that refuses) are
values, not exceptions; see ``model/poll.py`` and ``model/delivery.py``. Anything else that is
raised is a bug.

    StorywatchError
    +-- ConfigError        storywatch.toml, rules or seeds are wrong: carries every Problem
    +-- StoreError         the database cannot be used
    |   +-- StoreBusy      another process holds the write lock
    |   +-- StoreFull      no space, or a write error: waiting may help
    |   +-- StoreCorrupt   damaged, replaced, or not ours: a person must act
    |   +-- StoreTooNew    written by a newer Storywatch
    |   +-- StoreInUse     another Storywatch runs on it
    +-- UsageError         a command was asked for something that is not there
"""

from __future__ import annotations

from dataclasses import dataclass


class StorywatchError(Exception):
    """Base of every error a person is told about: one clear line, no traceback."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file a person writes: what, where, and what to do.

    ``line`` counts from 1; 0 means the file as a whole. ``key`` is the dotted key ("" for none).
    """

    file: str
    line: int
    key: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        """``file:line: key: message (hint)``, the form editors can jump to."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        key = f" {self.key}:" if self.key else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}:{key} {self.message}{hint}"


class ConfigError(StorywatchError):
    """The configuration cannot be used; ``problems`` holds every fault found, not the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Keep all ``problems`` (at least one); the message is one line for each."""
        super().__init__("\n".join(str(p) for p in problems))
        self.problems = problems


class StoreError(StorywatchError):
    """The database cannot be read or written."""


class StoreBusy(StoreError):  # noqa: N818 - a state of the store, named as the rest of the tree
    """Another process kept the write lock for longer than the busy time-out."""


class StoreFull(StoreError):  # noqa: N818
    """The disk is full or the write failed; the transaction is gone, trying again may help."""


class StoreCorrupt(StoreError):  # noqa: N818
    """The file is damaged, was replaced, or is not a Storywatch database."""


class StoreTooNew(StoreError):  # noqa: N818
    """The file has a schema this version does not know."""


class StoreInUse(StoreError):  # noqa: N818
    """Another Storywatch holds the instance lock of this database."""


class UsageError(StorywatchError):
    """A command was asked for something that does not exist; exit code 2."""
