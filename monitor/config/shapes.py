"""Shapes: what may stand in rules/SLUG.toml, key by key. The JSON Schema is made from the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from monitor.config.kinds import Moment, SoMany, duration_kind
from monitor.config.words import Glob, Language, Name, Sensitive, Text, Told

Wait = Annotated[timedelta, duration_kind("0s", "7d")]
QuietAfter = Annotated[timedelta | None, duration_kind("1h", "365d", never=True)]
Group = Annotated[list[Text], Field(min_length=1, max_length=1000)]
Words = Annotated[list[Text], Field(max_length=1000)]


class Shape(BaseModel):
    """A table: unknown keys are refused, and a value is never bent into another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class AlertShape(Shape):
    """Who hears of the storyline, of what, and how soon. What is left out comes from [defaults]."""

    routes: list[Name] | None = Field(
        default=None, description='Routes of storywatch.toml. None: the console. ["desk"]'
    )
    when: list[Told] | None = Field(
        default=None, description="Reasons and signals that are told. By default every reason and no signal."
    )
    sensitivity: Sensitive | None = Field(
        default=None, description="How much must be new before it is told: quiet, normal or wide. By default normal."
    )
    origins: int | None = Field(
        default=None, ge=1, le=20, description="Wait for so many independent origins. By default 1."
    )
    wait: Wait | None = Field(
        default=None, description='... but no longer than this; then tell it, marked "single source". By default "20m".'
    )
    budget: SoMany | None = Field(
        default=None, description='So many developments at most; what exceeds it goes, ranked, into the digest. "8/day"'
    )
    quiet_after: QuietAfter = Field(
        default=None, description='QUIET when nothing developed for so long; "never" for none. By default "7d".'
    )
    cooldown: Wait | None = Field(
        default=None, description='After a message, what follows within so long is gathered into one. By default "0s".'
    )


class RuleShape(Shape):
    """One storyline and who is to hear of it. One of phrase, all or seeds is needed."""

    phrase: Text | None = Field(default=None, description='The storyline in a few words: "Trump Moscow visit"')
    about: Text | None = Field(
        default=None, description="One or two sentences: what the story is, what you want to hear of."
    )
    seeds: list[Text] = Field(
        default=[], max_length=100, description="Example articles (Markdown), relative to this file."
    )
    names: Words | None = Field(
        default=None, description="Which words of the phrase are names. Found by itself where not given."
    )
    all: Annotated[list[Group], Field(max_length=20)] = Field(
        default=[], description='Groups of alternatives, each of which is to be met: [["Trump"], ["Moscow", "Kremlin"]]'
    )
    strict: bool = Field(default=False, description="Each group must be met in the item itself, not by context.")
    any: Words = Field(default=[], description="Words that raise the score.")
    none: Words = Field(default=[], description="Words that exclude an item.")
    fuzzy: int = Field(default=85, ge=0, le=100, description="How alike two words must be, 0 to 100.")
    follow: bool = Field(default=True, description="Learn the storyline's vocabulary as it develops.")
    languages: list[Language] = Field(
        default=[], description='Only items in these languages: ["en", "ru"]. Empty: all.'
    )
    feeds: list[Glob] = Field(default=[], description='Only these feeds, by name or pattern: ["world/*"]. Empty: all.')
    since: Moment | None = Field(default=None, description="Nothing that arrived before: 2026-11-01 (UTC midnight).")
    enabled: bool = Field(default=True, description="false: the rule rests and keeps its state.")
    alert: AlertShape = Field(default=AlertShape(), description="Who hears of it, of what, how soon.")
