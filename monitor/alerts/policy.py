"""Policy: told now, held back, or left silent, and why. The first check that has an opinion decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.alerts.digest import next_digest
from monitor.alerts.ledger import Ledger
from monitor.alerts.quiet import quiet_until
from monitor.alerts.said import is_, say
from monitor.model.alert import LedgerState, Line, Mute, Route, TimerKind
from monitor.model.development import Reason
from monitor.model.storyline import AlertPolicy, Budget

CATCH_UP_WAIT = timedelta(minutes=10)  # after an outage: long enough for every feed to have been asked once
_REASONS = frozenset(r.value for r in Reason)
_DEFAULT = AlertPolicy()
_ONE_BY_ONE = frozenset({TimerKind.WAIT, TimerKind.QUIET_END})  # waits that end without regard to other messages


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a line on a route. ``by`` is the timer that ends its wait, at ``due_at``."""

    state: LedgerState
    because: str
    by: TimerKind | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a check may look at."""

    route: Route
    line: Line
    now: datetime
    ledger: Ledger
    mutes: Sequence[Mute] = ()
    policy: AlertPolicy = _DEFAULT
    opened_at: datetime | None = None  # None: a signal, or a wait that is over
    catch_up: bool = False
    history: bool = False


def judge(case: Case) -> Fate:
    """Return what becomes of a line that was just decided."""
    checks = (
        _history,
        _unwanted,
        _unheard,
        _muted,
        _caught_up,
        _over_budget,
        _short_of_origins,
        _cooling,
        _disturbing,
        _storm,
    )
    held = next((fate for check in checks if (fate := check(case))), None)
    soon = say("soon", span=in_words(case.route.together))
    return held or _together(case, _last_of_budget(case) or soon) or Fate(LedgerState.TOLD, _at_once(case))


def judge_again(case: Case, because: str, by: TimerKind) -> Fate:
    """Return what becomes of a line whose wait ``by`` is over: told with ``because``, unless it may not be."""
    held = _muted(case) or (by in _ONE_BY_ONE and _cooling(case)) or _disturbing(case)
    held = held or (_storm(case) if by is not TimerKind.DIGEST else None)
    if held and held.state is LedgerState.WAITING and by is TimerKind.CATCH_UP:
        return replace(held, by=by)  # it stays one catch-up, which no budget counts
    if by is TimerKind.WAIT:
        held = held or _together(case, because)
    elif is_("soon", because):
        because = _last_of_storm(case) or say("at_once")
    return held or Fate(LedgerState.TOLD, because, by)


def enough(line: Line, policy: AlertPolicy) -> bool:
    """Whether as many independent origins tell it as the rule asks for."""
    return len(line.origins) >= policy.origins


def in_words(span: timedelta) -> str:
    """A duration as a person says it, in the largest unit that divides it: "20 minutes", "36 hours"."""
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        count, rest = divmod(round(span.total_seconds()), size)
        if count and not rest:
            return f"{count} {unit}{'' if count == 1 else 's'}"
    seconds = round(span.total_seconds())
    return f"{seconds} second{'' if seconds == 1 else 's'}"


def _history(case: Case) -> Fate | None:
    return Fate(LedgerState.SILENT, say("history")) if case.history else None


def _unwanted(case: Case) -> Fate | None:
    if case.line.reason in case.policy.when:
        return None
    return Fate(LedgerState.SILENT, say("unwanted", reason=case.line.reason))


def _unheard(case: Case) -> Fate | None:
    """A correction is for those who heard, or are about to hear, what it corrects."""
    number = case.line.corrects
    if not number:
        return None
    known = case.ledger.of(case.route.name, case.line.storyline, number)
    if any(e.state is not LedgerState.SILENT for e in known):
        return None
    return Fate(LedgerState.SILENT, say("unheard", number=number))


def _muted(case: Case) -> Fate | None:
    for mute in case.mutes:
        here = mute.route in ("", case.route.name) and mute.storyline in ("", case.line.storyline)
        if here and mute.until_at > case.now:
            return Fate(LedgerState.SILENT, say("muted", until=f"{mute.until_at:%Y-%m-%d %H:%M}"))
    return None


def _caught_up(case: Case) -> Fate | None:
    """What develops while a catch-up is being collected joins it: in order, and in one message."""
    begun = case.ledger.collecting(TimerKind.CATCH_UP, case.route.name, case.line.storyline)
    collecting = begun is not None and case.now < begun <= case.now + CATCH_UP_WAIT
    if not (case.catch_up or collecting):
        return None
    due = begun or case.now + CATCH_UP_WAIT
    return Fate(LedgerState.WAITING, say("collected"), TimerKind.CATCH_UP, due)


def _over_budget(case: Case) -> Fate | None:
    if not (budget := _budget(case)) or _spent(case, budget) < budget.count:
        return None
    spent = {"count": budget.count, "span": in_words(budget.per)}
    if case.route.digest:
        return Fate(LedgerState.DIGEST, say("over_budget", **spent), TimerKind.DIGEST)
    return Fate(LedgerState.SILENT, say("over_budget_silent", **spent))


def _short_of_origins(case: Case) -> Fate | None:
    if case.opened_at is None or enough(case.line, case.policy):
        return None
    due = case.opened_at + case.policy.wait
    if due <= case.now:
        return None
    have = len(case.line.origins)
    return Fate(LedgerState.WAITING, say("origins", have=have, needed=case.policy.origins), TimerKind.WAIT, due)


def _disturbing(case: Case) -> Fate | None:
    until = quiet_until(case.route, case.now)
    if until is None or case.line.reason in case.route.urgent:
        return None
    return Fate(LedgerState.WAITING, say("quiet"), TimerKind.QUIET_END, until)


def _cooling(case: Case) -> Fate | None:
    """After a message of the storyline the next ones are gathered: one message tells them all."""
    last = case.ledger.last_told_at(case.route.name, case.line.storyline)
    if not case.policy.cooldown or last is None or case.line.reason in case.route.urgent:
        return None
    due = last + case.policy.cooldown
    if due <= case.now:
        return None
    return Fate(LedgerState.WAITING, say("gathered", span=in_words(case.policy.cooldown)), TimerKind.COOLDOWN, due)


def _storm(case: Case) -> Fate | None:
    """The last fuse: so many messages on one route in so long; what is more comes together.

    What a storyline tells while earlier news of it are held so joins them: nothing overtakes them.
    """
    if case.route.at_most is None or case.line.reason in case.route.urgent:
        return None
    count, per = case.route.at_most
    joins = case.ledger.held_by_storm(case.route.name, case.line.storyline)
    if not joins and case.ledger.messages(case.route.name, case.now - per) < count:
        return None
    begun = case.ledger.storm_ends_at(case.route.name)
    due = begun or min(filter(None, (case.now + per, next_digest(case.route, case.now))))
    return Fate(LedgerState.DIGEST, say("cap", count=count, span=in_words(per)), TimerKind.DIGEST, due)


def _together(case: Case, because: str) -> Fate | None:
    """Developments of a storyline that come within a moment go in one message; the first begins to collect."""
    span, line = case.route.together, case.line
    if not span or not line.development or line.reason in case.route.urgent:
        return None
    due = case.ledger.collecting(TimerKind.TOGETHER, case.route.name, line.storyline) or case.now + span
    return Fate(LedgerState.WAITING, because, TimerKind.TOGETHER, due)


def _at_once(case: Case) -> str:
    return _last_of_storm(case) or _last_of_budget(case) or say("at_once")


def _last_of_storm(case: Case) -> str:
    count, per = case.route.at_most or (0, timedelta(0))
    if count and case.ledger.messages(case.route.name, case.now - per) == count - 1:
        return say("last_of_cap", count=count, span=in_words(per))
    return ""


def _last_of_budget(case: Case) -> str:
    if (budget := _budget(case)) and _spent(case, budget) == budget.count - 1:
        name = "last_of_budget" if case.route.digest else "last_of_budget_silent"
        return say(name, count=budget.count, span=in_words(budget.per))
    return ""


def _budget(case: Case) -> Budget | None:
    return case.policy.budget if case.line.reason in _REASONS else None


def _spent(case: Case, budget: Budget) -> int:
    return case.ledger.interruptions(case.route.name, case.line.storyline, case.now - budget.per)
