"""Every problem is told at once, with file, line, key, what was found, what is allowed and what was meant."""

# ruff: noqa: E501 - a message is one line, however long

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.config.load import examine, load
from monitor.config.rules import load_rules
from monitor.errors import ConfigError

MAIL = '[channels.mail]\ntype = "smtp"\nhost = "m.example"\nfrom = "a@m.example"\nto = ["b@m.example"]\n'
FEED = '[[feeds.feed]]\nname = "a/b"\nurl = "https://a.example/"\n'

# what stands in storywatch.toml, and the whole line that is said of it
SITE = [
    ("a = ", "1: is not TOML: Invalid value (at end of document)"),
    ('a = "x', "1: is not TOML: Unterminated string (at end of document)"),
    ("a = 1\na = 2\n", "2: is not TOML: Cannot overwrite a value"),
    ("timezon = 1", '1: timezon: unknown key (did you mean "timezone"?)'),
    ("database = 1", "1: database: unknown key (it belongs under [storage])"),
    ("[web]\ntimezone = 1", "2: web.timezone: unknown key (it belongs above the first [table] of the file)"),
    ("[web]\nxyz = 1", "2: web.xyz: unknown key (known here: edit, listen, password_file)"),
    ('"a b" = 1', '1: "a b": unknown key (known here: channels, defaults, feeds, health, language, lexicons, messages, polling, routes, rules, storage, timezone, web)'),
    ('timezone = "Berlin"', '1: timezone: found "Berlin"; allowed: the name of a time zone, as in "Europe/London" or "UTC" (did you mean "Europe/Berlin"?)'),
    ("timezone = 1", "1: timezone: found 1; allowed: the name of a time zone (put it in quotes)"),
    ('language = "en-GB"', '1: language: found "en-GB"; allowed: a two-letter language code (ISO 639-1), as in "en" (did you mean "en"?)'),
    ('language = "ua"', '1: language: found "ua"; allowed: a two-letter language code (ISO 639-1), as in "en" (did you mean "uk"?)'),
    ('storage = "x"', '1: storage: found "x"; allowed: a table'),
    ('[storage]\nkeep_items = "1h"', '2: storage.keep_items: found "1h"; allowed: a duration from "1d" to "3650d"'),
    ('[storage]\nkeep_items = "3 weeks"', '2: storage.keep_items: found "3 weeks"; allowed: a duration: a whole number and a unit, as in "30s", "20m", "2h", "7d"'),
    ("[storage]\nkeep_items = 90", '2: storage.keep_items: found 90; allowed: a duration in quotes, as in "30s", "20m", "2h", "7d" (put it in quotes)'),
    ('[polling]\nevery = "5m"', '2: polling.every: found "5m"; allowed: a list, as in [...]'),
    ('[polling]\nevery = ["5m"]', "2: polling.every: found a list; allowed: exactly two"),
    ('[polling]\nevery = [\n"5m",\n"6"]', '4: polling.every[1]: found "6"; allowed: a duration: a whole number and a unit, as in "30s", "20m", "2h", "7d"'),
    ('[polling]\nallow_networks = ["10.0.0.1/8"]', '2: polling.allow_networks[0]: found "10.0.0.1/8"; allowed: a network, as in "127.0.0.0/8" or "fd00::/8"'),
    ("[polling]\nconcurrency = 0", "2: polling.concurrency: found 0; allowed: 1 or more"),
    ("[polling]\nper_host = 33", "2: polling.per_host: found 33; allowed: 32 or less"),
    ("[polling]\nper_host = 2.0", "2: polling.per_host: found 2.0; allowed: a whole number, without quotes"),
    ('[web]\nedit = "yes"', '2: web.edit: found "yes"; allowed: true or false, without quotes'),
    ('[web]\nlisten = "0.0.0.0:80"', '2: web.listen: found "0.0.0.0:80"; allowed: a loopback address and port or a unix socket, as in "127.0.0.1:8710" or "unix:/run/storywatch/page" (for others, put a web server with TLS and a login in front of it)'),
    ('[feeds]\nopml = ["no.opml"]', "2: feeds.opml[0]: DESK/no.opml: there is no such file"),
    ('[feeds]\nsearches = ["https://s.example/?q="]', '2: feeds.searches[0]: found "https://s.example/?q="; allowed: a web address with {phrase} where each rule\'s phrase is to stand'),
    ('[[feeds.feed]]\nurl = "https://a.example/"', "1: feeds.feed[0].name: is missing and needed here"),
    (FEED.replace("a/b", "a/*"), '2: feeds.feed[0].name: found "a/*"; allowed: a name of letters, digits, spaces and . - + &, in folders if you like, as in "world/wire"'),
    (FEED.replace("a/b", "search/b"), '2: feeds.feed[0].name: found "search/b"; allowed: another folder: search/ is kept for the feeds that `searches` builds'),
    (FEED.replace("https", "ftp"), '3: feeds.feed[0].url: found "ftp://a.example/"; allowed: a web address, as in "https://wire.example/rss" (it begins with https:// or http://)'),
    (FEED.replace("//a", "//me:hunter2@a"), '3: feeds.feed[0].url: found "https://***@a.example/"; allowed: an address without user and password (use user = "..." and password_file = "...")'),
    (FEED + FEED, '5: feeds.feed[1].name: found "a/b" for 2 feeds; each name only once'),
    (FEED + 'user = "x"', "4: feeds.feed[0].user: user needs password_file beside it"),
    (FEED + 'headers = { Authorization = "x" }', '4: feeds.feed[0].headers.Authorization: found "Authorization"; allowed: a header that is no secret (put the secret into a file and name it with token_file)'),
    (FEED + 'password = "hunter2"', '4: feeds.feed[0].password: unknown key (did you mean "password_file"?)'),
    ('[channels.m]\nhost = "x"', '1: channels.m.type: is missing and needed here (allowed: "smtp", "webhook", "apprise", "console")'),
    ('[channels.m]\ntype = "smpt"', '2: channels.m.type: found "smpt"; allowed: "smtp", "webhook", "apprise", "console" (did you mean "smtp"?)'),
    ('[channels."a b"]\ntype = "console"', '1: channels."a b": found "a b"; allowed: a name of letters, digits, "-" and "_"'),
    (MAIL + 'hots = "x"', '6: channels.mail.hots: unknown key (did you mean "host"?)'),
    (MAIL + 'user = "x"', "6: channels.mail.user: user needs password_file beside it"),
    (MAIL.replace('["b@m.example"]', '["b"]'), '5: channels.mail.to[0]: found "b"; allowed: an e-mail address, as in "desk@mail.example" or "The desk <desk@mail.example>"'),
    (MAIL.replace('["b@m.example"]', "[]"), "5: channels.mail.to: found an empty list; allowed: a list of at least 1"),
    (MAIL.replace("mail]", "console]"), "1: channels.console: the name console is kept for the terminal (give this channel another name)"),
    ('[channels.h]\ntype = "webhook"', "1: channels.h: needs one of url and url_file"),
    ('[routes.d]\nchannels = ["mial"]\n' + MAIL, '2: routes.d.channels[0]: there is no channel "mial"; defined in storywatch.toml: console, mail (did you mean "mail"?)'),
    ('[routes.d]\nurgent = ["denied"]', '2: routes.d.urgent[0]: found "denied"; allowed: one of CORRECTED, CORROBORATED, DENIED, FIGURE, NEWS, OPENED, QUIET, REVIVED, STAGE, SURGED (did you mean "DENIED"?)'),
    ('[routes.d]\nquiet_hours = "22:00-22:00"', '2: routes.d.quiet_hours: found "22:00-22:00"; allowed: two different times of day; quiet hours cannot last all day'),
    ('[routes.d]\nquiet_hours = "24:00-06:00"', '2: routes.d.quiet_hours: found "24:00-06:00"; allowed: two times of day, as in "22:00-06:30"'),
    ('[routes.d]\ndigest = "0 7 * * * *"', '2: routes.d.digest: found "0 7 * * * *"; allowed: five cron fields: minute, hour, day, month, weekday, as in "0 7 * * *" (every day at 7)'),
    ('[routes.d]\ndigest = "0 7 30 2 *"', '2: routes.d.digest: found "0 7 30 2 *"; allowed: five cron fields: minute, hour, day, month, weekday, as in "0 7 * * *" (every day at 7)'),
    ('[routes.d]\ndigest = "x 7 * * *"', '2: routes.d.digest: found "x 7 * * *"; allowed: five cron fields: minute, hour, day, month, weekday, as in "0 7 * * *" (every day at 7)'),
    ('[defaults]\nroutes = ["d"]', '2: defaults.routes[0]: there is no route "d"; defined in storywatch.toml: console'),
    ('lexicons = "no"', "1: lexicons: DESK/no: there is no such directory"),
    ('rules = "no"', 'no: there is no such directory of rules (make it and put a first rule in it, such as DESK/no/my-story.toml: phrase = "...")'),
]  # fmt: skip

# what stands in rules/r.toml, and the whole line that is said of it
RULE = [
    ("", ' says no story: phrase, all or seeds is needed (the smallest rule is one line: phrase = "Trump Moscow visit")'),
    ('phrase = "x', "1: is not TOML: Unterminated string (at end of document)"),
    ('phrase = "a"\nnone = "x"', '2: none: found "x"; allowed: a list, as in [...]'),
    ('phrase = "a"\nfuzy = 3', '2: fuzy: unknown key (did you mean "fuzzy"?)'),
    ('phrase = "a"\nfuzzy = 101', "2: fuzzy: found 101; allowed: 100 or less"),
    ('phrase = "a"\nall = ["b"]', '2: all[0]: found "b"; allowed: a list, as in [...]'),
    ('phrase = "a"\nall = [["b"], []]', "2: all[1]: found an empty list; allowed: a list of at least 1"),
    ('phrase = "a"\nany = ["b", ""]', '2: any[1]: found ""; allowed: text that is not empty (leave the key out instead)'),
    ('phrase = "a\\u0007"', '1: phrase: found "a"; allowed: text without control characters'),
    ('phrase = "a"\nsince = "2026-11-01"', '2: since: found "2026-11-01"; allowed: a date such as 2026-11-01 or a moment such as 2026-11-01T06:00:00Z (write it without quotes)'),
    ('phrase = "a"\nsince = 07:00:00', "2: since: found 07:00:00; allowed: a date such as 2026-11-01 or a moment such as 2026-11-01T06:00:00Z"),
    ('phrase = "a"\nseeds = ["../seeds/no.md"]', '2: seeds[0]: DESK/rules/../seeds/no.md: there is no such file (did you mean "now.md"?)'),
    ('phrase = "a"\nseeds = ["../seeds/now.md", "../seeds/empty.md"]', "2: seeds[1]: DESK/rules/../seeds/empty.md: holds no text"),
    ('phrase = "a"\nlanguages = ["EN"]', '2: languages[0]: found "EN"; allowed: a two-letter language code (ISO 639-1), as in "en" (did you mean "en"?)'),
    ('phrase = "a"\nfeeds = ["a/*", "b/*"]', '2: feeds[1]: no feed is named "b/*" or like it (did you mean "a/*"?)'),
    ('phrase = "a"\nroutes = ["desk"]', "2: routes: unknown key (it belongs under [alert])"),
    ('phrase = "a"\n[alert]\nfuzzy = 80', "3: alert.fuzzy: unknown key (it belongs above the first [table] of the file)"),
    ('phrase = "a"\n[alert]\nroutes = [\n"console",\n"dsk"]', '5: alert.routes[1]: there is no route "dsk"; defined in storywatch.toml: console, desk (did you mean "desk"?)'),
    ('phrase = "a"\n[alert]\nsensitivity = "loud"', '3: alert.sensitivity: found "loud"; allowed: one of normal, quiet, wide'),
    ('phrase = "a"\n[alert]\nbudget = "0/day"', '3: alert.budget: found "0/day"; allowed: a number for each hour, day or week, as in "8/day"'),
    ('phrase = "a"\n[alert]\nbudget = 8', '3: alert.budget: found 8; allowed: a number for each hour, day or week, as in "8/day" (put it in quotes)'),
    ('phrase = "a"\n[alert]\nquiet_after = "0s"', '3: alert.quiet_after: found "0s"; allowed: a duration from "1h" to "365d"'),
    ('phrase = "a"\n[alert]\norigins = true', "3: alert.origins: found true; allowed: a whole number, without quotes"),
    ("alert = 3\nphrase = [1]", "1: alert: found 3; allowed: a table"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), SITE, ids=range(len(SITE)))
def test_what_is_said_of_storywatch_toml(desk, text: str, said: str) -> None:
    expected = said if said.startswith("no:") else f"storywatch.toml:{said}"
    assert desk.site(text).problems() == [expected.replace("DESK/", "")]


@pytest.mark.parametrize(("text", "said"), RULE, ids=range(len(RULE)))
def test_what_is_said_of_a_rule(desk, text: str, said: str) -> None:
    desk.site(FEED + "[routes.desk]").file("seeds/now.md", "# Now").file("seeds/empty.md", "```\ncode\n```")
    problems = desk.rule("r", text).problems()
    assert problems[0] == f"rules/r.toml:{said.replace('DESK/', '')}"
    assert len(problems) == (2 if text.startswith("alert") else 1)


def test_every_problem_of_every_file_is_told_in_one_run(desk) -> None:
    desk.site('timezone = "Mars"\n[[feeds.feed]]\nname = "x"\nurl = "no"\n[routes.d]\nchannels = ["a", "b"]\n')
    desk.rule("one", "phrase = 1\nfuzzy = -1\n[alert]\nroutes = ['none']").rule("two", "=")
    assert [line.partition(" ")[0] for line in desk.problems()] == [
        "storywatch.toml:1:",
        "storywatch.toml:4:",
        "storywatch.toml:6:",
        "storywatch.toml:6:",
        "rules/one.toml:1:",
        "rules/one.toml:2:",
        "rules/one.toml:4:",
        "rules/two.toml:1:",
    ]
    with pytest.raises(ConfigError) as caught:
        desk.load()
    assert len(caught.value.problems) == 8


def test_what_refers_to_something_broken_is_not_wrong_for_that(desk) -> None:
    desk.site(
        MAIL.replace("host", "hots") + '[routes.d]\nchannels = ["mail"]\nquiet_hours = 3\n[defaults]\nroutes = ["d"]'
    )
    desk.rule("r", 'phrase = "a"\n[alert]\nroutes = ["d"]')
    assert [line.split(":")[1] for line in desk.problems()] == ["1", "3", "8"]


def test_a_missing_file_says_how_to_write_one(tmp_path: Path) -> None:
    problem = examine(tmp_path / "storywatch.toml").problems[0]
    assert str(problem) == (
        f"{tmp_path}/storywatch.toml: there is no such file (write one with: storywatch init {tmp_path})"
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'phrase = "a"\n# \xff', ":2: is not UTF-8 here (save it as UTF-8)"),
        (b"a = " + b"[" * 3000 + b"]" * 3000, ": is nested too deeply or holds too large a number"),
        (b"fuzzy = " + b"9" * 5000, ": is nested too deeply or holds too large a number"),
        (b"x" * 5_000_001, ": is larger than 5000000 bytes"),
        (b'phrase = "a"\nfuzzy = 0x' + b"f" * 5000, ":2: fuzzy: found a very large number; allowed: 100 or less"),
        (b'phrase = "a"\n"\\u001b[31m" = 1', ':2: "[31m": unknown key ('),
    ],
)
def test_hostile_bytes_are_one_clear_line(desk, body: bytes, said: str) -> None:
    problems = desk.file("rules/r.toml", body).problems()
    assert len(problems) == 1
    assert problems[0].startswith(f"rules/r.toml{said}")
    assert problems[0].isprintable()


def test_a_byte_order_mark_and_windows_line_ends_are_read(desk) -> None:
    desk.file("rules/r.toml", b'\xef\xbb\xbfphrase = "a"\r\nfuzy = 1\r\n')
    assert desk.problems() == ['rules/r.toml:2: fuzy: unknown key (did you mean "fuzzy"?)']


@pytest.mark.parametrize("name", ["dir.toml", "fifo.toml"])
def test_what_is_no_file_is_not_read(desk, name: str) -> None:
    import os

    path = desk.path / "rules" / name
    if name.startswith("dir"):
        path.mkdir()
        assert desk.problems() == []
    else:
        os.mkfifo(path)  # opening it would hang
        assert desk.problems() == ["rules/fifo.toml: is not a file"]


def test_a_rule_holds_no_regular_expression(desk) -> None:
    """A pattern that is a bomb in a regular expression is a word like any other; globs stay linear."""
    desk.site(FEED.replace("a/b", "a" * 100))
    desk.rule("r", 'phrase = "(a+)+$"\nany = ["(x+x+)+y"]\nfeeds = ["' + "*a" * 80 + 'b"]')
    assert [line[:40] for line in desk.problems()] == ["rules/r.toml:3: feeds[0]: no feed is nam"]


TOML = st.recursive(
    st.one_of(st.booleans(), st.integers(-9, 10**6), st.floats(), st.dates(), st.text(max_size=6), st.just("console")),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)
KEYS = ["phrase", "about", "seeds", "names", "all", "strict", "fuzzy", "languages", "feeds", "since", "alert", "x"]


def inline(value: object) -> str:
    """Any value as TOML on one line."""
    import json

    if isinstance(value, dict):
        return "{" + ", ".join(f"{inline(str(key))} = {inline(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(inline(inner) for inner in value) + "]"
    if isinstance(value, float):
        return "nan" if value != value else f"{value!r}" if "e" not in f"{value!r}" else "1.5"  # noqa: PLR0124
    return json.dumps(value) if isinstance(value, bool | int | str) else str(value)


@given(st.dictionaries(st.sampled_from(KEYS), TOML, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=150)
def test_whatever_stands_in_a_rule_it_is_a_rule_or_problems_with_lines(
    tmp_path: Path, table: dict[str, object]
) -> None:
    text = "".join(f"{key} = {inline(value)}\n" for key, value in table.items())
    path = tmp_path / "r.toml"
    path.write_text(text, encoding="utf-8", errors="replace")
    rules = load_rules(path)
    assert (len(rules.rules) == 1) != bool(rules.problems)
    for problem in rules.problems:
        assert str(problem).removeprefix(str(path)).isprintable()
    try:
        tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError:
        return
    assert all(p.line for p in rules.problems if p.key)


def test_load_tells_the_same(desk) -> None:
    desk.site("timezon = 1")
    with pytest.raises(ConfigError, match="did you mean"):
        load(desk.path / "storywatch.toml")
