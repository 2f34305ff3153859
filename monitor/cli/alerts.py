"""Alerts: ``alerts``: what went out, what did not, and whether a channel works."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import plain
from monitor.cli.asked import AsJson, Asked, meant, now, of
from monitor.cli.show import Column, Line, Screen, Span, count
from monitor.cli.times import ago, lasting, stamp
from monitor.errors import UsageError
from monitor.lang.safe import one_line
from monitor.model.alert import Alert, AlertKind
from monitor.model.delivery import Dead, Delivery, DeliveryStatus, Retry, SendOutcome, Sent
from monitor.model.settings import Settings

if TYPE_CHECKING:
    from datetime import datetime

app = typer.Typer(help="What was sent, what was not; does a channel work?", rich_markup_mode=None)

_STYLES = {DeliveryStatus.SENT: "good", DeliveryStatus.DEAD: "bad"}
_TITLE = 100


@app.command("list")
def list_(
    ctx: typer.Context,
    status: Annotated[
        DeliveryStatus | None, typer.Option("--status", help="Only these: dead ones were given up.")
    ] = None,
    storyline: Annotated[str, typer.Option("--storyline", "-s", help="Only of this storyline.")] = "",
    channel: Annotated[str, typer.Option("--channel", help="Only through this channel.")] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=100_000, help="So many, the newest.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the newest messages: sent, waiting, or given up."""
    asked = of(ctx)
    settings = asked.usable()
    from monitor.store import outbox

    with asked.reading(settings) as db:
        found = outbox.list(db, status=status, storyline=storyline, channel=channel, limit=limit)
    if as_json:
        asked.screen.json([{**plain.data(delivery), "alert": plain.data(alert)} for delivery, alert in found])
        return
    if not found:
        asked.screen.line("there is no such message")
        return
    at = now()
    columns = [Column("put in"), Column("status"), Column("channel"), Column("what", fold=True), Column("key")]
    asked.screen.table(columns, [_row(delivery, alert, at) for delivery, alert in found])


def _row(delivery: Delivery, alert: Alert, at: datetime) -> list[Line]:
    state = Span(_state(delivery, at), _STYLES.get(delivery.status, "warn"))
    return [stamp(delivery.created_at), state, delivery.channel, _what(delivery, alert), Span(delivery.key, "dim")]


def _state(delivery: Delivery, at: datetime) -> str:
    if delivery.status is DeliveryStatus.PENDING and delivery.attempts:
        return f"tried {count(delivery.attempts, 'time')}, next {ago(delivery.next_at, at)}"
    return delivery.status.value


def _what(delivery: Delivery, alert: Alert) -> Line:
    title = alert.title or "; ".join(line.headline for line in alert.lines)
    about = f"{alert.storyline}: " if alert.storyline else ""
    error = one_line(delivery.last_error, _TITLE)  # of one that was sent: whom it did not reach
    return [f"{about}{one_line(title, _TITLE)}", Span(f"  ({error})" if error else "", "bad")]


@app.command()
def show(
    ctx: typer.Context,
    ident: Annotated[str, typer.Argument(help="An alert's id, or a message's key.")],
    as_json: AsJson = False,
) -> None:
    """Show an alert as its recipients read it.

    And what became of it; why it was raised says: storywatch explain alert ID.
    """
    asked = of(ctx)
    settings = asked.usable()
    from monitor.alerts.compose import compose
    from monitor.pipeline.view import view_of
    from monitor.store import outbox

    with asked.reading(settings) as db:
        alert = outbox.alert(db, ident)
        if alert is None:
            raise UsageError(f"there is no alert {ident!r}: `storywatch alerts list` shows them")
        deliveries = outbox.of_alert(db, alert.id)
        asked_for = next((d for d in deliveries if ident in (d.key, alert.id)), None)
        key, sent_at = (asked_for.key, asked_for.sent_at or asked_for.created_at) if asked_for else (alert.id, alert.at)
        view = view_of(db, settings, alert)
    message = compose(alert, view, key, language=settings.language, sent_at=sent_at, templates=settings.templates)
    if as_json:
        told = {"subject": message.subject, "text": message.text, "payload": plain.data(message.payload)}
        asked.screen.json({**told, "deliveries": plain.data(tuple(deliveries))})
        return
    asked.screen.line([Span("subject: ", "dim"), Span(message.subject, "head")])
    asked.screen.verbatim(message.text)
    _print_deliveries(asked.screen, deliveries)


def _print_deliveries(screen: Screen, deliveries: list[Delivery]) -> None:
    at = now()
    screen.line()
    for delivery in deliveries:
        state = Span(_state(delivery, at), _STYLES.get(delivery.status, "warn"))
        error = f": {one_line(delivery.last_error, 200)}" if delivery.last_error else ""
        screen.line([Span(f"{delivery.channel}: ", "name"), state, error, Span(f"  {delivery.key}", "dim")])


@app.command()
def retry(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(help="The message's key; or all: every dead letter.")],
) -> None:
    """Try a message that was given up once more.

    It keeps its key, so that a recipient can tell it came twice. The daemon sends it. A channel that is off because its
    receiver answered 410 is used again.
    """
    asked = of(ctx)
    settings = asked.usable()
    from monitor.store import outbox, switched

    with asked.writing(settings) as db, db.transaction():
        dead = outbox.list(db, status=DeliveryStatus.DEAD, limit=100_000) if key == "all" else []
        keys = [delivery.key for delivery, _ in dead] or ([key] if key != "all" else [])
        for one in keys:
            outbox.retry(db, one, now())
        again = sorted({c for one in keys if switched.on(db, c := outbox.get(db, one).channel)})
    if again:
        asked.screen.line(f"switched on again: {', '.join(again)}")
    asked.screen.line(f"{count(len(keys), 'message')} will be tried again as soon as the daemon runs")


@app.command("test")
def try_(ctx: typer.Context, channel: Annotated[str, typer.Argument(help="A channel of storywatch.toml.")]) -> None:
    """Send a real test message through one channel.

    And say how it ended. Exit code 1 when it was not taken.
    """
    asked = of(ctx)
    settings = asked.usable()
    if channel not in settings.channels:
        known = ", ".join(sorted(settings.channels))
        raise UsageError(
            f'there is no channel "{channel}"{meant(channel, tuple(settings.channels))}; '
            f"{settings.path} defines: {known}"
        )
    begun = now()
    outcome = asyncio.run(_send(settings, channel))
    if not _print_outcome(asked, channel, outcome, lasting(now() - begun)):
        raise typer.Exit(1)


async def _send(settings: Settings, channel: str) -> SendOutcome:
    from monitor.alerts.compose import View, compose
    from monitor.service.outside import Outside

    at, ident = now(), f"test-{secrets.token_hex(6)}"
    text = f"Someone ran `storywatch alerts test {channel}`: messages of this channel arrive here."
    alert = Alert(ident, "operator", "", AlertKind.NOTICE, at, (), "A test message", text)
    view = View({}, {}, {}, settings.timezone)
    message = compose(
        alert, view, ident, language=settings.language, sent_at=at, templates=settings.templates, channel=channel
    )
    outside = Outside(settings)
    try:
        return await outside.senders[channel].send(message)
    finally:
        await outside.close()


def _print_outcome(asked: Asked, channel: str, outcome: SendOutcome, took: str) -> bool:
    """Say how it ended; True when the message was taken by all."""
    match outcome:
        case Sent(detail=detail, refused=refused):
            told = f": {one_line(detail, 200)}" if detail else ""
            asked.screen.line([Span("sent: ", "good"), f"{channel} took the message in {took}{told}"])
            if refused:
                asked.screen.line([Span("refused: ", "bad"), ", ".join(refused)])
            return not refused
        case Retry(detail=detail):
            asked.screen.line([Span("not sent: ", "bad"), f"{channel}: {detail} (the daemon would try again)"])
        case Dead(detail=detail):
            asked.screen.line([Span("not sent: ", "bad"), f"{channel}: {detail} (the daemon would give up)"])
    return False
