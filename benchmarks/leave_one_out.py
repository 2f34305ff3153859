"""Leave one out: what tuning on all storylines but one gives on that one, full rules.

    python -m benchmarks.leave_one_out [--own] [--write docs/quality.md]

For each recorded storyline the bar and the factor for two signs of news (``developments/decide.py``) are chosen from a
grid by the mean alert F1 of the others, and measured on it; beside it the numbers as shipped. ``--own``: chosen on the
other recorded ones and the streams in tests/streams together. Three minutes, five with ``--own``.
"""

from __future__ import annotations

import argparse
import runpy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from statistics import fmean, mean
from typing import Any

from benchmarks.places import absent, shared
from benchmarks.quality import OWN
from benchmarks.tradeoff import Stream, alerts, stream
from monitor.developments.decide import TUNINGS, Tuning
from monitor.model.storyline import Sensitivity

BARS = (0.05, 0.07, 0.10, 0.14, 0.20)
SECOND = (1.0, 1.4, 2.0, 2.8)  # factor of the bar for a title with two signs of news
START, END = "<!-- leave one out -->", "<!-- end of leave one out -->"
Figures = Mapping[str, Any]


def main(argv: list[str] | None = None) -> int:
    """Print the table in Markdown; ``--write``: put it between its marks in a file, too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--own", action="store_true", help="choose on the streams in tests/streams, too")
    parser.add_argument("--write", type=Path)
    options = parser.parse_args(argv)
    base = shared()
    if base is None:
        return absent("leave_one_out")
    recorded = _streams(base / "data" / "stories")
    others = _streams(OWN) if options.own else {}
    scorer = runpy.run_path(str(base / "eval" / "score.py"))["score"]
    normal = TUNINGS[Sensitivity.NORMAL]
    grid = [normal, *(replace(normal, bar=bar, signs=(1.0, second)) for bar, second in product(BARS, SECOND))]
    found = {
        name: [scorer(list(one.rows), alerts(one, tuning)) for tuning in grid]
        for name, one in {**recorded, **others}.items()
    }
    lines = table(found, list(recorded), grid)
    print("\n".join(lines))
    if options.write:
        text = options.write.read_text(encoding="utf-8")
        before, after = text.split(START)[0], text.split(END)[1]
        made = "\n".join((START, *lines, END))
        options.write.write_text(before + made + after, encoding="utf-8")
    return 0


def table(found: Mapping[str, Sequence[Figures]], names: Sequence[str], grid: Sequence[Tuning]) -> list[str]:
    """Return the rows for ``names``; ``found``: each stream's figures in the order of ``grid``, the shipped first."""
    lines = [
        "| left out | chosen on the others: bar, two signs | alert P | F1 | repeats a new alert | as shipped: P | F1 |"
    ]
    lines.append("|" + " --- |" * 7)
    chosen = {name: _best(found, name, len(grid)) for name in names}
    for name in names:
        tuned, shipped, tuning = found[name][chosen[name]], found[name][0], grid[chosen[name]]
        lines.append(
            f"| {name} | {tuning.bar:.2f}, {tuning.signs[1]:.1f} | {tuned['alert_p']:.2f} | {tuned['alert_f1']:.2f} "
            f"| {tuned['repeat'] / max(1, tuned['new']):.2f} | {shipped['alert_p']:.2f} | {shipped['alert_f1']:.2f} |"
        )
    out = [found[name][chosen[name]] for name in names]
    repeats, new = (sum(one[key] for one in out) for key in ("repeat", "new"))
    kept = [found[name][0] for name in names]
    lines.append(
        f"| **mean** | | {mean(o['alert_p'] for o in out):.3f} | **{mean(o['alert_f1'] for o in out):.3f}** "
        f"| {repeats / max(1, new):.2f} | {mean(k['alert_p'] for k in kept):.3f} "
        f"| {mean(k['alert_f1'] for k in kept):.3f} |"
    )
    return lines


def _best(found: Mapping[str, Sequence[Figures]], left_out: str, count: int) -> int:
    """Return the place of the tuning with the best mean F1 on all streams but one; the shipped one is no candidate."""

    def f1(place: int) -> float:
        return fmean(figures[place]["alert_f1"] for name, figures in found.items() if name != left_out)

    return max(range(1, count), key=f1)


def _streams(folder: Path) -> dict[str, Stream]:
    return {one.name: stream(one) for one in sorted(folder.iterdir()) if (one / "items.jsonl").exists()}


if __name__ == "__main__":
    raise SystemExit(main())
