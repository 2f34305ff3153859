"""The unit file: what it promises, and how much of the machine it leaves open."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNIT = SYSTEMD / "storywatch.service"


@pytest.fixture(scope="module")
def service() -> dict[str, str]:
    unit = configparser.RawConfigParser(strict=False, comment_prefixes=("#",), interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(UNIT.read_text(encoding="utf-8"))
    return dict(unit["Service"])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Type", "notify"),
        ("NotifyAccess", "main"),
        ("User", "storywatch"),
        ("Group", "storywatch"),
        ("StateDirectory", "storywatch"),
        ("ConfigurationDirectory", "storywatch"),
        ("WorkingDirectory", "/etc/storywatch"),
        ("KillMode", "mixed"),
        ("TimeoutStopSec", "15"),
        ("ExecReload", "/bin/kill -HUP $MAINPID"),
        ("Restart", "on-failure"),
        ("UMask", "0077"),
    ],
)
def test_the_service_is_run_as_the_daemon_expects(service: dict[str, str], key: str, value: str) -> None:
    assert service[key] == value


def test_it_is_watched_and_not_restarted_for_ever(service: dict[str, str]) -> None:
    assert 30 <= int(service["WatchdogSec"]) <= 600
    assert int(service["RestartSec"]) >= 1
    assert re.search(r"^StartLimitBurst=\d+$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_place_of_the_program_is_absolute_and_explained(service: dict[str, str]) -> None:
    assert service["ExecStart"] == "/opt/storywatch/bin/storywatch run"
    text = UNIT.read_text(encoding="utf-8")
    assert "/opt/storywatch/bin/pip install storywatch" in text
    assert "systemctl edit storywatch" in text
    assert "#LoadCredential=smtp-password:" in text


def test_the_parsers_may_still_limit_themselves(service: dict[str, str]) -> None:
    """setrlimit is in @resources: without it a parser could not bound its memory."""
    assert "@resources" not in service["SystemCallFilter"]


def test_the_user_is_a_system_user_without_login() -> None:
    lines = [
        line for line in (SYSTEMD / "storywatch.sysusers").read_text(encoding="utf-8").splitlines() if line[0] != "#"
    ]
    assert lines == ['u storywatch - "Storywatch news monitor" /var/lib/storywatch /usr/sbin/nologin']


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed here")
    here = tmp_path / UNIT.name  # with a program that is there
    text = UNIT.read_text(encoding="utf-8").replace("/opt/storywatch/bin/storywatch", sys.executable)
    here.write_text(text, encoding="utf-8")
    ran = subprocess.run([analyze, "verify", str(here)], capture_output=True, text=True, timeout=90, check=False)
    if "storywatch" not in ran.stderr and ran.returncode:
        pytest.skip(f"systemd-analyze cannot verify here: {ran.stderr.strip()}")
    assert "storywatch" not in ran.stderr, ran.stderr


def test_the_exposure_that_systemd_measures_is_low() -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed here")
    ran = subprocess.run(
        [analyze, "security", "--offline=true", str(UNIT)], capture_output=True, text=True, timeout=60, check=False
    )
    if "unrecognized option" in ran.stderr:
        pytest.skip("this systemd-analyze cannot measure offline")
    found = re.search(r"Overall exposure level for storywatch.service: ([\d.]+)", ran.stdout)
    assert found, ran.stdout + ran.stderr
    assert float(found.group(1)) <= 2.0
