"""Reachable: do the names of an installation resolve, and do its channels answer? For the doctor."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from monitor.lang.safe import one_line
from monitor.model.delivery import Dead, Retry, SendOutcome, Sent, SmtpChannel, WebhookChannel
from monitor.model.settings import Settings
from monitor.service.doctor import Finding, State

_PATIENCE_S = 10.0
_HOSTS = 8  # names looked up


async def names(settings: Settings) -> list[Finding]:
    """The names of every channel and some feeds resolve."""
    feeds = [urlsplit(feed.url).hostname or "" for feed in settings.feeds]
    ways = [_host(channel) for channel in settings.channels.values()]
    wanted = [host for host in dict.fromkeys((*ways, *feeds)) if host][:_HOSTS]
    found = await asyncio.gather(*(_resolves(host) for host in wanted))
    unknown = [host for host, known in zip(wanted, found, strict=True) if not known]
    if not wanted:
        return [Finding("dns", State.OK, "no name is needed")]
    if len(unknown) == len(wanted):
        todo = "is the network up, and /etc/resolv.conf right?"
        return [Finding("dns", State.PROBLEM, f"no name resolves: {', '.join(unknown)}", todo)]
    odd = [Finding("dns", State.WARNING, f"{host} does not resolve", "is it spelt right?") for host in unknown]
    said = "1 name resolves" if len(wanted) == 1 else f"{len(wanted)} names resolve"
    return odd or [Finding("dns", State.OK, said)]


def _host(channel: object) -> str:
    if isinstance(channel, SmtpChannel):
        return channel.host
    return urlsplit(channel.url).hostname or "" if isinstance(channel, WebhookChannel) else ""


async def _resolves(host: str) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await asyncio.get_running_loop().getaddrinfo(host, None)
    except (OSError, TimeoutError, UnicodeError):
        return False
    return True


async def channels(settings: Settings) -> list[Finding]:
    """Ask each channel, without an alert: mail servers up to the login, webhooks with a probe."""
    from monitor.service.outside import Outside

    outside = Outside(settings)
    try:
        found = [await _asked(name, sender.probe()) for name, sender in outside.probes.items()]
    finally:
        await outside.close()
    return found


async def _asked(name: str, probing: object) -> Finding:
    try:
        async with asyncio.timeout(3 * _PATIENCE_S):
            outcome: SendOutcome = await probing  # type: ignore[misc]
    except TimeoutError:
        outcome = Retry("no answer in time")
    match outcome:
        case Sent(detail=detail):
            return Finding(f"channel {name}", State.OK, one_line(detail, 200) or "would take a message")
        case Dead(detail=detail) | Retry(detail=detail):
            todo = f"check its address, login and firewall; then: storywatch alerts test {name}"
            return Finding(f"channel {name}", State.PROBLEM, one_line(detail, 200), todo)
