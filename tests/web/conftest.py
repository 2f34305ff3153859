"""A desk whose database the real ingest has filled from the demo's recording, and the page on it."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from starlette.types import ASGIApp

from monitor.demo.data import Row, load
from monitor.model.delivery import Sent
from monitor.model.feed import Validators
from monitor.model.poll import Candidate, Fetched, Polled
from monitor.model.poll import FetchFailed as Failed
from monitor.model.settings import Settings
from monitor.pipeline import assemble
from monitor.pipeline.ingest import Ingest
from monitor.store import maintenance, outbox, search
from monitor.store.database import Database
from monitor.web import trial
from monitor.web.app import make
from monitor.web.desk import Desk
from monitor.web.live import Live
from monitor.web.reader import Reader

ROOT = Path(__file__).parents[2]
SLUG = "trump-moscow-visit"
LISTEN = "127.0.0.1:8710"
HOSTILE = (
    "<script>alert(1)</script> Trump Moscow visit",
    "Trump visit to Moscow \"><svg onload=alert(1)> &amp; '",
    "Trump to visit Moscow \u202egnihton\u202c \x00\x1b[31m {{ 7 * 7 }} 👍🏽",
    "Trump visits Moscow " + "Ж" * 10_000,
)
HOSTILE_LINKS = (
    "javascript:alert(1)",
    "https://user:secret@evil.example/",
    "data:text/html,x",
    "https://fine.example/?a=1&b=<x>",
)
CONFIG = """\
timezone = "Europe/London"
[routes.desk]
channels = ["console"]
digest = "0 7 * * *"
[defaults]
routes = ["desk"]
"""


def candidate(row: Row, link: str = "") -> Candidate:
    url = link or row.url
    guid = row.revises or row.id
    return Candidate((f"g:{guid}", f"l:{url}"), row.title, row.summary, url, "", row.source, row.lang, row.published_at)


def polled(feed: str, at: datetime, *entries: Candidate) -> Polled:
    return Polled(feed, at, Fetched(200, "https://feed.example/", b"", "", Validators()), entries)


def write(folder: Path, rows: tuple[Row, ...]) -> Settings:
    feeds = "".join(
        f'[[feeds.feed]]\nname = "{name}"\nurl = "https://feed.example/{n}"\n'
        for n, name in enumerate(sorted({r.feed for r in rows} | {"hostile"}))
    )
    (folder / "rules").mkdir()
    rule = (ROOT / "rules" / f"{SLUG}.toml").read_text(encoding="utf-8")
    kept = [line for line in rule.splitlines() if not line.startswith("feeds")]
    (folder / "rules" / f"{SLUG}.toml").write_text("\n".join(kept) + "\n", encoding="utf-8")
    (folder / "rules" / "still.toml").write_text('phrase = "Nobody writes of Zxqvw"\n')
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    (folder / "storywatch.toml").write_text(CONFIG + feeds, encoding="utf-8")
    return assemble.load(folder / "storywatch.toml")


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a desk that has read the recording, and then some hostile titles."""
    folder = tmp_path_factory.mktemp("desk")
    rows = load()
    settings = write(folder, rows)
    begin = rows[0].arrival_at - timedelta(hours=1)
    with Database.open(settings.database, writer=True) as db:
        clock = [begin]
        ingest = Ingest(db, settings, real_now=lambda: clock[0], rng=random.Random(1))
        ingest.start(begin)
        ingest.batch([polled(f.name, begin) for f in settings.feeds], begin)
        for row in rows:
            clock[0] = row.arrival_at
            ingest.batch([polled(row.feed, row.arrival_at, candidate(row))], row.arrival_at)
        at = rows[-1].arrival_at + timedelta(hours=1)
        clock[0] = at
        entries = [
            Candidate((f"g:h{n}",), title, title, link, "", '<b onclick="x">Evil</b>', "en", at)
            for n, (title, link) in enumerate(zip(HOSTILE, HOSTILE_LINKS, strict=True))
        ]
        failed = Polled("agency/zarya", at, Failed("dns", "<i>no such host</i>"))
        ingest.batch([polled("hostile", at, *entries), failed], at)
        with db.transaction():
            while claimed := outbox.claim(db, at, 10_000):  # one of a storyline after the other
                for delivery, _ in claimed:
                    outbox.record(db, delivery.key, Sent(), at)
        search.fill(db)
    return folder


@dataclass(frozen=True)
class Client:
    """Asks the application without a network."""

    app: ASGIApp

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{LISTEN}") as client:
                return await client.request(method, path, **options)

        return anyio.run(ask)


@dataclass(frozen=True)
class Page:
    """The page on a copy of the recorded desk."""

    folder: Path
    settings: Settings
    client: Client
    desk: Desk

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
        return answer.text

    def db(self) -> Database:
        return Database.open(self.settings.database, writer=False)


Open = Callable[..., Page]


@pytest.fixture
def open_page(recorded: Path, tmp_path: Path) -> Iterator[Open]:
    """Open the page, with other settings if wanted."""
    pages: list[Page] = []

    def made(**web: object) -> Page:
        pages.append(copied(recorded, tmp_path / f"desk{len(pages)}", **web))
        return pages[-1]

    yield made
    for one in pages:
        one.desk.read.close()


def copied(recorded: Path, folder: Path, **web: object) -> Page:
    """The page on a copy of the recorded desk in ``folder``."""
    shutil.copytree(recorded, folder, ignore=shutil.ignore_patterns("*.db*"))
    with Database.open(recorded / "storywatch.db", writer=False) as db:
        maintenance.backup(db, folder / "storywatch.db")
    settings = assemble.load(folder / "storywatch.toml")
    settings = replace(settings, web=replace(settings.web, **web))  # type: ignore[arg-type]
    read = Reader(settings.database)
    now = load()[-1].arrival_at + timedelta(hours=2)
    desk = Desk(lambda: settings, lambda: now, read, Live(read, 0.01), LISTEN, trial=at_once)
    return Page(folder, settings, Client(make(desk)), desk)


async def at_once(question: trial.Question) -> trial.Answer:
    """The answer without the process of its own, whose start takes longer than the trial."""
    return trial.answer_of(json.loads(json.dumps(trial.run(question))))


@pytest.fixture(scope="session")
def page(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page for all who only look; whoever changes something opens one of his own."""
    made = copied(recorded, tmp_path_factory.mktemp("looked-at") / "desk")
    before = _state(made)
    yield made
    made.desk.read.close()
    assert _state(made) == before, "a test changed the page that all look at"


@pytest.fixture
def look(page: Page) -> Open:
    """The page that all look at, under other settings; to look at, too."""

    def made(**web: object) -> Page:
        settings = replace(page.settings, web=replace(page.settings.web, **web))  # type: ignore[arg-type]
        desk = replace(page.desk, settings=lambda: settings)
        return Page(page.folder, settings, Client(make(desk)), desk)

    return made


def _state(page: Page) -> dict[str, str]:
    files = [page.settings.database, *sorted(page.folder.rglob("*.toml"))]
    return {str(file): sha256(file.read_bytes()).hexdigest() for file in files}
