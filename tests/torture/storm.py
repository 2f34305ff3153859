"""Storm: a daemon that is killed at random moments, and the books that show what it did all the same.

What must hold (and is looked at after each kill, or at the end):

* each item the feeds listed is stored, once, and decided on in its storyline;
* each development is told through each channel, under one key for each alert and channel; a second arrival has
  the same key and comes only where a kill took the acknowledgement away;
* what was told is what an undisturbed run over the same items tells (``storywatch backtest``);
* the database is sound; a feed that is broken or hangs keeps nothing else back.
"""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.pipeline.deliver import PER_CHANNEL
from tests.service.nursery import Nursery
from tests.service.world import Desk
from tests.torture import stories
from tests.torture.sky import RATE, StormWorld

Line = tuple[str, int, str, str]  # what was told: storyline, development, reason, kind of message


@dataclass
class Books:
    """What was seen over all kills."""

    kills: int = 0
    when: Counter[str] = field(default_factory=Counter)  # what the moment of the kill was counted from
    claimed: int = 0  # deliveries claimed at a kill: those that were on their way may have lost an acknowledgement
    slowest_start_s: float = 0.0


class Storm:
    """The whole run. ``folder`` holds configuration and database; ``seed`` fixes what is random."""

    def __init__(
        self,
        folder: Path,
        seed: int,
        kills: int,
        say: Callable[[str], None] = lambda _: None,
        *,
        policies: bool = False,
    ) -> None:
        """``policies``: rules with waits, cooldowns and budgets, and a digest.

        A storyline that caught up after an outage (half a minute without a commit) tells the same developments in
        other messages than an undisturbed run, rightly: its messages are not compared then.
        """
        self.rng = random.Random(seed)
        self.kills = kills
        self.say = say
        self.world = StormWorld(random.Random(seed + 1))
        self.world.start()
        self.nursery = Nursery()
        self.desk = Desk(folder, self.world, self.nursery, self.world.zero.isoformat())
        (folder / "rules" / "moscow.toml").unlink()
        storylines = max(2, min(150, kills // 2 + 1))
        self.rules = stories.rules(storylines, policies=policies)
        for slug, text in self.rules.items():
            self.desk.rule(text, slug)
        self.stream = list(stories.items(storylines))
        self.policies = policies
        self._configure()
        self.books = Books()
        self._after: dict[str, int] = {}  # key recorded as sent at a kill -> arrivals by then

    def run(self) -> dict[str, object]:
        """Kill so many times, let it finish, and return the figures. Raises AssertionError where a promise broke."""
        try:
            share = len(self.stream) / self.kills
            for number in range(self.kills):
                for told in self.stream[round(number * share) : round((number + 1) * share)]:
                    self.world.publish(told)
                self._one()
                if number % 10 == 9:
                    self.say(f"{number + 1} kills, {self.world.arrived} messages arrived")
            self._finish()
            return self._check()
        finally:
            self.desk.end()
            self.nursery.close()
            self.world.stop()

    # -- one kill

    def _one(self) -> None:
        process, began, polls, arrived = self.desk.start(RATE), time.monotonic(), self.world.polls, self.world.arrived
        anchor = self.rng.choice(("start", "poll", "poll", "message", "message"))
        wait_s = {"start": 2.0, "poll": 0.6, "message": 0.3}[anchor] * self.rng.random()
        if anchor != "start":
            until = {"poll": lambda: self.world.polls > polls, "message": lambda: self.world.arrived > arrived}[anchor]
            self._until(until, 90.0 if anchor == "poll" else 6.0)
            self.books.slowest_start_s = max(self.books.slowest_start_s, time.monotonic() - began)
        time.sleep(wait_s)
        assert process.poll() is None, "the daemon ended by itself"
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.books.kills += 1
        self.books.when[anchor] += 1
        self._look()

    def _until(self, true: Callable[[], bool], within_s: float) -> bool:
        end = time.monotonic() + within_s
        with self.world.changed:
            while not true() and time.monotonic() < end:
                self.world.changed.wait(0.05)
        return true()

    def _look(self) -> None:
        """The books after a kill: is the file sound, and what was recorded as sent?"""
        if not self.desk.database.exists():
            return
        with sqlite3.connect(self.desk.database) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert not db.execute("PRAGMA foreign_key_check").fetchall()
            sent = [row[0] for row in db.execute("SELECT key FROM deliveries WHERE status = 'sent'")]
            self.books.claimed += db.execute("SELECT count(*) FROM deliveries WHERE status = 'claimed'").fetchone()[0]
        arrivals = self._arrivals()
        for key in sent:
            self._after.setdefault(key, arrivals[key])

    # -- the end

    def _finish(self) -> None:
        polls, process = self.world.polls, self.desk.start(RATE)
        assert self._until(lambda: self.world.polls > polls, 90.0), "the last start does not poll"
        assert self._until(self._done, 180.0), f"not everything was told: {self._open()}"
        process.stop()

    def _done(self) -> bool:
        return self._open() == (0, 0, 0)

    def _open(self) -> tuple[int, int, int]:
        """Items that are not stored yet, developments that wait for what comes with them, deliveries not sent yet."""
        query = (
            "SELECT (SELECT count(*) FROM items), (SELECT count(*) FROM ledger WHERE state IN ('waiting', 'digest')), "
            "(SELECT count(*) FROM deliveries WHERE status != 'sent')"
        )
        with sqlite3.connect(self.desk.database) as db:
            items, together, waiting = db.execute(query).fetchone()
        return len(self.stream) - items, together, waiting

    def _check(self) -> dict[str, object]:
        self._look()
        with sqlite3.connect(self.desk.database) as db:
            rows = db.execute("SELECT title, count(*) FROM items GROUP BY title").fetchall()
            assert dict(rows) == {told.title: 1 for told in self.stream}, "an item is missing or came twice"
            met = set(db.execute("SELECT item, storyline FROM matches WHERE NOT possible"))
            decided = set(db.execute("SELECT item, storyline FROM decisions"))
            alerts = {row[0] for row in db.execute("SELECT id FROM alerts WHERE kind != 'notice'")}
            deliveries = set(db.execute("SELECT alert, channel, key FROM deliveries"))
            told = set(db.execute("SELECT storyline, development, reason FROM ledger WHERE state = 'told'"))
            caught_up = set(db.execute("SELECT storyline FROM ledger WHERE ended_by = 'catch-up'"))
            lines = db.execute(
                "SELECT l.value ->> 'storyline', l.value ->> 'development', l.value ->> 'reason', a.kind "
                "FROM alerts a, json_each(a.payload, '$.lines') l WHERE a.kind != 'notice'"
            ).fetchall()
        assert met <= decided, "an item that matches was not decided on"
        assert len(told) > len({told.storyline for told in self.stream}) // 2, "hardly anything was told: no trial"
        assert Counter(line[:3] for line in lines) == Counter(told), "a development was told in two alerts, or in none"
        assert {(a, c) for a, c, _ in deliveries} == {(a, c) for a in alerts for c in ("mail", "hook")}
        again = self._check_arrivals({key: channel for _, channel, key in deliveries})
        rows = self._undisturbed()
        assert met == {(int(r["item"]), r["storyline"]) for r in rows if r["type"] == "match"}, "matches differ"
        self._check_told(set(lines), {r[0] for r in caught_up}, [r for r in rows if r["type"] == "alert"])
        return {
            "kills": self.books.kills, "counted from": dict(self.books.when), "items": len(self.stream),
            "developments told": len(told), "of them in a digest": sum(line[3] == "digest" for line in lines),
            "messages": len(deliveries), "arrived twice, same key": again,
            "storylines that caught up after half a minute of deaths": len(caught_up),
            "claimed at a kill": self.books.claimed, "slowest start": f"{self.books.slowest_start_s:.1f} s",
        }  # fmt: skip

    def _check_told(self, lines: set[Line], caught_up: set[str], rows: list[dict[str, Any]]) -> None:
        """What was told, against what an undisturbed run tells: the same, in the same kind of message."""
        alone = {(r["storyline"], r["development"], r["reason"], r["kind"]) for r in rows}
        developments = [{line[:3] for line in told if line[2] != "CORROBORATED"} for told in (lines, alone)]
        assert developments[0] == developments[1], "an undisturbed run tells other developments"
        if self.policies:
            assert len(caught_up) < len(self.rules) / 2, "the machine stalled: no trial"
        else:
            told, undisturbed = ({line[:3] for line in some} for some in (lines, alone))
            assert told == undisturbed, "an undisturbed run tells something else"
        other = sorted(line for line in lines ^ alone if line[0] not in caught_up)
        assert not other, f"an undisturbed run tells it otherwise: {other[:10]}"

    def _check_arrivals(self, keys: dict[str, str]) -> int:
        arrivals = self._arrivals()
        assert set(arrivals) == set(keys), "a message is missing, or one came under a key that is not in the books"
        assert all(arrivals[key] == count for key, count in self._after.items()), "what was sent was sent again"
        again = sum(arrivals.values()) - len(keys)
        most = min(self.books.claimed, 2 * PER_CHANNEL * self.books.kills)  # a kill finds so many on their way
        assert again <= most, "more second arrivals than acknowledgements could be lost"
        return again

    def _arrivals(self) -> Counter[str]:
        with self.world.changed:
            mails = [ident.strip("<>").split("@")[0] for ident, _ in self.world.mails]
            return Counter([*mails, *(key for key, _ in self.world.hooks)])

    def _undisturbed(self) -> list[dict[str, Any]]:
        config = str(self.desk.folder / "storywatch.toml")
        command = [sys.executable, "-m", "monitor.cli.main", "--config", config, "backtest", "--jsonl"]
        done = subprocess.run([*command, "--route", "desk"], capture_output=True, text=True, timeout=300, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def _configure(self) -> None:
        path = self.desk.folder / "storywatch.toml"
        text = path.read_text(encoding="utf-8")
        port = self.world.ports["http"]
        head, _, tail = text.partition('[[feeds.feed]]\nname = "wire"\n')
        _, _, tail = tail.partition("\n")
        feeds = "".join(
            f'[[feeds.feed]]\nname = "{name}"\nurl = "http://127.0.0.1:{port}/{name}"\n'
            for name in ("even", "odd", "garbage")
        )
        dead = '[[feeds.feed]]\nname = "dead"\nurl = "http://127.0.0.1:9/feed"\n'
        every = 'every = ["1m", "1m"]\n'
        route = 'together = "1m"\nat_most = "never"\n' + self.policies * 'digest = "*/10 * * * *"\n'
        tail = tail.replace('together = "0s"\n', route)
        path.write_text(head.replace('every = ["5m", "5m"]\n', every) + feeds + dead + tail, encoding="utf-8")
