"""Explain: ``explain``: why, and why not, in one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import plain
from monitor.cli.asked import AsJson, now, of
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.cli.asked import Asked
    from monitor.model.settings import Settings
    from monitor.store.database import Database


def add_to(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command()(explain)


def explain(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(help="An item's number or address; or the word storyline, or alert.")],
    name: Annotated[str, typer.Argument(help="The storyline's slug, or the alert's id.")] = "",
    storyline: Annotated[
        str, typer.Option("--storyline", "-s", help="Only how the item stands in this storyline, also if it missed it.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Say why, and why not: an item, a storyline, an alert.

    Examples: storywatch explain 4711; storywatch explain https://wire.example/a --storyline moscow;
    storywatch explain storyline moscow; storywatch explain alert 6f1c2a
    """
    asked = of(ctx)
    settings = asked.usable()
    with asked.reading(settings) as db:
        if what == "storyline":
            _storyline(asked, db, _named(name or storyline, "storyline SLUG"), as_json)
        elif what == "alert":
            _alert(asked, db, _named(name, "alert ID"), as_json)
        elif name:
            raise UsageError(f'explain: "{what} {name}" is not understood: give one item, or: storyline SLUG, alert ID')
        else:
            _item(asked, db, settings, what, storyline, as_json)


def _item(asked: Asked, db: Database, settings: Settings, ref: str, storyline: str, as_json: bool) -> None:
    from monitor.cli import explained
    from monitor.pipeline import explain as explaining

    found = explaining.item(db, settings.rules, ref, now(), storyline)
    if as_json:
        asked.screen.json(plain.data(found))
    else:
        explained.item(asked.screen, found)


def _storyline(asked: Asked, db: Database, slug: str, as_json: bool) -> None:
    from monitor.cli import explained
    from monitor.pipeline import explain as explaining

    found = explaining.storyline(db, slug)
    if as_json:
        asked.screen.json(plain.data(found))
    else:
        explained.storyline(asked.screen, found)


def _alert(asked: Asked, db: Database, ident: str, as_json: bool) -> None:
    from monitor.cli import explained
    from monitor.pipeline import explain as explaining

    found = explaining.alert(db, ident)
    if as_json:
        asked.screen.json(plain.data(found))
    else:
        explained.alert(asked.screen, found)


def _named(name: str, form: str) -> str:
    if not name:
        raise UsageError(f"explain: name it: storywatch explain {form}")
    return name
