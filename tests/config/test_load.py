"""storywatch.toml and its rules as the values the program uses; and what holds when something breaks later."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from monitor.model.alert import QuietHours, Route
from monitor.model.delivery import AppriseChannel, ConsoleChannel, SmtpChannel, WebhookChannel
from monitor.model.feed import Feed
from monitor.model.settings import Polling, Web
from monitor.model.storyline import AlertPolicy, Budget, Sensitivity

FULL = """
timezone = "Europe/London"
language = "de"
rules = "stories"
lexicons = "words"
[storage]
database = "desk.db"
keep_items = "2w"
[polling]
contact = "https://desk.example/bot"
every = ["12h", "10m"]
allow_networks = ["127.0.0.0/8", "fd00::/8"]
concurrency = 4
per_host = 1
timeout = "10s"
max_bytes = 1000000
proxy_file = "proxy"
[messages]
templates = "words"
[health]
listen = "127.0.0.1:8711"
[web]
listen = "unix:/run/page"
edit = true
[feeds]
opml = ["more.opml"]
searches = ["https://one.example/?q={phrase}", "https://two.example/{phrase}/rss"]
[[feeds.feed]]
name = "world/wire"
url = "https://wire.example/rss"
publisher = "Wire"
lang = "en"
tags = ["wire", "fast"]
headers = { Accept-Language = "en" }
token_file = "token"
every = ["1m", "1h"]
[[feeds.feed]]
name = "world/other"
url = "https://other.example/rss"
user = "me"
password_file = "password"
[channels.mail]
type = "smtp"
host = "mail.example"
port = 2525
security = "tls"
user = "desk"
password_file = "password"
from = "Desk <desk@mail.example>"
to = ["a@mail.example", "b@mail.example"]
timeout = "90s"
unsubscribe = "desk@mail.example"
[channels.hook]
type = "webhook"
url_file = "address"
secret_files = ["new", "old"]
headers = { X-Desk = "news" }
token_file = "token"
timeout = "5s"
[channels.chat]
type = "apprise"
url_file = "chat"
timeout = "6s"
[routes.desk]
channels = ["mail", "hook"]
at_most = "5/day"
together = "2m"
timezone = "Asia/Tokyo"
quiet_hours = "22:00-06:30"
urgent = ["DENIED", "QUIET"]
digest = "0  7 * * *"
[defaults]
routes = ["desk"]
when = ["NEWS", "SURGED"]
sensitivity = "wide"
origins = 2
wait = "90s"
budget = "3/hour"
quiet_after = "never"
cooldown = "2h"
"""
NEW = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OLD = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.fixture
def full(desk):
    desk.file("token", "t0ken\n").file("password", "hunter2").file("proxy", "http://me:pass@proxy.example:3128\n")
    desk.file("address", "https://hooks.example/s/3cr3t").file("chat", "json://x").file("new", NEW).file("old", OLD)
    desk.file("words/aliases.toml", "").file("more.opml", "<opml/>")
    desk.file("stories/a-b.toml", 'phrase = "Crème & brûlée/fire"').file("stories/c.toml", 'all = [["x", "y"], ["z"]]')
    desk.file("stories/off.toml", 'phrase = "x"\nenabled = false')
    return desk.site(FULL)


def test_every_key_reaches_its_value(full) -> None:
    settings, base = full.load(), full.path
    assert (settings.path, settings.timezone, settings.language) == (base / "storywatch.toml", "Europe/London", "de")
    assert (settings.database, settings.keep_items) == (base / "desk.db", timedelta(days=14))
    assert settings.polling == Polling(
        contact="https://desk.example/bot", every_s=(600, 43_200), allow_networks=("127.0.0.0/8", "fd00::/8"),
        concurrency=4, per_host=1, timeout_s=10.0, max_bytes=1_000_000, proxy="http://me:pass@proxy.example:3128",
    )  # fmt: skip
    assert (settings.templates, settings.health) == (base / "words", "127.0.0.1:8711")
    assert settings.web == Web("unix:/run/page", edit=True)
    assert (settings.opml, settings.lexicons) == ((base / "more.opml",), base / "words")
    assert settings.feeds[:2] == (
        Feed(
            "world/wire", "https://wire.example/rss", "Wire", "en", ("wire", "fast"), (("Accept-Language", "en"),),
            token="t0ken", every_s=(60, 3600),
        ),
        Feed("world/other", "https://other.example/rss", user="me", password="hunter2"),
    )  # fmt: skip
    assert settings.channels == {
        "console": ConsoleChannel("console"),
        "mail": SmtpChannel(
            "mail", "mail.example", "Desk <desk@mail.example>", ("a@mail.example", "b@mail.example"), 2525, "tls",
            "desk", "hunter2", 90.0, "desk@mail.example",
        ),
        "hook": WebhookChannel(
            "hook", "https://hooks.example/s/3cr3t", (NEW, OLD),
            (("X-Desk", "news"), ("Authorization", "Bearer t0ken")), 5.0,
        ),
        "chat": AppriseChannel("chat", "json://x", 6.0),
    }  # fmt: skip
    quiet = QuietHours(time(22), time(6, 30))
    assert settings.routes == {
        "console": Route("console", ("console",), "Europe/London"),
        "desk": Route(
            "desk", ("mail", "hook"), "Asia/Tokyo", quiet, frozenset({"DENIED", "QUIET"}), "0 7 * * *", (5, DAY),
            timedelta(minutes=2),
        ),
    }  # fmt: skip
    wide, budget = Sensitivity.WIDE, Budget(3, timedelta(hours=1))
    policy = AlertPolicy(
        ("desk",), frozenset({"NEWS", "SURGED"}), wide, 2, timedelta(seconds=90), budget, None, 2 * HOUR
    )
    assert settings.defaults == policy
    assert [(rule.slug, rule.alert) for rule in settings.rules] == [("a-b", policy), ("c", policy), ("off", policy)]
    assert settings.sources == (base / "storywatch.toml", base / "stories", base / "more.opml", base / "words")


def test_each_enabled_rule_gets_a_feed_of_each_search_with_its_phrase_quoted(full) -> None:
    searches = [(feed.name, feed.url) for feed in full.load().feeds[2:]]
    assert searches == [
        ("search/a-b", "https://one.example/?q=Cr%C3%A8me+%26+br%C3%BBl%C3%A9e%2Ffire"),
        ("search/a-b-2", "https://two.example/Cr%C3%A8me+%26+br%C3%BBl%C3%A9e%2Ffire/rss"),
        ("search/c", "https://one.example/?q=x+z"),
        ("search/c-2", "https://two.example/x+z/rss"),
    ]


def test_a_route_with_mail_gathers_for_a_minute_and_another_tells_at_once(desk) -> None:
    mail = '[channels.mail]\ntype = "smtp"\nhost = "m.example"\nfrom = "a@m.example"\nto = ["b@m.example"]\n'
    routes = '[routes.a]\nchannels = ["mail", "console"]\n[routes.b]\n'
    routes += '[routes.c]\nchannels = ["mail"]\ntogether = "0s"\n'
    found = desk.site(mail + routes).load().routes
    assert [found[name].together for name in "abc"] == [timedelta(minutes=1), timedelta(0), timedelta(0)]


def test_no_secret_is_ever_printed(full) -> None:
    shown = repr(full.load())
    assert not [secret for secret in ("t0ken", "hunter2", "3cr3t", NEW, OLD, "me:pass") if secret in shown]


@pytest.mark.parametrize("text", ["", "\n  \n"])
def test_an_empty_storywatch_toml_is_taken_for_one_that_is_being_written(desk, text: str) -> None:
    examined = desk.site(text).examine()
    assert examined.settings is None
    assert desk.problems() == ["storywatch.toml: is empty (a comment in it is enough, if you mean it)"]


def test_a_file_without_keys_tells_on_the_console(desk) -> None:
    settings = desk.rule("r", 'phrase = "Trump Moscow visit"').load()
    assert settings.routes == {"console": Route("console")}
    assert settings.channels == {"console": ConsoleChannel("console")}
    assert settings.rules[0].alert == AlertPolicy(routes=("console",))
    assert (settings.polling, settings.web) == (Polling(), Web())
    assert (settings.feeds, settings.lexicons, settings.database) == ((), None, desk.path / "storywatch.db")
    assert (settings.keep_items, settings.timezone, settings.language) == (timedelta(days=90), "UTC", "en")


@pytest.mark.parametrize(
    ("state", "database", "expected"),
    [
        ("", "x.db", "BASE/x.db"),
        ("/var/lib/storywatch", "x.db", "/var/lib/storywatch/x.db"),
        ("/var/lib/a:/var/lib/b", "x.db", "/var/lib/a/x.db"),
        ("/var/lib/storywatch", "/srv/x.db", "/srv/x.db"),
    ],
)
def test_the_database_lies_in_the_state_directory(desk, state: str, database: str, expected: str) -> None:
    settings = desk.site(f'[storage]\ndatabase = "{database}"').load({"STATE_DIRECTORY": state})
    assert str(settings.database) == expected.replace("BASE", str(desk.path))


def test_a_rule_lays_its_alert_over_the_defaults(full) -> None:
    full.file("stories/c.toml", 'phrase = "c"\n[alert]\nroutes = []\norigins = 1\nquiet_after = "3d"\nwhen = []')
    alert = full.load().rules[1].alert
    assert alert == AlertPolicy(
        ("console",),
        frozenset(),
        Sensitivity.WIDE,
        1,
        timedelta(seconds=90),
        Budget(3, timedelta(hours=1)),
        timedelta(3),
        2 * HOUR,
    )


@pytest.mark.parametrize("broken", ["", 'phrase = "Volc', "phrase = 1", "x" * 9, 'phrase = "a"\nseeds = ["gone.md"]'])
def test_a_broken_rule_keeps_its_last_version_and_hides_no_other(desk, broken: str) -> None:
    desk.site('[feeds]\nsearches = ["https://s.example/{phrase}"]')
    last = desk.rule("volcano", 'phrase = "Etna"').rule("other", 'phrase = "Other"').load()
    now = desk.rule("volcano", broken).rule("other", 'phrase = "Changed"').rule("third", 'phrase = "New"').examine(last)
    assert now.settings
    assert [rule.storyline.phrase for rule in now.settings.rules] == ["Changed", "New", "Etna"]
    assert [feed.name for feed in now.settings.feeds] == ["search/other", "search/third", "search/volcano"]
    assert now.rules.broken == {"volcano"}
    assert all(problem.file.endswith("volcano.toml") for problem in now.problems)


def test_a_rule_that_is_gone_is_gone_but_a_directory_that_is_gone_takes_none_along(desk) -> None:
    last = desk.rule("a", 'phrase = "A"').rule("b", 'phrase = "B"').load()
    (desk.path / "rules" / "a.toml").unlink()
    assert [rule.slug for rule in desk.examine(last).settings.rules] == ["b"]
    (desk.path / "rules").rename(desk.path / "moved")
    unmounted = desk.examine(last)
    assert [rule.slug for rule in unmounted.settings.rules] == ["a", "b"]
    assert len(unmounted.problems) == 1


def test_a_broken_storywatch_toml_gives_no_settings_and_still_tells_of_the_rules(desk) -> None:
    examined = desk.site("timezon = 1").rule("r", "phrase = 1").examine()
    assert examined.settings is None
    assert [desk.told(problem).split(":")[0] for problem in examined.problems] == ["storywatch.toml", "rules/r.toml"]


def test_feeds_of_an_opml_list_are_not_known_here_so_patterns_are_not_checked(desk) -> None:
    desk.file("more.opml", "<opml/>").site('[feeds]\nopml = ["more.opml"]').rule("r", 'phrase = "a"\nfeeds = ["any/*"]')
    assert desk.load().rules[0].storyline.feeds == ("any/*",)


def test_a_rule_may_name_its_own_search_feed(desk) -> None:
    desk.site('[feeds]\nsearches = ["https://s.example/{phrase}"]').rule("r", 'phrase = "a"\nfeeds = ["search/r"]')
    assert desk.problems() == []


def test_lexicons_beside_the_file_are_found_and_checked(desk) -> None:
    desk.file("lexicons/no-such.toml", "").file("lexicons/aliases.toml", "a = [")
    assert [line.partition(" (")[0] for line in desk.problems()] == [
        "lexicons/aliases.toml: is not TOML: Invalid value",
        "lexicons/no-such.toml: there is no lexicon of this name",
    ]


def test_seed_directories_are_watched_too(desk) -> None:
    desk.file("seeds/s.md", "# S").rule("r", 'seeds = ["../seeds/s.md"]')
    assert (desk.path / "seeds").resolve() in {source.resolve() for source in desk.load().sources}
