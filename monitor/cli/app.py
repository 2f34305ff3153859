"""App: all commands, as ``--help`` shows them. What a command needs is imported when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor import __version__
from monitor.cli import (
    alerts,
    backtest,
    daemon,
    db,
    doctor,
    evaluate,
    explain,
    feeds,
    mute,
    preview,
    rules,
    serve,
    setup,
    status,
    timeline,
)
from monitor.cli.asked import SYSTEM, VARIABLE, Asked

EPILOG = (
    "The first steps: storywatch init DIR; cd DIR; storywatch check; storywatch run. "
    "Exit codes: 0 fine, 1 problems were found, 2 the command line or what it names is wrong. "
    "The options above may stand anywhere on the line. Times are UTC."
)

app = typer.Typer(name="storywatch", add_completion=False, rich_markup_mode=None, epilog=EPILOG)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"storywatch {__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", "-c", help=f"storywatch.toml, or its directory. Default: ${VARIABLE}, here, {SYSTEM}."
        ),
    ] = None,
    color: Annotated[
        bool | None, typer.Option("--color/--no-color", help="Colours and tables. Default: on a terminal.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Log warnings and errors only.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log everything; show where a bug is.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Storywatch watches news feeds and alerts when a storyline develops: once per development, with the reason."""
    del version
    level = "debug" if verbose else "warning" if quiet else "info"
    ctx.obj = Asked(config, color, level)


for group in (setup, daemon, serve, status, timeline, explain, backtest, evaluate, mute, doctor):
    group.add_to(app)
alerts.app.command()(preview.preview)
for name, group in (("rule", rules), ("feeds", feeds), ("alerts", alerts), ("db", db)):
    app.add_typer(group.app, name=name)
