"""Outside: what the daemon reaches the world with, made from the settings: client, parser, senders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from monitor import __version__
from monitor.alerts import channels
from monitor.alerts.channels import ports
from monitor.feeds.parse import Parser
from monitor.model.delivery import ConsoleChannel
from monitor.model.settings import Settings
from monitor.net.client import Client
from monitor.net.egress import Egress

if TYPE_CHECKING:
    from monitor.pipeline.deliver import Sender

ARTICLE_S, ARTICLE_BYTES = 15.0, 3_000_000  # an article is worth less patience than a feed


class Outside:
    """One HTTP client, one parser pool, one sender for each channel (the console is always there)."""

    def __init__(self, settings: Settings, parser: Parser | None = None) -> None:
        """Nothing is opened before it is used. ``parser``: one that is at work already."""
        polling = settings.polling
        contact = f" (+{polling.contact})" if polling.contact else ""
        self.client = Client(
            egress=Egress(polling.allow_networks),
            user_agent=f"Storywatch/{__version__}{contact}",
            timeout_s=polling.timeout_s,
            max_bytes=polling.max_bytes,
            proxy=polling.proxy,
        )
        self.articles = Client(
            egress=Egress(polling.allow_networks),
            user_agent=f"Storywatch/{__version__}{contact}",
            timeout_s=min(polling.timeout_s, ARTICLE_S),
            max_bytes=min(polling.max_bytes, ARTICLE_BYTES),
            proxy=polling.proxy,
        )
        self.parser = parser or Parser()
        ways = {"console": ConsoleChannel(), **settings.channels}
        self._senders = {name: channels.make(channel, client=self.client) for name, channel in ways.items()}

    @property
    def probes(self) -> Mapping[str, ports.Sender]:
        """The senders by channel name, as what can be asked whether they work."""
        return self._senders

    @property
    def senders(self) -> Mapping[str, Sender]:
        """The senders by channel name."""
        return self._senders

    def renewed(self, settings: Settings) -> Outside:
        """Return what ``settings`` ask for, with the same parser: what it reads for polls under way is not lost."""
        return Outside(settings, self.parser)

    async def close(self, successor: Outside | None = None) -> None:
        """Close what was opened, but for what the ``successor`` has of it."""
        for sender in self._senders.values():
            await sender.aclose()
        await self.client.aclose()
        await self.articles.aclose()
        if successor is None or successor.parser is not self.parser:
            self.parser.close()
