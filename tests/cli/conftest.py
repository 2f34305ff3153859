"""A desk: a directory with configuration, rules and a database that the real ingest has filled."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from monitor.cli.main import main
from monitor.model.alert import Alert, AlertKind, LedgerEntry, LedgerState, Line
from monitor.model.development import Change, Decision, Development, Fact, Reason, Verdict
from monitor.model.feed import Feed, FeedState
from monitor.model.item import Item
from monitor.model.poll import Candidate
from monitor.model.storyline import Rule, Storyline
from monitor.store import articles as article_rows
from monitor.store import feeds as feed_rows
from monitor.store import items as item_rows
from monitor.store import ledger as ledger_rows
from monitor.store import maintenance, outbox
from monitor.store import storylines as storyline_rows
from monitor.store.database import Database
from monitor.storylines.matcher import Matcher

CONFIG = """\
# our desk
timezone = "Europe/London"

[polling]
allow_networks = ["127.0.0.0/8"]

[[feeds.feed]]
name = "world/wire"  # the wire
url = "http://127.0.0.1:9/rss"

[channels.hook]
type = "webhook"
url = "http://127.0.0.1:9/hook"

[routes.desk]
channels = ["hook"]

[defaults]
routes = ["desk"]
"""
STORIES = (
    ("Kremlin invites Trump to Moscow for Victory Day visit", ""),
    ("Trump's Moscow visit: Kremlin confirms invitation to Trump", ""),
    ("Opinion: why a Trump visit to Moscow would be a mistake", ""),
    ("Boeing shares rise on strike hopes", ""),
    ("Trump cancels planned visit to Moscow", "The president said talks had stalled."),
    ("Cats of \x1b[31mParis\x1b[0m \u202efound", "Nobody had lost them."),
)


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Desk:
    """A directory to run commands on."""

    directory: Path
    capture: pytest.CaptureFixture[str]

    def run(self, *words: str) -> Answer:
        code = main(["--config", str(self.directory / "storywatch.toml"), *words])
        shown = self.capture.readouterr()
        return Answer(code, shown.out, shown.err)

    def write(self, name: str, text: str) -> Path:
        path = self.directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    @property
    def database(self) -> Path:
        return self.directory / "storywatch.db"


@pytest.fixture
def bare(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A configuration and two rules, and no database yet."""
    desk = Desk(tmp_path, capsys)
    desk.write("storywatch.toml", CONFIG)
    desk.write("rules/moscow.toml", 'phrase = "Trump Moscow visit"\n')
    desk.write("rules/boeing.toml", 'phrase = "Boeing strike vote"\n')
    return desk


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a desk that has read six items over the last hours; what was decided is laid down here."""
    path = tmp_path_factory.mktemp("filled") / "storywatch.db"
    begin = datetime.now(UTC) - timedelta(hours=5)
    rules = (Rule(Storyline("moscow", "Trump Moscow visit")), Rule(Storyline("boeing", "Boeing strike vote")))
    with Database.open(path, writer=True) as db, db.transaction():
        feed_rows.sync(db, [Feed("world/wire", "http://127.0.0.1:9/rss")], begin)
        storyline_rows.sync(db, rules, begin)
        items = [_arrived(db, n, begin + timedelta(minutes=30 * n)) for n in range(len(STORIES))]
        state = FeedState(
            "world/wire", "http://127.0.0.1:9/rss", last_ok_at=begin, last_polled_at=begin, why="it is slow"
        )
        feed_rows.save(db, [replace(state, next_poll_at=begin + timedelta(hours=1))])
        _decide(db, rules, items)
        article_rows.note_unread(db, [(items[-1].id, "robots.txt of wire.example does not allow it")])
    return path


def _arrived(db: Database, number: int, at: datetime) -> Item:
    title, summary = STORIES[number]
    candidate = Candidate(
        (f"g:{number}",), title, summary, f"https://wire.example/{number}", "", "Wire", "en", published_at=at
    )
    return item_rows.add(db, "world/wire", [(candidate, False)], at)[0]


def _decide(db: Database, rules: tuple[Rule, ...], items: list[Item]) -> None:
    matcher = Matcher(rule.storyline for rule in rules)
    for item in items:
        matches = matcher.match(item)
        storyline_rows.record(db, matches, item.arrival_at)
        matcher.learn(item, matches)
    invited, confirmed, opinion, shares, cancelled, _ = items
    first = _development(1, Reason.OPENED, invited, confirmed)
    second = _development(2, Reason.STAGE, cancelled)
    decisions = [
        _decided("moscow", invited, Verdict.NEW, "new: the first report", first),
        _decided("moscow", confirmed, Verdict.JOINED, "repeat of #1: alike 0.59, 30 min ago", first),
        _decided("moscow", opinion, Verdict.HELD, "comment: opinion column"),
        _decided("boeing", shares, Verdict.HELD, "comment: market comment"),
        _decided("moscow", cancelled, Verdict.NEW, "new: stage cancelled", second),
    ]
    storyline_rows.decide(db, decisions)
    for development in (first, second):
        _tell(db, development)


def _development(number: int, reason: Reason, *items: Item) -> Development:
    lead = items[0]
    stage = (Change(Fact("stage", "stage", "cancelled", "cancels", lead.title)),) if reason is Reason.STAGE else ()
    return Development(
        "moscow", number, reason, lead.title, tuple(i.id for i in items), ("Wire",), lead.arrival_at,
        items[-1].arrival_at, delta=stage,
    )  # fmt: skip


def _decided(slug: str, item: Item, verdict: Verdict, because: str, development: Development | None = None) -> Decision:
    return Decision(slug, item.id, item.arrival_at, verdict, because, development, numbers=(("alike", 0.59),))


def _tell(db: Database, development: Development) -> None:
    line = Line(
        "moscow", development.number, development.reason, development.headline, development.items,
        development.origins, development.delta,
    )  # fmt: skip
    at = development.opened_at
    alert = Alert(f"alert{development.number}", "desk", "moscow", AlertKind.DEVELOPMENT, at, (line,))
    outbox.add(db, [alert], {"desk": ("hook",)}, at)
    entry = LedgerEntry(
        "desk", "moscow", development.number, line.reason, LedgerState.TOLD, at, "told at once", line, alert.id
    )
    ledger_rows.save(db, [entry])


@pytest.fixture
def desk(bare: Desk, filled: Path) -> Desk:
    """The same with a database of its own."""
    with Database.open(filled, writer=False) as db:
        maintenance.backup(db, bare.database)
    return bare


RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>The Herald</title><link>https://herald.example/</link>
<item><guid>h1</guid><title>Trump in Moscow?</title><link>https://herald.example/1</link></item>
<item><guid>h2</guid><title>Cats \u202e found</title><link>https://herald.example/2</link></item></channel></rss>"""
PAGE = '<html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head><body>news</body></html>'


@pytest.fixture
def site() -> Iterator[str]:
    """A newspaper's site on loopback: a page that names its feed, and an endpoint that takes posts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body, kind = {"/rss": (RSS, "application/rss+xml"), "/": (PAGE, "text/html")}.get(self.path, ("", ""))
        self._answer(200 if body else 404, body, kind or "text/plain")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self._answer(200 if self.path == "/hook" else 410, "{}", "application/json")

    def _answer(self, status: int, body: str, kind: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """A test's output is its own."""
