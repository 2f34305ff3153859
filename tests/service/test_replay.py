"""The same items through the daemon and through a backtest: the same decisions, the same alerts.

The demo's recording goes through the real daemon on a clock so fast that the months pass in seconds, with waits and
digests; then everything it stored goes through a backtest on the same route.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.demo import desk
from monitor.demo.data import load
from monitor.demo.outlets import BROKEN, OUTLETS
from monitor.demo.pace import keep_pace
from monitor.demo.servers import FeedServer, feed_server, mail_sink, webhook_receiver
from monitor.model.alert import AlertKind
from monitor.model.development import Verdict
from monitor.model.settings import Settings
from monitor.pipeline import assemble, backtest, replay
from monitor.pipeline.deliver import Delivered
from monitor.pipeline.ingest import Report
from monitor.service.clock import FastClock
from monitor.service.run import serve
from monitor.store import feeds as feed_rows
from monitor.store import outbox
from monitor.store import storylines as storyline_rows
from monitor.store.database import Database

SECONDS = 5.0
STRIDE_S = 0.12  # two and a half days
LATE = timedelta(days=3)  # polls are 10 to 15 hours apart, and a tick is ten
BEFORE = timedelta(days=20)  # the daemon is up before the first item, so that none is history
ROWS = [row for row in load() if row.feed != BROKEN]  # its recovery is an outage, which a backtest does not know


@dataclass
class Quiet:
    """An onlooker who keeps what went wrong, and that the daemon is up."""

    wrong: list[str] = field(default_factory=list)
    up: asyncio.Event = field(default_factory=asyncio.Event)

    def started(self, settings: Settings) -> None:
        self.up.set()

    def batch(self, report: Report) -> None:
        self.wrong += report.errors

    def delivered(self, delivered: Delivered) -> None: ...

    def trouble(self, event: str, **values: Any) -> None:
        self.wrong.append(f"{event} {values}")

    def news(self, event: str, **values: Any) -> None: ...


async def conduct(feeds: FeedServer, onlooker: Quiet, clock: FastClock, until: datetime, stop: asyncio.Event) -> None:
    """Time goes when each feed was asked and the daemon is up, waits for who is late, and ends after the last item.

    What comes days late is history, which a backtest does not know.
    """
    await feeds.all_asked.wait()
    await onlooker.up.wait()  # before, no answer is taken in: the next visits would be reckoned from days later
    clock.go()
    await keep_pace(clock, until, feeds, LATE)
    while feeds.not_asked_since(until):  # noqa: ASYNC110 - what is asked tells nobody
        await asyncio.sleep(0.02)
    stop.set()


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The daemon has lived through the recording."""
    folder = tmp_path_factory.mktemp("lived")
    since, until = ROWS[0].arrival_at - BEFORE, ROWS[-1].arrival_at
    clock = FastClock(since, (until - since).total_seconds() / SECONDS, held=True, stride_s=STRIDE_S)
    onlooker = Quiet()

    async def live() -> Settings:
        outlets = [o for o in OUTLETS if o.name != BROKEN]
        async with (
            feed_server(ROWS, clock.now, outlets) as feeds,
            mail_sink(folder / "mails") as mail,
            webhook_receiver(folder / "hooks.jsonl", desk.SECRET) as hook,
        ):
            path = desk.write(folder, feeds, mail, hook, (600, 900))
            (folder / "rules" / "wait.toml").write_text(
                'phrase = "Putin Trump call"\n[alert]\norigins = 2\nwait = "6h"\nbudget = "1/day"\n'
                'when = ["OPENED", "NEWS", "FIGURE", "STAGE", "DENIED", "CORROBORATED", "REVIVED"]\n'
            )
            settings = assemble.load(path)
            stop = asyncio.Event()
            conducting = asyncio.create_task(conduct(feeds, onlooker, clock, until, stop))
            await serve(settings, onlooker, clock=clock, tick_s=0.02, stop=stop)
            await conducting
            return settings

    settings = asyncio.run(live())
    assert onlooker.wrong == [] or all("lantern" in w for w in onlooker.wrong)
    return settings


def told(kind: str, line: Mapping[str, Any]) -> tuple[str, ...]:
    """A told development to compare; what a QUIET signal says of the feeds' health a backtest cannot know."""
    said = line["headline"].partition(";")[0]
    return (kind, line["storyline"], str(line["development"]), line["reason"], str(line["items"]), said, line["delta"])


def test_a_backtest_decides_as_the_daemon_did(lived: Settings) -> None:
    with Database.open(lived.database, writer=False) as db:
        slugs = storyline_rows.slugs(db)
        decided = {
            (d.storyline, d.item, d.because)
            for slug in slugs
            for d in storyline_rows.decisions_of(db, storyline=slug)
            if d.verdict is not Verdict.NEW
        }
        sent = [alert for _, alert in outbox.list(db, limit=10_000) if alert.kind is not AlertKind.NOTICE]
        setup = backtest.Setup(lived.rules, lived.routes["desk"], database_id=db.identity)
        ended = max(state.last_ok_at for state in feed_rows.states(db) if state.last_ok_at)
        rows = list(backtest.run(setup, replay.stored(db, storylines=slugs)))
    held = {(r["storyline"], r["item"], r["because"]) for r in rows if r["type"] == "held" and "route" not in r}
    assert len(decided) > 20
    assert held == decided
    daemon = {told(alert.kind.value, row) for alert in sent for row in backtest.alert_rows(alert)}
    alerts = {told(r["kind"], r): r["at"] for r in rows if r["type"] == "alert"}
    assert daemon <= alerts.keys()
    # The backtest runs the timers a day past the last item; the daemon ran them up to its last batch.
    assert all(datetime.fromisoformat(alerts[more]) >= ended for more in alerts.keys() - daemon)
    assert {kind for kind, *_ in daemon} >= {"development", "digest"}
