"""What is summed up for the page agrees with what it sums up, whatever is written, judged anew, renamed or pruned."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.model.feed import Feed
from monitor.model.match import Evidence, Match
from monitor.model.poll import Candidate
from monitor.model.storyline import AlertPolicy, Rule, Storyline
from monitor.store import coverage, maintenance
from monitor.store import feeds as feed_rows
from monitor.store import items as item_rows
from monitor.store import storylines as storyline_rows
from monitor.store.database import Database
from monitor.store.migrations import STEPS, migrate

SLUGS = ("one", "two")
STEP = st.one_of(
    st.tuples(st.just("add"), st.sampled_from(["f", "g"]), st.integers(1, 3)),
    st.tuples(st.just("match"), st.integers(1, 8), st.sampled_from(SLUGS), st.booleans()),
    st.tuples(st.just("prune"), st.integers(0, 40)),
    st.tuples(st.just("rename"), st.sampled_from(SLUGS)),
)


def rules(*slugs):
    return [Rule(Storyline(slug, slug), AlertPolicy(), hash="1") for slug in slugs]


def filled(path: Path, now) -> Database:
    db = Database.open(path, writer=True)
    with db.transaction():
        feed_rows.sync(db, [Feed(name, f"https://{name}.example/") for name in "fg"], now)
        storyline_rows.sync(db, rules(*SLUGS), now)
    return db


def taken(db: Database, step: tuple, at, number: int) -> None:
    match step:
        case ("add", feed, count):
            entries = [
                Candidate((f"g:{number}-{n}",), "t", "", f"https://x.example/{number}/{n}", "", f"S{n}", "en", at)
                for n in range(count)
            ]
            with db.transaction():
                item_rows.add(db, feed, [(entry, False) for entry in entries], at)
        case ("match", item, slug, possible) if str(item) in item_rows.get(db, [str(item)]):
            slug = slug if slug in storyline_rows.slugs(db) else f"{slug}x"
            with db.transaction():
                storyline_rows.record(db, [Match(str(item), slug, 0.5, Evidence(), possible=possible)], at)
        case ("prune", hours):
            db.execute("UPDATE feeds SET documents = 1000")  # no feed lists anything any more
            maintenance.prune(db, at - timedelta(hours=hours), at)
        case ("rename", slug) if slug in storyline_rows.slugs(db):
            with db.transaction():
                storyline_rows.rename(db, slug, f"{slug}x")


def summed(db: Database) -> tuple[list, list]:
    coverage = db.rows(
        "SELECT storyline, substr(at, 1, 13), sum(NOT possible), sum(possible) FROM matches GROUP BY 1, 2 ORDER BY 1, 2"
    )
    voices = db.rows(
        "SELECT count(*) FROM matches m JOIN items i ON i.id = m.item WHERE m.source != i.source OR m.lang != i.lang"
    )
    return coverage, voices


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(STEP, max_size=20))
def test_coverage_agrees_with_the_matches(now, steps):
    with TemporaryDirectory() as folder, filled(Path(folder) / "s.db", now) as db:
        for number, step in enumerate(steps):
            taken(db, step, now + timedelta(minutes=25 * number), number)
        coverage, wrong_voices = summed(db)
        assert db.rows("SELECT storyline, hour, items, possible FROM coverage ORDER BY 1, 2") == coverage
        assert wrong_voices == [(0,)]


def test_days_count_an_item_once_and_forget_nothing_that_went(path, now):
    with filled(path, now) as db:
        taken(db, ("add", "f", 3), now, 0)
        for item, slug, possible in ((1, "one", False), (1, "two", False), (2, "one", True), (3, "two", False)):
            taken(db, ("match", item, slug, possible), now, 1)
        since = now - timedelta(days=1)
        assert coverage.feed_flow(db, since) == {"f": coverage.FeedFlow(3, 2)}
        taken(db, ("match", 2, "one", False), now, 2)  # judged anew, both ways
        taken(db, ("match", 1, "one", True), now, 3)
        assert coverage.feed_flow(db, since) == {"f": coverage.FeedFlow(3, 3)}
        taken(db, ("match", 1, "two", True), now, 4)
        assert coverage.feed_flow(db, since) == {"f": coverage.FeedFlow(3, 2)}
        taken(db, ("prune", 0), now + timedelta(days=1), 5)
        assert db.rows("SELECT count(*) FROM matches") == [(0,)]
        assert coverage.feed_flow(db, since) == {"f": coverage.FeedFlow(3, 2)}
        taken(db, ("prune", 0), now + timedelta(days=40), 6)
        assert coverage.feed_flow(db, since) == {}


@pytest.mark.parametrize("size", [0, 30])
def test_an_older_database_is_summed_up_when_it_is_brought_up_to_date(path, now, size):
    with filled(path, now) as db:
        for number in range(size):
            taken(db, ("add", "fg"[number % 2], 1), now + timedelta(hours=number), number)
            taken(db, ("match", number + 1, SLUGS[number % 2], number % 3 == 0), now + timedelta(hours=number), number)
        newest = [db.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in ("coverage", "feed_days", "matches")]
        for name in (
            "coverage_grows",
            "coverage_shrinks",
            "coverage_moves",
            "feed_days_matched",
            "feed_days_judged_anew",
        ):
            db.execute(f"DROP TRIGGER {name}")
        for statement in (
            "DROP TABLE coverage", "DROP TABLE feed_days", "DROP INDEX matches_by_storyline",
            "DROP INDEX developments_newest", "DROP INDEX developments_by_opened_at",
            "ALTER TABLE matches DROP COLUMN source", "ALTER TABLE matches DROP COLUMN lang",
            "CREATE INDEX matches_by_storyline ON matches(storyline, at, possible)", "PRAGMA user_version = 3",
        ):  # fmt: skip
            db.execute(statement)
        db.execute("PRAGMA foreign_keys = OFF")
        assert migrate(db.connection, path, STEPS[:4]) == 3
        assert [db.rows(f"SELECT * FROM {t} ORDER BY 1, 2") for t in ("coverage", "feed_days", "matches")] == newest
