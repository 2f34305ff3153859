"""In a real browser: the page shows what the store says, zooms, brings itself up to date, and asks nobody else."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import anyio
import pytest

from monitor.store.database import Database
from tests.web.browser import PROGRAM, Browser, browser
from tests.web.serving import free_port, serving

STORY = "/storyline/trump-moscow-visit"
NAME = "document.getElementById('volume-name').textContent"
CLICK = "dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}))"


def tab(name: str) -> str:
    return f"[...document.querySelectorAll('a[data-swap]')].find(a => a.textContent === '{name}').{CLICK}"


def look(page: Any, address: str, folder: Path) -> None:
    with browser(folder) as seen:
        _zoom(seen, address)
        _news(page, seen)
        _hostile(page, seen, address)
        assert seen.hosts <= {address.removeprefix("http://"), ""}
        assert seen.complaints == []


def _zoom(seen: Browser, address: str) -> None:
    seen.open(f"{address}{STORY}")
    whole = seen.ask(NAME)
    seen.ask("void (document.querySelector('details').open = true)")
    seen.ask(tab("Month"))
    seen.until(f"{NAME} !== {whole!r} && location.search === '?span=month'")
    assert seen.ask("document.querySelector('details').open")
    seen.ask(f"document.querySelector('#volume a[data-swap] rect').closest('a').{CLICK}")
    seen.until("location.search.startsWith('?span=day&at=')")
    seen.ask("history.back()")
    seen.until("location.search === '?span=month'")


def _news(page: Any, seen: Browser) -> None:
    fresh = "document.querySelector('#main h1').textContent !== 'old'"
    seen.ask("void (document.querySelector('#main h1').textContent = 'old')")
    for year in range(2030, 2100):  # again, until the stream is open and the page has heard of it
        with Database.open(page.settings.database, writer=True) as db, db.transaction():
            db.execute("UPDATE ledger SET at = ? WHERE rowid = 1", (f"{year}-01-01T00:00:00.000000Z",))
        if seen.ask(f"new Promise((done) => setTimeout(() => done({fresh}), 300))"):
            break
    seen.until(fresh)


def _hostile(page: Any, seen: Browser, address: str) -> None:
    with page.db() as db:
        ids = [row[0] for row in db.rows("SELECT id FROM items WHERE feed = 'hostile' ORDER BY id")]
    for item in ids:
        seen.open(f"{address}/item/{item}")
        assert seen.ask("document.querySelectorAll('script').length") == 1
        assert seen.ask("document.querySelectorAll('#main svg[onload], #main [onclick]').length") == 0
    seen.open(f"{address}/item/{ids[0]}")
    assert "<script>alert(1)</script>" in seen.ask("document.querySelector('h1').textContent")


@pytest.mark.anyio
@pytest.mark.skipif(PROGRAM is None, reason="no chromium here: the page is not looked at in a browser")
async def test_a_browser_shows_it_and_asks_nobody_else(page, tmp_path):
    address = f"127.0.0.1:{free_port()}"

    async def work() -> None:
        await asyncio.get_running_loop().run_in_executor(None, look, page, f"http://{address}", tmp_path)

    with anyio.fail_after(90):
        await serving(page, address, work)
