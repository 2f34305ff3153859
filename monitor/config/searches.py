"""Searches: a feed for each rule, made from search addresses that hold ``{phrase}``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote_plus

from monitor.config.words import PHRASE
from monitor.model.feed import Feed
from monitor.model.storyline import Rule, Storyline

FOLDER = "search"


def search_feeds(templates: Sequence[str], rules: Iterable[Rule]) -> tuple[Feed, ...]:
    """Return the feeds ``search/SLUG``, ``search/SLUG-2`` ... of every enabled rule that says what to search."""
    wanted = [(rule.slug, words(rule.storyline)) for rule in rules if rule.enabled]
    return tuple(
        Feed(name=search_name(slug, number), url=template.replace(PHRASE, quote_plus(text)))
        for slug, text in wanted
        if text
        for number, template in enumerate(templates, start=1)
    )


def search_name(slug: str, number: int) -> str:
    """Return the name of a rule's search feed: the first has no number."""
    return f"{FOLDER}/{slug}" if number == 1 else f"{FOLDER}/{slug}-{number}"


def words(storyline: Storyline) -> str:
    """Return what to search for: the phrase, else the first word of each group, else the first seed's title."""
    if storyline.phrase:
        return storyline.phrase
    if storyline.all:
        return " ".join(group[0] for group in storyline.all)
    return next((seed.title for seed in storyline.seeds if seed.title), "")
