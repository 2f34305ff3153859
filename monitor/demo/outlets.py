"""Outlets: the invented publishers of the demo, each with a feed of another format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta, timezone, tzinfo
from typing import Literal

Format = Literal["rss20", "rss092", "rdf", "atom10", "atom03", "json10", "json11"]

BROKEN = "broken/lantern"
"""The feed that is torn, then a web page, then an error, and recovers."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """One publisher: the name of its feed in the configuration, its title, and how it writes.

    ``path`` is where the feed server shows it; ``home`` the address all its links start with.
    ``zone`` is the offset its dates are written in;
    ``encoding`` that of its document.
    """

    name: str
    title: str
    host: str
    lang: str
    format: Format
    zone: tzinfo = UTC
    encoding: str = "utf-8"

    @property
    def path(self) -> str:
        """The path of its feed on the demo's server."""
        suffix = "json" if self.format.startswith("json") else "xml"
        return f"/{self.name.partition('/')[2]}.{suffix}"

    @property
    def home(self) -> str:
        """Its home page."""
        return f"https://{self.host}/"


def _hours(offset: int) -> timezone:
    return timezone(timedelta(hours=offset))


OUTLETS: tuple[Outlet, ...] = (
    Outlet("agency/polaris", "Polaris", "polaris-agency.example", "en", "rss20"),
    Outlet("agency/zarya", "Заря", "zarya.example", "ru", "rdf", _hours(3)),
    Outlet("agency/meridiana", "Agencia Meridiana", "meridiana.example", "es", "json10", _hours(1)),
    Outlet("agency/huanxun", "寰讯社", "huanxun.example", "zh", "rss20", _hours(8)),
    Outlet("papers/harbour-courier", "The Harbour Courier", "courier.example", "en", "atom10"),
    Outlet("papers/northgate-ledger", "Northgate Ledger", "ledger.example", "en", "rss092"),
    Outlet("papers/vecherniy-vestnik", "Вечерний вестник", "vestnik.example", "ru", "rss20", _hours(3), "windows-1251"),
    Outlet("papers/rheinische-umschau", "Rheinische Umschau", "umschau.example", "de", "atom03", _hours(1)),
    Outlet("broadcast/channel-nine", "Channel Nine", "channel9.example", "en", "json11"),
    Outlet("broadcast/nordfunk", "Nordfunk", "nordfunk.example", "de", "rss20", _hours(1)),
    Outlet("aggregators/newsharvest", "NewsHarvest", "newsharvest.example", "en", "rss20"),
    Outlet("opinion/long-table", "The Long Table", "longtable.example", "en", "atom10"),
    Outlet(BROKEN, "The Lantern", "lantern.example", "en", "rss20"),
)


def by_path() -> dict[str, Outlet]:
    """Return the outlets by the path of their feed."""
    return {outlet.path: outlet for outlet in OUTLETS}
