"""Severity: how much an alert matters, by Reason and number of origins. For mail readers, chats and receivers."""

from __future__ import annotations

from monitor.model.alert import Alert, AlertKind, Line
from monitor.model.development import Reason, Signal

HIGH, NORMAL, LOW = "high", "normal", "low"
_TURNS = frozenset({Reason.DENIED.value, Reason.STAGE.value, Reason.CORRECTED.value})  # the picture is another one
_SIGNALS = frozenset(s.value for s in Signal)
_SURE = 2  # origins


def severity(alert: Alert) -> str:
    """Return "high", "normal" or "low": that of the alert's weightiest line; a digest is low, a notice high."""
    if alert.kind is AlertKind.NOTICE:
        return HIGH
    if alert.kind is AlertKind.DIGEST:
        return LOW
    found = {_of(line) for line in alert.lines}
    return next((level for level in (HIGH, NORMAL) if level in found), LOW)


def _of(line: Line) -> str:
    """A turn that several origins report is high; a signal, or what one source alone reports in vain, is low."""
    if line.reason in _TURNS and len(line.origins) >= _SURE:
        return HIGH
    return LOW if line.reason in _SIGNALS or line.single_source else NORMAL
