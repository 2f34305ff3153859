"""Storylines: which are followed, and what was found and decided in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.errors import UsageError
from monitor.model.alert import Alert, AlertKind, LedgerEntry, LedgerState, Line, Mute, Timer, TimerKind
from monitor.model.development import Change, Decision, Development, Fact, Reason, Signal, Verdict
from monitor.model.item import Item, order_key
from monitor.model.match import Evidence, Hit, Learned, Match, Means
from monitor.model.storyline import Rule, Storyline
from monitor.store import developments, ledger, mutes, outbox, storylines, timers
from monitor.store.database import Database
from monitor.store.storylines import Synced

Add = Callable[..., list[Item]]
HOUR = timedelta(hours=1)
EVIDENCE = Evidence(
    "groups",
    (Hit("Trump", "Трамп", "title", 3, 8, "all:0", Means.TRANSLITERATION, 0.9),),
    (Learned("victory", 0.4, "1"),),
    ("visit",),
    (("names", 0.7),),
)
FIGURE = Fact("figure", "dead", "44", "44 people died", "At least 44 people died.")


def rule(slug: str, rule_hash: str = "h", *, enabled: bool = True) -> Rule:
    return Rule(Storyline(slug), enabled=enabled, hash=rule_hash)


def development(now: datetime, number: int = 1, items: tuple[str, ...] = ("1",), slug: str = "visit") -> Development:
    return Development(
        slug,
        number,
        Reason.FIGURE,
        f"Headline {number}",
        items,
        ("Wire",),
        now,
        now,
        "",
        (Change(FIGURE, "40"),),
        (FIGURE,),
    )


def decision(d: Development | None, item: str, now: datetime, slug: str = "visit") -> Decision:
    return Decision(
        slug,
        item,
        now,
        Verdict.NEW if d else Verdict.HELD,
        "a new figure" if d else "comment",
        d,
        (Signal.SURGED,),
        ("1",),
        "opinion",
        3,
        (("likeness", 0.5), ("age", 2.0)),
        "h",
    )


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ([], [rule("a")], Synced(added=("a",))),
        ([rule("a")], [rule("a")], Synced()),
        ([rule("a")], [rule("a", "new")], Synced(changed=("a",))),
        ([rule("a"), rule("b")], [rule("b")], Synced(removed=("a",))),
        ([rule("a")], [rule("a", enabled=False)], Synced(removed=("a",))),
        ([rule("a", enabled=False)], [rule("a")], Synced(added=("a",))),
        ([], [rule("a", enabled=False)], Synced()),
        ([rule("a")], [rule("b")], Synced(added=("b",), removed=("a",))),
    ],
)
def test_rules_come_change_and_go(
    db: Database, now: datetime, before: list[Rule], after: list[Rule], wanted: Synced
) -> None:
    storylines.sync(db, [], now)
    storylines.sync(db, before, now)
    assert storylines.sync(db, after, now + HOUR) == wanted
    assert storylines.slugs(db) == [r.slug for r in after if r.enabled]
    assert storylines.sync(db, after, now + HOUR) == Synced()


def test_a_storyline_is_followed_since_its_rule_came_or_came_back(db: Database, now: datetime) -> None:
    storylines.sync(db, [rule("visit", "v2")], now + HOUR)
    assert storylines.created_at(db) == {"visit": now}
    storylines.sync(db, [], now + 2 * HOUR)
    assert storylines.created_at(db) == {}
    assert storylines.slugs(db, archived=True) == ["strike", "visit"]
    assert storylines.sync(db, [rule("visit", "v2")], now + 3 * HOUR).added == ("visit",)
    assert storylines.created_at(db) == {"visit": now + 3 * HOUR}


def test_matches_come_back_and_the_newest_holds(db: Database, now: datetime, add: Add) -> None:
    add("one")
    possible = Match("1", "strike", 0.9, Evidence(missing=("pay",)), possible=True)
    storylines.record(db, [Match("1", "visit", 0.3, Evidence()), possible], now)
    match = Match("1", "visit", 0.8, EVIDENCE, seed=True)
    storylines.record(db, [match], now + HOUR)
    assert storylines.matches_of(db, "1") == [possible, match]
    assert storylines.matches_of(db, "2") == []


def test_decisions_come_back_with_their_development_as_it_is_now(db: Database, now: datetime, add: Add) -> None:
    add("one", "two", "three")
    first = development(now)
    joined = replace(first, items=("1", "2"), last_at=now + HOUR, origins=("Wire", "Copy"))
    storylines.decide(db, [decision(first, "1", now)])
    storylines.decide(db, [decision(joined, "2", now + HOUR), decision(None, "3", now + HOUR)])
    assert storylines.decisions_of(db, item="1") == [decision(joined, "1", now)]
    assert storylines.decisions_of(db, item="3") == [decision(None, "3", now + HOUR)]
    assert [d.item for d in storylines.decisions_of(db, storyline="visit")] == ["1", "2", "3"]
    assert [d.item for d in storylines.decisions_of(db, storyline="visit", limit=1)] == ["3"]
    assert [d.item for d in storylines.decisions_of(db, storyline="visit", since=now + HOUR)] == ["2", "3"]
    assert storylines.decisions_of(db, item="1", storyline="strike") == []


def test_a_development_is_written_whole_each_time_it_moves(db: Database, now: datetime, add: Add) -> None:
    add("one", "two", "three")
    steps = [("1",), ("1", "3"), ("1", "3", "2"), ("2", "1"), ("2",)]
    for n, items in enumerate(steps):
        value = replace(development(now, items=items), headline=f"h{n}", stage="under way", last_at=now + n * HOUR)
        storylines.decide(db, [decision(value, items[-1], now)])
        assert storylines.development(db, "visit", 1) == value
    assert storylines.development(db, "visit", 2) is None
    assert storylines.development(db, "strike", 1) is None


def test_in_one_batch_the_last_value_of_a_development_holds(db: Database, now: datetime, add: Add) -> None:
    add("one", "two")
    values = [development(now), development(now, items=("1", "2"))]
    storylines.decide(db, [decision(d, d.items[-1], now) for d in values])
    assert storylines.developments(db, "visit") == values[1:]


def test_developments_are_found_by_storyline_time_and_number(db: Database, now: datetime, add: Add) -> None:
    add("one")
    found = [replace(development(now, n), last_at=now + n * HOUR) for n in range(1, 12)]
    other = development(now, 3, slug="strike")
    storylines.decide(db, [decision(d, "1", now) for d in found])
    storylines.decide(db, [decision(other, "1", now, "strike")])
    assert storylines.developments(db, "visit") == found
    assert storylines.developments(db, "visit", since=now + 4 * HOUR) == found[3:]
    assert storylines.developments(db, "visit", limit=2) == found[-2:]
    assert storylines.developments(db, "nowhere") == []
    assert developments.last_numbers(db) == {"visit": 11, "strike": 3}
    assert developments.several(db, [("visit", 2), ("strike", 3), ("strike", 9)]) == {
        ("visit", 2): found[1],
        ("strike", 3): other,
    }
    assert developments.of_item(db, "1") == [other, *found]


def test_the_window_holds_each_item_with_what_was_found_and_decided_in_order(
    db: Database, now: datetime, add: Add
) -> None:
    old, one, two, three = (add(name, at=now + n * HOUR)[0] for n, name in enumerate(["old", "one", "two", "three"]))
    (early,) = add("early", at=three.arrival_at, published_at=now)
    matches = [
        Match("2", "visit", 0.8, EVIDENCE),
        Match("2", "strike", 0.9, Evidence()),
        Match("4", "visit", 0.5, EVIDENCE),
    ]
    storylines.record(db, matches, now)
    opened = development(now, items=("2", "4"))
    told = [decision(opened, "2", now), decision(None, "4", now), decision(opened, "4", now + HOUR)]
    storylines.decide(db, told)
    found = list(storylines.window(db, now + HOUR))
    assert found == [
        (one, (matches[1], matches[0]), (told[0],)),
        (two, (), ()),
        (early, (), ()),
        (three, (matches[2],), (told[1], told[2])),
    ]
    assert [item for item, _, _ in found] == sorted([one, two, three, early], key=order_key)
    assert next(storylines.window(db, now))[0] == old


def test_the_window_streams_over_many_chunks(db: Database, now: datetime, add: Add) -> None:
    add(*(f"n{n}" for n in range(2500)))
    storylines.record(db, [Match(str(n), "visit", 0.5, Evidence()) for n in (1, 1001, 2500)], now)
    found = list(storylines.window(db, now))
    assert [item.id for item, _, _ in found] == [str(n) for n in range(1, 2501)]
    assert [item.id for item, matches, _ in found if matches] == ["1", "1001", "2500"]


def test_a_renamed_storyline_keeps_everything(
    db: Database, now: datetime, add: Add, alert: Callable[..., Alert]
) -> None:
    add("one")
    value = development(now)
    storylines.record(db, [Match("1", "visit", 0.5, EVIDENCE)], now)
    storylines.decide(db, [decision(value, "1", now)])
    line = Line("visit", 1, "NEWS", "h", ("1",))
    ledger.save(db, [LedgerEntry("desk", "visit", 1, "NEWS", LedgerState.TOLD, now, "", line)])
    timers.set(db, [Timer(TimerKind.WAIT, now, "desk", "visit", 1)])
    mutes.add(db, Mute("desk", "visit", now + HOUR))
    outbox.add(db, [alert("a1"), alert("digest", storyline="")], {"desk": ("mail",)}, now)
    keys = [d.key for d, _ in outbox.list(db)]
    with db.transaction():
        storylines.rename(db, "visit", "trump-moscow")
    renamed = replace(value, storyline="trump-moscow")
    assert storylines.slugs(db) == ["strike", "trump-moscow"]
    assert storylines.matches_of(db, "1") == [Match("1", "trump-moscow", 0.5, EVIDENCE)]
    assert storylines.developments(db, "trump-moscow") == [renamed]
    assert storylines.decisions_of(db, item="1") == [replace(decision(renamed, "1", now), storyline="trump-moscow")]
    (entry,) = ledger.load(db, now)
    assert (entry.storyline, entry.line.storyline) == ("trump-moscow", "trump-moscow")
    assert [t.storyline for t in timers.all(db)] == ["trump-moscow"]
    assert [m.storyline for m in mutes.active(db, now)] == ["trump-moscow"]
    sendings = outbox.list(db)
    assert [d.key for d, _ in sendings] == keys
    assert [(d.storyline, a.storyline, a.lines[0].storyline) for d, a in sendings] == [
        ("", "", "trump-moscow"),
        ("trump-moscow", "trump-moscow", "trump-moscow"),
    ]


def test_text_that_no_file_can_hold_stops_nothing(db: Database, now: datetime, add: Add) -> None:
    add("one")
    broken = "half \ud83d of a pair"
    fact = Fact("quote", broken, broken, broken)
    value = replace(development(now), headline=broken, origins=(broken,), facts=(fact,))
    storylines.record(db, [Match("1", "visit", 0.5, Evidence(missing=(broken,)))], now)
    storylines.decide(db, [replace(decision(value, "1", now), because=broken, cue=broken)])
    (found,) = storylines.developments(db, "visit")
    assert (found.headline, found.origins, found.facts) == ("half \ufffd of a pair", (broken,), (fact,))
    assert storylines.decisions_of(db, item="1")[0].because == "half \ufffd of a pair"
    line = Line("visit", 1, "NEWS", broken, ("1",))
    ledger.save(db, [LedgerEntry("desk", "visit", 1, "NEWS", LedgerState.TOLD, now, broken, line)])
    alert = Alert("a1", "desk", "visit", AlertKind.DEVELOPMENT, now, (line,), broken)
    outbox.add(db, [alert], {"desk": ("mail",)}, now)
    assert outbox.alert(db, "a1") == alert


@pytest.mark.parametrize(
    ("old", "new"), [("\udcff", "new"), ("nowhere", "new"), ("visit", "strike"), ("visit", "visit")]
)
def test_a_rename_that_cannot_be_is_refused(db: Database, old: str, new: str) -> None:
    with pytest.raises(UsageError), db.transaction():
        storylines.rename(db, old, new)
    assert storylines.slugs(db) == ["strike", "visit"]
