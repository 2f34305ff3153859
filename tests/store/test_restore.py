"""A backup takes the database's place whole or not at all, and what waited in it is settled visibly."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import StoreCorrupt, StoreError, StoreTooNew
from monitor.model.alert import Alert, AlertKind, LedgerEntry, LedgerState, Line, Timer, TimerKind
from monitor.model.delivery import DeliveryStatus, Sent
from monitor.store import ledger, maintenance, outbox, state, timers
from monitor.store.database import Database
from monitor.store.restore import restore, restored_at


@pytest.fixture
def place(tmp_path: Path, now: datetime) -> Path:
    """A database with a backup beside it, in which one message waits, one was sent, and one line waits."""
    path = tmp_path / "storywatch.db"
    with Database.open(path, writer=True) as db:
        line = Line("s", 1, "NEWS", "h", ())
        with db.transaction():
            alerts = [Alert(name, "desk", "s", AlertKind.DEVELOPMENT, now, (line,)) for name in ("sent", "waits")]
            outbox.add(db, alerts, {"desk": ("mail",)}, now)
            outbox.record(db, outbox.key_of("sent", "mail"), Sent(), now)
            entry = LedgerEntry("desk", "s", 1, "NEWS", LedgerState.WAITING, now, "quiet", line, due_at=now)
            ledger.save(db, [entry])
            timers.set(
                db, [Timer(TimerKind.QUIET_END, now, "desk"), Timer(TimerKind.QUIET, now + timedelta(7), "", "s")]
            )
        maintenance.backup(db, tmp_path / "old.bak")
        with db.transaction():
            state.put(db, "later", b"1")
    return path


def statuses(path: Path) -> dict[str, DeliveryStatus]:
    with Database.open(path, writer=False) as db:
        return {name: outbox.get(db, outbox.key_of(name, "mail")).status for name in ("sent", "waits")}


def test_what_waited_is_settled_where_a_person_sees_it(place: Path, now: datetime) -> None:
    done = restore(place.with_name("old.bak"), place, now)
    assert (done.deliveries, done.waiting) == (1, 1)
    assert statuses(place) == {"sent": DeliveryStatus.SENT, "waits": DeliveryStatus.DEAD}
    with Database.open(place, writer=False) as db:
        assert [e.state for e in ledger.of_development(db, "s", 1)] == [LedgerState.SILENT]
        assert [t.kind for t in timers.all(db)] == [TimerKind.QUIET]
        assert restored_at(db) == now
        assert state.get(db, "later") is None


def test_what_stood_there_is_kept_and_can_be_opened(place: Path, now: datetime) -> None:
    done = restore(place.with_name("old.bak"), place, now)
    assert done.replaced is not None
    with Database.open(done.replaced, writer=False) as db:
        assert state.get(db, "later") == b"1"
    assert statuses(done.replaced)["waits"] is DeliveryStatus.PENDING
    assert {p.name for p in place.parent.iterdir()} == {"storywatch.db", "old.bak", done.replaced.name}


def test_the_log_of_the_replaced_file_is_not_played_into_the_new_one(place: Path, now: datetime) -> None:
    lost = sqlite3.connect(place, isolation_level=None)  # a connection that never says goodbye keeps the log
    lost.execute("INSERT INTO state VALUES ('torn', x'00')")
    restore(place.with_name("old.bak"), place, now)
    with Database.open(place, writer=False) as db:
        assert state.get(db, "torn") is None
        assert maintenance.integrity(db) == ()
    lost.close()


def test_it_takes_the_place_of_a_ruin_or_of_nothing(place: Path, now: datetime) -> None:
    place.write_bytes(b"ruin" * 1000)
    assert restore(place.with_name("old.bak"), place, now).replaced is not None
    place.unlink()
    assert restore(place.with_name("old.bak"), place, now).replaced is None
    assert statuses(place)["sent"] is DeliveryStatus.SENT


@pytest.mark.parametrize("spoil", ["ruin", "newer", "torn", "none", "itself"])
def test_a_backup_that_is_none_changes_nothing(place: Path, now: datetime, spoil: str) -> None:
    backup = place.with_name("old.bak")
    if spoil == "ruin":
        backup.write_bytes(b"x" * 4000)
    elif spoil == "newer":
        with sqlite3.connect(backup) as db:
            db.execute("PRAGMA user_version = 999")
    elif spoil == "torn":
        body = backup.read_bytes()
        backup.write_bytes(body[: len(body) // 2])
    backup = {"none": place.with_name("no.bak"), "itself": place}.get(spoil, backup)
    kinds = {"newer": StoreTooNew, "ruin": StoreCorrupt, "torn": StoreCorrupt}
    with pytest.raises(kinds.get(spoil, StoreError)):
        restore(backup, place, now)
    with Database.open(place, writer=False) as db:
        assert state.get(db, "later") == b"1"
    assert {p.name for p in place.parent.iterdir()} <= {"storywatch.db", "old.bak"}
