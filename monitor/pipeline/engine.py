"""Engine: match -> develop -> route, one event at a time. It owns the memory of the three and decides nothing.

Each step is computed from memory, handed to the sink (which writes it, or prints it), and only then taken into
memory: an error in computing or writing leaves memory as it was. When a commit fails, the whole engine is thrown
away and built again from the store (``memory.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path

from monitor.alerts.route import Router
from monitor.developments.chronicle import Chronicle
from monitor.model.alert import Routing, Timer, TimerKind
from monitor.model.development import Decision, Development, Signal, Verdict
from monitor.model.item import Item
from monitor.model.match import Evidence, Match
from monitor.model.storyline import Rule
from monitor.pipeline.agenda import Agenda
from monitor.pipeline.events import Arrived, Changes, Event, Revised, Seen, moment
from monitor.storylines.matcher import Matcher

Sink = Callable[[Changes], None]
Health = Callable[[], tuple[int, int]]  # healthy feeds, all feeds


class Engine:
    """The memory of matcher, chronicles, router and agenda, and the order in which they are asked."""

    def __init__(
        self,
        rules: Iterable[Rule],
        router: Router,
        *,
        lexicons: Path | None = None,
        language: str = "en",
        agenda: Agenda | None = None,
        health: Health = lambda: (1, 1),
    ) -> None:
        """Follow the enabled ``rules``; ``health`` is asked when a QUIET signal is to be judged.

        ``language`` is the user's, for headlines.
        """
        self.rules: Mapping[str, Rule] = {r.slug: r for r in rules if r.enabled}
        self.matcher = Matcher(r.storyline for r in self.rules.values())
        self.chronicles = {slug: _chronicle(rule, lexicons, language) for slug, rule in self.rules.items()}
        self.router = router
        self.agenda = agenda or Agenda()
        self._health = health

    def recall(self, item: Item, matches: Iterable[Match], decisions: Iterable[Decision]) -> None:
        """Take into memory what was decided of ``item`` before, as the store tells it."""
        by_slug = {m.storyline: m for m in matches}
        for decision in decisions:
            chronicle, found = self.chronicles.get(decision.storyline), by_slug.get(decision.storyline)
            if chronicle is not None and found is not None:
                chronicle.recall(item, found, decision)

    def start(self, now: datetime, sink: Sink) -> None:
        """Set the timers that must always stand (digests, ends of quiet hours)."""
        self._take(Changes(at=now, routing=self.router.start(now)), sink)

    def advance(self, events: Iterable[Event], until: datetime, sink: Sink) -> None:
        """Run ``events`` (in ``event_order``) and every timer due up to ``until``, each at its own moment."""
        for event in events:
            self.timers(moment(event), sink)
            self.event(event, sink)
        self.timers(until, sink)

    def event(self, event: Event, sink: Sink) -> None:
        """Run one event; the timers due before it must have run."""
        match event:
            case Arrived():
                self._arrived(event, sink)
            case Seen():
                self._seen(event, sink)
            case Revised():
                self._revised(event, sink)

    def timers(self, until: datetime, sink: Sink) -> None:
        """Run every timer due at or before ``until``, in order."""
        while (timer := self.agenda.next(until)) is not None:
            self.timer(timer, sink)

    def timer(self, timer: Timer, sink: Sink) -> None:
        """Run one timer with ``now`` = its due time; it is done with, whatever comes of it."""
        self._take(Changes(at=timer.due_at, routing=self._due(timer), done=timer), sink)

    def _arrived(self, event: Arrived, sink: Sink) -> None:
        item = event.item
        matches = self.matcher.match(item)
        self._take(Changes(at=item.arrival_at, item=item, matches=matches), sink)
        for found in matches:
            self._develop(item, found, event.catch_up, sink)
        self.matcher.learn(item, matches)

    def _develop(self, item: Item, found: Match, catch_up: bool, sink: Sink) -> None:
        rule, chronicle = self.rules[found.storyline], self.chronicles[found.storyline]
        decision = chronicle.decide(item, found, rule.hash)
        routing = self._routed(decision, rule, catch_up)
        self._take(Changes(at=decision.at, item=item, decision=decision, routing=routing), sink)
        chronicle.adopt(item, found, decision)

    def _seen(self, event: Seen, sink: Sink) -> None:
        for slug in event.storylines:
            chronicle = self.chronicles.get(slug)
            decision = chronicle.sight(event.sighting) if chronicle else None
            if chronicle is not None and decision is not None:
                self._follow_up(event.item, decision, self.rules[slug], sink)
                chronicle.adopt_sighting(decision)

    def _revised(self, event: Revised, sink: Sink) -> None:
        matches = {found.storyline: found for found in self.matcher.match(event.item)}
        for slug, chronicle in self.chronicles.items():
            decision = chronicle.revise(event.item, event.revision, matches.get(slug))
            if decision is not None:
                self._follow_up(event.item, decision, self.rules[slug], sink)
                chronicle.adopt(event.item, matches.get(slug) or Match(event.item.id, slug, 0.0, Evidence()), decision)
        for chronicle in self.chronicles.values():
            chronicle.renew(event.item)

    def _follow_up(self, item: Item, decision: Decision, rule: Rule, sink: Sink) -> None:
        routing = self._routed(decision, rule, catch_up=False)
        self._take(Changes(at=decision.at, item=item, decision=decision, routing=routing), sink)

    def _routed(self, decision: Decision, rule: Rule, catch_up: bool) -> Routing:
        routing = self.router.decided(decision, rule, decision.at, catch_up=catch_up)
        if decision.verdict is Verdict.NEW and rule.alert.quiet_after is not None:
            due = decision.at + rule.alert.quiet_after
            routing = routing.plus(Routing(timers=(Timer(TimerKind.QUIET, due, storyline=rule.slug),)))
        return routing

    def _due(self, timer: Timer) -> Routing:
        if timer.kind is not TimerKind.QUIET:
            return self.router.due(timer, timer.due_at, self._development)
        rule = self.rules.get(timer.storyline)
        if rule is None:
            return Routing()
        healthy, total = self._health()
        text = self.chronicles[rule.slug].quiet(timer.due_at, healthy, total)
        if text is None:
            return Routing()
        return self.router.signal(rule.slug, rule, Signal.QUIET, text, timer.due_at)

    def _development(self, slug: str, number: int) -> Development | None:
        chronicle = self.chronicles.get(slug)
        return chronicle.developments.get(number) if chronicle else None

    def _take(self, changes: Changes, sink: Sink) -> None:
        sink(changes)
        self.router.adopt(changes.routing)
        gone = (changes.done,) if changes.done else ()
        self.agenda.change(changes.routing.timers, (*gone, *changes.routing.cancel))


def _chronicle(rule: Rule, lexicons: Path | None, language: str) -> Chronicle:
    policy = rule.alert
    return Chronicle(
        rule.storyline,
        sensitivity=policy.sensitivity,
        quiet_after=policy.quiet_after,
        lexicons=lexicons,
        language=language,
    )
