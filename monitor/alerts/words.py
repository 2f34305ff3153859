"""Words: the phrases of messages in the user's language, and changes, moments and spans said in them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from monitor.alerts.clean import text
from monitor.model.development import Change

ARROW = "->"


@dataclass(frozen=True, slots=True)
class Words:
    """The phrases of one language; one that is missing falls back to English."""

    phrases: Mapping[str, Any]

    def say(self, name: str, **values: object) -> str:
        """The phrase ``name`` with ``values`` put in."""
        return _filled(str(self.phrases[name]), values)

    def sentence(self, name: str, **values: object) -> str:
        """The sentence ``name`` (why something is told, or is not) with ``values`` put in."""
        return _filled(str(self.phrases["sentences"][name]), values)

    def told(self, name: str, **values: object) -> str:
        """The sentence ``name`` as a message says it, which is not always how the ledger does."""
        phrase = self.phrases["told"].get(name) or self.phrases["sentences"][name]
        return _filled(str(phrase), values)

    def notice(self, name: str, **values: object) -> str:
        """The phrase ``name`` of what Storywatch tells its operator about itself, with ``values`` put in."""
        return _filled(str(self.phrases["notices"][name]), values)

    def value(self, table: str, word: str) -> str:
        """A word of ``table`` ("values": what is counted, stages; "units": of time); as it is where it is not in it."""
        known = self.phrases[table]
        return str(known[word]) if word in known else " ".join(str(known.get(part, part)) for part in word.split(" "))

    def tag(self, reason: str) -> str:
        """A Reason or Signal as the mark of a subject or a line."""
        return str(self.phrases["tags"].get(reason, reason))

    def count(self, name: str, n: int) -> str:
        """``n`` of what ``name`` names: "1 storyline", "3 storylines"."""
        return self.say(name if n == 1 else f"{name}s", n=n)

    def reason(self, reason: str) -> str:
        """A Reason or Signal in words."""
        return str(self.phrases["reasons"].get(reason, reason.lower()))

    def day(self, at: date) -> str:
        """A day of the year: "18 Mar"."""
        return self.say("date", day=at.day, month=self.phrases["months"][at.month - 1])

    def moment(self, at: datetime, timezone: str) -> str:
        """``at`` on the clock of ``timezone``: "Tue 18 Mar 2025, 15:04"."""
        here = at.astimezone(ZoneInfo(timezone))
        weekday = self.phrases["days"][here.weekday()]
        return self.say("moment", weekday=weekday, date=self.day(here.date()), year=here.year, time=f"{here:%H:%M}")

    def span(self, length: timedelta) -> str:
        """A length of time in its two largest units: "2 d 3 h", "45 min"."""
        return " ".join(f"{count} {self.value('units', unit)}" for count, unit in _parts(length))


def load(language: str, directory: Path | None = None) -> Words:
    """Return the words of ``language``: English, what is shipped for it, and a user's ``words.toml``, laid over.

    A file that was changed is read again. Raises OSError or ValueError where it cannot be.
    """
    own = directory / "words.toml" if directory else None
    if own is None or not own.is_file():
        return _loaded(language, None, (0, 0))
    stat = own.stat()
    return _loaded(language, own, (stat.st_mtime_ns, stat.st_size))


@lru_cache(maxsize=16)
def _loaded(language: str, own: Path | None, _version: tuple[int, int]) -> Words:
    shipped = tomllib.loads(files("monitor.alerts").joinpath("templates/words.toml").read_text(encoding="utf-8"))
    users = tomllib.loads(own.read_text(encoding="utf-8")) if own else {}
    phrases: dict[str, Any] = {}
    for table in (shipped["en"], shipped.get(language, {}), users.get(language, {})):
        phrases |= {
            key: {**phrases.get(key, {}), **part} if isinstance(part, dict) else part for key, part in table.items()
        }
    return Words(phrases)


def change(part: Change, say: Words | None = None) -> str:
    """A part of a delta in words: "36 -> 44 dead", "stage: planned -> cancelled", "Ushakov"."""
    fact, say = part.fact, say or load("en")
    by = text(fact.by, 60)
    value, what, before = (say.value("values", text(word, 120)) for word in (fact.value, fact.what, part.before))
    shown = f"{before} {ARROW} {value}" if part.before else value
    said = f" ({by})" if by else ""
    if fact.kind in ("figure", "number", "money", "percent"):
        return f"{shown} {what}".rstrip() + said
    if fact.kind == "report":  # what became of one: "withdrawn by Wire"
        return say.say("by", value=value, by=by) if by else value
    name = what or say.value("values", text(fact.kind, 60))
    return (f"{name}: {shown}" if name else shown) + said


def delta_text(delta: Iterable[Change]) -> str:
    """A whole delta in one line: "36 -> 44 dead; stage: planned -> cancelled"."""
    return "; ".join(change(part) for part in delta)


def _filled(phrase: str, values: Mapping[str, object]) -> str:
    for key, value in values.items():
        phrase = phrase.replace("{" + key + "}", str(value))
    return phrase


def _parts(length: timedelta) -> list[tuple[int, str]]:
    minutes = round(length.total_seconds() / 60)
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    found = [(count, unit) for count, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if count]
    return found[:2] or [(0, "min")]
