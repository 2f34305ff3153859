"""Why: why an item counts in a storyline or does not, and what a storyline nearly took or held back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.alerts.clean import text
from monitor.model.development import Decision
from monitor.model.match import Hit, Match
from monitor.model.settings import Settings
from monitor.pipeline import explain
from monitor.store import items as item_rows
from monitor.store import page
from monitor.store.database import Database
from monitor.storylines.tuning import DEFAULT
from monitor.web.overview import title_of
from monitor.web.plain import MEANS, Part, Report, Told, marked, part_name, report, told
from monitor.web.storyline import Heading, heading

PROBED = 40  # rules: with more of them, only those asked for are met anew
_SPAN = timedelta(days=14)
_NEAR, _HELD = 40, 40
_TITLE, _SUMMARY = 300, 600


@dataclass(frozen=True, slots=True)
class Met:
    """A word of the text that met a term of the rule; ``closeness`` in 0..1."""

    word: str
    term: str
    part: str
    how: str
    field: str
    closeness: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was decided of an item; ``nearest`` is the development it was compared with, 0 for none."""

    verdict: str
    because: str
    at: datetime
    development: int
    nearest: int
    cue: str
    numbers: tuple[tuple[str, float], ...]
    taken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How an item stands in one storyline. ``path``: the way it was accepted; ``stored`` False: met anew."""

    storyline: str
    title: str
    score: float
    bar: float
    accepted: bool
    stored: bool
    path: str
    veto: str
    barred: str
    head: tuple[Part, ...]
    body: tuple[Part, ...]
    met: tuple[Met, ...]
    missing: tuple[str, ...]
    learned: tuple[tuple[str, float, str], ...]
    parts: tuple[tuple[str, float], ...]
    judgements: tuple[Judgement, ...]
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """Why an item is where it is. ``revisions``: what it was called before, and until when."""

    item: Report
    published_at: datetime | None
    history: bool
    seen: tuple[tuple[str, str, datetime], ...]
    revisions: tuple[tuple[str, datetime], ...]
    standings: tuple[Standing, ...]
    others: bool


@dataclass(frozen=True, slots=True)
class Near:
    """An item that a storyline nearly took."""

    item: Report
    at: datetime
    score: float
    head: tuple[Part, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldBack:
    """An item that matched and was not told."""

    item: Report
    at: datetime
    score: float
    because: str
    nearest: int


@dataclass(frozen=True, slots=True)
class NearView:
    """What a storyline does not catch, and what it catches without telling, since ``since``."""

    heading: Heading
    since: datetime
    bar: float
    near: tuple[Near, ...]
    held: tuple[HeldBack, ...]


def item(db: Database, settings: Settings, ref: str, now: datetime, storyline: str = "") -> Why:
    """Return why the item ``ref`` is where it is; with ``storyline``, how it stands there. Raises UsageError."""
    few = len(settings.rules) <= PROBED
    rules = settings.rules if few or storyline else ()
    found = explain.item(db, [r for r in rules if storyline in ("", r.slug)], ref, now, storyline)
    names = {rule.slug: rule.storyline.phrase for rule in settings.rules}
    return Why(
        item=report(found.item, summary=True),
        published_at=found.item.published_at,
        history=found.item.history,
        seen=tuple((text(s.feed, 60), text(s.source, 60), s.at) for s in found.sightings[:12]),
        revisions=tuple((text(r.old_title), r.at) for r in found.revisions[-6:] if not r.withdrawn),
        standings=tuple(_standing(s, found.item.title, found.item.summary, names) for s in found.standings),
        others=not few,
    )


def near(db: Database, settings: Settings, slug: str, now: datetime, days: int = _SPAN.days) -> NearView:
    """Return what ``slug`` nearly took and what it held back in the last ``days``. Raises UsageError."""
    since = now - timedelta(days=days)
    rows = page.near(db, slug, since, _NEAR)
    items = item_rows.get(db, [match.item for match, _ in rows])
    misses = tuple(
        Near(
            report(items[m.item]), at, m.score, marked(items[m.item].title, m.evidence.hits, "title", _TITLE), _said(m)
        )
        for m, at in rows
        if m.item in items
    )
    back = page.held(db, slug, since, _HELD)
    known = item_rows.get(db, [one.item for one in back])
    held = tuple(
        HeldBack(report(known[one.item]), one.at, one.score, text(one.because), one.nearest)
        for one in back
        if one.item in known
    )
    return NearView(heading(db, settings, slug, now), since, DEFAULT.bar, misses, held)


def _said(match: Match) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text(m, 80) for m in match.evidence.missing))


def _standing(found: explain.Standing, title: str, summary: str, names: dict[str, str]) -> Standing:
    match, evidence = found.match, found.match.evidence
    strongest = sorted(evidence.learned, key=lambda w: -w.weight)
    hits = tuple(replace(hit, part=part_name(hit.part)) for hit in evidence.hits)
    return Standing(
        storyline=found.storyline,
        title=title_of(found.storyline, names.get(found.storyline, "")),
        score=match.score, bar=DEFAULT.bar, accepted=not match.possible and not evidence.veto, stored=found.stored,
        path=evidence.path, veto=text(evidence.veto, 80), barred=text(found.barred, 200),
        head=marked(title, hits, "title", _TITLE), body=marked(summary, hits, "summary", _SUMMARY),
        met=tuple(_met(hit) for hit in hits), missing=_said(match),
        learned=tuple((text(w.word, 40), w.weight, w.item) for w in strongest[:8]),
        parts=evidence.parts, judgements=tuple(_judgement(d) for d in found.decisions[-8:]),
        told=tuple(told(e) for e in found.told[:20]),
    )  # fmt: skip


def _met(hit: Hit) -> Met:
    return Met(text(hit.word, 60), text(hit.term, 60), hit.part, MEANS[hit.means], hit.field, hit.closeness)


def _judgement(d: Decision) -> Judgement:
    return Judgement(
        d.verdict.value, text(d.because), d.at, d.development.number if d.development else 0, d.nearest,
        text(d.cue, 80), d.numbers, d.taken[:12],
    )  # fmt: skip
