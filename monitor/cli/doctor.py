"""Doctor: ``doctor``: is this installation in order, and where it is not, what to do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

from monitor.cli import plain
from monitor.cli.asked import AsJson, Asked, now, of
from monitor.cli.show import Span, count
from monitor.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.model.settings import Settings
    from monitor.service.doctor import Finding

_STYLES = {"ok": "good", "warning": "warn", "problem": "bad"}


def add_to(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command()(doctor)


def doctor(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Look the whole installation over, and say what to do.

    Configuration, permissions, secrets, clock, disk, limits, DNS, channels (mail servers up to the login, webhooks with
    a probe; nobody is alerted), unit file, schema, integrity. Exit code 1 when there is a problem.
    """
    asked = of(ctx)
    findings = list(_findings(asked))
    if as_json:
        asked.screen.json(plain.data(findings))
    else:
        for finding in findings:
            _print(asked, finding)
    problems = [f for f in findings if f.state == "problem"]
    if problems:
        if not as_json:
            asked.screen.line([Span(count(len(problems), "problem"), "bad")])
        raise typer.Exit(1)


def _findings(asked: Asked) -> Iterator[Finding]:
    from monitor.pipeline.assemble import load_what_holds
    from monitor.service import doctor as checks

    path = asked.path()
    settings: Settings | None = None
    problems: tuple[Problem, ...] = ()
    try:
        loaded = load_what_holds(path)
        settings, problems = loaded.settings, loaded.problems
    except ConfigError as error:
        problems = error.problems
    yield from checks.configuration(path, problems, settings)
    yield checks.limits()
    yield checks.unit()
    if settings is None:
        return
    yield from checks.files(settings.database)
    if settings.database.parent.is_dir():
        yield checks.disk(settings.database)
    yield from checks.store(settings.database, now())
    yield from asyncio.run(_outside(settings))


async def _outside(settings: Settings) -> list[Finding]:
    from monitor.service import reachable

    return [*await reachable.names(settings), *await reachable.channels(settings)]


def _print(asked: Asked, finding: Finding) -> None:
    state = Span(f"{finding.state:<8}", _STYLES[finding.state])
    asked.screen.line([state, Span(f"{finding.check}: ", "name"), finding.found])
    if finding.todo:
        asked.screen.line([Span("do: ", "head"), finding.todo], indent=9)
