"""Services: Slack, Discord, Teams, ntfy, Matrix, Telegram and more, each in its own form, through apprise (an extra).

Apprise speaks to the service itself, with its own HTTP client: the address is the operator's own choice, so it is
not held to the networks that feeds and webhooks are. Most services know no key for a message; one whose
acknowledgement was lost can come twice, and then names the same alert.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from dataclasses import replace
from typing import Any, Self

from monitor.alerts.clean import masked, secrets_in
from monitor.lang.safe import one_line
from monitor.model.delivery import AppriseChannel, Dead, Message, Retry, SendOutcome, Sent

_MORE = "\n[...]"
_CALL = re.compile(r"@(?=(?:everyone|here|channel|room|all|group)\b)|<(?=[@!#&])", re.IGNORECASE)
_LINK = re.compile(r"\]\(")


class AppriseSender:
    """One message through one service."""

    def __init__(self, channel: AppriseChannel) -> None:
        """Nothing is loaded before the first message."""
        self._channel = channel

    async def send(self, message: Message, *, done: tuple[str, ...] = ()) -> SendOutcome:  # noqa: ARG002
        """Send ``message``, cut to what the service takes. Whatever it does not take is a Retry."""
        return await asyncio.to_thread(self._send, message)

    async def probe(self) -> SendOutcome:
        """Whether apprise understands the address; services offer no way to ask without a message."""
        service = await asyncio.to_thread(_service, self._channel)
        return service if isinstance(service, Dead) else Sent(f"an address of {service.service_name}; nothing was sent")

    async def aclose(self) -> None:
        """Nothing stays open between messages."""

    def _send(self, message: Message) -> SendOutcome:
        service = _service(self._channel)
        if isinstance(service, Dead):
            return service
        told = replace(message, subject=calm(message.subject), text=calm(message.text), console=calm(message.console))
        with _Overheard() as said:
            taken = _notify(service, told, fitted(told, service.body_maxlen))
        if taken:
            return Sent(str(service.service_name))
        why = masked(said.last, secrets_in(self._channel.url)) or "not taken"
        return Retry(one_line(f"{service.service_name}: {why}", 300))


def calm(text: str) -> str:
    """``text`` in which no feed can call a whole room or hide an address behind words.

    A chat takes "@everyone" or "<@1234>" in plain text for a call to its members, and "[words](address)" for a link;
    apprise escapes what the service's own markup needs and leaves these (Discord, Matrix, Teams).
    """
    return _LINK.sub("]\u200b(", _CALL.sub("\\g<0>\u200b", text))


def fitted(message: Message, limit: int) -> str:
    """The full text where the service takes so many characters, else the compact one, cut where it must be."""
    for text in (message.text, message.console):
        if len(text) <= limit:
            return text
    return message.console[: max(0, limit - len(_MORE))] + _MORE


def _service(channel: AppriseChannel) -> Any:
    """The service behind the address, or Dead. The address, which holds secrets, is never named."""
    try:
        import apprise
    except ImportError:
        return Dead('apprise is not installed: pip install "storywatch[apprise]"')
    service = apprise.Apprise.instantiate(channel.url, suppress_exceptions=True)
    if service is None:
        return Dead("apprise does not understand the address in url_file")
    service.socket_read_timeout = service.socket_connect_timeout = channel.timeout_s
    return service


def _notify(service: Any, message: Message, body: str) -> bool:
    """Hand it over; apprise turns the text into the service's own markup and logs what it raises."""
    import apprise

    crowd = apprise.Apprise()
    crowd.add(service)
    kind = apprise.NotifyType.WARNING if message.severity == "high" else apprise.NotifyType.INFO
    return bool(crowd.notify(title=message.subject, body=body, notify_type=kind, body_format="text"))


class _Overheard(logging.Handler):
    """The last warning that apprise logs in this thread: its only word on why a message was not taken."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last = ""
        self._thread = threading.get_ident()

    def __enter__(self) -> Self:
        logging.getLogger("apprise").addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("apprise").removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what was said in our thread."""
        if record.thread == self._thread:
            self.last = record.getMessage()
