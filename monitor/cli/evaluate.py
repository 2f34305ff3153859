"""Evaluate: ``evaluate``: how good rules are, on items that a person has labelled."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import plain
from monitor.cli.asked import AsJson, of
from monitor.cli.show import Column, Screen, Span
from monitor.lang.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.pipeline.evaluate import Figures, Report, Wrong

_TITLE = 160


def add_to(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command()(evaluate)


def evaluate(
    ctx: typer.Context,
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Directories with items.jsonl and rule files.")
    ],
    rules: Annotated[
        Path | None, typer.Option("--rules", help="A rule file, or a directory of them. Default: those in DIR.")
    ] = None,
    wrong: Annotated[
        int, typer.Option("--wrong", min=0, help="How many misses and false matches to show of each rule.")
    ] = 4,
    as_json: AsJson = False,
) -> None:
    """Measure rules on items that you have labelled.

    Precision, recall and F1, by language, with what was missed and what was met wrongly, and why. Each line of
    items.jsonl is an item as for a backtest with "relevance": 2 belongs, 1 is near and not scored, 0 does not.
    """
    asked = of(ctx)
    from monitor.pipeline import evaluate as evaluating

    reports = [report for folder in folders for report in evaluating.evaluate(folder, rules)]
    if as_json:
        asked.screen.json({"rules": [_data(r) for r in reports], "mean": _mean(reports)})
        return
    for report in reports:
        _details(asked.screen, report, wrong)
    _table(asked.screen, reports)


def _details(screen: Screen, report: Report, wrong: int) -> None:
    for name, found in (("missed", report.missed), ("met wrongly", report.false)):
        if found and wrong:
            head = [Span(f"{report.stream}: {report.rule}: {name}", "head"), Span(f"  {len(found)}", "dim")]
            screen.line([*head, Span(f": {_why(found)}", "dim")])
        for one in found[:wrong]:
            _wrong(screen, one)
        if wrong and len(found) > wrong:
            screen.line(Span(f"and {len(found) - wrong} more: --wrong {len(found)}", "dim"), indent=2)
    if wrong and (report.missed or report.false):
        screen.line()


def _why(found: Sequence[Wrong]) -> str:
    """What stood in the way of so many items, or let them in, the commonest first."""
    reasons = Counter(_reason(one) for one in found)
    return ", ".join(f"{count} {reason}" for reason, count in reasons.most_common(3))


def _reason(one: Wrong) -> str:
    evidence = one.match.evidence
    if evidence.veto:
        return f'excluded by "{evidence.veto}"'
    if not one.match.possible:
        return f"by way of {evidence.path}"
    if not evidence.hits:
        return "without any word of the rule"
    missing = dict.fromkeys(one_line(m, 40) for m in evidence.missing)
    return f"without {' and '.join(missing)}" if missing else "under the bar with all words"


def _wrong(screen: Screen, one: Wrong) -> None:
    from monitor.cli import marked
    from monitor.storylines.tuning import DEFAULT

    title = marked.marked(one.item.title, one.match.evidence.hits, "title", _TITLE)
    screen.line([Span(f"{one.item.id}  ", "dim"), *title], indent=2)
    told = marked.verdict(one.match, DEFAULT.bar)
    for more in (marked.missing(one.match), marked.learned(one.match, 3), marked.parts(one.match)):
        told += ["; ", *more] if more else []
    screen.line(told, indent=4)


def _table(screen: Screen, reports: Sequence[Report]) -> None:
    names = ("items", "rule", "language", "precision", "recall", "F1", "true", "false", "missed", "possible")
    rows: list[Sequence[Any]] = []
    for report in reports:
        rows.append([report.stream, report.rule, "all", *_cells(report.figures), str(report.possible)])
        if len(report.languages) > 1:
            rows += [["", "", lang or "?", *_cells(one), ""] for lang, one in report.languages.items()]
    screen.table([Column(name, right=place > 2) for place, name in enumerate(names)], rows)
    if len(reports) > 1:
        mean = _mean(reports)
        screen.line([Span("mean: ", "head"), ", ".join(f"{name} {value:.3f}" for name, value in mean.items())])


def _cells(one: Figures) -> list[str]:
    shares = (one.precision, one.recall, one.f1)
    return [*(f"{share:.3f}" for share in shares), str(one.true), str(one.false), str(one.missed)]


def _mean(reports: Sequence[Report]) -> dict[str, float]:
    from monitor.pipeline.evaluate import means

    return {name: round(v, 4) for name, v in zip(("precision", "recall", "f1"), means(reports), strict=True)}


def _data(report: Report) -> dict[str, Any]:
    return {
        "rule": report.rule,
        "items": report.stream,
        **_counted(report.figures),
        "languages": {lang: _counted(one) for lang, one in report.languages.items()},
        "possible": report.possible,
        "missed": [_case(one) for one in report.missed],
        "false": [_case(one) for one in report.false],
    }


def _counted(one: Figures) -> dict[str, float]:
    shares = {"precision": one.precision, "recall": one.recall, "f1": one.f1}
    return {
        **{name: round(share, 4) for name, share in shares.items()},
        "true": one.true, "wrong": one.false, "not_met": one.missed,
    }  # fmt: skip


def _case(one: Wrong) -> dict[str, Any]:
    return {"item": one.item.id, "title": one.item.title, "lang": one.item.lang, "match": plain.data(one.match)}
