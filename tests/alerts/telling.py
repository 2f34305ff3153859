"""What tests of this room tell one another with: developments, rules, and a router that is stepped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from monitor.alerts.route import Router
from monitor.model.alert import Alert, LedgerEntry, Mute, QuietHours, Route, Routing, Timer
from monitor.model.development import Change, Decision, Development, Fact, Reason, Signal, Verdict
from monitor.model.storyline import AlertPolicy, Rule, Storyline

NOON = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)
LATE = datetime(2025, 3, 18, 23, 0, tzinfo=UTC)
MORNING = datetime(2025, 3, 19, 6, 30, tzinfo=UTC)
SEVEN = datetime(2025, 3, 19, 7, 0, tzinfo=UTC)
DESK = Route("desk")
NIGHT = replace(DESK, quiet_hours=QuietHours(time(22, 0), time(6, 30)))
DIGEST = replace(DESK, digest="0 7 * * *")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def dead(value: str) -> Fact:
    return Fact("figure", "dead", value, f"{value} people", f"At least {value} people died.")


def development(
    number: int = 1,
    *,
    storyline: str = "visit",
    reason: Reason = Reason.NEWS,
    origins: Sequence[str] = ("Wire",),
    facts: Sequence[Fact] = (),
    delta: Sequence[Change] = (),
    at: datetime = NOON,
    headline: str = "",
) -> Development:
    items = tuple(f"{storyline}-{number}-{place}" for place in range(len(origins)))
    return Development(
        storyline, number, reason, headline or f"Headline {number}", items, tuple(origins), at, at,
        delta=tuple(delta), facts=tuple(facts),
    )  # fmt: skip


def rule(storyline: str = "visit", **policy: object) -> Rule:
    alert = AlertPolicy(**{"routes": ("desk",), **policy})  # type: ignore[arg-type]
    return Rule(Storyline(storyline, phrase=storyline), alert)


def decision(
    made: Development, at: datetime, verdict: Verdict = Verdict.NEW, signals: Sequence[Signal] = ()
) -> Decision:
    return Decision(made.storyline, made.items[-1], at, verdict, "new: 0.09 < 0.16", made, tuple(signals))


@dataclass
class World:
    """A router with the rows that a store would keep, so that each can be taken away and built again."""

    routes: Mapping[str, Route] = field(default_factory=lambda: {"desk": DESK})
    rules: Mapping[str, Rule] = field(default_factory=dict)
    mutes: Sequence[Mute] = ()
    alerts: list[Alert] = field(default_factory=list)
    entries: dict[tuple[str, str, int, str], LedgerEntry] = field(default_factory=dict)
    timers: dict[tuple[str, str, str, int], Timer] = field(default_factory=dict)
    developments: dict[tuple[str, int], Development] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.router = self._fresh()

    def _fresh(self) -> Router:
        return Router(self.routes, self.rules, database_id="db", mutes=self.mutes)

    def restart(self, order: int = 1) -> None:
        self.router = self._fresh()
        self.router.restore(list(self.entries.values())[::order])

    def start(self, now: datetime) -> list[Alert]:
        return self.take(self.router.start(now))

    def take(self, routing: Routing) -> list[Alert]:
        self.router.adopt(routing)
        for entry in routing.entries:
            self.entries[entry.route, entry.storyline, entry.development, entry.reason] = entry
        for timer in routing.cancel:
            self.timers.pop(self._key(timer), None)
        for timer in routing.timers:
            self.timers[self._key(timer)] = timer
        self.alerts += routing.alerts
        return list(routing.alerts)

    def opens(self, made: Development, at: datetime = NOON, of: Rule | None = None, **more: object) -> list[Alert]:
        self.developments[made.storyline, made.number] = made
        signals: Sequence[Signal] = more.pop("signals", ())  # type: ignore[assignment]
        made_rule = of or self.rules.get(made.storyline) or rule(made.storyline)
        return self.take(self.router.decided(decision(made, at, signals=signals), made_rule, at, **more))  # type: ignore[arg-type]

    def joins(
        self, number: int, origin: str, at: datetime = NOON, of: Rule | None = None, storyline: str = "visit",
        signals: Sequence[Signal] = (), facts: Sequence[Fact] = (),
    ) -> list[Alert]:  # fmt: skip
        old = self.developments[storyline, number]
        items = (*old.items, f"{storyline}-{number}-{len(old.items)}")
        origins = old.origins if origin in old.origins else (*old.origins, origin)
        made = replace(old, items=items, origins=origins, facts=(*old.facts, *facts), last_at=at)
        self.developments[storyline, number] = made
        made_rule = of or self.rules.get(storyline) or rule(storyline)
        return self.take(self.router.decided(decision(made, at, Verdict.JOINED, signals), made_rule, at))

    def until(self, moment: datetime) -> list[Alert]:
        """Run every timer due up to ``moment``, each at its own time."""
        told: list[Alert] = []
        while due := sorted(
            (t for t in self.timers.values() if t.due_at <= moment), key=lambda t: (t.due_at, *self._key(t))
        ):
            timer = self.timers.pop(self._key(due[0]))
            told += self.take(self.router.due(timer, timer.due_at, lambda s, n: self.developments.get((s, n))))
        return told

    def state(
        self, number: int = 1, reason: str = "NEWS", route: str = "desk", storyline: str = "visit"
    ) -> LedgerEntry:
        return self.entries[route, storyline, number, reason]

    @staticmethod
    def _key(timer: Timer) -> tuple[str, str, str, int]:
        return (timer.kind.value, timer.route, timer.storyline, timer.development)
