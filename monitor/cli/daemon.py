"""Daemon: ``run``, ``once`` and ``demo``: the flow itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.asked import of


def add_to(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command()(run)
    app.command()(once)
    app.command()(demo)


def run(ctx: typer.Context) -> None:
    """Run the daemon: poll, match, alert, until told to stop.

    SIGTERM or Ctrl-C end it, with nothing lost; SIGHUP reads the files again, as any change to them does.
    """
    asked = of(ctx)
    settings = asked.settings()
    from monitor.service import logs
    from monitor.service import run as service

    logs.configure(asked.level)
    service.run(settings)


def once(
    ctx: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Poll every feed, due or not.")] = False,
) -> None:
    """Poll each feed that is due once, send what is due, and end.

    For a first look, or to run from cron instead of a daemon.
    """
    asked = of(ctx)
    settings = asked.settings()
    from monitor.service import logs
    from monitor.service import run as service

    logs.configure(asked.level)
    service.once(settings, everything=everything)


def demo(
    ctx: typer.Context,
    directory: Annotated[
        Path | None, typer.Option("--directory", "-d", help="Where mails and database go. Default: demo-run here.")
    ] = None,
    seconds: Annotated[float, typer.Option("--seconds", min=5.0, max=3600.0, help="How long the replay takes.")] = 60.0,
) -> None:
    """Show the main job in about a minute, offline.

    A recorded storyline goes through the real daemon: local feeds, a mail sink and a webhook receiver.
    """
    from monitor.demo.run import main

    raise typer.Exit(main(directory, seconds, of(ctx).colour))
