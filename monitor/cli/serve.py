"""Serve: ``serve``: the page by itself, beside a daemon or over a database that rests."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.asked import of
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.cli.show import Screen
    from monitor.model.settings import Settings

LISTEN = "127.0.0.1:8710"


def add_to(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command()(serve)


def serve(
    ctx: typer.Context,
    listen: Annotated[
        str, typer.Option("--listen", help=f'Where: "{LISTEN}" or "unix:/path". Default: [web] listen, else {LISTEN}.')
    ] = "",
) -> None:
    """Show the storylines on a page for the browser.

    It reads the database beside the daemon, or without one, until Ctrl-C. The daemon serves the page itself where
    storywatch.toml has [web] listen.
    """
    from monitor.config.words import listener

    asked = of(ctx)
    settings = asked.usable()
    try:
        address = listener(listen or settings.web.listen or LISTEN)
    except ValueError as error:
        raise UsageError(f"--listen: {error}") from None
    with asked.reading(settings):  # says at once where there is no database
        pass
    asyncio.run(_serve(settings, address, asked.screen))


async def _serve(settings: Settings, listen: str, screen: Screen) -> None:
    from monitor.web import server

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await server.serve(
        lambda: settings, stop, listen=listen, ready=lambda at: screen.line(f"the page is at {at}  (Ctrl-C ends it)")
    )
