"""Storyline and Rule: what a person follows, and who is to hear of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class SeedDocument:
    """An example article: "stories like this one". ``text`` is Markdown already stripped to plain text."""

    name: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Storyline:
    """A tracked story. ``names`` None: which words are names is found by the matcher.

    ``all``: groups of alternatives, each of which is to be met (in the item or by context; in the
    item itself when ``strict``). ``fuzzy`` is how alike two words must be, 0..100.
    """

    slug: str
    phrase: str = ""
    about: str = ""
    names: tuple[str, ...] | None = None
    all: tuple[tuple[str, ...], ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    strict: bool = False
    fuzzy: int = 85
    follow: bool = True
    languages: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    since: datetime | None = None
    seeds: tuple[SeedDocument, ...] = ()


class Sensitivity(StrEnum):
    """How much must be new before it is told."""

    QUIET = "quiet"
    NORMAL = "normal"
    WIDE = "wide"


@dataclass(frozen=True, slots=True)
class Budget:
    """At most ``count`` developments per ``per``; what exceeds it goes into the digest."""

    count: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """The ``[alert]`` table of a rule: to whom, for which Reasons and Signals, how soon."""

    routes: tuple[str, ...] = ()
    when: frozenset[str] = frozenset({"OPENED", "NEWS", "FIGURE", "STAGE", "DENIED", "CORRECTED"})
    sensitivity: Sensitivity = Sensitivity.NORMAL
    origins: int = 1
    wait: timedelta = timedelta(minutes=20)
    budget: Budget | None = None
    quiet_after: timedelta | None = timedelta(days=7)
    cooldown: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Rule:
    """The file ``rules/SLUG.toml``: a storyline and its policy. ``hash`` names this very version."""

    storyline: Storyline
    alert: AlertPolicy = AlertPolicy()
    enabled: bool = True
    path: str = ""
    hash: str = ""

    @property
    def slug(self) -> str:
        """The storyline's slug, which is the file's stem."""
        return self.storyline.slug
