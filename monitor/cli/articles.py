"""Articles: example articles read from files and from the web, as the daemon would fetch them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from monitor.cli.asked import Asked
from monitor.config import seeds
from monitor.errors import UsageError
from monitor.model.poll import FetchFailed
from monitor.model.settings import Settings
from monitor.model.storyline import SeedDocument
from monitor.net.client import Reply
from monitor.pipeline.article import decoded, of_page
from monitor.service.outside import Outside

_PAGES = (".html", ".htm", ".xhtml")


def read(asked: Asked, places: Iterable[str]) -> tuple[SeedDocument, ...]:
    """Return the articles at ``places``, files or URLs. Raises UsageError where there is none to be had."""
    return tuple(_fetched(asked.usable(), p) if urlsplit(p).scheme in ("http", "https") else _file(p) for p in places)


def _file(name: str) -> SeedDocument:
    path = Path(name)
    if path.suffix.lower() in _PAGES:
        try:
            return _whole(of_page(decoded(path.read_bytes()), name))
        except OSError as error:
            raise UsageError(f"{name}: {error.strerror or error}") from error
    found = seeds.read(path)
    if not isinstance(found, SeedDocument):
        raise UsageError(f"{name}: {found.message}")
    return found


def _fetched(settings: Settings, url: str) -> SeedDocument:
    reply = asyncio.run(_get(settings, url))
    if isinstance(reply, FetchFailed):
        raise UsageError(f"{url}: cannot be fetched: {reply.detail} ({reply.kind})")
    if reply.status != 200:
        raise UsageError(f"{url}: answered with status {reply.status}")
    return _whole(of_page(decoded(reply.body, reply.headers.get("content-type", "")), url))


async def _get(settings: Settings, url: str) -> Reply | FetchFailed:
    outside = Outside(settings)
    try:
        return await outside.client.get(url, {"accept": "text/html"})
    finally:
        await outside.close()


def _whole(found: SeedDocument) -> SeedDocument:
    if not found.title and not found.text:
        raise UsageError(f"{found.name}: there is no article: no title and no paragraph of text")
    return found
