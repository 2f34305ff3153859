"""Assemble: the configuration with everything it names: rules, seeds, and the feeds of its OPML lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.config.document import read_text
from monitor.config.load import Examined, examine
from monitor.errors import ConfigError, Problem
from monitor.feeds import opml
from monitor.model.feed import Feed
from monitor.model.settings import Settings


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings that can be used, and what is wrong with the files that were passed over for them."""

    settings: Settings
    problems: tuple[Problem, ...] = ()


def load(path: Path) -> Settings:
    """Return the settings in the file at ``path``, whole. Raises ConfigError with every problem."""
    loaded = load_what_holds(path)
    if loaded.problems:
        raise ConfigError(loaded.problems)
    return loaded.settings


def load_what_holds(path: Path) -> Loaded:
    """Return the settings in the file at ``path`` without the rules and lists that are broken, and their problems.

    For looking at an installation, one file of which was just broken. Raises ConfigError as ``load_again`` does.
    """
    examined = examine(path)
    if examined.settings is None:
        raise ConfigError(examined.problems)
    listed, wrong = _listed(examined.settings.opml)
    return Loaded(_with(examined.settings, listed), (*examined.problems, *wrong))


def load_again(settings: Settings) -> Loaded:
    """Return what ``settings.path`` says now.

    A broken rule keeps its version in ``settings``, and so do the feeds of lists that cannot be read; their problems
    are returned. Raises ConfigError when storywatch.toml itself cannot be used.
    """
    examined = examine(settings.path, last=settings.rules)
    if examined.settings is None:
        raise ConfigError(examined.problems)
    listed, wrong = _listed(examined.settings.opml)
    if wrong:
        listed = (*listed, *_kept(settings, examined))
    return Loaded(_with(examined.settings, listed), (*examined.problems, *wrong))


def _listed(paths: Iterable[Path]) -> tuple[tuple[Feed, ...], tuple[Problem, ...]]:
    feeds: list[Feed] = []
    problems: list[Problem] = []
    for path in paths:
        text = read_text(path)
        if isinstance(text, Problem):
            problems.append(text)
            continue
        try:
            feeds += opml.read(text, str(path))
        except ConfigError as error:
            problems += error.problems
    return tuple(feeds), tuple(problems)


def _kept(before: Settings, now: Examined) -> Iterable[Feed]:
    """The feeds in force that storywatch.toml and the rules do not name: those of the lists."""
    assert now.settings is not None
    named = {feed.name for feed in now.settings.feeds}
    return (feed for feed in before.feeds if feed.name not in named)


def _with(settings: Settings, listed: Iterable[Feed]) -> Settings:
    """``settings`` with the ``listed`` feeds behind its own; what is polled already is not added again."""
    feeds = list(settings.feeds)
    names, urls = {f.name for f in feeds}, {f.url for f in feeds}
    for feed in listed:
        if feed.url in urls:
            continue
        fresh = replace(feed, name=_free(feed.name, names))
        feeds.append(fresh)
        names.add(fresh.name)
        urls.add(fresh.url)
    return replace(settings, feeds=tuple(feeds))


def _free(name: str, taken: set[str]) -> str:
    """``name``, or with a number behind it where another feed has it."""
    number, free = 2, name
    while free in taken:
        number, free = number + 1, f"{name}-{number}"
    return free
