"""The whole configuration: rules and feed lists with it, and what stays in force when a file breaks."""

from __future__ import annotations

import pytest

from monitor.errors import ConfigError
from monitor.pipeline.assemble import load, load_again

OPML = """<opml version="2.0"><head><title>Ours</title></head><body><outline text="World">
<outline text="Wire" xmlUrl="https://wire.example/rss"/><outline text="Herald" xmlUrl="https://herald.example/rss"/>
</outline></body></opml>"""
LISTED = """[feeds]
opml = ["feeds.opml"]

[[feeds.feed]]
name = "ours/wire"
url = "https://wire.example/rss"

[[feeds.feed]]
name = "world/herald"
url = "https://other.example/rss"
"""


@pytest.fixture
def listed(bare):
    bare.write("storywatch.toml", LISTED)
    bare.write("feeds.opml", OPML)
    return bare


def names(settings):
    return {feed.name: feed.url for feed in settings.feeds}


def test_lists_add_what_is_not_polled_yet_under_names_that_are_free(listed):
    assert names(load(listed.directory / "storywatch.toml")) == {
        "ours/wire": "https://wire.example/rss",
        "world/herald": "https://other.example/rss",
        "world/herald-2": "https://herald.example/rss",
    }


def test_every_broken_file_is_told_at_once(listed):
    listed.write("feeds.opml", "<opml><body><outline")
    listed.write("rules/boeing.toml", "frase = 1")
    with pytest.raises(ConfigError) as told:
        load(listed.directory / "storywatch.toml")
    text = str(told.value)
    assert "feeds.opml" in text
    assert "boeing.toml:1" in text


def test_a_broken_rule_keeps_its_last_good_version_and_hides_no_other(listed):
    before = load(listed.directory / "storywatch.toml")
    listed.write("rules/boeing.toml", "frase = 1")
    listed.write("rules/moscow.toml", 'phrase = "Putin visit"')
    again = load_again(before)
    phrases = {rule.slug: rule.storyline.phrase for rule in again.settings.rules}
    assert phrases == {"boeing": "Boeing strike vote", "moscow": "Putin visit"}
    assert any("boeing.toml" in p.file for p in again.problems)


def test_a_broken_list_keeps_its_feeds(listed):
    before = load(listed.directory / "storywatch.toml")
    listed.write("feeds.opml", "not a list")
    again = load_again(before)
    assert names(again.settings) == names(before)
    assert any("feeds.opml" in p.file for p in again.problems)


def test_a_broken_configuration_is_refused_whole(listed):
    before = load(listed.directory / "storywatch.toml")
    listed.write("storywatch.toml", "timzone = 1")
    with pytest.raises(ConfigError, match="timzone"):
        load_again(before)


def test_nothing_changed_is_the_same_settings(listed):
    before = load(listed.directory / "storywatch.toml")
    again = load_again(before)
    assert again.settings == before
    assert again.problems == ()
