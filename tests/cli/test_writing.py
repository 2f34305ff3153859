"""Commands that change something: files whole or not at all, short transactions beside the daemon."""

from __future__ import annotations

import json
import tomllib

import pytest

from monitor.cli import addition
from monitor.cli.main import main
from monitor.errors import ConfigError, UsageError
from monitor.model.delivery import Dead, DeliveryStatus
from monitor.model.feed import Feed
from monitor.store import outbox
from monitor.store.database import Database
from monitor.store.lock import InstanceLock
from monitor.store.migrations import VERSION


def test_what_init_writes_passes_the_check(tmp_path, capsys):
    assert main(["init", str(tmp_path / "new")]) == 0
    assert "storywatch check" in capsys.readouterr().out
    assert main(["check", "--config", str(tmp_path / "new")]) == 0
    before = (tmp_path / "new" / "storywatch.toml").read_text() + "# mine\n"
    (tmp_path / "new" / "storywatch.toml").write_text(before)
    main(["init", str(tmp_path / "new")])
    assert (tmp_path / "new" / "storywatch.toml").read_text() == before


def test_a_new_rule_can_be_tried_at_once(bare):
    answer = bare.run("rule", "new", "louvre", 'The "Louvre" \\ heist')
    assert answer.code == 0
    written = tomllib.loads((bare.directory / "rules" / "louvre.toml").read_text())
    assert written == {"phrase": 'The "Louvre" \\ heist'}
    assert bare.run("rule", "test", "louvre", "Louvre heist: two arrested").code == 0


def test_a_new_rule_that_would_be_broken_is_not_left_behind(bare):
    assert bare.run("rule", "new", "empty", " ").code == 1
    assert bare.run("rule", "new", "../up", "x").code == 2
    assert sorted(p.name for p in (bare.directory / "rules").iterdir()) == ["boeing.toml", "moscow.toml"]
    assert not (bare.directory / "up.toml").exists()


def test_a_new_rule_can_be_written_while_another_is_broken(bare):
    bare.write("rules/boeing.toml", "frase = 1\n")
    assert bare.run("rule", "new", "louvre", "Louvre heist").code == 0


def test_a_renamed_rule_keeps_its_story(desk):
    assert desk.run("rule", "rename", "moscow", "kremlin").code == 0
    assert not (desk.directory / "rules" / "moscow.toml").exists()
    assert "#2 STAGE" in desk.run("timeline", "kremlin").out
    assert "told desk" in desk.run("timeline", "kremlin").out
    assert desk.run("rule", "list").code == 0


@pytest.mark.parametrize("name", ["boeing", "No Good", "../up"])
def test_a_rule_that_cannot_be_renamed_stays_as_it_was(desk, name):
    done = desk.run("rule", "rename", "moscow", name)
    assert done.code in (1, 2)
    assert "internal error" not in done.out + done.err
    assert sorted(p.name for p in (desk.directory / "rules").iterdir()) == ["boeing.toml", "moscow.toml"]
    assert "#2 STAGE" in desk.run("timeline", "moscow").out


def test_under_a_running_daemon_the_file_is_renamed_and_the_storyline_left_to_it(desk):
    with InstanceLock(desk.database):
        answer = desk.run("rule", "rename", "moscow", "kremlin")
        assert answer.code == 0
        assert "the daemon renames the storyline" in answer.out
        assert desk.run("rule", "rename", "kremlin", "boeing").code != 0
        assert desk.run("rule", "rename", "kremlin", "No Good").code != 0
    assert sorted(p.name for p in (desk.directory / "rules").iterdir()) == ["boeing.toml", "kremlin.toml"]


def test_a_page_is_added_as_the_feed_it_names(bare, site):
    before = (bare.directory / "storywatch.toml").read_text()
    answer = bare.run("feeds", "add", f"{site}/")
    assert answer.code == 0, answer.err
    for part in ("The Herald", f"{site}/rss", "Trump in Moscow?", 'added: "the-herald"'):
        assert part in answer.out
    assert "\u202e" not in answer.out
    after = (bare.directory / "storywatch.toml").read_text()
    assert after.startswith(before)
    assert tomllib.loads(after)["feeds"]["feed"][1] == {"name": "the-herald", "url": f"{site}/rss"}
    again = bare.run("feeds", "add", f"{site}/")
    assert again.code == 2
    assert 'followed already, as "the-herald"' in again.err
    assert (bare.directory / "storywatch.toml").read_text() == after
    listed = bare.run("feeds", "list")
    assert "not polled yet" in listed.out


def test_a_visit_shows_what_a_feed_would_bring_and_writes_nothing(desk, site):
    text = (desk.directory / "storywatch.toml").read_text().replace("http://127.0.0.1:9/rss", f"{site}/rss")
    desk.write("storywatch.toml", text)
    before = desk.database.read_bytes()
    answer = desk.run("feeds", "poll", "world/wire", "--full")
    assert answer.code == 0
    for part in ("read: The Herald", "2 listed, 2 new, 0 with changed words", "new Cats found", "would ask again in"):
        assert part in answer.out
    # As the daemon knows it, the feed still has its old address, at which nobody answers.
    known = desk.run("feeds", "poll", "world/wire")
    assert known.code == 1
    assert "failed: " in known.out
    assert desk.database.read_bytes() == before


def test_a_visit_without_a_database_shows_every_entry(bare, site):
    text = (bare.directory / "storywatch.toml").read_text().replace("http://127.0.0.1:9/rss", f"{site}/rss")
    bare.write("storywatch.toml", text)
    told = json.loads(bare.run("feeds", "poll", "world/wire", "--json").out)
    assert [entry["new"] for entry in told["entries"]] == [True, True]
    assert told["failure"] is None


def test_a_site_without_a_feed_is_told_so(bare, site):
    answer = bare.run("feeds", "add", f"{site}/nothing")
    assert answer.code in (0, 1)
    if answer.code:
        assert "no feed there" in answer.err


@pytest.mark.parametrize(
    "text", ["", "# only a comment", "[feeds]\nopml = []\n", '[[feeds.feed]]\nname = "a"\nurl = "https://a.example/"']
)
def test_a_feed_is_appended_to_any_form_that_takes_blocks(tmp_path, text):
    path = tmp_path / "storywatch.toml"
    (tmp_path / "rules").mkdir()
    path.write_text(text)
    path.chmod(0o640)
    addition.append(path, Feed("b", "https://b.example/?a=%22", 'The "B"'))
    assert path.read_text().startswith(text)
    added = tomllib.loads(path.read_text())["feeds"]["feed"][-1]
    assert added == {"name": "b", "url": "https://b.example/?a=%22", "publisher": 'The "B"'}
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(p.name for p in tmp_path.iterdir()) == ["rules", "storywatch.toml"]


@pytest.mark.parametrize(
    ("text", "feed", "error"),
    [
        ("feeds = { feed = [] }\n", Feed("b", "https://b.example/"), UsageError),
        ("[feeds]\nfeed = []\n", Feed("b", "https://b.example/"), UsageError),
        ("", Feed("search/b", "https://b.example/"), ConfigError),
        ("", Feed("b", "ftp://b.example/"), ConfigError),
    ],
)
def test_a_file_that_cannot_take_the_feed_is_left_as_it_is(tmp_path, text, feed, error):
    path = tmp_path / "storywatch.toml"
    (tmp_path / "rules").mkdir()
    path.write_text(text)
    with pytest.raises(error) as told:
        addition.append(path, feed)
    assert str(path) in str(told.value)
    assert ".new" not in str(told.value)
    assert path.read_text() == text
    assert sorted(p.name for p in tmp_path.iterdir()) == ["rules", "storywatch.toml"]


@pytest.mark.parametrize(
    ("title", "host", "taken", "name"),
    [
        ("BBC News - World", "x", (), "bbc-news-world"),
        ("", "www.wire.example", (), "wire-example"),
        ("Новости", "x", (), "новости"),
        ("Wire", "x", ("wire", "wire-2"), "wire-3"),
        ("!?", "", (), "feed"),
        ("w" * 99, "x", (), "w" * 60),
    ],
)
def test_a_feed_gets_a_name_from_its_title(title, host, taken, name):
    assert addition.name_of(title, host, taken) == name


@pytest.mark.parametrize(("place", "code", "says"), [("hook", 0, "sent: "), ("gone", 1, "would give up")])
def test_a_channel_is_tested_with_a_real_message(bare, site, place, code, says):
    text = (bare.directory / "storywatch.toml").read_text().replace("http://127.0.0.1:9/hook", f"{site}/{place}")
    bare.write("storywatch.toml", text)
    answer = bare.run("alerts", "test", "hook")
    assert answer.code == code
    assert says in answer.out


def test_a_channel_nobody_answers_at_is_told_as_the_daemon_would_see_it(bare):
    answer = bare.run("alerts", "test", "hook")
    assert answer.code == 1
    assert "not sent: hook" in answer.out
    assert "would try again" in answer.out


def test_a_dead_letter_is_put_back_under_its_key(desk):
    listed = json.loads(desk.run("alerts", "list", "--json").out)
    key = listed[0]["key"]
    with Database.open(desk.database, writer=True) as db, db.transaction():
        outbox.record(db, key, Dead("no such mailbox"), outbox.get(db, key).created_at)
    assert "no such mailbox" in desk.run("alerts", "list", "--status", "dead").out
    assert "1 message given up" in desk.run("status").out
    assert desk.run("alerts", "retry", key).code == 0
    with Database.open(desk.database, writer=False) as db:
        assert outbox.get(db, key).status is DeliveryStatus.PENDING
    assert desk.run("alerts", "retry", "all").out.startswith("0 messages")


def test_a_backup_is_a_whole_database(desk, tmp_path):
    answer = desk.run("db", "backup", str(tmp_path / "copy.db"))
    assert answer.code == 0
    with Database.open(tmp_path / "copy.db", writer=False) as db:
        assert db.row("SELECT count(*) FROM items") == (6,)
    assert desk.run("db", "backup").code == 0
    assert len(list(tmp_path.glob("storywatch.db.*.bak"))) == 1


def test_pruning_keeps_what_developed(desk):
    with Database.open(desk.database, writer=True) as db, db.transaction():
        db.execute("UPDATE items SET arrival_at = replace(arrival_at, '20', '19')")
        db.execute("UPDATE feeds SET documents = 1000")
    answer = desk.run("db", "prune", "--keep", "1d", "--json")
    assert json.loads(answer.out) == {"items": 3, "keep_s": 86_400}
    assert "#2 STAGE" in desk.run("timeline", "moscow").out


def test_the_path_of_the_database_is_for_other_tools(bare):
    assert bare.run("db", "path").out == f"{bare.database}\n"
    assert bare.run("db", "path").code == 0


def test_migrating_a_database_that_is_up_to_date_says_its_version(desk):
    assert f"schema version {VERSION}" in desk.run("db", "migrate").out
