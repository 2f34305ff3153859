"""Db: ``db``: the database as a file: where it is, copying it, keeping it small."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.asked import AsJson, now, of
from monitor.cli.show import Span, count, progress
from monitor.cli.times import span
from monitor.errors import StoreError

app = typer.Typer(help="The database: path, migrate, backup, restore, prune, check.", rich_markup_mode=None)


@app.command()
def path(ctx: typer.Context) -> None:
    """Print where the database is.

    For other tools: datasette "$(storywatch db path)"
    """
    asked = of(ctx)
    asked.screen.raw(str(asked.usable().database.absolute()))


@app.command()
def migrate(ctx: typer.Context) -> None:
    """Bring the schema up to date.

    A copy of the older database is kept beside it. The daemon does so by itself at its start.
    """
    asked = of(ctx)
    database = asked.usable().database
    from monitor.store.database import Database
    from monitor.store.lock import InstanceLock
    from monitor.store.migrations import VERSION

    if not database.exists():
        raise StoreError(f"{database}: there is no database here yet: start Storywatch once, or name its path")
    with InstanceLock(database), Database.open(database, writer=True, create=False):
        asked.screen.line([Span("ok: ", "good"), f"{database} has schema version {VERSION}"])


@app.command()
def backup(
    ctx: typer.Context,
    target: Annotated[
        Path | None, typer.Argument(help="The file to write. Default: the database's name with the time and .bak.")
    ] = None,
) -> None:
    """Copy the database while the daemon goes on.

    One file, written whole or not at all.
    """
    asked = of(ctx)
    settings = asked.usable()
    database = settings.database
    place = target or database.with_name(f"{database.name}.{now():%Y%m%dT%H%M%SZ}.bak")
    if place.is_dir():
        place /= f"{database.name}.{now():%Y%m%dT%H%M%SZ}.bak"
    from monitor.store import maintenance

    with asked.reading(settings) as db:
        maintenance.backup(db, place)
    asked.screen.line([Span("wrote ", "dim"), f"{place}, {size(place.stat().st_size)}"])


@app.command()
def restore(
    ctx: typer.Context,
    source: Annotated[Path, typer.Argument(metavar="BACKUP", help="A file that db backup wrote.")],
) -> None:
    """Put a backup in place; no old alert comes again.

    The daemon must be stopped. What stood there is kept beside it. Messages on their way in the backup become dead
    letters, for they may have been sent since; what feeds list at their first poll afterwards alerts nobody.
    """
    asked = of(ctx)
    database = asked.usable().database
    from monitor.store import restore as restoring
    from monitor.store.lock import InstanceLock

    with InstanceLock(database):
        done = restoring.restore(source, database, now())
    asked.screen.line([Span("restored ", "good"), f"{database} from {source}"])
    if done.replaced is not None:
        asked.screen.line([Span("kept ", "dim"), str(done.replaced)])
    if done.deliveries or done.waiting:
        told = f"{count(done.deliveries, 'message')} on the way, {count(done.waiting, 'line')} that waited"
        asked.screen.line(f"set aside, for they may have been told since: {told}; see: storywatch alerts list")


@app.command()
def prune(
    ctx: typer.Context,
    keep: Annotated[
        str, typer.Option("--keep", help="Keep items for so long: 90d. Default: keep_items of storywatch.toml.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Take away items older than the configuration keeps.

    Developments, their items, and what feeds still list stay.
    """
    asked = of(ctx)
    settings = asked.usable()
    kept = span(keep, "--keep") if keep else settings.keep_items
    from monitor.store import maintenance

    at, gone = now(), 0
    with asked.writing(settings) as db, progress("items", None, colour=asked.colour) as bar:
        while True:
            round_ = maintenance.prune(db, at - kept, at)
            gone += round_.items
            bar(gone)
            if not round_.more:
                break
    if as_json:
        asked.screen.json({"items": gone, "keep_s": int(kept.total_seconds())})
    else:
        asked.screen.line(f"{count(gone, 'item')} older than {kept.days} days taken away")


@app.command("check")
def check_(ctx: typer.Context) -> None:
    """Read the whole database and say whether it is sound."""
    asked = of(ctx)
    settings = asked.usable()
    from monitor.store import maintenance

    with asked.reading(settings) as db:
        wrong = maintenance.integrity(db)
    for line in wrong:
        asked.screen.line([Span("problem: ", "bad"), line])
    if wrong:
        raise typer.Exit(1)
    asked.screen.line([Span("ok: ", "good"), f"{settings.database} is sound"])


def size(count: int) -> str:
    """A number of bytes as a person reads it."""
    value = float(count)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
