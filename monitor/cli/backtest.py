"""Backtest: ``backtest``: what would have been told, over stored or given items."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.asked import Asked, now, of
from monitor.cli.show import Column, Screen, Span, json_text, progress
from monitor.cli.times import moment
from monitor.errors import ConfigError, UsageError
from monitor.model.alert import Route
from monitor.model.settings import Settings
from monitor.model.storyline import Rule

if TYPE_CHECKING:
    from monitor.pipeline.backtest import Row, Setup
    from monitor.pipeline.events import Event

_TITLE = 160


def add_to(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command()(backtest)


def backtest(  # noqa: PLR0913, PLR0917 - the options of a command
    ctx: typer.Context,
    rules: Annotated[
        Path | None, typer.Option("--rules", help="A rule file or a directory of them. Default: those in force.")
    ] = None,
    items: Annotated[
        Path | None, typer.Option("--items", help="Items as JSON lines. Default: those in the database.")
    ] = None,
    since: Annotated[str, typer.Option("--since", help="From here on: 2025-03-18, 7d. Default: everything.")] = "",
    until: Annotated[str, typer.Option("--until", help="To before this.")] = "",
    route: Annotated[
        str, typer.Option("--route", help="As this route would be told. Default: at once, without limits.")
    ] = "",
    compare: Annotated[
        Path | None, typer.Option("--compare", help="Other rules, a file or a directory: what is gained and lost.")
    ] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Every match, alert and held item as JSON lines.")] = False,
) -> None:
    """Show what rules would have told, over past items.

    Items come from the database or a file; nothing is sent and nothing written.

    Example: storywatch backtest --rules rules/moscow.toml --since 30d
    """
    asked = of(ctx)
    settings = asked.settings() if _needs_settings(rules, items, route) else None
    span = (moment(since, "--since", now()) if since else None, moment(until, "--until", now()) if until else None)
    from monitor.pipeline import backtest as backtesting

    known = _rules(rules, settings)
    if compare is not None and jsonl:
        raise UsageError("--jsonl prints one rule set's rows: run it for each, or leave it out with --compare")
    setup = _setup(known, _route(route, settings), settings)
    with ExitStack() as stack:
        events = _events(asked, settings, items, span, known, stack)
        # A bar and lines on one terminal would overwrite each other.
        bar = stack.enter_context(progress("items", _total(items), colour=asked.colour, also=not jsonl))
        rows = backtesting.run(setup, _counted(events, bar), until=span[1])
        if jsonl:
            for row in rows:
                sys.stdout.write(json_text(row) + "\n")
            return
        counts, told = _gathered(rows, joined=compare is not None)
    if compare is not None:
        other = _setup(_rules(compare, settings), setup.route, settings)
        with ExitStack() as stack:
            events = _events(asked, settings, items, span, other.rules, stack)
            bar = stack.enter_context(progress("items", _total(items), colour=asked.colour))
            _, others = _gathered(backtesting.run(other, _counted(events, bar), until=span[1]), joined=True)
        _compared(asked.screen, told, others, items)
        return
    for row in told:
        _alert(asked.screen, row)
    _summary(asked.screen, counts)


def _setup(rules: tuple[Rule, ...], route: Route | None, settings: Settings | None) -> Setup:
    from monitor.pipeline.backtest import Setup

    if settings is None:
        return Setup(rules, route)
    return Setup(rules, route, lexicons=settings.lexicons, language=settings.language)


def _compared(screen: Screen, told: list[Row], others: list[Row], items: Path | None) -> None:
    from monitor.cli import compared
    from monitor.pipeline import compare

    known = compare.labels(items) if items is not None else None
    compared.show(screen, compare.told(told), compare.told(others), known)


def _needs_settings(rules: Path | None, items: Path | None, route: str) -> bool:
    """Given rules and given items need no configuration."""
    return rules is None or items is None or bool(route)


def _rules(path: Path | None, settings: Settings | None) -> tuple[Rule, ...]:
    if path is None:
        assert settings is not None
        found = tuple(rule for rule in settings.rules if rule.enabled)
        where = str(settings.rules_directory)
    else:
        found, where = _given_rules(path, settings), str(path)
    if not found:
        raise UsageError(f"{where}: there is no enabled rule: write one with: storywatch rule new SLUG PHRASE")
    return found


def _given_rules(path: Path, settings: Settings | None) -> tuple[Rule, ...]:
    from monitor.config.rules import Around, load_rules

    around = Around(settings.defaults, None, None) if settings else Around()
    loaded = load_rules(path, around)
    if loaded.problems:
        raise ConfigError(loaded.problems)
    return tuple(rule for rule in loaded.rules if rule.enabled)


def _route(name: str, settings: Settings | None) -> Route | None:
    if not name:
        return None
    assert settings is not None
    if name not in settings.routes:
        known = ", ".join(sorted(settings.routes))
        raise UsageError(f'--route: there is no route "{name}"; {settings.path} defines: {known}')
    return settings.routes[name]


def _events(
    asked: Asked,
    settings: Settings | None,
    items: Path | None,
    span: tuple[datetime | None, datetime | None],
    rules: Iterable[Rule],
    stack: ExitStack,
) -> Iterator[Event]:
    from monitor.pipeline import replay

    if items is not None:
        return _within(replay.given(items), *span)
    assert settings is not None
    db = stack.enter_context(asked.reading(settings))
    return replay.stored(db, *span, storylines=[rule.slug for rule in rules])


def _within(events: Iterable[Event], since: datetime | None, until: datetime | None) -> Iterator[Event]:
    from monitor.pipeline.events import moment as moment_of

    for event in events:
        at = moment_of(event)
        if (since is None or at >= since) and (until is None or at < until):
            yield event


def _total(items: Path | None) -> int | None:
    """How many lines of items are given; None for the store's, which are streamed."""
    if items is None:
        return None
    try:
        with items.open("rb") as lines:
            return sum(1 for _ in lines)
    except OSError:
        return None  # reading it says what is wrong


def _counted(events: Iterable[Event], bar: Any) -> Iterator[Event]:
    for number, event in enumerate(events, 1):
        if number % 100 == 0:
            bar(number)
        yield event


# -- for a person


def _gathered(rows: Iterable[Row], *, joined: bool = False) -> tuple[dict[str, Counter[str]], list[Row]]:
    """How many rows of each kind there are, by storyline; and the alerts (and ``joined`` items), in order."""
    counts: dict[str, Counter[str]] = {}
    told: list[Row] = []
    for row in rows:
        counts.setdefault(row["storyline"], Counter())[row["type"]] += 1
        if row["type"] == "alert" or (joined and "development" in row):
            told.append(row)
    return counts, told


def _alert(screen: Screen, row: Row) -> None:
    at = row["at"].replace("T", " ")[:16]
    number = f" #{row['development']}" if row["development"] else ""
    more = len(row["items"]) - 1
    screen.line(
        [
            Span(f"{at}  ", "dim"),
            Span(f"{row['storyline']}{number} {row['reason']}  ", "name"),
            Span(row["headline"][:_TITLE], "head"),
            Span(f"  {row['items'][0]}{f' +{more}' if more else ''}" if row["items"] else "", "dim"),
        ]
    )
    if row["delta"]:
        screen.line([Span("new: ", "dim"), row["delta"]], indent=4)


def _summary(screen: Screen, counts: dict[str, Counter[str]]) -> None:
    screen.line()
    if not counts:
        screen.line("no item met any of the rules")
        return
    kinds = {"alert": "alerts", "match": "matches", "possible": "possible", "held": "held"}
    columns = [Column("storyline"), *(Column(name, right=True) for name in kinds.values())]
    screen.table(columns, [[slug, *(str(found[kind]) for kind in kinds)] for slug, found in sorted(counts.items())])
