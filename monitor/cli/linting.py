"""Linting: warnings about rules for the commands that look at them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from monitor.cli.asked import Asked, now
from monitor.cli.show import Screen, Span
from monitor.errors import StoreError

if TYPE_CHECKING:
    from monitor.model.settings import Settings


def linted(asked: Asked, settings: Settings, only: str = "") -> Mapping[str, tuple[str, ...]]:
    """Return the warnings about each rule, with figures where there is a database that can be read."""
    from monitor.pipeline.linted import linted as warnings

    if settings.database.exists():
        try:
            with asked.reading(settings) as db:
                return warnings(settings.rules, now(), db, only=only)
        except StoreError as error:
            sys.stderr.write(f"storywatch: rules are looked at without stored items: {error}\n")
    return warnings(settings.rules, now(), only=only)


def show(screen: Screen, warnings: Mapping[str, Iterable[str]]) -> None:
    """Print warnings, one a line, with the rule's name."""
    for slug, texts in warnings.items():
        for text in texts:
            screen.line([Span("warning: ", "warn"), Span(f"{slug}: ", "name"), text])
