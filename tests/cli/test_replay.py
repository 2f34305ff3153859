"""What happened, once more: from JSON lines and from the store, in the one order."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import UsageError
from monitor.model.feed import Feed
from monitor.model.item import Revision, Sighting
from monitor.model.poll import Candidate
from monitor.pipeline import replay
from monitor.pipeline.events import Arrived, Revised, Seen, event_order
from monitor.store import feeds as feed_rows
from monitor.store import items as item_rows
from monitor.store.database import Database

NOW = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)


def lines(path: Path, *rows: object) -> Path:
    file = path / "items.jsonl"
    file.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows), encoding="utf-8")
    return file


def test_a_line_is_an_item_with_what_is_absent_left_out(tmp_path):
    full = {
        "id": "a", "title": "Трамп в Москве", "summary": "Да.", "url": "https://x.example/", "source": "X",
        "lang": "ru-RU", "published": "2025-03-18T10:00:00+01:00", "arrival": "2025-03-18T12:00:00Z", "extra": [1],
    }  # fmt: skip
    bare = {"id": 7, "title": "", "summary": None, "lang": None, "published": "2025-03-18", "arrival": None}
    first, second = (event.item for event in replay.given(lines(tmp_path, "\ufeff" + json.dumps(full), "", bare)))
    assert (first.id, first.title, first.arrival_at, first.lang) == ("7", "", NOW.replace(hour=0), "")
    assert second.published_at == NOW.replace(hour=9)
    assert (second.arrival_at, second.lang, second.source, second.url) == (NOW, "ru", "X", "https://x.example/")
    assert not second.history


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "is not JSON"),
        ("[]", "is no JSON object"),
        ('"text"', "is no JSON object"),
        ('{"title": "x", "published": "2025-03-18"}', "id is missing"),
        ('{"id": null, "title": "x", "published": "2025-03-18"}', "id is missing"),
        ('{"id": "", "title": "x", "published": "2025-03-18"}', "id is missing"),
        ('{"id": true, "title": "x", "published": "2025-03-18"}', "id is neither"),
        ('{"id": 1.5, "title": "x", "published": "2025-03-18"}', "id is neither"),
        ('{"id": "1", "published": "2025-03-18"}', "title is missing"),
        ('{"id": "1", "title": null, "published": "2025-03-18"}', "title is missing"),
        ('{"id": "1", "title": 3, "published": "2025-03-18"}', "title is no text"),
        ('{"id": "1", "title": "x", "summary": [], "published": "2025-03-18"}', "summary is no text"),
        ('{"id": "1", "title": "x"}', "arrival is missing"),
        ('{"id": "1", "title": "x", "arrival": "soon"}', "arrival is no ISO 8601 moment"),
        ('{"id": "1", "title": "x", "published": 1742299200}', "published is no ISO 8601 moment"),
        ("[" * 100_000, ""),
    ],
)
def test_a_bad_line_is_told_with_its_file_and_number(tmp_path, line, says):
    file = lines(tmp_path, {"id": "0", "title": "x", "published": "2025-03-18"}, line)
    with pytest.raises(UsageError) as told:
        list(replay.given(file))
    assert str(told.value).startswith(f"{file}:2: {says}")


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"none\.jsonl: No such file"):
        list(replay.given(tmp_path / "none.jsonl"))


def test_an_id_that_comes_again_is_the_same_item_with_other_words(tmp_path):
    def row(hour: int, title: str) -> dict[str, str]:
        return {"id": "a", "title": title, "published": f"2025-03-18T{hour:02}:00Z"}

    events = list(replay.given(lines(tmp_path, row(12, "Two dead"), row(9, "One dead"), row(10, "One dead"))))
    assert [type(e) for e in events] == [Arrived, Revised]
    revised = events[1]
    assert (revised.item.title, revised.item.arrival_at) == ("Two dead", NOW.replace(hour=9))
    assert revised.revision == Revision("a", NOW, "Two dead", "", "One dead")


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.integers(0, 3)), max_size=20))
def test_items_come_in_the_one_order_whatever_theirs_was(tmp_path_factory, drawn):
    rows = [
        {"id": str(ident), "title": f"t{title}", "arrival": (NOW + timedelta(hours=hour)).isoformat()}
        for ident, title, hour in drawn
    ]
    events = list(replay.given(lines(tmp_path_factory.getbasetemp(), *rows)))
    assert events == sorted(events, key=event_order)
    arrived = [e.item.id for e in events if isinstance(e, Arrived)]
    assert sorted(arrived) == sorted({row["id"] for row in rows})


def test_a_lone_surrogate_does_not_stop_the_flow(tmp_path):
    (event,) = replay.given(lines(tmp_path, '{"id": "a", "title": "x\\ud800y", "published": "2025-03-18"}'))
    assert event.item.title == "x?y"
    event.item.title.encode()


def test_the_store_is_replayed_as_it_was_seen(tmp_path):
    def entry(name: str) -> Candidate:
        return Candidate((f"g:{name}",), name, "", f"https://x.example/{name}", "", "X", "en", None)

    with Database.open(tmp_path / "s.db", writer=True) as db:
        with db.transaction():
            feed_rows.sync(db, [Feed("x", "https://x.example/"), Feed("y", "https://y.example/")], NOW)
            (old,) = item_rows.add(db, "x", [(entry("old"), True)], NOW)
            (new,) = item_rows.add(db, "x", [(entry("new"), False)], NOW + timedelta(hours=2))
            item_rows.sight(db, Sighting(old.id, "y", "Y", NOW + timedelta(hours=1)))
            item_rows.revise(db, Revision(old.id, NOW + timedelta(hours=3), "newer", "s", "old"))
            item_rows.revise(db, Revision(old.id, NOW + timedelta(hours=4), "newest", "s", "newer"))
        events = list(replay.stored(db, storylines=["a", "b"]))
        later = list(replay.stored(db, NOW + timedelta(minutes=90), NOW + timedelta(hours=4)))
    assert [type(e) for e in events] == [Arrived, Seen, Arrived, Revised, Revised]
    assert events[0].item.title == "old"
    assert not events[0].item.history
    assert events[1].storylines == ("a", "b")
    assert [e.item.title for e in events[3:]] == ["newer", "newest"]
    assert [e.item.id for e in later] == [new.id, old.id]
