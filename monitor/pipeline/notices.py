"""Notices: what Storywatch tells its operator about itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b

from monitor.model.alert import Alert, AlertKind
from monitor.model.delivery import Dead, Delivery
from monitor.model.settings import Settings
from monitor.store import outbox
from monitor.store.blind import Sources
from monitor.store.database import Database

OPERATOR = "operator"  # the route of notices: every channel there is


def dead_letter(delivery: Delivery, outcome: Dead, now: datetime) -> Alert:
    """A delivery was given up. What one channel gives up for one reason is told once an hour, not once for each.

    The list shows them all; a notice that came fifty times would be the storm it warns of.
    """
    text = (
        "A message could not be delivered and will not be tried again by itself.\n"
        f"channel: {delivery.channel}\nreason: {outcome.detail}\n"
        f"See it: storywatch alerts show {delivery.key}\nTry it again: storywatch alerts retry {delivery.key}\n"
        "More may follow for the same reason: storywatch alerts list --status dead"
    )
    about = f"{delivery.channel} {outcome.detail} {now:%Y-%m-%d %H}"
    return _notice(f"Undeliverable through {delivery.channel}", text, about, now)


def channel_off(delivery: Delivery, outcome: Dead, now: datetime) -> Alert:
    """A receiver said that a channel is over: nothing more is sent there until a person says otherwise."""
    text = (
        "Nothing more is sent through this channel: what waits for it and what comes becomes a dead letter.\n"
        f"channel: {delivery.channel}\nreason: {outcome.detail}\n"
        "It is used again when its address in storywatch.toml is another one, or when you ask for it:\n"
        f"storywatch alerts retry {delivery.key} (or: all)"
    )
    return _notice(f"The channel {delivery.channel} is off", text, f"off {delivery.key} {now.isoformat()}", now)


def broken_files(problems: tuple[str, ...], now: datetime) -> Alert:
    """Files were changed into something that cannot be used; what was in force stays."""
    text = "\n".join((*problems, "", "What was in force before stays in force. Check it with: storywatch check"))
    return _notice("A changed file cannot be used", text, text, now)


def blind(lost: Sequence[Sources], back: Sequence[str], now: datetime) -> Alert:
    """Storylines whose sources fail, with those, and storylines that see again."""
    lines = [
        f"{s.storyline}: {len(s.failing)} of the {s.feeds} feeds that told of it fail: {', '.join(s.failing[:10])}"
        for s in lost
    ]
    if lost:
        lines += ["", "Until they answer, silence about these means nothing. See: storywatch feeds list --failing"]
    if back:
        lines += [f"Seen again: {', '.join(back)}"]
    one = lost[0].storyline if lost else back[0]
    title = f"The sources of {one} {'went blind' if lost else 'are seen again'}"
    if len(lost or back) > 1:
        title = f"{len(lost or back)} storylines {'went blind' if lost else 'are seen again'}"
    text = "\n".join(lines)
    return _notice(title, text, f"{text}{now.isoformat()}", now)


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
