"""The outbox: nothing is lost, only an acknowledged send is sent, and no one waits for another's trouble."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import UsageError
from monitor.model.alert import Alert
from monitor.model.delivery import Dead, Delivery, DeliveryStatus, Retry, SendOutcome, Sent
from monitor.store import outbox
from monitor.store.database import Database

Make = Callable[..., Alert]
MINUTE = timedelta(minutes=1)
CHANNELS = {"desk": ("mail", "hook"), "phone": ("hook",), "none": ()}


def key(alert: str, channel: str = "mail") -> str:
    return outbox.key_of(alert, channel)


def claimed(db: Database, at: datetime, limit: int = 50) -> list[str]:
    return [f"{d.alert}/{d.channel}" for d, _ in outbox.claim(db, at, limit)]


def test_an_alert_goes_out_through_each_channel_of_its_route(db: Database, now: datetime, alert: Make) -> None:
    one, two, three = alert("a1"), alert("a2", route="phone"), alert("a3", route="none")
    added = outbox.add(db, [one, two, three], CHANNELS, now)
    assert [(d.alert, d.channel, d.key) for d in added] == [
        ("a1", "mail", key("a1", "mail")),
        ("a1", "hook", key("a1", "hook")),
        ("a2", "hook", key("a2", "hook")),
    ]
    assert added[0] == Delivery(key("a1"), "a1", "mail", "visit", DeliveryStatus.PENDING, 0, now, now)
    assert outbox.alert(db, "a3") == three
    assert outbox.alert(db, key("a2", "hook")) == two
    assert outbox.alert(db, "a9") is None
    assert outbox.of_alert(db, "a1") == added[:2]


def test_adding_twice_is_adding_once(db: Database, now: datetime, alert: Make) -> None:
    outbox.add(db, [alert("a1")], CHANNELS, now)
    outbox.claim(db, now, 50)
    outbox.record(db, key("a1"), Sent(), now)
    assert outbox.add(db, [alert("a1")], CHANNELS, now + MINUTE) == []
    assert outbox.counts(db) == outbox.Counts(waiting=1, claimed=1, sent=1, dead=0, oldest_at=now)


def test_a_route_that_is_gone_from_the_configuration_loses_nothing(db: Database, now: datetime, alert: Make) -> None:
    assert [d.channel for d in outbox.add(db, [alert("a1", route="removed")], CHANNELS, now)] == ["console"]


def test_keys_are_stable_short_and_fit_for_headers() -> None:
    assert outbox.key_of("a1", "mail") == outbox.key_of("a1", "mail") == key("a1")
    keys = {outbox.key_of(a, c) for a in ("a", "ab", "\ud800") for c in ("b", "bc", "")}
    assert len(keys) == 9
    assert all(re.fullmatch("[0-9a-f]{24}", k) for k in keys)


# Each row: the story told in steps, then who is claimed at the minute. A step is (minute, what), where what is an
# alert's name to add it ("storyline:alert"), or "alert!" to let its claimed mail fail with a retry a minute later,
# "alert+" to have it sent, "alert-" to have it dead.
CLAIMS: list[tuple[str, list[tuple[int, str]], int, list[str]]] = [
    ("the oldest goes first", [(0, "x:a"), (1, "y:b")], 2, ["a/mail", "a/hook", "b/mail", "b/hook"]),
    ("a successor waits for one never tried", [(0, "x:a"), (1, "x:b")], 2, ["a/mail", "a/hook"]),
    ("a successor waits for one under way", [(0, "x:a"), (0, "claim"), (1, "x:b")], 2, []),
    ("a successor goes when its predecessor is sent", [(0, "x:a"), (1, "x:b"), (1, "claim"), (1, "a+")], 2, ["b/mail"]),
    ("or dead", [(0, "x:a"), (1, "x:b"), (1, "claim"), (1, "a-")], 2, ["b/mail"]),
    ("it waits for one that failed a while ago", [(0, "x:a"), (0, "x:b"), (0, "claim"), (0, "a!30")], 14, []),
    ("but no longer than a quarter of an hour", [(0, "x:a"), (0, "x:b"), (0, "claim"), (0, "a!30")], 15, ["b/mail"]),
    (
        "counted from the first failure, not the last",
        [(0, "x:a"), (0, "x:b"), (0, "claim"), (0, "a!9"), (9, "claim"), (9, "a!30")],
        15,
        ["b/mail"],
    ),
    ("a retry goes when it is due", [(0, "x:a"), (0, "claim"), (0, "a!3")], 3, ["a/mail"]),
    ("and not before", [(0, "x:a"), (0, "claim"), (0, "a!3")], 2, []),
    ("another storyline does not wait", [(0, "x:a"), (0, "claim"), (0, "a!30"), (1, "y:b")], 1, ["b/mail", "b/hook"]),
    ("nor another channel", [(0, "x:a"), (0, "claim"), (0, "a!30"), (0, "a+hook"), (1, "x:b")], 1, ["b/hook"]),
    ("digests wait for nothing", [(0, ":a"), (0, ":b")], 0, ["a/mail", "a/hook", "b/mail", "b/hook"]),
    ("what waits behind a failing one keeps its order", [(0, "x:a"), (0, "x:b"), (0, "x:c"), (0, "claim"), (0, "a!30")],
     15, ["b/mail"]),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "minute", "wanted"), [row[1:] for row in CLAIMS], ids=[row[0] for row in CLAIMS])
def test_who_is_claimed(
    db: Database, now: datetime, alert: Make, steps: list[tuple[int, str]], minute: int, wanted: list[str]
) -> None:
    for at, what in steps:
        act(db, now + at * MINUTE, what, alert)
    assert claimed(db, now + minute * MINUTE) == wanted


def act(db: Database, at: datetime, what: str, alert: Make) -> None:
    if what == "claim":
        outbox.claim(db, at, 50)
    elif ":" in what:
        storyline, ident = what.split(":")
        outbox.add(db, [alert(ident, storyline)], CHANNELS, at)
    else:
        ending: dict[str, SendOutcome] = {"!": Retry("451"), "+": Sent(), "-": Dead("550")}
        channel = what[2:] if what[2:] == "hook" else "mail"
        minutes = int(what[2:]) if what[1] == "!" else 0
        next_at = at + minutes * MINUTE if what[1] == "!" else None
        outbox.record(db, key(what[0], channel), ending[what[1]], at, next_at)


def test_a_channel_that_hangs_holds_up_no_other(db: Database, now: datetime, alert: Make) -> None:
    alerts = [alert(f"a{n}", storyline=f"s{n}") for n in range(9)]
    outbox.add(db, alerts, {"desk": ("slow",)}, now)
    outbox.add(db, alerts, {"desk": ("quick",)}, now)
    assert claimed(db, now, 2) == ["a0/slow", "a1/slow", "a0/quick", "a1/quick"]
    outbox.record(db, key("a0", "quick"), Sent(), now)
    assert claimed(db, now, 2) == ["a2/quick"]
    assert claimed(db, now, 3) == ["a2/slow", "a3/quick"]
    assert claimed(db, now, 0) == []


def test_what_is_claimed_comes_with_its_alert_and_is_not_given_twice(db: Database, now: datetime, alert: Make) -> None:
    outbox.add(db, [alert("a1", route="phone")], CHANNELS, now)
    ((delivery, found),) = outbox.claim(db, now, 50)
    assert found == alert("a1", route="phone")
    assert delivery == outbox.get(db, key("a1", "hook"))
    assert delivery.status is DeliveryStatus.CLAIMED
    assert claimed(db, now) == []


def test_a_killed_senders_claims_return(db: Database, path: Path, now: datetime, alert: Make) -> None:
    outbox.add(db, [alert("a1")], CHANNELS, now)
    outbox.claim(db, now, 50)
    with Database.open(path, writer=True) as after_the_crash:
        assert outbox.release_claims(after_the_crash) == 2
        assert claimed(after_the_crash, now) == ["a1/mail", "a1/hook"]


@pytest.mark.parametrize(
    ("outcome", "again", "status", "error"),
    [
        (Sent("250 ok"), None, DeliveryStatus.SENT, ""),
        (
            Sent(refused=("b@x.example", "c@x.example")),
            None,
            DeliveryStatus.SENT,
            "refused for b@x.example, c@x.example",
        ),
        (Retry("451 later"), 5, DeliveryStatus.PENDING, "451 later"),
        (Retry("451 too often"), None, DeliveryStatus.DEAD, "451 too often"),
        (Dead("550 no such user"), None, DeliveryStatus.DEAD, "550 no such user"),
        (Dead("550"), 5, DeliveryStatus.DEAD, "550"),
        (Sent(), 5, DeliveryStatus.SENT, ""),
    ],
)
def test_how_an_attempt_ended_is_kept(
    db: Database,
    now: datetime,
    alert: Make,
    outcome: SendOutcome,
    again: int | None,
    status: DeliveryStatus,
    error: str,
) -> None:
    outbox.add(db, [alert("a1")], CHANNELS, now)
    outbox.claim(db, now, 50)
    at = now + MINUTE
    next_at = now + again * MINUTE if again else None
    found = outbox.record(db, key("a1"), outcome, at, next_at)
    assert (found.status, found.attempts, found.last_error) == (status, 1, error)
    assert found.sent_at == (at if status is DeliveryStatus.SENT else None)
    assert found == outbox.get(db, key("a1"))
    if status is DeliveryStatus.PENDING:
        assert found.next_at == next_at


def test_what_was_sent_stays_sent(db: Database, now: datetime, alert: Make) -> None:
    outbox.add(db, [alert("a1")], CHANNELS, now)
    sent = outbox.record(db, key("a1"), Sent(), now)
    assert outbox.record(db, key("a1"), Retry("late"), now + MINUTE, now + MINUTE) == sent
    assert outbox.record(db, key("a1"), Dead("late"), now + MINUTE) == sent


def test_recipients_who_have_a_mail_are_remembered_over_attempts(db: Database, now: datetime, alert: Make) -> None:
    outbox.add(db, [alert("a1")], CHANNELS, now)
    outbox.record(db, key("a1"), Retry("1 refused", done=("a@x.example",)), now, now)
    found = outbox.record(db, key("a1"), Retry("again", done=("a@x.example", "ü@x.example")), now, now)
    assert found.recipients_done == ("a@x.example", "ü@x.example")
    assert outbox.claim(db, now, 1)[0][0].recipients_done == found.recipients_done


def test_a_dead_letter_stays_with_its_error_until_it_is_put_back(db: Database, now: datetime, alert: Make) -> None:
    outbox.add(db, [alert("a1"), alert("a2")], {"desk": ("mail",)}, now)
    outbox.claim(db, now, 50)
    dead = outbox.record(db, key("a1"), Dead("550"), now)
    assert [d for d, _ in outbox.list(db, status=DeliveryStatus.DEAD)] == [dead]
    later = now + 60 * MINUTE
    back = outbox.retry(db, key("a1"), later)
    assert back == replace(dead, status=DeliveryStatus.PENDING, attempts=0, next_at=later)
    assert claimed(db, later) == ["a1/mail", "a2/mail"]


def test_only_what_waits_or_is_dead_can_be_tried_again(db: Database, now: datetime, alert: Make) -> None:
    outbox.add(db, [alert("a1")], CHANNELS, now)
    outbox.record(db, key("a1"), Retry("later"), now, now + 60 * MINUTE)
    assert outbox.retry(db, key("a1"), now).attempts == 1
    assert claimed(db, now) == ["a1/mail", "a1/hook"]
    with pytest.raises(UsageError, match="just being sent"):
        outbox.retry(db, key("a1"), now)
    outbox.record(db, key("a1"), Sent(), now)
    with pytest.raises(UsageError, match="was sent"):
        outbox.retry(db, key("a1"), now)
    with pytest.raises(UsageError, match="no delivery 'a9'"):
        outbox.retry(db, "a9", now)
    with pytest.raises(UsageError, match="no delivery"):
        outbox.record(db, "a9", Sent(), now)


def test_a_channel_that_is_over_gives_up_what_it_holds_visibly(db: Database, now: datetime, alert: Make) -> None:
    outbox.add(db, [alert("a1"), alert("a2", "strike")], CHANNELS, now)
    given_up = outbox.abandon(db, "hook", "410 Gone")
    assert [(d.alert, d.status, d.last_error) for d in given_up] == [
        ("a1", DeliveryStatus.DEAD, "410 Gone"),
        ("a2", DeliveryStatus.DEAD, "410 Gone"),
    ]
    assert claimed(db, now) == ["a1/mail", "a2/mail"]


def test_lists_are_newest_first_and_can_be_narrowed(db: Database, now: datetime, alert: Make) -> None:
    outbox.add(db, [alert("a1"), alert("a2", "strike")], CHANNELS, now)
    outbox.record(db, key("a1"), Sent(), now)

    def names(**wanted: object) -> list[str]:
        return [f"{d.alert}/{d.channel}" for d, _ in outbox.list(db, **wanted)]  # type: ignore[arg-type]

    assert names() == ["a2/hook", "a2/mail", "a1/hook", "a1/mail"]
    assert names(limit=1) == ["a2/hook"]
    assert names(storyline="visit", channel="hook") == ["a1/hook"]
    assert names(status=DeliveryStatus.SENT) == ["a1/mail"]
    assert [a.id for _, a in outbox.list(db, limit=1)] == ["a2"]


def test_it_says_when_it_next_has_something_to_do(db: Database, now: datetime, alert: Make) -> None:
    assert outbox.next_at(db) is None
    outbox.add(db, [alert("a1", route="phone")], CHANNELS, now)
    assert outbox.next_at(db) == now
    outbox.claim(db, now, 50)
    assert outbox.next_at(db) is None
    outbox.record(db, key("a1", "hook"), Retry("later"), now, now + MINUTE)
    assert outbox.next_at(db) == now + MINUTE


def steps(db: Database, work: Callable[[], object]) -> int:
    """How many thousand steps SQLite's machine makes in ``work``."""
    made = 0

    def count() -> int:
        nonlocal made
        made += 1
        return 0

    db.connection.set_progress_handler(count, 1000)
    work()
    db.connection.set_progress_handler(None, 0)
    return made


@pytest.mark.parametrize("status", ["pending", "sent"])
def test_what_claiming_costs_does_not_grow_with_what_waits_or_was_sent(
    db: Database, now: datetime, alert: Make, status: str
) -> None:
    with db.transaction():
        outbox.add(db, [alert(f"a{n}", storyline=f"s{n % 7}") for n in range(2000)], {}, now)
        db.execute("UPDATE deliveries SET status = ?", (status,))
    found: list[str] = []
    first = steps(db, lambda: found.extend(claimed(db, now)))
    assert found == ([f"a{n}/console" for n in range(7)] if status == "pending" else [])
    assert max(first, steps(db, lambda: found.extend(claimed(db, now)))) <= 3, "thousands of steps"


def test_two_thousand_behind_a_dead_sink_hold_up_no_other(db: Database, now: datetime, alert: Make) -> None:
    with db.transaction():
        dead = [alert(f"a{n}", storyline=f"s{n % 7}") for n in range(2000)]
        outbox.add(db, dead, {"desk": ("dead",)}, now)
        db.execute("UPDATE deliveries SET first_failed_at = created_at, attempts = 5")
    later = now + 20 * MINUTE
    assert claimed(db, later) == [f"a{n}/dead" for n in range(50)]
    outbox.add(db, [alert("b", storyline="s1")], {"desk": ("dead", "quick")}, later)
    assert claimed(db, later) == ["b/quick"]
