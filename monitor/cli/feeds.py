"""Feeds: ``feeds``: how each feed does, adding one, and visiting one now."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from monitor.cli import feedlists, plain
from monitor.cli.asked import AsJson, Asked, meant, now, of
from monitor.cli.show import Column, Line, Screen, Span
from monitor.cli.times import ago, stamp
from monitor.errors import StorywatchError, UsageError
from monitor.lang.safe import one_line
from monitor.model.feed import Feed, FeedState
from monitor.model.poll import FetchFailed, Polled
from monitor.model.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from monitor.cli.visit import Visit
    from monitor.feeds.discover import Found

app = typer.Typer(help="List feeds and their health, add one, visit one now.", rich_markup_mode=None)

_TITLE = 100
_NEWEST = 5


@app.command("list")
def list_(
    ctx: typer.Context,
    failing: Annotated[bool, typer.Option("--failing", help="Only those whose last poll failed.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the feeds: health, last error, next poll and why.

    "why" says how often a feed is asked and for what reason: what it publishes, what it asks for, its failures.
    """
    asked = of(ctx)
    settings = asked.usable()
    states = _states(asked, settings)
    known = [(feed, states.get(feed.name)) for feed in settings.feeds]
    wanted = [(feed, state) for feed, state in known if not failing or (state is not None and state.failures)]
    if as_json:
        asked.screen.json([_data(feed, state) for feed, state in wanted])
    else:
        _print_list(asked.screen, wanted, now())


def _states(asked: Asked, settings: Settings) -> dict[str, FeedState]:
    if not settings.database.exists():
        return {}
    from monitor.store import feeds as feed_rows

    with asked.reading(settings) as db:
        return {state.feed: state for state in feed_rows.states(db)}


def _data(feed: Feed, state: FeedState | None) -> dict[str, object]:
    told: dict[str, object] = {"name": feed.name, "url": feed.url, "publisher": feed.publisher, "tags": list(feed.tags)}
    shown = plain.data(state)
    if state is not None:
        del shown["marks"]  # bytes, of use to nobody else
    return {**told, "state": shown}


def _print_list(screen: Screen, feeds: list[tuple[Feed, FeedState | None]], at: datetime) -> None:
    if not feeds:
        screen.line("there is no such feed; add one: storywatch feeds add URL")
        return
    columns = [Column("feed"), Column("health"), Column("last ok"), Column("next"), Column("why", fold=True)]
    screen.table(columns, [_row(feed, state, at) for feed, state in feeds])


def _row(feed: Feed, state: FeedState | None, at: datetime) -> list[Line]:
    if state is None or state.last_polled_at is None:
        return [feed.name, Span("not polled yet", "dim"), "never", "when the daemon runs", ""]
    due = "now" if state.next_poll_at is None or state.next_poll_at <= at else ago(state.next_poll_at, at)
    error = [Span(f"  {one_line(state.last_error, 120)}", "bad")] if state.last_error else []
    return [feed.name, health(state), ago(state.last_ok_at, at), due, [state.why, *error]]


def health(state: FeedState) -> Span:
    """How a feed does, in a word or two."""
    if state.gone:
        return Span("gone", "bad")
    if state.failures:
        return Span(f"failed {state.failures}x", "bad" if state.failures >= 3 else "warn")
    return Span("ok", "good")


@app.command()
def add(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(help="A feed, or a page that names its feeds.")],
    name: Annotated[
        str, typer.Option("--name", help='Its name, as in "world/wire". Default: made from its title.')
    ] = "",
    publisher: Annotated[str, typer.Option("--publisher", help="Who speaks in it. Default: its own title.")] = "",
) -> None:
    """Try a feed or page once and add it to storywatch.toml.

    Its title and newest items are shown. Comments in the file stay. A running daemon takes it into force by itself.
    """
    asked = of(ctx)
    settings = asked.usable()
    _refuse_known(settings, url)
    from monitor.cli import addition, visit

    found = asyncio.run(visit.discover(settings, url))
    first = _first(found, url)
    _refuse_known(settings, first.url)
    made = name or addition.name_of(first.title, urlsplit(first.url).hostname or "", (f.name for f in settings.feeds))
    if any(feed.name == made for feed in settings.feeds):
        raise UsageError(f'there is a feed named "{made}" already: give another with --name')
    feed = Feed(made, first.url, publisher)
    seen = asyncio.run(visit.visit(settings, feed, FeedState(made, first.url)))
    screen = asked.screen
    screen.line([Span(first.title or "(no title)", "head"), Span(f"  {first.url}, {first.format}", "dim")])
    _print_newest(screen, seen.polled)
    addition.append(settings.path, feed)
    screen.line([Span("added: ", "good"), f'"{made}" to {settings.path}'])
    if not isinstance(found, FetchFailed) and len(found) > 1:
        screen.line(Span(f"the page names {len(found) - 1} more:", "dim"))
        for other in found[1:]:
            screen.line(f"storywatch feeds add {other.url}", indent=2)


app.command("discover")(feedlists.discover)
app.command("import")(feedlists.import_)
app.command("export")(feedlists.export)


def _first(found: tuple[Found, ...] | FetchFailed, url: str) -> Found:
    if isinstance(found, FetchFailed):
        advice = "" if found.kind == "egress" else ": check the address and the network"
        raise StorywatchError(f"{url}: cannot be fetched: {found.detail} ({found.kind}){advice}")
    if not found:
        raise StorywatchError(f"{url}: there is no feed there, and the page names none: give the feed's own address")
    return found[0]


def _refuse_known(settings: Settings, url: str) -> None:
    for feed in settings.feeds:
        if feed.url.rstrip("/") == url.rstrip("/"):
            raise UsageError(f'{url}: is followed already, as "{feed.name}"')


@app.command()
def poll(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The feed's name.")],
    full: Annotated[
        bool, typer.Option("--full", help="As at a first visit: the configured address, the whole document.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Visit one feed now and show what it would bring.

    Nothing is written. Exit code 1 when the poll fails.
    """
    asked = of(ctx)
    settings = asked.usable()
    feed = _feed(settings, name)
    from monitor.cli import visit

    fresh = FeedState(name, feed.url)
    state = fresh if full else _states(asked, settings).get(name) or fresh
    seen = asyncio.run(visit.visit(settings, feed, state))
    if settings.database.exists():
        with asked.reading(settings) as db:
            seen = visit.compared(db, seen)
    if as_json:
        asked.screen.json(_visit_data(seen))
    else:
        _print_visit(asked.screen, settings, feed, state, seen)
    if isinstance(seen.polled.outcome, FetchFailed):
        raise typer.Exit(1)


def _feed(settings: Settings, name: str) -> Feed:
    for feed in settings.feeds:
        if feed.name == name:
            return feed
    names = tuple(feed.name for feed in settings.feeds)
    raise UsageError(f'there is no feed "{name}"{meant(name, names)}; see: storywatch feeds list')


def _print_visit(screen: Screen, settings: Settings, feed: Feed, state: FeedState, seen: Visit) -> None:
    from monitor.cli import visit

    screen.line([Span(feed.name, "head"), Span(f"  {state.url}", "dim")])
    screen.line(visit.ending(seen.polled))
    if seen.polled.candidates:
        counts = f"{len(seen.polled.candidates)} listed, {len(seen.new)} new, {len(seen.revised)} with changed words"
        screen.line(counts)
        _print_newest(screen, seen.polled, marks=dict.fromkeys(seen.new, "new"))
    planned = visit.planned(settings, feed, state, seen)
    screen.line([Span("the daemon would ask again ", "dim"), f"{ago(planned.next_poll_at, now())}: {planned.why}"])


def _print_newest(screen: Screen, polled: Polled, marks: dict[int, str] | None = None) -> None:
    """The entries a feed lists, the newest first."""
    order: Iterable[int] = range(len(polled.candidates))
    dated = sorted(order, key=lambda n: (polled.candidates[n].published_at or polled.at, -n), reverse=True)
    for number in dated[:_NEWEST]:
        one = polled.candidates[number]
        mark = (marks or {}).get(number, "")
        screen.line(
            [
                Span(f"{stamp(one.published_at) if one.published_at else 'no date':16}  ", "dim"),
                Span(f"{mark} " if mark else "", "good"),
                one_line(one.title, _TITLE),
            ],
            indent=2,
        )
    if len(polled.candidates) > _NEWEST:
        screen.line(Span(f"and {len(polled.candidates) - _NEWEST} more", "dim"), indent=2)


def _visit_data(seen: Visit) -> dict[str, object]:
    outcome = seen.polled.outcome
    entries = [
        {**plain.data(c), "new": n in seen.new, "revised": n in seen.revised}
        for n, c in enumerate(seen.polled.candidates)
    ]
    failure = {"kind": outcome.kind, "detail": outcome.detail} if isinstance(outcome, FetchFailed) else None
    return {
        "feed": seen.polled.feed,
        "outcome": type(outcome).__name__,
        "failure": failure,
        "title": seen.polled.title,
        "entries": entries,
    }
