"""Route: who is told what, and when. A function of decisions, rules, the ledger and the given moments alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.alerts import lines
from monitor.alerts.digest import MOST, next_digest, ranked
from monitor.alerts.entries import Developments, current, moved, placed, tell, timer_of
from monitor.alerts.ledger import Ledger, key_of
from monitor.alerts.policy import Case, Fate, enough, judge, judge_again
from monitor.alerts.said import is_, say
from monitor.model.alert import (
    AlertKind,
    LedgerEntry,
    LedgerState,
    Line,
    Mute,
    Route,
    Routing,
    Timer,
    TimerKind,
)
from monitor.model.development import Decision, Development, Signal, Verdict
from monitor.model.storyline import AlertPolicy, Rule

IMMEDIATE = Route("backtest", channels=())  # of a backtest: no quiet hours, digest, budgets or mutes
_CONSOLE = "console"  # the route of a rule that names none


class Router:
    """The ledgers of all routes, and what follows from them. Asking changes nothing; ``adopt`` does."""

    def __init__(
        self,
        routes: Mapping[str, Route],
        rules: Mapping[str, Rule],
        *,
        database_id: str = "",
        mutes: Sequence[Mute] = (),
    ) -> None:
        """Serve ``routes``; ``database_id`` makes alert ids differ between two installations."""
        self._routes = routes
        self._rules = rules
        self._database_id = database_id
        self._mutes = tuple(mutes)
        self._ledger = Ledger()

    def restore(self, entries: Iterable[LedgerEntry]) -> None:
        """Remember exactly ``entries``, in whatever order they come; what was remembered before is gone."""
        self._ledger = Ledger(entries)

    def adopt(self, routing: Routing) -> None:
        """Take into memory what was written."""
        for entry in routing.entries:
            self._ledger.put(entry)

    def mute(self, mutes: Sequence[Mute]) -> None:
        """Respect ``mutes`` from now on, and no others."""
        self._mutes = tuple(mutes)

    def forget(self, before: datetime) -> None:
        """Drop from memory what was told or left silent before ``before``."""
        self._ledger = self._ledger.since(before)

    def start(self, now: datetime) -> Routing:
        """Return the timers that must stand, and settle what waits on a route or digest that is no more.

        A digest that was due while nobody ran comes at once: its timer counts from the oldest line it holds.
        """
        routing = Routing(timers=tuple(t for r in self._routes.values() if (t := self._digest_timer(r, now))))
        waiting = [e for e in self._ledger.pending() if e.state is LedgerState.WAITING and e.route in self._routes]
        routing = routing.plus(Routing(timers=tuple(dict.fromkeys(timer_of(e) for e in waiting))))
        orphans = [e for e in self._ledger.pending() if e.route not in self._routes]
        gone = Fate(LedgerState.SILENT, say("route_gone"))
        routing = routing.plus(Routing(entries=tuple(moved(e, gone, now) for e in orphans)))
        for route in self._routes.values():
            if not route.digest and self._ledger.storm_ends_at(route.name) is None:
                routing = routing.plus(self._digest(route, now))
        return routing

    def decided(
        self, decision: Decision, rule: Rule, now: datetime, catch_up: bool = False, history: bool = False
    ) -> Routing:
        """Return what follows from ``decision`` for every route of its rule; the same decision twice follows once.

        ``catch_up``: it comes out of an outage and waits for the rest. ``history``: it only teaches.
        """
        old = history or decision.verdict is Verdict.HISTORY
        routing = Routing()
        for route in self._routes_of(rule):
            base = Case(route, lines.nothing(rule.slug), now, self._ledger, self._mutes_of(route), _policy(route, rule))
            case = replace(base, catch_up=catch_up, history=old)
            routing = routing.plus(self._on_route(case, decision))
        return routing

    def signal(
        self, storyline: str, rule: Rule, signal: Signal, text: str, now: datetime, items: Sequence[str] = ()
    ) -> Routing:
        """Return what follows from a signal about ``storyline`` as a whole; ``text`` says it in words."""
        routing = Routing()
        for route in self._routes_of(rule):
            line = Line(storyline, 0, signal.value, text, tuple(items))
            case = Case(route, line, now, self._ledger, self._mutes_of(route), rule.alert)
            if signal.value in rule.alert.when:
                routing = routing.plus(self._conclude([placed(case, judge(case))], now))
        return routing

    def due(self, timer: Timer, now: datetime, developments: Developments) -> Routing:
        """Return what follows from ``timer``. ``developments`` gives a development as it stands now, or None."""
        route = self._routes.get(timer.route)
        if route is None or timer.kind is TimerKind.QUIET:
            return Routing()
        if timer.kind is TimerKind.DIGEST:
            return self._digest(route, now, developments).plus(self._next_digest(route, now))
        waiting = self._ledger.pending(timer.kind, route.name)
        if timer.kind is not TimerKind.QUIET_END:
            waiting = [e for e in waiting if e.storyline == timer.storyline]
        if timer.kind is TimerKind.WAIT:
            waiting = [e for e in waiting if e.development == timer.development]
        return self._conclude([self._waited(route, e, now, developments) for e in waiting], now)

    def _routes_of(self, rule: Rule) -> list[Route]:
        """The routes the rule names; the console (where there is one) for a rule that would tell nobody."""
        wanted = (IMMEDIATE.name,) if IMMEDIATE.name in self._routes else rule.alert.routes
        known = [self._routes[name] for name in dict.fromkeys(wanted) if name in self._routes]
        return known or [route for name, route in self._routes.items() if name == _CONSOLE]

    def _mutes_of(self, route: Route) -> Sequence[Mute]:
        return () if route.name == IMMEDIATE.name else self._mutes

    def _on_route(self, case: Case, decision: Decision) -> Routing:
        development = decision.development
        if development is None:
            return Routing()
        if decision.verdict is Verdict.JOINED:
            changed, cancel = self._joined(case, development)
            settled, more = self._merged(case, decision.other, development.number)
            changed, cancel = [*changed, *settled], (*cancel, *more)
        else:
            changed, cancel = self._opened(case, decision, development), ()
        changed += self._signalled(case, decision, development, fresh=bool(changed))
        return self._conclude(changed, case.now).plus(Routing(cancel=cancel))

    def _opened(self, case: Case, decision: Decision, development: Development) -> list[LedgerEntry]:
        line = lines.of(development, decision.because, decision.nearest)
        case = replace(case, line=line, opened_at=development.opened_at)
        entry = placed(case, judge(case))
        if self._ledger.get(key_of(entry)) is not None:
            return []
        late = entry.state is LedgerState.TOLD and not enough(line, case.policy)
        return [replace(entry, line=lines.single(line)) if late else entry]

    def _joined(self, case: Case, development: Development) -> tuple[list[LedgerEntry], tuple[Timer, ...]]:
        changed, cancel = [], []
        for old in self._ledger.of(case.route.name, case.line.storyline, development.number):
            if old.state not in (LedgerState.WAITING, LedgerState.DIGEST):
                continue
            entry = replace(old, line=lines.refreshed(old.line, development))
            if old.by is TimerKind.WAIT and enough(entry.line, case.policy):
                cancel.append(timer_of(old))
                because = say("enough", count=len(entry.line.origins))
                fate = judge_again(replace(case, line=entry.line), because, TimerKind.WAIT)
                changed.append(moved(entry, fate, case.now))
            elif entry != old:
                changed.append(entry)
        return changed, tuple(cancel)

    def _merged(self, case: Case, gone: Development | None, into: int) -> tuple[list[LedgerEntry], tuple[Timer, ...]]:
        """What still waits of a development that became part of ``into`` is silent where that is told, or will be."""
        known = self._ledger.of(case.route.name, case.line.storyline, into)
        if gone is None or all(e.state is LedgerState.SILENT for e in known):
            return [], ()
        fate = Fate(LedgerState.SILENT, say("merged", number=into))
        waiting = [
            e
            for e in self._ledger.of(case.route.name, case.line.storyline, gone.number)
            if e.state in (LedgerState.WAITING, LedgerState.DIGEST)
        ]
        waits = tuple(timer_of(e) for e in waiting if e.by is TimerKind.WAIT)
        return [moved(e, fate, case.now) for e in waiting], waits

    def _signalled(self, case: Case, decision: Decision, development: Development, *, fresh: bool) -> list[LedgerEntry]:
        found = []
        known = self._ledger.of(case.route.name, case.line.storyline, development.number)
        held = fresh or any(e.state in (LedgerState.WAITING, LedgerState.DIGEST) for e in known)
        for signal in decision.signals:
            moot = signal is Signal.CORROBORATED and held  # its line will name the origins anyway
            signalled = replace(case, line=lines.of_signal(development, signal, decision.because))
            entry = placed(signalled, judge(signalled))
            untold = self._ledger.get(key_of(entry)) is None
            if signal.value in case.policy.when and untold and not moot and not case.history:
                found.append(entry)
        return found

    def _waited(self, route: Route, entry: LedgerEntry, now: datetime, developments: Developments) -> LedgerEntry:
        entry = current(entry, developments)
        because = entry.because
        if entry.by is TimerKind.WAIT:
            because = say("wait_over", count=len(entry.line.origins))
        entry = self._marked(entry)
        rule = self._rules.get(entry.storyline)
        policy = rule.alert if rule is not None else AlertPolicy()
        case = Case(route, entry.line, now, self._ledger, self._mutes_of(route), policy)
        return moved(entry, judge_again(case, because, entry.by or TimerKind.WAIT), now)

    def _marked(self, entry: LedgerEntry) -> LedgerEntry:
        """``entry`` marked "single source" where its rule asks for more."""
        rule = self._rules.get(entry.storyline)
        short = entry.by is TimerKind.WAIT or (rule is not None and not enough(entry.line, rule.alert))
        return replace(entry, line=lines.single(entry.line)) if short and entry.development else entry

    def _digest(self, route: Route, now: datetime, developments: Developments | None = None) -> Routing:
        held = [e for e in self._ledger.pending(TimerKind.DIGEST, route.name) if e.state is LedgerState.DIGEST]
        held = [current(e, developments) for e in held] if developments else held
        marked = map(self._marked, ranked(held))
        cases = ((e, Case(route, e.line, now, self._ledger, self._mutes_of(route))) for e in marked)
        settled = [moved(e, _in_digest(case), now) for e, case in cases]
        told = [e for e in settled if e.state is LedgerState.TOLD]
        silent = [e for e in settled if e.state is not LedgerState.TOLD]
        full = Fate(LedgerState.SILENT, say("left_out", most=MOST))
        silent += [moved(e, full, now) for e in told[MOST:]]
        text = lines.sentence(say("more_left_out", count=len(told) - MOST)) if len(told) > MOST else ""
        storm = next((e.because for e in held if is_("cap", e.because)), "")
        text = " ".join(filter(None, (lines.sentence(storm) if storm else "", text)))
        routing = tell(self._ledger, self._database_id, told[:MOST], AlertKind.DIGEST, text, now)
        return routing.plus(Routing(entries=tuple(silent)))

    def _next_digest(self, route: Route, now: datetime) -> Routing:
        due = next_digest(route, now)
        return Routing(timers=(Timer(TimerKind.DIGEST, due, route.name),) if due else ())

    def _digest_timer(self, route: Route, now: datetime) -> Timer | None:
        held = [e.at for e in self._ledger.pending(TimerKind.DIGEST, route.name) if e.state is LedgerState.DIGEST]
        moments = (next_digest(route, min([now, *held])), self._ledger.storm_ends_at(route.name))
        due = min(filter(None, moments), default=None)
        return Timer(TimerKind.DIGEST, due, route.name) if due else None

    def _conclude(self, changed: Sequence[LedgerEntry], now: datetime) -> Routing:
        """Tell what is to be told, one alert for each storyline, and set a timer for what waits."""
        fresh = [e for e in changed if e.state is LedgerState.TOLD]
        rest = tuple(e for e in changed if e.state is not LedgerState.TOLD)
        routing = Routing(entries=rest, timers=tuple(dict.fromkeys(timer_of(e) for e in rest if e.due_at)))
        for storyline in dict.fromkeys(e.storyline for e in fresh):
            own = sorted((e for e in fresh if e.storyline == storyline), key=lines.order)
            if all(e.by is TimerKind.TOGETHER for e in own):
                own = list(ranked(own))
            text = " ".join(dict.fromkeys(lines.sentence(e.because) for e in own if not is_("at_once", e.because)))
            routing = routing.plus(tell(self._ledger, self._database_id, own, lines.kind(own), text, now))
        return routing


def _policy(route: Route, rule: Rule) -> AlertPolicy:
    return replace(rule.alert, budget=None) if route.name == IMMEDIATE.name else rule.alert


def _in_digest(case: Case) -> Fate:
    """A digest comes when its cron line says so, quiet hours or not."""
    undisturbed = replace(case, route=replace(case.route, quiet_hours=None))
    return judge_again(undisturbed, say("in_digest"), TimerKind.DIGEST)
