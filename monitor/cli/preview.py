"""Preview: ``alerts preview``: the last alert of a storyline, rendered with the templates as they are now."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from monitor.cli.asked import meant, of
from monitor.cli.show import Span
from monitor.errors import UsageError


class Form(StrEnum):
    """Which of a message's forms is shown."""

    TEXT = "text"
    HTML = "html"
    CONSOLE = "console"
    JSON = "json"


def preview(
    ctx: typer.Context,
    slug: Annotated[str, typer.Argument(help="A storyline that has alerted.")],
    channel: Annotated[str, typer.Option("--channel", help="With the templates of this channel.")] = "",
    form: Annotated[Form, typer.Option("--form", "-f", help="text, html, console, or json: a webhook's.")] = Form.TEXT,
) -> None:
    """Show a storyline's last alert with your templates.

    Nothing is sent. Exit code 1 when a template of yours fails: the standard one is shown then, and why.
    """
    asked = of(ctx)
    settings = asked.usable()
    if channel and channel not in settings.channels:
        raise UsageError(f'there is no channel "{channel}"{meant(channel, tuple(settings.channels))}')
    from monitor.alerts.compose import FAILED, compose
    from monitor.pipeline.view import view_of
    from monitor.store import outbox

    with asked.reading(settings) as db:
        found = outbox.list(db, storyline=slug, limit=1)
        if not found:
            raise UsageError(f'no alert of "{slug}" was ever sent; see: storywatch alerts list')
        delivery, alert = found[0]
        view = view_of(db, settings, alert)
    message = compose(
        alert, view, delivery.key, language=settings.language, sent_at=delivery.created_at,
        templates=settings.templates, channel=channel,
    )  # fmt: skip
    if form is Form.JSON:
        asked.screen.json(dict(message.payload))
    elif form is Form.HTML:
        asked.screen.verbatim(message.html)
    else:
        asked.screen.line([Span("subject: ", "dim"), Span(message.subject, "head")])
        asked.screen.verbatim(message.console if form is Form.CONSOLE else message.text)
    if FAILED in message.text:
        raise typer.Exit(1)
