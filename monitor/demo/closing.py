"""Closing: the summary at the end of the demo, as lines for the display. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.demo.events import Closing, Quality
from monitor.demo.show import Line
from monitor.lang.safe import one_line

_WIDTH = 16
_LABEL, _VALUE, _HEAD, _SMALL = "dim", "bold", "bold cyan", "dim"
_MOST_HELD = 8


def closing(run: Closing) -> Iterator[Line]:
    """Return the lines of the summary: what came in, what was told, what was held back, and where to look."""
    yield ()
    days = max(1, (run.until - run.since).days)
    yield ((f"Storywatch lived through {days} days in {run.seconds:.0f} seconds", _HEAD),)
    yield ()
    yield _pair("feeds", f"{run.feeds}", _plural(run.failing_polls, "failed poll") if run.failing_polls else "")
    yield _pair("items", f"{run.items}")
    yield _pair("matches", f"{run.matches}")
    yield _pair("developments", f"{run.developments}")
    yield _pair("alerts", f"{run.alerts}", _ratio(run))
    yield from _deliveries(run)
    yield from _held(run)
    if run.quality:
        yield from _quality(run.quality)
    yield from _paths(run)


def _deliveries(run: Closing) -> Iterator[Line]:
    for channel, count in run.sent:
        yield _pair(f"sent by {channel}", f"{count}")
    if run.undelivered:
        yield _pair("not delivered", f"{run.undelivered}")


def _held(run: Closing) -> Iterator[Line]:
    if not run.held:
        return
    yield ()
    yield (("Held back, because", _HEAD),)
    most = sorted(run.held, key=lambda pair: (-pair[1], pair[0]))
    for because, count in most[:_MOST_HELD]:
        yield ((f"{count:>{_WIDTH}}  ", _VALUE), (one_line(because), ""))
    rest = sum(count for _, count in most[_MOST_HELD:])
    if rest:
        yield ((f"{rest:>{_WIDTH}}  ", _VALUE), ("other reasons", ""))


def _quality(quality: Quality) -> Iterator[Line]:
    yield ()
    yield (("Measured against the labels of the recording", _HEAD),)
    found = f"precision {quality.precision:.2f}, recall {quality.recall:.2f}, F1 {quality.f1:.2f}"
    yield _pair("right items", found)
    told = f"{quality.told} of {quality.developments} developments told"
    yield _pair("right alerts", f"{told}, {_plural(quality.repeats, 'repeat')}, {quality.false} false")
    if quality.missed:
        yield _pair("not told", ", ".join(quality.missed))


def _paths(run: Closing) -> Iterator[Line]:
    if not run.paths:
        return
    yield ()
    yield (("Look at", _HEAD),)
    for what, path in run.paths:
        yield _pair(what, str(path))
        if what == "configuration":
            yield _pair("page", f"storywatch serve --config {path}")


def _pair(label: str, value: str, note: str = "") -> Line:
    small = ((f"  ({note})", _SMALL),) if note else ()
    return ((f"{one_line(label):>{_WIDTH}}  ", _LABEL), (one_line(value, 2000), _VALUE), *small)


def _ratio(run: Closing) -> str:
    return f"one for every {run.matches / run.alerts:.1f} matching items" if run.alerts else ""


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" + ("" if count == 1 else "s")
