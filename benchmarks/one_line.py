"""One line on real headlines: what phrases find among 6,366 headlines of 1,947 publishers, beside rapidfuzz.

    python -m benchmarks.one_line [--lower] [--all]

55 phrases (``one_line.toml``) run at once over two days of clustered headlines (../shared/data/many_publishers,
titles only, English), strictly in order and from nothing. What belongs is what the clusters hold; a cluster is a day's
bundle made by machine, so a match outside is often right all the same. ``fuzzy`` is rapidfuzz's token_set_ratio of
phrase and title, 60 and more. ``--lower``: the phrases in small letters. ``--all``: a line for each phrase.
"""

from __future__ import annotations

import argparse
import json
import re
import tomllib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from rapidfuzz import fuzz

from benchmarks.places import absent, shared
from monitor.model.item import Item, order_key
from monitor.model.storyline import Storyline
from monitor.storylines.matcher import Matcher

_FUZZY = 60  # what token_set_ratio must reach
_words = re.compile(r"\w+").findall


class Found(NamedTuple):
    """How well one phrase found what belongs: each 0..1."""

    precision: float
    recall: float
    f1: float


def main(argv: list[str] | None = None) -> int:
    """Print the means in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lower", action="store_true", help="phrases in small letters")
    parser.add_argument("--all", action="store_true", help="a line for each phrase")
    options = parser.parse_args(argv if argv is not None else [])
    base = shared()
    if base is None:
        return absent("one_line")
    rows = [json.loads(line) for line in (base / "data/many_publishers/items.jsonl").open(encoding="utf-8")]
    items = sorted((_item(row) for row in rows), key=order_key)
    asked = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    phrases = {(phrase.lower() if options.lower else phrase): frozenset(told) for phrase, told in asked.items()}
    belongs = {phrase: {row["id"] for row in rows if row["story"] in told} for phrase, told in phrases.items()}
    ours, fuzzy = by_matcher(list(phrases), items), {phrase: by_ratio(phrase, items) for phrase in phrases}
    print("\n".join(table(belongs, ours, fuzzy, every=options.all)))
    return 0


def by_matcher(phrases: list[str], items: list[Item]) -> Mapping[str, AbstractSet[str]]:
    """Return the ids of the items that each phrase, as a rule of one line, matches."""
    matcher = Matcher([Storyline(slug=str(number), phrase=phrase) for number, phrase in enumerate(phrases)])
    found: dict[str, set[str]] = {phrase: set() for phrase in phrases}
    for item in items:
        matches = matcher.match(item)
        matcher.learn(item, matches)
        for match in matches:
            if not match.possible:
                found[phrases[int(match.storyline)]].add(item.id)
    return found


def by_ratio(phrase: str, items: list[Item]) -> AbstractSet[str]:
    """Return the ids of the items whose title is like the phrase, as the obvious use of rapidfuzz has it."""
    plain = " ".join(_words(phrase.casefold()))
    return {i.id for i in items if fuzz.token_set_ratio(plain, " ".join(_words(i.title.casefold()))) >= _FUZZY}


def scored(found: AbstractSet[str], belongs: AbstractSet[str]) -> Found:
    """Return precision, recall and F1 of ``found`` against what belongs."""
    right = len(found & belongs)
    precision, recall = right / len(found) if found else 0.0, right / len(belongs)
    return Found(precision, recall, 2 * right / (len(found) + len(belongs)))


def table(
    belongs: Mapping[str, AbstractSet[str]],
    ours: Mapping[str, AbstractSet[str]],
    fuzzy: Mapping[str, AbstractSet[str]],
    *,
    every: bool,
) -> list[str]:
    """Return the lines of the table: the means, before them each phrase when ``every``."""
    pairs = {phrase: (scored(ours[phrase], right), scored(fuzzy[phrase], right)) for phrase, right in belongs.items()}
    lines = [
        "| phrases | items | match P | R | F1 | fuzzy P | R | F1 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    if every:
        lines += [_line(phrase, len(belongs[phrase]), *pair) for phrase, pair in pairs.items()]
    means = [
        Found(*(fmean(column) for column in zip(*side, strict=True))) for side in zip(*pairs.values(), strict=True)
    ]
    return [*lines, _line(f"**mean of {len(pairs)}**", sum(map(len, belongs.values())), *means)]


def _line(label: str, items: int, ours: Found, fuzzy: Found) -> str:
    return f"| {label} | {items} | " + " | ".join(f"{value:.3f}" for value in (*ours, *fuzzy)) + " |"


def _item(row: Mapping[str, str]) -> Item:
    arrival = datetime.fromisoformat(row["published"])
    return Item(id=row["id"], title=row["title"], arrival_at=arrival, source=row["source"], lang="en")


if __name__ == "__main__":
    import sys

    raise SystemExit(main(sys.argv[1:]))
