"""Evaluate: how good rules are, on a stream of items that a person has labelled."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from monitor.config.rules import Around, load_rules
from monitor.errors import ConfigError, UsageError
from monitor.model.item import Item
from monitor.model.match import Match
from monitor.model.storyline import Storyline
from monitor.pipeline.events import Arrived
from monitor.pipeline.replay import given
from monitor.storylines.matcher import Matcher

ITEMS = "items.jsonl"
BELONGS, BESIDE, ELSEWHERE = 2, 1, 0  # labels: it is the story; near it, not scored; it is not


@dataclass(frozen=True, slots=True)
class Figures:
    """How many items were met and belong (``true``), were met and do not, belong and were not met."""

    true: int = 0
    false: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Share 0..1 of what was met that belongs; 1 where nothing was met."""
        return self.true / (self.true + self.false) if self.true + self.false else 1.0

    @property
    def recall(self) -> float:
        """Share 0..1 of what belongs that was met; 1 where nothing belongs."""
        return self.true / (self.true + self.missed) if self.true + self.missed else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, slots=True)
class Wrong:
    """An item on the wrong side, with how the storyline saw it when it came."""

    item: Item
    match: Match


@dataclass(frozen=True, slots=True)
class Report:
    """How one rule did on one stream. ``possible``: missed items that were at least kept as possible."""

    rule: str
    stream: str
    figures: Figures
    languages: Mapping[str, Figures]
    possible: int
    missed: tuple[Wrong, ...]
    false: tuple[Wrong, ...]


@dataclass(slots=True)
class _Tally:
    figures: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: list[Wrong] = field(default_factory=list)
    false: list[Wrong] = field(default_factory=list)
    possible: int = 0


Made = Callable[[Sequence[Storyline]], Matcher]  # how a matcher of storylines is made


def evaluate(folder: Path, rules: Path | None = None, made: Made = Matcher) -> Iterator[Report]:
    """Yield a report for each rule, on the labelled items of ``folder``.

    The folder holds ``items.jsonl`` as for a backtest, each line with a label: ``relevance`` (2 belongs, 1 near and
    not scored, 0 does not) or ``relevant`` (true, false). The rules are those at ``rules``, else the ``*.toml`` files
    in the folder and in those right below it. ``made`` is for a matcher that is tuned otherwise. Raises UsageError,
    ConfigError.
    """
    labels = labelled(folder / ITEMS)
    storylines = tuple(_storylines(folder, rules))
    matcher = made(storylines)
    tallies = {s.slug: _Tally() for s in storylines}
    for event in given(folder / ITEMS):
        if isinstance(event, Arrived):
            _take(matcher, event.item, labels.get(event.item.id), tallies)
    for storyline in storylines:
        yield _report(storyline.slug, folder.name, tallies[storyline.slug])


def labelled(path: Path) -> dict[str, int]:
    """Return the label of each item in a file of JSON lines. Raises UsageError where none has one."""
    labels: dict[str, int] = {}
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    _label(line, f"{path}:{number}", labels)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}: the labelled items are looked for there") from error
    if not labels:
        raise UsageError(f'{path}: no item has a label: give each "relevance" (2, 1, 0) or "relevant" (true, false)')
    return labels


def _label(line: str, where: str, labels: dict[str, int]) -> None:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{where}: is not JSON: {error}") from None
    if not isinstance(row, dict):
        raise UsageError(f"{where}: is no JSON object")
    label = row.get("relevance")
    if label is None and row.get("relevant") is not None:
        label = BELONGS if row["relevant"] is True else ELSEWHERE if row["relevant"] is False else row["relevant"]
    if label is None:
        return
    if isinstance(label, bool) or label not in (BELONGS, BESIDE, ELSEWHERE):
        raise UsageError(f"{where}: {label!r} is no label: relevance is 2, 1 or 0, relevant is true or false")
    labels[str(row.get("id"))] = label


def _storylines(folder: Path, rules: Path | None) -> Iterator[Storyline]:
    places = [rules] if rules else sorted([*folder.glob("*.toml"), *folder.glob("*/*.toml")])
    if not places:
        raise UsageError(f"{folder}: no rule there: put rule files beside {ITEMS}, or name them with --rules")
    for place in places:
        loaded = load_rules(place, Around())
        if loaded.problems:
            raise ConfigError(loaded.problems)
        for rule in loaded.rules:
            below = "" if rules or place.parent == folder else f"{place.parent.name}/"
            yield replace(rule.storyline, slug=below + rule.slug)


def _take(matcher: Matcher, item: Item, label: int | None, tallies: Mapping[str, _Tally]) -> None:
    matches = matcher.match(item)
    if label in (BELONGS, ELSEWHERE):
        found = {m.storyline: m for m in matches}
        for slug, tally in tallies.items():
            _count(tally, item, label == BELONGS, found.get(slug) or _nothing(matcher, slug, item, label))
        # A probe forgets nothing and teaches nothing; the item is learned from below, as always.
    matcher.learn(item, matches)


def _nothing(matcher: Matcher, slug: str, item: Item, label: int | None) -> Match | None:
    return matcher.probe(slug, item.title, item.summary, item.lang) if label == BELONGS else None


def _count(tally: _Tally, item: Item, belongs: bool, found: Match | None) -> None:
    met = found is not None and not found.possible and bool(found.item)
    if met or belongs:
        kind = "true" if met and belongs else "false" if met else "missed"
        tally.figures[item.lang, kind] += 1
    if found is not None and met != belongs:
        (tally.false if met else tally.missed).append(Wrong(item, found))
        tally.possible += bool(not met and found.item)


def _report(slug: str, stream: str, tally: _Tally) -> Report:
    languages = sorted({lang for lang, _ in tally.figures})
    each = {lang: _figures([lang], tally.figures) for lang in languages}
    whole = _figures(languages, tally.figures)
    return Report(slug, stream, whole, each, tally.possible, tuple(tally.missed), tuple(tally.false))


def _figures(languages: Sequence[str], counts: Mapping[tuple[str, str], int]) -> Figures:
    def of(kind: str) -> int:
        return sum(counts.get((lang, kind), 0) for lang in languages)

    return Figures(of("true"), of("false"), of("missed"))


def means(reports: Iterable[Report]) -> tuple[float, float, float]:
    """Return the mean precision, recall and F1 of several reports; zeros where there is none."""
    each = [(r.figures.precision, r.figures.recall, r.figures.f1) for r in reports]
    if not each:
        return (0.0, 0.0, 0.0)
    precision, recall, f1 = (sum(column) / len(each) for column in zip(*each, strict=True))
    return (precision, recall, f1)
