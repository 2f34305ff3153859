"""Tradeoff: what telling more costs in repeats, as a picture, for ``python -m benchmarks.quality --curve FILE``.

Each stream is matched once; what was matched is then decided with the numbers of the normal setting and one bar after
the other, and with each of the three settings. Alerts are counted by ``eval/score.py``, as everywhere.
"""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean
from typing import Any
from xml.sax.saxutils import escape

from monitor.config.load import load_rules
from monitor.developments import decide
from monitor.developments.chronicle import Chronicle
from monitor.developments.decide import TUNINGS, Tuning
from monitor.model.development import Verdict
from monitor.model.item import Item
from monitor.model.match import Match
from monitor.model.storyline import Sensitivity, Storyline
from monitor.pipeline.events import Arrived
from monitor.pipeline.replay import given
from monitor.storylines.matcher import Matcher

BARS = (0.02, 0.04, 0.07, 0.10, 0.16, 0.24, 0.40)
_WIDTH, _HEIGHT = 760, 380
_PANEL, _LEFT, _TOP, _FLOOR = 300, 60, 64, 310  # pixels
_SHARES = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)  # the scale at the left
_STYLE = """text{font:13px system-ui,sans-serif;fill:#333}.soft{fill:#777;font-size:12px}.head{font-weight:600}
.grid{stroke:#ddd}.axis{stroke:#888}polyline{fill:none;stroke-width:2}.told{stroke:#0b6e99;fill:#0b6e99}
.f1{stroke:#b4540a;fill:#b4540a}polyline.told,polyline.f1{fill:none}text.told,text.f1{stroke:none}
@media(prefers-color-scheme:dark){text{fill:#ddd}.soft{fill:#999}.grid{stroke:#444}.axis{stroke:#888}
.told{stroke:#56b4d9;fill:#56b4d9}.f1{stroke:#e8954a;fill:#e8954a}}"""


@dataclass(frozen=True, slots=True)
class Stream:
    """One labelled stream: its rows, and the items that its rule met."""

    storyline: Storyline
    rows: tuple[dict[str, Any], ...]
    met: tuple[tuple[Item, Match], ...]


@dataclass(frozen=True, slots=True)
class Point:
    """What one tuning gives over several streams: repeats a new alert, share told within 12 h, alert F1."""

    repeats: float
    told: float
    f1: float


def stream(folder: Path) -> Stream:
    """Return the stream in ``folder``, matched by its full rule as a backtest does."""
    rule = load_rules(folder / "full").rules[0]
    matcher = Matcher([rule.storyline])
    met: list[tuple[Item, Match]] = []
    for event in given(folder / "items.jsonl"):
        if isinstance(event, Arrived):
            matches = matcher.match(event.item)
            met += [(event.item, found) for found in matches]
            matcher.learn(event.item, matches)
    lines = (folder / "items.jsonl").read_text(encoding="utf-8").splitlines()
    return Stream(rule.storyline, tuple(json.loads(line) for line in lines), tuple(met))


def alerts(found: Stream, tuning: Tuning) -> list[dict[str, Any]]:
    """Return the alerts of one stream, one for each development, told when it opens."""
    kept = decide.TUNINGS[Sensitivity.NORMAL]
    decide.TUNINGS[Sensitivity.NORMAL] = tuning
    try:
        chronicle = Chronicle(found.storyline)
    finally:
        decide.TUNINGS[Sensitivity.NORMAL] = kept
    told = []
    for item, match in found.met:
        decision = chronicle.decide(item, match)
        chronicle.adopt(item, match, decision)
        if decision.verdict is Verdict.NEW and decision.development is not None:
            row = {"type": "alert", "at": decision.at.isoformat(), "items": list(decision.development.items)}
            told.append(row)
    return told


def point(streams: Sequence[Stream], tuning: Tuning, scorer: Any) -> Point:
    """Return what ``tuning`` gives over ``streams``, means of the shares."""
    scores = [scorer(list(s.rows), alerts(s, tuning)) for s in streams]
    repeats, new = (sum(s[key] for s in scores) for key in ("repeat", "new"))
    return Point(repeats / max(1, new), mean(s["coverage"] for s in scores), mean(s["alert_f1"] for s in scores))


def measured(folders: Iterable[Path], scorer: Any) -> tuple[list[Point], dict[str, Point]]:
    """Return the points of BARS in their order, and those of the three settings by name."""
    streams = [stream(folder) for folder in folders]
    normal = TUNINGS[Sensitivity.NORMAL]
    swept = [point(streams, replace(normal, bar=bar), scorer) for bar in BARS]
    return swept, {setting.value: point(streams, tuning, scorer) for setting, tuning in TUNINGS.items()}


def draw(path: Path, base: Path, groups: Mapping[str, Sequence[Path]]) -> None:
    """Measure each group of stream folders and write the picture to ``path``; the figures go to standard output."""
    scorer = runpy.run_path(str(base / "eval" / "score.py"))["score"]
    panels = []
    for place, (name, folders) in enumerate(groups.items()):
        swept, settings = measured(folders, scorer)
        for label, one in [*zip((f"bar {bar}" for bar in BARS), swept, strict=True), *settings.items()]:
            print(f"{name}: {label}: {one.repeats:.2f} repeats a new alert, told {one.told:.2f}, F1 {one.f1:.2f}")
        panels.append(_panel(_LEFT + place * (_PANEL + _LEFT), f"{name} ({len(folders)} streams)", swept, settings))
    path.write_text(_picture(panels), encoding="utf-8")


def _picture(panels: Iterable[str]) -> str:
    legend = (
        f'<text class="told head" x="{_LEFT}" y="18">developments told within 12 h</text>'
        f'<text class="f1 head" x="{_LEFT + 220}" y="18">alert F1</text>'
        f'<text class="soft" x="{_LEFT + 300}" y="18">along the lines: the bar from {BARS[0]} to {BARS[-1]}; '
        "dots: the settings</text>"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">'
        "<title>Developments told and alert F1 against repeats a new alert</title>"
        f"<style>{_STYLE}</style>{legend}{''.join(panels)}</svg>\n"
    )


def _panel(left: int, name: str, swept: Sequence[Point], settings: Mapping[str, Point]) -> str:
    most = max(p.repeats for p in [*swept, *settings.values()]) * 1.08

    def x(repeats: float) -> float:
        return round(left + _PANEL * repeats / most, 1)

    parts = [f'<text class="head" x="{left}" y="{_TOP - 16}">{escape(name)}</text>']
    for share in _SHARES:
        parts.append(f'<line class="grid" x1="{left}" x2="{left + _PANEL}" y1="{_y(share)}" y2="{_y(share)}"/>')
        parts.append(f'<text class="soft" x="{left - 8}" y="{_y(share) + 4}" text-anchor="end">{share:.1f}</text>')
    step = next(s for s in (0.1, 0.2, 0.25, 0.5, 1.0, 2.0) if most / s <= 6)
    for tick in range(int(most / step) + 1):
        parts.append(f'<line class="grid" x1="{x(tick * step)}" x2="{x(tick * step)}" y1="{_TOP}" y2="{_FLOOR}"/>')
        label = f"{tick * step:.2g}"
        parts.append(f'<text class="soft" x="{x(tick * step)}" y="{_FLOOR + 18}" text-anchor="middle">{label}</text>')
    parts.append(f'<line class="axis" x1="{left}" x2="{left + _PANEL}" y1="{_FLOOR}" y2="{_FLOOR}"/>')
    parts.append(
        f'<text class="soft" x="{left + _PANEL}" y="{_FLOOR + 38}" text-anchor="end">repeats a new alert</text>'
    )
    for kind in ("told", "f1"):
        line = " ".join(f"{x(p.repeats)},{_y(getattr(p, kind))}" for p in swept)
        parts.append(f'<polyline class="{kind}" points="{line}"/>')
        for p in settings.values():
            height = _y(getattr(p, kind))
            parts.append(f'<circle class="{kind}" cx="{x(p.repeats)}" cy="{height}" r="4.5"/>')
    for setting, p in settings.items():
        height = _y(max(p.told, p.f1)) - 11
        parts.append(f'<text x="{x(p.repeats)}" y="{height:.1f}" text-anchor="middle">{setting}</text>')
    return "".join(parts)


def _y(share: float) -> float:
    least, most = _SHARES[0], _SHARES[-1]
    return round(_FLOOR - (_FLOOR - _TOP) * (share - least) / (most - least), 1)
