"""Payload: the JSON body of a webhook, version 1; its schema stands in docs/schemas/webhook-1.json."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from monitor.alerts.clean import link, text
from monitor.alerts.severity import severity
from monitor.alerts.values import View
from monitor.alerts.words import change
from monitor.model.alert import Alert, AlertKind, Line
from monitor.model.development import Change, Development
from monitor.model.item import Item

VERSION = 1
MOST_BYTES = 20_000  # Standard Webhooks: "payloads should be less than 20kb"
# Lines, items for each line, changes for each line and length of a text: the first that fits is taken.
_SIZES = ((50, 10, 12, 300), (50, 3, 6, 200), (50, 1, 2, 120), (25, 1, 1, 100), (12, 1, 1, 80), (2, 1, 0, 60))
_Size = tuple[int, int, int, int]


def payload(alert: Alert, view: View, subject: str, title: str) -> Mapping[str, object]:
    """Return the body for ``alert``: the same on every attempt, and under 20 kB whatever feeds say.

    ``lines_total``, ``items_total`` and ``delta_total`` say how much there was before it was cut.
    """
    made: Mapping[str, object] = {}
    for size in _SIZES:
        made = _body(alert, view, (subject, title), size)
        if len(json.dumps(made, ensure_ascii=False).encode("utf-8", "replace")) < MOST_BYTES:
            break
    return made


def _body(alert: Alert, view: View, names: tuple[str, str], size: _Size) -> Mapping[str, object]:
    story = {"slug": text(alert.storyline, 100), "title": names[1]} if alert.storyline else None
    most, _, _, length = size
    return {
        "type": f"storywatch.{alert.kind.value}",
        "timestamp": _moment(alert.at),
        "data": {
            "version": VERSION,
            "alert": alert.id,
            "route": text(alert.route, 100),
            "kind": alert.kind.value,
            "severity": severity(alert),
            "subject": names[0],
            "storyline": story,
            "title": text(alert.title, 120),
            "text": _lines(alert.text) if alert.kind is AlertKind.NOTICE else text(alert.text, 500),
            "lines": [_line(line, view, size) for line in alert.lines[:most]],
            "lines_total": len(alert.lines),
            "earlier": [_earlier(d, length) for d in _last(view.earlier.get(alert.storyline, ()))],
        },
    }


def _line(line: Line, view: View, size: _Size) -> Mapping[str, object]:
    _, most, changes, length = size
    items = [view.items[i] for i in line.items if i in view.items]
    return {
        "storyline": text(line.storyline, 100),
        "development": line.development or None,
        "reason": text(line.reason, 40),
        "headline": text(line.headline, length),
        "because": text(line.because, length),
        "delta": [_change(c, length) for c in line.delta[:changes]],
        "delta_total": len(line.delta),
        "origins": [text(o, 60) for o in line.origins[: 2 * most]],
        "origins_total": len(line.origins),
        "single_source": line.single_source,
        "items": [_item(i, length) for i in items[:most]],
        "items_total": len(line.items),
        "corrects": _corrects(line, view, length),
    }


def _corrects(line: Line, view: View, length: int) -> Mapping[str, object] | None:
    """What the line takes back or corrects: the development, and the alert that told this route of it."""
    if not line.corrects:
        return None
    told = view.corrected.get((line.storyline, line.corrects))
    return {
        "development": line.corrects,
        "alert": told.alert or None if told else None,
        "headline": text(told.line.headline, length) if told else None,
        "told": _moment(told.at) if told and told.alert else None,
    }


def _change(part: Change, length: int) -> Mapping[str, object]:
    fact = part.fact
    return {
        "kind": text(fact.kind, 60),
        "what": text(fact.what, 60),
        "before": text(part.before, 120) or None,
        "value": text(fact.value, 120),
        "by": text(fact.by, 60),
        "words": text(change(part), 300),
        "sentence": text(fact.sentence, length),
    }


def _item(item: Item, length: int) -> Mapping[str, object]:
    return {
        "id": text(item.id, 100),
        "title": text(item.title, length),
        "url": link(item.url) or None,
        "source": text(item.source, 60),
        "lang": text(item.lang, 12),
        "published": _moment(item.published_at) if item.published_at else None,
        "arrival": _moment(item.arrival_at),
    }


def _earlier(development: Development, length: int) -> Mapping[str, object]:
    return {
        "development": development.number,
        "reason": development.reason.value,
        "headline": text(development.headline, length),
        "opened": _moment(development.opened_at),
    }


def _last(known: Sequence[Development]) -> Sequence[Development]:
    return sorted(known, key=lambda d: (d.opened_at, d.number), reverse=True)[:4]


def _lines(words: str) -> str:
    """A notice keeps its lines, 3000 characters of them."""
    return "\n".join(text(line, 500) for line in words.splitlines()[:20])[:3000]


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
