"""What can happen to the engine from outside, and what it changes in turn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model.alert import Routing, Timer
from monitor.model.development import Decision
from monitor.model.item import Item, Revision, Sighting, order_key
from monitor.model.match import Match

NOTHING = Routing()  # of most steps: most items concern nobody


@dataclass(frozen=True, slots=True)
class Arrived:
    """A new item. ``catch_up``: its feed was out of reach for long, so one alert is to gather what it missed."""

    item: Item
    catch_up: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A known item was met in another feed; ``storylines`` are those in which it was decided on."""

    item: Item
    sighting: Sighting
    storylines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Revised:
    """A known item changed its words; ``item`` is as it reads now."""

    item: Item
    revision: Revision


Event = Arrived | Seen | Revised


def moment(event: Event) -> datetime:
    """When it happened."""
    match event:
        case Arrived(item=item):
            return item.arrival_at
        case Seen(sighting=sighting):
            return sighting.at
        case Revised(revision=revision):
            return revision.at


def event_order(event: Event) -> tuple[datetime, int, tuple[datetime, datetime, int, str]]:
    """The one order of events: time, then arrivals before what happens to known items, then the item's order."""
    return (moment(event), 0 if isinstance(event, Arrived) else 1, order_key(event.item))


@dataclass(frozen=True, slots=True)
class Changes:
    """What one step changed. ``item`` is the item it was about (None for a timer)."""

    at: datetime
    item: Item | None = None
    matches: tuple[Match, ...] = ()
    decision: Decision | None = None
    routing: Routing = NOTHING
    done: Timer | None = None  # the timer that ran
