"""The built wheel, installed away from the checkout, does what the checkout does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing of the checkout in it but the installed wheel."""
    base = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run(
        [*pip, "wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", str(base), str(ROOT)], check=True
    )
    wheel = next(base.glob("storywatch-*.whl"))
    subprocess.run([*pip, "install", "--no-deps", "--no-index", "--target", str(base / "site"), str(wheel)], check=True)
    return base / "site"


def storywatch(site: Path, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    # An editable install would show through the path file; -S -E leave it out, the environment's packages come last.
    packages = [p for p in sys.path if p.endswith("site-packages")]
    program = (
        f"import sys; sys.path[:0] = {[str(site), *packages]!r}; import monitor; "
        f"assert monitor.__file__.startswith({str(site)!r}), monitor.__file__; "
        "from monitor.cli.main import main; main()"
    )
    return subprocess.run(
        [sys.executable, "-S", "-E", "-c", program, *words],
        cwd=cwd, env={**os.environ, "NO_COLOR": "1"}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def test_it_writes_a_configuration_that_checks_clean(installed: Path, tmp_path: Path) -> None:
    made = storywatch(installed, "init", str(tmp_path / "desk"), cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    desk = tmp_path / "desk"
    assert (desk / "rules" / "trump-moscow-visit.toml").is_file()
    assert (desk / "seeds" / "trump-moscow-visit.md").is_file()
    assert any(desk.rglob("storywatch.service"))
    assert (desk / "docs" / "schemas" / "webhook-1.json").is_file()
    checked = storywatch(installed, "check", cwd=desk)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_it_knows_its_version(installed: Path, tmp_path: Path) -> None:
    import monitor

    said = storywatch(installed, "--version", cwd=tmp_path)
    assert monitor.__version__ in said.stdout
