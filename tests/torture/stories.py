"""Stories that cannot be confused: each storyline is one place and one event, told in four steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

PLACES = (
    "Aachen", "Bergen", "Cadiz", "Dakar", "Esbjerg", "Fukuoka", "Galway", "Hamburg", "Izmir", "Jakarta", "Kingston",
    "Lima", "Malmo", "Nairobi", "Odessa", "Porto", "Quito", "Riga", "Santos", "Tampere", "Utrecht", "Varna",
    "Wellington", "Xiamen", "Yokohama", "Zagreb",
)  # fmt: skip
EVENTS = ("ferry fire", "mine collapse", "bridge strike", "dam breach", "airport closure", "election recount")
STEPS = (
    "{place} {event}: first reports from officials",
    "{place} {event} leaves 14 people dead, ministry says",
    "{place} {event}: death toll rises to 39",
    "{place} {event}: prosecutors arrest director of operator",
)


@dataclass(frozen=True)
class Told:
    """One item of the served feed."""

    guid: str
    storyline: str
    title: str


def slug(place: str, event: str) -> str:
    return f"{place} {event}".lower().replace(" ", "-")


# What rules say of alerting, in turn: at once; what waits for another origin, or for its time; what goes to the digest.
POLICIES = (
    "",
    '[alert]\norigins = 2\nwait = "5m"\n',
    '[alert]\nbudget = "1/day"\n',
    '[alert]\ncooldown = "4m"\nwhen = ["OPENED", "NEWS", "FIGURE", "STAGE", "DENIED", "CORROBORATED"]\n',
)


def rules(count: int, *, policies: bool = False) -> dict[str, str]:
    """Rule files by slug, for the first ``count`` storylines; with ``policies``, three of four hold something back."""
    pairs = list(product(EVENTS, PLACES))[:count]
    return {
        slug(place, event): f'phrase = "{place} {event}"\n{POLICIES[number % len(POLICIES)] if policies else ""}'
        for number, (event, place) in enumerate(pairs)
    }


def items(count: int) -> Iterator[Told]:
    """Items of the first ``count`` storylines: all first steps in groups of five, then their second ones, and so on."""
    pairs = list(product(EVENTS, PLACES))[:count]
    for start in range(0, len(pairs), 5):
        for number, step in enumerate(STEPS):
            for event, place in pairs[start : start + 5]:
                name = slug(place, event)
                yield Told(f"{name}-{number}", name, step.format(place=place, event=event))
