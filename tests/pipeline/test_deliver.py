from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from monitor.errors import StoreBusy, StoreFull
from monitor.model.alert import Alert, AlertKind, Line, Route
from monitor.model.delivery import ConsoleChannel, Dead, Message, Retry, SendOutcome, Sent, WebhookChannel
from monitor.model.settings import Polling, Settings
from monitor.pipeline.deliver import Deliver, Delivered
from monitor.store import outbox, switched
from monitor.store.database import Database

T = TypeVar("T")


class Way:
    """A channel that ends as told, and remembers what it was asked to send."""

    def __init__(self, *endings: SendOutcome) -> None:
        self.endings = list(endings)
        self.asked: list[str] = []
        self.hold: asyncio.Event | None = None

    async def send(self, message: Message, *, done: tuple[str, ...] = ()) -> SendOutcome:
        self.asked.append(message.key)
        if self.hold is not None:
            await self.hold.wait()
        return self.endings.pop(0) if self.endings else Sent("ok")


class Rig:
    """The outbox in a real database, two channels, and a clock that is moved by hand."""

    def __init__(self, db: Database, now: datetime, folder: Path) -> None:
        self.db = db
        self.now = now
        self.ways = {"mail": Way(), "hook": Way()}
        self.ended: list[Delivered] = []
        self.settings = Settings(
            path=folder / "storywatch.toml", timezone="UTC", language="en", database=db.path,
            keep_items=timedelta(days=90), polling=Polling(), feeds=(), rules=(),
            channels={"mail": ConsoleChannel("mail"), "hook": ConsoleChannel("hook")},
            routes={"desk": Route("desk", ("mail", "hook"))},
        )  # fmt: skip
        self.failing: list[Exception] = []  # what the store says of the next endings that are to be written down
        self.deliver = Deliver(
            self.call, self.settings, self.ways, real_now=lambda: self.now, onlooker=self.ended.append,
            rng=random.Random(1),
        )  # fmt: skip
        self.deliver.again_s = (0.0, 0.0)

    def begin_again(self) -> None:
        """A new process on the same database."""
        self.deliver = Deliver(
            self.call, self.settings, self.ways, real_now=lambda: self.now, onlooker=self.ended.append
        )

    def with_hook(self, url: str) -> None:
        """The webhook's address is this one from now on."""
        channels = {**self.settings.channels, "hook": WebhookChannel("hook", url)}
        self.settings = replace(self.settings, channels=channels)
        self.deliver.configure(self.settings, self.ways)

    async def call(self, work: Callable[[Database], T], /) -> T:
        if self.failing and work.__name__ == "write":
            raise self.failing.pop()
        return work(self.db)

    def add(self, *idents: str, storyline: str = "moscow", channels: tuple[str, ...] = ("mail", "hook")) -> None:
        alerts = []
        for ident in idents:
            line = Line(storyline, 1, "NEWS", f"headline of {ident}", ())
            alerts.append(Alert(ident, "desk", storyline, AlertKind.DEVELOPMENT, self.now, (line,)))
        with self.db.transaction():
            outbox.add(self.db, alerts, {"desk": channels}, self.now)

    async def turn(self) -> None:
        """Send all that is due now."""
        while await self.deliver.step():
            await self.deliver.settle(10)

    def statuses(self) -> dict[tuple[str, str], str]:
        return {(d.alert, d.channel): d.status.value for d, _ in outbox.list(self.db)}


@pytest.fixture
def rig(tmp_path: Path, now: datetime) -> Iterator[Rig]:
    with Database.open(tmp_path / "x.db", writer=True) as db:
        yield Rig(db, now, tmp_path)


@pytest.mark.anyio
async def test_an_alert_goes_once_through_each_channel_of_its_route(rig: Rig) -> None:
    rig.add("a1")
    await rig.turn()
    await rig.turn()
    assert len(rig.ways["mail"].asked) == len(rig.ways["hook"].asked) == 1
    assert set(rig.statuses().values()) == {"sent"}


@pytest.mark.anyio
async def test_what_was_refused_for_now_is_tried_again_under_the_same_key(rig: Rig) -> None:
    rig.ways["mail"].endings = [Retry("451 later")]
    rig.add("a1")
    await rig.turn()
    assert rig.statuses() == {("a1", "mail"): "pending", ("a1", "hook"): "sent"}
    rig.now += timedelta(hours=1)
    await rig.turn()
    assert rig.ways["mail"].asked[0] == rig.ways["mail"].asked[1]
    assert rig.statuses()["a1", "mail"] == "sent"


@pytest.mark.anyio
async def test_a_dead_letter_is_said_through_the_other_channel(rig: Rig) -> None:
    rig.ways["mail"].endings = [Dead("550 no such user")]
    rig.add("a1")
    await rig.turn()
    assert rig.statuses()["a1", "mail"] == "dead"
    notices = [d for d, _ in outbox.list(rig.db) if d.alert.startswith("notice-")]
    assert [(d.channel, d.status.value) for d in notices] == [("hook", "sent")]


@pytest.mark.anyio
async def test_a_notice_is_in_the_language_of_messages_and_survives_a_users_broken_words(rig: Rig) -> None:
    (rig.db.path.parent / "words.toml").write_text("[de]\nnotices = 3\n")
    rig.settings = replace(rig.settings, language="de", templates=rig.db.path.parent)
    rig.deliver.configure(rig.settings, rig.ways)
    rig.ways["mail"].endings = [Dead("550 no such user")]
    rig.add("a1")
    await rig.turn()
    (notice,) = (alert for d, alert in outbox.list(rig.db) if d.alert.startswith("notice-"))
    assert notice.title == "Unzustellbar über mail"
    assert "Grund: 550 no such user\n" in notice.text


@pytest.mark.anyio
async def test_what_a_channel_gives_up_for_one_reason_is_said_once_an_hour(rig: Rig) -> None:
    rig.ways["mail"].endings = [Dead("550 no such user")] * 4
    for name in ("a1", "a2", "a3"):
        rig.add(name, storyline=name)
    await rig.turn()
    assert len({d.alert for d, _ in outbox.list(rig.db) if d.alert.startswith("notice-")}) == 1
    rig.now += timedelta(hours=1)
    rig.add("a4", storyline="a4")
    await rig.turn()
    assert len({d.alert for d, _ in outbox.list(rig.db) if d.alert.startswith("notice-")}) == 2


@pytest.mark.anyio
async def test_a_recipient_who_is_refused_for_good_is_said_once_a_day_through_every_channel(rig: Rig) -> None:
    rig.ways["mail"].endings = [Sent("250 ok", refused=("left@desk.example",))] * 5
    rig.add("a1", "a2")
    await rig.turn()
    told = {d.alert: alert for d, alert in outbox.list(rig.db) if d.alert.startswith("notice-")}
    (notice,) = told.values()
    assert "will get none: left@desk.example\n" in notice.text
    ways = {(d.channel, d.status.value) for d, _ in outbox.list(rig.db) if d.alert == notice.id}
    assert ways == {("mail", "sent"), ("hook", "sent")}, "the others of the same channel hear of it too"
    assert outbox.of_alert(rig.db, "a1")[0].last_error == "refused for left@desk.example"
    rig.now += timedelta(days=1)
    rig.add("a3")
    await rig.turn()
    assert len({d.alert for d, _ in outbox.list(rig.db) if d.alert.startswith("notice-")}) == 2


@pytest.mark.anyio
async def test_a_channel_taken_out_of_the_configuration_is_a_dead_letter(rig: Rig) -> None:
    rig.add("a1")
    rig.deliver.configure(rig.settings, {"hook": rig.ways["hook"]})
    await rig.turn()
    assert rig.statuses()["a1", "mail"] == "dead"
    assert rig.statuses()["a1", "hook"] == "sent"


@pytest.mark.anyio
async def test_a_channel_that_hangs_with_hundreds_waiting_holds_up_no_other(rig: Rig) -> None:
    rig.ways["mail"].hold = asyncio.Event()
    for number in range(100):
        rig.add(*(f"old{number}-{n}" for n in range(5)), storyline=f"s{number}", channels=("mail",))
    assert await rig.deliver.step() == 50
    for number in range(20):
        rig.add(f"a{number}", storyline=f"s{number}")
    assert await rig.deliver.step() == 20, "what goes elsewhere is claimed at once"
    for _ in range(10_000):
        await asyncio.sleep(0)
        if len(rig.ended) == 20:
            break
    assert {(d.delivery.channel, type(d.outcome)) for d in rig.ended} == {("hook", Sent)}
    assert len(rig.ways["mail"].asked) <= 4, "and only so many hang at a time"
    rig.ways["mail"].hold.set()
    await rig.deliver.settle(10)
    assert outbox.counts(rig.db).sent == 70


@pytest.mark.anyio
async def test_an_ending_that_cannot_be_written_down_is_kept_until_it_can(rig: Rig) -> None:
    rig.ways["mail"].endings = [Sent("250 ok"), Retry("451 later")]
    rig.failing = [StoreFull("no space"), StoreBusy("locked"), MemoryError()] * 20
    for name in ("a1", "a2"):
        rig.add(name)
    await rig.turn()
    assert not rig.failing
    assert rig.statuses() == {
        ("a1", "mail"): "sent", ("a1", "hook"): "sent", ("a2", "mail"): "pending", ("a2", "hook"): "sent",
    }  # fmt: skip
    assert [len(way.asked) for way in rig.ways.values()] == [2, 2], "what was acknowledged is not sent again"
    assert outbox.get(rig.db, outbox.key_of("a2", "mail")).attempts == 1


@pytest.mark.anyio
async def test_an_error_of_our_own_keeps_the_alert(rig: Rig) -> None:
    class Broken(Way):
        async def send(self, message: Message, *, done: tuple[str, ...] = ()) -> SendOutcome:
            raise ValueError("a bug")

    rig.deliver.configure(rig.settings, {**rig.ways, "mail": Broken()})
    rig.add("a1")
    await rig.turn()
    assert rig.statuses()["a1", "mail"] == "pending"
    assert isinstance(rig.ended[-1].outcome, Retry | Sent)


@pytest.mark.anyio
async def test_a_receiver_that_is_gone_for_good_takes_what_waits_for_it_along(rig: Rig) -> None:
    rig.ways["hook"].endings = [Dead("410 Gone", disable=True)]
    rig.add("a1")
    rig.add("a2")  # of the same storyline: it waits for the first
    await rig.turn()
    assert len(rig.ways["hook"].asked) == 1
    assert rig.statuses()["a2", "hook"] == "dead"
    assert rig.statuses()["a2", "mail"] == "sent"


@pytest.mark.anyio
async def test_a_channel_that_is_over_is_remembered_said_once_and_asked_no_more(rig: Rig) -> None:
    rig.ways["hook"].endings = [Dead("410 Gone", disable=True)]
    rig.add("a1")
    await rig.turn()
    rig.begin_again()
    for hour in range(3):
        rig.now += timedelta(hours=1)
        rig.add(f"b{hour}", storyline=f"s{hour}")
        await rig.turn()
    assert len(rig.ways["hook"].asked) == 1
    assert {rig.statuses()[f"b{hour}", "hook"] for hour in range(3)} == {"dead"}
    notices = {a.id: a for _, a in outbox.list(rig.db) if a.kind is AlertKind.NOTICE}
    assert [a.title for a in notices.values()] == ["The channel hook is off"]
    (dead, _) = outbox.list(rig.db, status=None, channel="hook")[0]
    assert "the channel is off since 2025-03-18 12:00 UTC: 410 Gone" in dead.last_error


@pytest.mark.anyio
@pytest.mark.parametrize("how", ["another address", "by hand"])
async def test_a_channel_that_was_over_is_used_again_at_another_address_or_when_asked(rig: Rig, how: str) -> None:
    rig.with_hook("https://hooks.example/old")
    rig.ways["hook"].endings = [Dead("410 Gone", disable=True)]
    rig.add("a1")
    await rig.turn()
    if how == "by hand":
        assert switched.on(rig.db, "hook")
    else:
        rig.with_hook("https://hooks.example/new")
    rig.add("a2", storyline="other")
    await rig.turn()
    assert rig.statuses()["a2", "hook"] == "sent"
    assert not switched.on(rig.db, "hook"), "it is on"
