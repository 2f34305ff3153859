"""Setup: ``init`` and ``check``: from nothing to a configuration that holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.asked import AsJson, Asked, of
from monitor.cli.show import Span, count
from monitor.errors import ConfigError, Problem
from monitor.model.settings import Settings
from monitor.model.storyline import Rule

_WORDS = ("storyline", "feed", "route", "channel")


def add_to(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command()(init)
    app.command()(check)


def init(
    ctx: typer.Context,
    directory: Annotated[Path, typer.Argument(help="Where to write; made if it is not there.")] = Path(),
) -> None:
    """Write a commented configuration with rules and feeds.

    Seeds, editors' schemas and a systemd unit come along. Files that are there are never overwritten.
    """
    from monitor.config import scaffold

    screen = of(ctx).screen
    made = scaffold.write(directory)
    for path in made:
        screen.line([Span("wrote ", "dim"), str(path)])
    if not made:
        screen.line(f"{directory}: everything is there already; nothing was changed")
    where = "" if directory == Path() else f"cd {directory} && "
    screen.line([Span("next: ", "head"), f"{where}storywatch check && storywatch run"])


def check(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Print every problem in the configuration and its rules.

    Each with file, line, key, what was found and what is allowed; then what is allowed and still looks wrong. Exit
    code 1 when there is a problem: nothing starts with one.
    """
    asked = of(ctx)
    path = asked.path()
    problems: tuple[Problem, ...] = ()
    settings: Settings | None = None
    try:
        settings = asked.settings()
    except ConfigError as error:
        problems = error.problems
    warnings = tuple(_warnings(asked, settings)) if settings else ()
    if as_json:
        asked.screen.json(_data(path, problems, warnings, settings))
    else:
        _print(asked, path, problems, warnings, settings)
    if problems:
        raise typer.Exit(1)


def _print(
    asked: Asked, path: Path, problems: Iterable[Problem], warnings: Iterable[Problem], settings: Settings | None
) -> None:
    screen = asked.screen
    for problem in problems:
        screen.line([Span("problem: ", "bad"), str(problem)])
    for warning in warnings:
        screen.line([Span("warning: ", "warn"), str(warning)])
    if settings is None:
        screen.line(f"{path}: {count(len(tuple(problems)), 'problem')}; nothing starts before that is mended")
        return
    enabled = sum(rule.enabled for rule in settings.rules)
    sizes = (enabled, len(settings.feeds), len(settings.routes), len(settings.channels))
    told = ", ".join(count(n, what) for n, what in zip(sizes, _WORDS, strict=True))
    screen.line([Span("ok: ", "good"), f"{path}: {told}"])


def _warnings(asked: Asked, settings: Settings) -> Iterator[Problem]:
    """What is allowed and still looks wrong."""
    from monitor.cli.linting import linted

    names = [feed.name for feed in settings.feeds]
    if not names:
        yield Problem(str(settings.path), 0, "feeds", "there is no feed to poll", "add one: storywatch feeds add URL")
    warnings = linted(asked, settings)
    for rule in settings.rules:
        for text in warnings.get(rule.slug, ()):
            yield Problem(rule.path, 0, "", text)
        yield from _unmet_feeds(rule, names)


def _unmet_feeds(rule: Rule, names: list[str]) -> Iterator[Problem]:
    for glob in rule.storyline.feeds:
        if not any(fnmatchcase(name, glob) for name in names):
            yield Problem(rule.path, 0, "feeds", f'no feed is named "{glob}" or like it', "see: storywatch feeds list")


def _data(
    path: Path, problems: Iterable[Problem], warnings: Iterable[Problem], settings: Settings | None
) -> dict[str, object]:
    return {
        "config": str(path),
        "ok": settings is not None,
        "problems": [_problem(p) for p in problems],
        "warnings": [_problem(w) for w in warnings],
        "storylines": [rule.slug for rule in settings.rules if rule.enabled] if settings else [],
        "feeds": len(settings.feeds) if settings else 0,
    }


def _problem(problem: Problem) -> dict[str, object]:
    return {name: getattr(problem, name) for name in ("file", "line", "key", "message", "hint")}
