"""Feed lists: ``feeds discover``, ``import`` and ``export``: many feeds at once, from a site or as OPML."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.asked import AsJson, of
from monitor.cli.show import Column, Span
from monitor.errors import StorywatchError, UsageError
from monitor.model.feed import Feed
from monitor.model.poll import FetchFailed

_SHOWN = 20  # feeds named one by one
_MOST = 20_000_000  # bytes of a list


def discover(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(help="A site, a page of it, or a feed.")],
    as_json: AsJson = False,
) -> None:
    """Show which feeds a site has.

    They are taken from the page's link tags, its links, its sitemaps and the usual places. Nothing is written.
    """
    asked = of(ctx)
    settings = asked.usable()
    from monitor.cli import visit

    found = asyncio.run(visit.discover(settings, url))
    if isinstance(found, FetchFailed):
        raise StorywatchError(f"{url}: cannot be fetched: {found.detail} ({found.kind})")
    followed = {feed.url.rstrip("/"): feed.name for feed in settings.feeds}
    rows = [(one, followed.get(one.url.rstrip("/"), "")) for one in found]
    if as_json:
        told = [{"url": f.url, "title": f.title, "format": f.format, "entries": f.entries, "as": n} for f, n in rows]
        asked.screen.json(told)
    elif not rows:
        asked.screen.line("no feed found there")
    else:
        columns = [
            Column("feed", fold=True),
            Column("format"),
            Column("entries"),
            Column("title"),
            Column("followed as"),
        ]
        asked.screen.table(columns, [[f.url, f.format, str(f.entries), f.title, name] for f, name in rows])
    if not rows:
        raise typer.Exit(1)


def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="An OPML file, as other readers export it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be added.")] = False,
) -> None:
    """Add the feeds of an OPML list to storywatch.toml.

    Folders become the first part of a feed's name and its tags. Feeds that are followed already are left out.
    """
    asked = of(ctx)
    settings = asked.usable()
    from monitor.cli import addition
    from monitor.feeds import opml

    listed = opml.read(_text(file), str(file))
    new = _new(listed, settings.feeds)
    if new and not dry_run:
        addition.append(settings.path, *new)
    screen = asked.screen
    for feed in new[:_SHOWN]:
        screen.line([feed.name, Span(f"  {feed.url}", "dim")], indent=2)
    if len(new) > _SHOWN:
        screen.line(Span(f"and {len(new) - _SHOWN} more", "dim"), indent=2)
    verb = "would be added" if dry_run else "added"
    screen.line(f"{len(new)} of {len(listed)} feeds {verb}, {len(listed) - len(new)} followed already")


def export(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="Where to write the list. Default: standard output.")] = None,
) -> None:
    """Write the feeds as an OPML list that other readers take.

    Names become folders. Credentials and headers stay out; an existing file is not overwritten.
    """
    asked = of(ctx)
    settings = asked.usable()
    from monitor.feeds import opml

    text = opml.write(settings.feeds)
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise UsageError(f"{file}: is there already") from None
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror}") from error
    asked.screen.line(f"{len(settings.feeds)} feeds written to {file}")


def _new(listed: tuple[Feed, ...], followed: tuple[Feed, ...]) -> list[Feed]:
    """The feeds whose address is not followed yet, under names that are free."""
    addresses, names = {feed.url.rstrip("/") for feed in followed}, {feed.name for feed in followed}
    new: list[Feed] = []
    for feed in listed:
        if feed.url.rstrip("/") in addresses:
            continue
        name, number = feed.name, 2
        while name in names:
            name, number = f"{feed.name}-{number}", number + 1
        addresses.add(feed.url.rstrip("/"))
        names.add(name)
        new.append(replace(feed, name=name))
    return new


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > _MOST:
            raise UsageError(f"{file}: is larger than {_MOST} bytes")
        return file.read_bytes().decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
