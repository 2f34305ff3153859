"""Channels: the ways out. A sending ends in a value (Sent, Retry, Dead), never in an exception."""

from __future__ import annotations

from monitor.alerts.channels.ports import Poster, Sender
from monitor.model.delivery import AppriseChannel, Channel, ConsoleChannel, SmtpChannel


def make(channel: Channel, *, client: Poster) -> Sender:
    """Return what sends through ``channel``; ``client`` posts for webhooks."""
    if isinstance(channel, SmtpChannel):
        from monitor.alerts.channels.smtp import SmtpSender

        return SmtpSender(channel)
    if isinstance(channel, ConsoleChannel):
        from monitor.alerts.channels.console import ConsoleSender

        return ConsoleSender()
    if isinstance(channel, AppriseChannel):
        from monitor.alerts.channels.services import AppriseSender

        return AppriseSender(channel)
    from monitor.alerts.channels.webhook import WebhookSender

    return WebhookSender(channel, client)
