"""Notices: what Storywatch tells its operator about itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b

from monitor.alerts import words
from monitor.model.alert import Alert, AlertKind
from monitor.model.delivery import Dead, Delivery
from monitor.model.settings import Settings
from monitor.store import outbox
from monitor.store.blind import Sources
from monitor.store.database import Database

OPERATOR = "operator"  # the route of notices: every channel there is


def dead_letter(settings: Settings, delivery: Delivery, outcome: Dead, now: datetime) -> Alert:
    """A delivery was given up. What one channel gives up for one reason is told once an hour, not once for each.

    The list shows them all; a notice that came fifty times would be the storm it warns of.
    """
    values = {"channel": delivery.channel, "why": outcome.detail, "key": delivery.key}
    about = f"{delivery.channel} {outcome.detail} {now:%Y-%m-%d %H}"
    title, text = _said(settings, "dead_letter", "dead_letter_text", **values)
    return _notice(title, text, about, now)


def refused(settings: Settings, delivery: Delivery, recipients: Sequence[str], now: datetime) -> Alert:
    """A mail reached some, and its server will have none for others. Told once a day for each set of these."""
    values = {"channel": delivery.channel, "recipients": ", ".join(recipients)}
    title, text = _said(settings, "refused", "refused_text", **values)
    return _notice(title, text, f"refused {delivery.channel} {sorted(recipients)} {now:%Y-%m-%d}", now)


def channel_off(settings: Settings, delivery: Delivery, outcome: Dead, now: datetime) -> Alert:
    """A receiver said that a channel is over: nothing more is sent there until a person says otherwise."""
    values = {"channel": delivery.channel, "why": outcome.detail, "key": delivery.key}
    title, text = _said(settings, "channel_off", "channel_off_text", **values)
    return _notice(title, text, f"off {delivery.key} {now.isoformat()}", now)


def broken_files(settings: Settings, problems: tuple[str, ...], now: datetime) -> Alert:
    """Files were changed into something that cannot be used; what was in force stays."""
    told = "\n".join(problems)
    title, text = _said(settings, "broken_files", "broken_files_text", problems=told)
    return _notice(title, text, told, now)


def blind(settings: Settings, lost: Sequence[Sources], back: Sequence[str], now: datetime) -> Alert:
    """Storylines whose sources fail, with those, and storylines that see again."""
    what = "blind" if lost else "seen"
    storylines = [sources.storyline for sources in lost] or list(back)
    number = "one" if len(storylines) == 1 else "many"
    title, until, again = _said(
        settings, f"{what}_{number}", "blind_text", "seen_text",
        storyline=storylines[0], n=len(storylines), names=", ".join(back),
    )  # fmt: skip
    lines = [_line(settings, sources) for sources in lost]
    text = "\n".join([*lines, *(["", until] if lost else []), *([again] if back else [])])
    return _notice(title, text, f"{what} {lost} {back} {now.isoformat()}", now)


def _line(settings: Settings, sources: Sources) -> str:
    return _said(
        settings, "blind_line", storyline=sources.storyline, failing=len(sources.failing), feeds=sources.feeds,
        names=", ".join(sources.failing[:10]),
    )[0]  # fmt: skip


def _said(settings: Settings, *names: str, **values: object) -> list[str]:
    """The phrases ``names`` in the language of messages; ours where a user's own words cannot be used."""
    try:
        own = words.load(settings.language, settings.templates)
        return [own.notice(name, **values) for name in names]
    except (OSError, ValueError, LookupError, TypeError):
        ours = words.load(settings.language)
        return [ours.notice(name, **values) for name in names]


def send(db: Database, settings: Settings, notice: Alert, now: datetime, *, but: str = "") -> None:
    """Put ``notice`` into the outbox for every channel but one; the console where there is no other."""
    channels = tuple(name for name in settings.channels if name != but) or ("console",)
    outbox.add(db, [notice], {OPERATOR: channels}, now)


def _notice(title: str, text: str, about: str, now: datetime) -> Alert:
    ident = blake2b(about.encode(), digest_size=8).hexdigest()
    return Alert(f"notice-{ident}", OPERATOR, "", AlertKind.NOTICE, now, (), title, text)


def commit(db: Database, settings: Settings, notice: Alert, now: datetime) -> None:
    """``send`` in a transaction of its own."""
    with db.transaction():
        send(db, settings, notice, now)
