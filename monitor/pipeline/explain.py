"""Explain: everything the store knows about why an item, a storyline or an alert is as it is, and why not."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from monitor.errors import UsageError
from monitor.feeds.links import canonical
from monitor.model.alert import Alert, LedgerEntry, Line
from monitor.model.delivery import Delivery
from monitor.model.development import Decision, Development, Verdict
from monitor.model.item import Item, Revision, Sighting, order_key
from monitor.model.match import Match
from monitor.model.storyline import Rule, Storyline
from monitor.pipeline import snapshot
from monitor.store import articles, outbox
from monitor.store import developments as development_rows
from monitor.store import items as item_rows
from monitor.store import ledger as ledger_rows
from monitor.store import storylines as storyline_rows
from monitor.store.database import Database
from monitor.storylines.matcher import Matcher

REMEMBERED = timedelta(days=14)  # how far back a storyline's own items are learned from
OWN = 200  # of them, the newest
NEWEST_SPAN = timedelta(days=1)
NEWEST = 1000  # items of that span: enough to know common words
NEAREST = 3  # storylines shown that an item did not meet


@dataclass(frozen=True, slots=True)
class Standing:
    """How one item stands in one storyline.

    ``stored``: ``match`` is what was found when the item came; else it was met anew just now. ``barred`` says why the
    storyline never looks at such items ("" = it does). ``told`` is what each route was told of its development.
    ``moved_to`` is the development that it tells by now, where no decision on the item itself says so: another item
    showed that it is something else.
    """

    storyline: str
    match: Match
    stored: bool
    barred: str = ""
    decisions: tuple[Decision, ...] = ()
    told: tuple[LedgerEntry, ...] = ()
    moved_to: Development | None = None


@dataclass(frozen=True, slots=True)
class OfItem:
    """An item with how it stands everywhere it was met, and nearly.

    ``unread``: why the article behind it was not read, where its feed's articles are ("" = it was, or none is to be).
    """

    item: Item
    sightings: tuple[Sighting, ...]
    revisions: tuple[Revision, ...]
    standings: tuple[Standing, ...]
    unread: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """An item that was not told, with why."""

    item: Item
    decision: Decision
    match: Match | None


@dataclass(frozen=True, slots=True)
class OfStoryline:
    """A storyline: what developed, what was held back and why. ``followed_at`` None: it is not followed now."""

    slug: str
    followed_at: datetime | None
    developments: tuple[Development, ...]
    told: Mapping[int, tuple[LedgerEntry, ...]]
    held: tuple[Held, ...]
    verdicts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class OfLine:
    """One line of an alert: the items that tell it, what was decided of its lead, and the route's ledger."""

    line: Line
    items: tuple[Item, ...]
    decisions: tuple[Decision, ...]
    told: tuple[LedgerEntry, ...]


@dataclass(frozen=True, slots=True)
class OfAlert:
    """An alert, why each of its lines was told, and what became of its deliveries."""

    alert: Alert
    lines: tuple[OfLine, ...]
    deliveries: tuple[Delivery, ...]


def learned(db: Database, rules: Iterable[Rule], now: datetime) -> Matcher:
    """Return a matcher of ``rules`` that knows what the daemon's knows, to meet texts anew.

    It takes over what the daemon's matcher last wrote down. Where there is no such snapshot it learns from what each
    storyline met lately (its context) and from the newest items of all (which words are common): less than the daemon
    remembers, so that an answer comes at once whatever the size of the database.
    """
    matcher = Matcher(rule.storyline for rule in rules)
    if not snapshot.recall(db, matcher):
        matcher = Matcher(rule.storyline for rule in rules)
        _learn(db, matcher, now)
    return matcher


def _learn(db: Database, matcher: Matcher, now: datetime) -> None:
    newest = deque(item_rows.between(db, now - NEWEST_SPAN), maxlen=NEWEST)
    known = {one.id: one for one in newest} | item_rows.get(db, _met(db, matcher.slugs, now - REMEMBERED))
    for one in sorted(known.values(), key=order_key):
        matcher.learn(one, storyline_rows.matches_of(db, one.id))


def _met(db: Database, slugs: Iterable[str], since: datetime) -> set[str]:
    """The items that the storylines met lately, a bounded number of each."""
    decided = (storyline_rows.decisions_of(db, storyline=slug, since=since, limit=OWN) for slug in slugs)
    return {decision.item for decisions in decided for decision in decisions}


def find(db: Database, ref: str) -> Item:
    """Return the item that ``ref`` (its id or address) names. Raises UsageError where there is none."""
    url = canonical(ref) if "://" in ref else ""
    found = item_rows.by_url(db, {ref, url} - {""}) if url else {}
    ids = [ident for ident, _ in found.values()] or ([ref] if ref.isascii() and ref.isdigit() else [])
    items = item_rows.get(db, ids)
    if not items:
        raise UsageError(f"there is no item {ref!r}: give an item's number or its address, as `timeline --held` shows")
    return next(iter(items.values()))


def item(db: Database, rules: Sequence[Rule], ref: str, now: datetime, storyline: str = "") -> OfItem:
    """Return why the item ``ref`` is where it is: in ``storyline``, or everywhere it was met, the nearest misses last.

    Raises UsageError where there is no such item or rule.
    """
    one = find(db, ref)
    followed = [r for r in rules if r.enabled or r.slug == storyline]
    matches = {m.storyline: m for m in storyline_rows.matches_of(db, one.id)}
    wanted = [storyline] if storyline else list(matches)
    missed = [r for r in followed if r.slug not in matches and storyline in ("", r.slug)]
    if storyline and not missed and storyline not in matches:
        raise UsageError(f'there is no rule "{storyline}"; see: storywatch rule list')
    decisions = storyline_rows.decisions_of(db, item=one.id)
    return OfItem(
        one,
        tuple(item_rows.sightings_of(db, one.id)),
        tuple(item_rows.revisions_of(db, one.id)),
        (
            *(_stored(db, matches[slug], decisions) for slug in wanted if slug in matches),
            *(_missed(learned(db, missed, now), missed, one, keep_all=bool(storyline)) if missed else ()),
        ),
        articles.why_unread(db, one.id),
    )


def _stored(db: Database, found: Match, decisions: Iterable[Decision]) -> Standing:
    own = tuple(d for d in decisions if d.storyline == found.storyline)
    numbers = {d.development.number for d in own if d.development is not None}
    tells = [d for d in development_rows.of_item(db, found.item) if d.storyline == found.storyline]
    moved = next((d for d in tells if d.split_from in numbers and d.number not in numbers), None)
    books = sorted(numbers | ({moved.number} if moved else set()))
    told = tuple(entry for n in books for entry in ledger_rows.of_development(db, found.storyline, n))
    return Standing(found.storyline, found, stored=True, decisions=own, told=told, moved_to=moved)


def _missed(matcher: Matcher, rules: Iterable[Rule], one: Item, *, keep_all: bool) -> list[Standing]:
    """How ``one`` meets the rules that it was not stored under, the nearest first."""
    found = [
        Standing(r.slug, _probe(matcher, r.slug, one), stored=False, barred=barred(r.storyline, one)) for r in rules
    ]
    found.sort(key=lambda s: (-s.match.score, s.storyline))
    return found if keep_all else [s for s in found if s.match.score > 0 or s.match.evidence.veto][:NEAREST]


def _probe(matcher: Matcher, slug: str, one: Item) -> Match:
    return replace(matcher.probe(slug, one.title, one.summary, one.lang), item=one.id)


def barred(storyline: Storyline, one: Item) -> str:
    """Return why ``storyline`` does not look at such an item at all; "" when it does."""
    if storyline.since is not None and (one.published_at or one.arrival_at) < storyline.since:
        return f"older than the rule's since = {storyline.since:%Y-%m-%d}"
    if storyline.languages and one.lang and one.lang not in storyline.languages:
        return f"its language {one.lang} is not among the rule's languages ({', '.join(storyline.languages)})"
    if storyline.feeds and not any(fnmatchcase(one.feed, glob) for glob in storyline.feeds):
        return f"its feed {one.feed} is not among the rule's feeds ({', '.join(storyline.feeds)})"
    return ""


def storyline(
    db: Database, slug: str, *, since: datetime | None = None, developments: int = 8, held: int = 8
) -> OfStoryline:
    """Return what became of the storyline ``slug``: its newest developments, and the newest items held, oldest first.

    Raises UsageError where the store does not know it.
    """
    followed = storyline_rows.created_at(db)
    if slug not in followed and slug not in storyline_rows.slugs(db, archived=True):
        raise UsageError(f"the database knows no storyline {slug!r}: it is there once the daemon has read its rule")
    newest = development_rows.load(db, slug, since, developments)
    told = {d.number: tuple(ledger_rows.of_development(db, slug, d.number)) for d in newest}
    decisions = storyline_rows.decisions_of(db, storyline=slug, since=since)
    back = [d for d in decisions if d.verdict is Verdict.HELD][-held:] if held else []
    return OfStoryline(
        slug,
        followed.get(slug),
        tuple(newest),
        told,
        tuple(_held(db, back)),
        Counter(d.verdict.value for d in decisions),
    )


def _held(db: Database, decisions: Sequence[Decision]) -> Iterable[Held]:
    items = item_rows.get(db, [d.item for d in decisions])
    for decision in decisions:
        if decision.item in items:
            matches = storyline_rows.matches_of(db, decision.item)
            own = next((m for m in matches if m.storyline == decision.storyline), None)
            yield Held(items[decision.item], decision, own)


def alert(db: Database, ident: str) -> OfAlert:
    """Return why the alert ``ident`` (its id, or a delivery's key) was raised. Raises UsageError."""
    found = outbox.alert(db, ident)
    if found is None:
        raise UsageError(f"there is no alert {ident!r}: `storywatch alerts list` shows them")
    return OfAlert(found, tuple(_line(db, found, line) for line in found.lines), tuple(outbox.of_alert(db, found.id)))


def _line(db: Database, found: Alert, line: Line) -> OfLine:
    items = item_rows.get(db, line.items)
    lead = line.items[0] if line.items else ""
    decisions = storyline_rows.decisions_of(db, item=lead, storyline=line.storyline) if lead else []
    told = [e for e in ledger_rows.of_development(db, line.storyline, line.development) if e.route == found.route]
    ordered = [items[ident] for ident in line.items if ident in items]
    return OfLine(line, (*ordered[:1], *sorted(ordered[1:], key=order_key)), tuple(decisions), tuple(told))
