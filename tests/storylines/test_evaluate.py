"""Labelled items measure rules: our own small corpus is held to floors, and labels are read as a person writes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.cli.main import main
from monitor.errors import ConfigError, UsageError
from monitor.pipeline.evaluate import Figures, evaluate, labelled, means

CORPUS = Path(__file__).parent / "labelled"


@pytest.mark.parametrize(("stream", "precision", "recall"), [("dam", 0.95, 0.8), ("strike", 0.9, 0.8)])
def test_the_small_corpus_is_met_as_well_as_ever(stream: str, precision: float, recall: float) -> None:
    (report,) = evaluate(CORPUS / stream)
    wrong = [(w.item.title, w.match.score) for w in (*report.false, *report.missed)]
    assert report.figures.precision >= precision, wrong
    assert report.figures.recall >= recall, wrong
    whole = report.figures
    assert sum(f.true for f in report.languages.values()) == whole.true
    assert sum(f.missed for f in report.languages.values()) == whole.missed == len(report.missed)
    assert sum(f.false for f in report.languages.values()) == whole.false == len(report.false)


def test_figures_are_shares_also_of_nothing() -> None:
    assert (Figures().precision, Figures().recall, Figures().f1) == (1.0, 1.0, 1.0)
    assert (Figures(false=3).precision, Figures(missed=3).recall, Figures(0, 1, 1).f1) == (0.0, 0.0, 0.0)
    assert Figures(true=3, false=1, missed=3).f1 == pytest.approx(0.6)
    assert means([]) == (0.0, 0.0, 0.0)


def _folder(tmp_path: Path, *rows: object, rule: str = 'phrase = "Kestrel Arbutus merger"') -> Path:
    (tmp_path / "items.jsonl").write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows))
    (tmp_path / "merger.toml").write_text(rule)
    return tmp_path


def _row(ident: int, title: str, **more: object) -> dict[str, object]:
    return {"id": ident, "title": title, "published": f"2026-03-01T0{ident}:00:00Z", **more}


def test_labels_are_numbers_or_true_and_false_and_the_near_ones_are_not_scored(tmp_path: Path) -> None:
    folder = _folder(
        tmp_path,
        _row(1, "Kestrel and Arbutus agree on merger", relevant=True),
        _row(2, "Kestrel, Arbutus: merger called off", relevance=0),
        _row(3, "Arbutus Kestrel merger: a comment", relevance=1),
        _row(4, "A boat race", relevance=2),
        _row(5, "Merger of Kestrel with Arbutus"),
        _row(6, "Another race", relevant=False),
    )
    (report,) = evaluate(folder)
    assert report.figures == Figures(true=1, false=1, missed=1)
    assert [w.item.id for w in report.false] == ["2"]
    assert [(w.item.id, w.match.score) for w in report.missed] == [("4", 0.0)]
    assert report.missed[0].match.evidence.missing


@pytest.mark.parametrize(
    ("row", "word"),
    [("{", "JSON"), ("[]", "object"), (_row(1, "x", relevance=7), "label"), (_row(1, "x", relevant="x"), "label")],
)
def test_a_broken_label_is_told_with_its_line(tmp_path: Path, row: object, word: str) -> None:
    with pytest.raises(UsageError, match=word):
        labelled(_folder(tmp_path, row) / "items.jsonl")


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"items\.jsonl"):
        list(evaluate(tmp_path))
    with pytest.raises(UsageError, match="no item has a label"):
        list(evaluate(_folder(tmp_path, _row(1, "x"))))
    broken = _folder(tmp_path, _row(1, "x", relevance=2), rule="phrase = 3")
    with pytest.raises(ConfigError):
        list(evaluate(broken))
    (broken / "merger.toml").unlink()
    with pytest.raises(UsageError, match="no rule"):
        list(evaluate(broken))


def test_the_command_prints_a_table_and_what_was_wrong(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = _folder(tmp_path, _row(1, "Kestrel Arbutus merger", relevance=0), _row(2, "Race", relevance=2))
    assert main(["evaluate", str(folder), str(CORPUS / "dam")]) == 0
    text = capsys.readouterr().out
    assert "[Kestrel] [Arbutus] [merger]" in text
    assert "met wrongly" in text
    assert "mean: precision" in text
    assert main(["evaluate", str(folder), "--rules", str(CORPUS / "strike" / "strike.toml"), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["rules"][0]["rule"] == "strike"
    assert [case["item"] for case in data["rules"][0]["missed"]] == ["2"]
    assert main(["evaluate", str(tmp_path / "nowhere")]) == 2
