"""Explained: what ``explain`` found, on the screen and as JSON."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.alerts.words import delta_text
from monitor.cli import marked
from monitor.cli.show import Line, Screen, Span, count
from monitor.cli.times import stamp
from monitor.lang.safe import one_line
from monitor.model.alert import LedgerEntry
from monitor.model.delivery import Delivery, DeliveryStatus
from monitor.model.development import Decision, Development, Regrouped, Verdict
from monitor.model.item import Item
from monitor.pipeline.explain import Held, OfAlert, OfItem, OfLine, OfStoryline, Standing
from monitor.storylines.tuning import DEFAULT

_TITLE = 160
_ITEMS = 5  # items of an alert's line that are shown
_VERDICTS = {Verdict.NEW: "good", Verdict.JOINED: "name", Verdict.HELD: "warn", Verdict.HISTORY: "dim"}


# -- an item


def item(screen: Screen, found: OfItem) -> None:
    """Show an item: what it is, and storyline by storyline why it counts there or does not."""
    one = found.item
    shown = next((s.match.evidence.hits for s in found.standings if s.stored), ())
    screen.line([Span(f"item {one.id}  ", "head"), *marked.marked(one.title, shown, "title", _TITLE)])
    screen.line(_origin(one), indent=2)
    if one.summary:
        screen.line(marked.marked(one.summary, shown, "summary"), indent=2)
    if found.unread:
        screen.line([Span("its article was not read: ", "dim"), one_line(found.unread, _TITLE)], indent=2)
    for sighting in found.sightings:
        screen.line([Span("also in ", "dim"), f"{sighting.feed} ({sighting.source})  {stamp(sighting.at)}"], indent=2)
    for revision in found.revisions:
        at = stamp(revision.at)
        called: Line = [Span("was called ", "dim"), revision.old_title, Span(f"  until {at}", "dim")]
        screen.line([Span(f"taken out of its feed  {at}", "dim")] if revision.withdrawn else called, indent=2)
    if not found.standings:
        screen.line([Span("it meets no storyline, ", "warn"), "not even nearly"])
    for standing in found.standings:
        _standing(screen, standing)


def _origin(one: Item) -> Line:
    parts = [one.source or "(no source)", one.feed, one.lang, f"published {stamp(one.published_at)}"]
    told = [*(p for p in parts if p), f"arrived {stamp(one.arrival_at)}", *(["history"] if one.history else [])]
    return [Span(", ".join(told), "dim"), Span(f"  {one.url}" if one.url else "")]


def _standing(screen: Screen, standing: Standing) -> None:
    found = standing.match
    screen.line()
    fresh = () if standing.stored else (Span("  met anew just now: it was not stored with this storyline", "dim"),)
    screen.line([Span(standing.storyline, "head"), Span("  "), *marked.verdict(found, DEFAULT.bar), *fresh])
    if standing.barred:
        screen.line([Span("not looked at: ", "bad"), standing.barred], indent=2)
    for line in marked.all_of(found):
        screen.line(line, indent=2)
    for decision in standing.decisions:
        _decision(screen, decision)
    if standing.moved_to is not None:
        screen.line([Span(f"now #{standing.moved_to.number}: ", "good"), standing.moved_to.headline], indent=2)
        for line in regrouped_lines(standing.moved_to):
            screen.line(line, indent=4)
    for entry in standing.told:
        screen.line(_told(entry), indent=4)


def _decision(screen: Screen, decision: Decision) -> None:
    number = f" #{decision.development.number}" if decision.development else ""
    screen.line([Span(f"{decision.verdict.value}{number}: ", _VERDICTS[decision.verdict]), decision.because], indent=2)
    for line in regrouped_lines(decision.development):
        screen.line(line, indent=4)
    numbers = ", ".join(f"{name} {value:.2f}" for name, value in decision.numbers)
    cue = [f'cue "{decision.cue}"'] if decision.cue else []
    taken = [f"took along items {', '.join(decision.taken)}"] if decision.taken else []
    more = "; ".join([*cue, *([numbers] if numbers else []), *taken])
    if more:
        screen.line(Span(more, "dim"), indent=4)


def regrouped_lines(development: Development | None) -> list[list[str | Span]]:
    """What later evidence showed of a development: what it is part of, or came out of, and why."""
    found = development.regrouped if development else ()
    words = {Regrouped.MERGED: "merged into", Regrouped.SPLIT: "split from"}
    return [
        [Span(f"{words[r.kind]} #{r.number}  ", "name"), f"{r.because}", Span(f"  {stamp(r.at)}", "dim")] for r in found
    ]


def _told(entry: LedgerEntry) -> Line:
    due = f", due {stamp(entry.due_at)}" if entry.due_at else ""
    alert = f", alert {entry.alert}" if entry.alert else ""
    return [
        Span(f"{entry.route}: {entry.state.value} ", "name"),
        Span(f"{entry.reason} {stamp(entry.at)}{due}{alert}: ", "dim"),
        entry.because,
    ]


# -- a storyline


def storyline(screen: Screen, found: OfStoryline) -> None:
    """Show a storyline: its newest developments and to whom they were told, then what was held back."""
    since = f"followed since {stamp(found.followed_at)}" if found.followed_at else "not followed now"
    counts = ", ".join(f"{count} {name}" for name, count in sorted(found.verdicts.items())) or "no item yet"
    screen.line([Span(found.slug, "head"), Span(f"  {since}; items: {counts}", "dim")])
    if not found.developments:
        screen.line(Span("nothing has developed yet", "warn"))
    for development in found.developments:
        _development(screen, development, found.told.get(development.number, ()))
    if found.held:
        screen.line()
        screen.line(Span("held back, newest last", "head"))
    for held in found.held:
        screen.line(held_line(held), indent=2)


def _development(screen: Screen, development: Development, told: Iterable[LedgerEntry]) -> None:
    screen.line(development_line(development))
    for line in regrouped_lines(development):
        screen.line(line, indent=4)
    delta = delta_text(development.delta)
    if delta:
        screen.line([Span("new: ", "dim"), delta], indent=4)
    for entry in told:
        screen.line(_told(entry), indent=4)


def development_line(development: Development) -> list[Span]:
    """One development: when, number, reason, headline, how many items and origins."""
    told = f"  {count(len(development.items), 'item')}, {count(len(development.origins), 'origin')}"
    return [
        Span(f"{stamp(development.opened_at)}  ", "dim"),
        Span(f"#{development.number} {development.reason.value}  ", "name"),
        Span(one_line(development.headline, _TITLE), "head"),
        Span(told, "dim"),
    ]


def held_line(held: Held) -> list[Span]:
    """One item that was held, with its reason."""
    score = f" {held.match.score:.2f}" if held.match else ""
    return [
        Span(f"{stamp(held.decision.at)}  ", "dim"),
        Span(f"held {held.item.id}{score}  ", "warn"),
        Span(one_line(held.item.title, _TITLE)),
        Span(f"  {held.decision.because}", "dim"),
    ]


# -- an alert


def alert(screen: Screen, found: OfAlert) -> None:
    """Show an alert: what it told to whom, why each line, and what became of its deliveries."""
    one = found.alert
    about = one.storyline or one.title
    screen.line(
        [
            Span(f"alert {one.id}  ", "head"),
            Span(f"{one.kind.value} on route {one.route}, {stamp(one.at)}  ", "dim"),
            about,
        ]
    )
    for text in one.text.splitlines():
        screen.line(text, indent=2)
    for line in found.lines:
        _line(screen, line)
    screen.line()
    if not found.deliveries:
        screen.line(Span("it has no delivery: its route had no channel", "warn"))
    for delivery in found.deliveries:
        screen.line(_delivery(delivery))


def _line(screen: Screen, found: OfLine) -> None:
    line = found.line
    number = f"#{line.development} " if line.development else ""
    screen.line()
    screen.line(
        [Span(f"{line.storyline} {number}{line.reason}  ", "name"), Span(one_line(line.headline, _TITLE), "head")]
    )
    delta = delta_text(line.delta)
    if delta:
        screen.line([Span("new: ", "dim"), delta], indent=2)
    if line.because:
        screen.line([Span("because: ", "dim"), line.because], indent=2)
    if line.single_source:
        screen.line(Span("single source: the wait for a second origin ran out", "warn"), indent=2)
    for decision in found.decisions:
        _decision(screen, decision)
    for entry in found.told:
        screen.line(_told(entry), indent=2)
    for one in found.items[:_ITEMS]:
        screen.line(
            [Span(f"item {one.id}  ", "dim"), one_line(one.title, _TITLE), Span(f"  {one.source}", "dim")], indent=2
        )
    if len(found.items) > _ITEMS:
        screen.line(Span(f"and {len(found.items) - _ITEMS} more items", "dim"), indent=2)


def _delivery(delivery: Delivery) -> Line:
    styles = {DeliveryStatus.SENT: "good", DeliveryStatus.DEAD: "bad"}
    when = f" {stamp(delivery.sent_at)}" if delivery.sent_at else ""
    error = f": {delivery.last_error}" if delivery.last_error else ""
    next_at = f", next attempt {stamp(delivery.next_at)}" if delivery.status is DeliveryStatus.PENDING else ""
    return [
        Span(f"{delivery.channel}: ", "name"),
        Span(f"{delivery.status.value}{when}", styles.get(delivery.status, "warn")),
        f", {count(delivery.attempts, 'attempt')}{next_at}{error}",
        Span(f"  {delivery.key}", "dim"),
    ]
