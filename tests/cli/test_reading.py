"""Commands that read: what they show, and that nothing hostile reaches the terminal."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model.development import Regrouped, Regrouping
from monitor.store import developments
from monitor.store.database import Database
from monitor.store.lock import InstanceLock


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("timeline", "moscow"), ["#1 OPENED", "Kremlin invites Trump", "#2 STAGE", "told desk"]),
        (("timeline", "moscow", "--held"), ["held 3", "comment: opinion column"]),
        (("explain", "1"), ["[Trump]", "[Moscow]", "match: ", "the bar is 0.50", "new #1"]),
        (("explain", "https://wire.example/1"), ["item 2", "joined #1", "repeat of #1"]),
        (("explain", "4"), ["boeing", "missing: vote", "held: comment"]),
        (("explain", "4", "--storyline", "moscow"), ["no match: 0.00", "met anew just now", "missing: "]),
        (("explain", "6"), ["it meets no storyline", "its article was not read: robots.txt of wire.example"]),
        (("explain", "storyline", "moscow"), ["followed since", "2 new", "held back", "opinion column"]),
        (("alerts", "list"), ["pending", "hook", "moscow: Trump cancels planned visit"]),
        (("feeds", "list"), ["world/wire", "ok"]),
        (("rule", "list"), ["moscow", "Trump Moscow visit", "desk", "follows"]),
        (("db", "check"), ["is sound"]),
    ],
    ids=" ".join,
)
def test_a_command_shows_what_it_is_asked_for(desk, words, shown):
    answer = desk.run(*words)
    assert answer.code == 0, answer.err
    for part in shown:
        assert part in answer.out


def test_what_was_merged_is_said_with_when_and_why(desk):
    with Database.open(desk.database, writer=True) as db, db.transaction():
        one, two = developments.load(db, "moscow")
        at = two.opened_at + timedelta(minutes=5)
        merged = Regrouping(Regrouped.MERGED, 1, at, "alike 0.72 and 0.69 to both: a \x1b[31mtitle", two.lead)
        developments.save(db, [one, replace(two, regrouped=(merged,))])
    said = "merged into #1  alike 0.72 and 0.69 to both: a [31mtitle"
    for words in (("timeline", "moscow"), ("explain", "storyline", "moscow"), ("explain", two.lead)):
        answer = desk.run(*words)
        assert said in answer.out
        assert answer.out.count("merged into") == 1
    lines = desk.run("timeline", "moscow").out.splitlines()
    assert "#2 STAGE" in lines[-2]
    found = json.loads(desk.run("timeline", "moscow", "--json").out)["developments"]
    assert [(r["kind"], r["number"]) for d in found for r in d.get("regrouped", ())] == [("merged", 1)]


def test_signals_stand_in_the_timeline_where_they_were_raised(desk):
    with Database.open(desk.database, writer=True) as db, db.transaction():
        db.execute("""UPDATE decisions SET signals = '["CORROBORATED", "REVIVED"]' WHERE verdict = 'new'""")
    lines = desk.run("timeline", "moscow").out.splitlines()
    found = [n for n, line in enumerate(lines) if "REVIVED #" in line]
    assert found
    assert all("it moves again after a pause" in lines[n] for n in found)
    assert all(f"#{lines[n].split('#')[1].split()[0]} " in lines[n - 1] for n in found)
    assert not any("CORROBORATED" in line for line in lines)  # the number of origins says it
    raised = json.loads(desk.run("timeline", "moscow", "--json").out)["signals"]
    assert {one["signal"] for one in raised} == {"CORROBORATED", "REVIVED"}


def test_status_says_what_is_done_next(desk):
    jobs = json.loads(desk.run("status", "--json").out)["next"]
    assert {"poll", "send"} <= set(jobs)
    assert list(jobs.values()) == sorted(jobs.values())
    assert "next       " in desk.run("status").out


def test_status_names_what_needs_a_person(desk):
    answer = desk.run("status")
    assert answer.code == 1
    for part in ("is not running", "1 followed", "2 waiting", "6 items", "#2 STAGE", "attention: the daemon does not"):
        assert part in answer.out
    assert len(answer.out.splitlines()) < 24


def test_status_of_a_running_daemon_says_since_when(desk):
    with InstanceLock(desk.database):
        answer = desk.run("status", "--json")
    told = json.loads(answer.out)
    assert told["running"] is True
    assert answer.code == 0
    assert told["since"].endswith("Z")
    assert told["last_tick"].endswith("Z")
    assert told["outbox"]["waiting"] == 2
    assert told["feeds"]["total"] == 1


def test_status_says_when_a_daemon_is_stuck(desk):
    with InstanceLock(desk.database) as lock:
        assert ", last tick " in desk.run("status").out
        os.utime(lock.path, (1e9, 1e9))
        answer = desk.run("status")
    assert answer.code == 1
    assert "attention: the daemon is stuck since 2001-09-09 01:46 UTC" in answer.out


def test_an_alert_is_explained_with_its_line_its_decision_and_its_delivery(desk):
    listed = json.loads(desk.run("alerts", "list", "--json").out)
    ident, key = listed[0]["alert"]["id"], listed[0]["key"]
    for name in (ident, key):
        answer = desk.run("explain", "alert", name)
        for part in (f"alert {ident}", "moscow #2 STAGE", "new #2", "told STAGE", "hook: pending", key):
            assert part in answer.out
    shown = desk.run("alerts", "show", key)
    assert "subject: " in shown.out
    assert "\n[STAGE] Trump cancels planned visit to Moscow\n" in shown.out
    assert "\n  Why now: it reached another stage" in shown.out  # with the spaces of the mail
    assert shown.out.startswith(desk.run("alerts", "preview", "moscow").out)


def test_the_last_alert_is_shown_with_ones_own_templates_by_channel(desk):
    own = desk.directory / "templates"
    (own / "hook").mkdir(parents=True)
    (own / "mail.txt").write_text("ours:  {{ a.title }}\x1b[31m\n")
    (own / "hook" / "mail.txt").write_text("hook: {{ a.title }}\n")
    (own / "mail.html").write_text("<p>{{ '<b>' }}{{ a.title }}</p>")
    config = (desk.directory / "storywatch.toml").read_text()
    desk.write("storywatch.toml", config + '[messages]\ntemplates = "templates"\n')
    general, of_hook = (desk.run("alerts", "preview", "moscow", *more) for more in ((), ("--channel", "hook")))
    assert "ours:  Trump Moscow visit [31m\n" in general.out
    assert "hook: Trump Moscow visit\n" in of_hook.out
    assert "<p>&lt;b&gt;Trump Moscow visit</p>" in desk.run("alerts", "preview", "moscow", "--form", "html").out
    assert json.loads(desk.run("alerts", "preview", "moscow", "--form", "json").out)["data"]["version"] == 1
    assert "    why " in desk.run("alerts", "preview", "moscow", "--form", "console").out
    (own / "mail.txt").write_text("{% extends 'mail.txt' %}")
    broken = desk.run("alerts", "preview", "moscow")
    assert broken.code == 1
    assert "A template of yours failed" in broken.out
    assert desk.run("alerts", "preview", "moscow", "--channel", "hok").code == 2
    assert desk.run("alerts", "preview", "boeing").code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("timeline", "moscow", "--held"),
        ("explain", "1"),
        ("explain", "storyline", "moscow"),
        ("alerts", "list"),
        ("feeds", "list"),
        ("rule", "list"),
        ("rule", "test", "moscow", "Trump visits Moscow"),
        ("check",),
        ("db", "prune"),
    ],
    ids=" ".join,
)
def test_what_a_program_reads_is_one_json_value(desk, words):
    answer = desk.run(*words, "--json")
    json.loads(answer.out)
    assert answer.err == ""


@pytest.mark.parametrize("words", [("explain", "6"), ("--color", "explain", "6"), ("explain", "6", "--json")])
def test_a_feeds_control_characters_reach_no_terminal(desk, words):
    answer = desk.run(*words)
    assert "Paris" in answer.out
    for hostile in ("\x1b[31m", "\u202e"):
        assert hostile not in answer.out


def test_colour_is_asked_for_and_refused(desk, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" in desk.run("rule", "list", "--color").out
    assert "\x1b[" not in desk.run("rule", "list", "--no-color").out
    assert "\x1b[" not in desk.run("rule", "list").out


def test_reading_goes_on_beside_a_writer(desk):
    with Database.open(desk.database, writer=True) as db, db.transaction():
        db.execute("UPDATE feeds SET title = 'held'")
        assert desk.run("timeline", "moscow").code == 0


def test_a_rule_is_tried_on_a_text(desk):
    answer = desk.run("rule", "test", "moscow", "Trump to visit Moscow", "--summary", "The Kremlin said so.")
    assert answer.code == 0
    for part in ("[Trump] to [visit] [Moscow]", "match: ", "the bar is 0.50", "[Trump] meets Trump of phrase"):
        assert part in answer.out
    missed = desk.run("rule", "test", "moscow", "Cats found")
    assert missed.code == 1
    assert "no match: 0.00, the bar is 0.50" in missed.out
