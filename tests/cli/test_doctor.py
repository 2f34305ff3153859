"""The doctor finds what is wrong with an installation, and says what to do; it alerts nobody."""

from __future__ import annotations

import json
import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.cli.main import main
from monitor.service import doctor
from monitor.service.doctor import State
from monitor.store import status as status_rows
from monitor.store.database import Database

HOOK = '[channels.hook]\ntype = "webhook"\nurl = "http://127.0.0.1:9/hook"\n'


def findings(desk, check: str = "") -> list[dict[str, str]]:
    found = json.loads(desk.run("doctor", "--json").out)
    return [f for f in found if check in ("", f["check"])]


def states(desk, check: str) -> set[str]:
    return {f["state"] for f in findings(desk, check)}


def test_every_area_is_looked_at_and_what_is_not_well_says_what_to_do(desk) -> None:
    found = findings(desk)
    assert {f["check"] for f in found} >= {
        "configuration", "secrets", "permissions", "clock", "disk", "limits", "dns", "channel hook", "unit", "schema",
        "integrity", "daemon", "outbox",
    }  # fmt: skip
    assert all(f["todo"] for f in found if f["state"] != "ok")


def test_a_channel_that_cannot_be_reached_is_a_problem(desk) -> None:
    assert states(desk, "channel hook") == {"problem"}
    assert desk.run("doctor").code == 1


def test_an_installation_in_order_is_said_to_be(desk, site) -> None:
    text = (desk.directory / "storywatch.toml").read_text()
    desk.write("storywatch.toml", text.replace("http://127.0.0.1:9/hook", f"{site}/hook"))
    answer = desk.run("doctor")
    assert (answer.code, answer.err) == (0, ""), answer.out


def test_a_database_that_others_can_read_is_told(desk) -> None:
    desk.database.chmod(0o644)
    assert states(desk, "permissions") == {"warning"}


def test_a_rule_directory_that_everyone_can_change_is_told(desk) -> None:
    (desk.directory / "rules").chmod(0o777)
    (found,) = findings(desk, "permissions")[:1]
    assert (found["state"], found["todo"]) == ("problem", f"chmod o-w {desk.directory / 'rules'}")


def test_a_secret_that_others_can_read_is_told_and_not_shown(desk) -> None:
    secret = desk.write("token", "hunter2")
    secret.chmod(0o644)
    text = (desk.directory / "storywatch.toml").read_text()
    desk.write("storywatch.toml", text.replace(HOOK, f'{HOOK}token_file = "token"\n'))
    answer = desk.run("doctor")
    assert f"chmod 600 {secret}" in answer.out
    assert "hunter2" not in answer.out + answer.err


def test_a_broken_configuration_is_told_and_the_rest_looked_at(desk) -> None:
    desk.write("rules/boeing.toml", "frase = 1\n")
    assert "problem" in states(desk, "configuration")
    assert states(desk, "integrity") == {"ok"}
    desk.write("storywatch.toml", "timezon = 1\n")
    assert states(desk, "configuration") == {"problem"}


@pytest.mark.parametrize(("spoil", "check"), [("newer", "schema"), ("torn", "database"), ("gone", "database")])
def test_a_database_that_cannot_be_used_is_told(desk, spoil: str, check: str) -> None:
    if spoil == "newer":
        with sqlite3.connect(desk.database) as db:
            db.execute("PRAGMA user_version = 999")
    elif spoil == "torn":
        desk.database.write_bytes(b"x" * 5000)
    else:
        desk.database.unlink()
    assert states(desk, check) == {"warning" if spoil == "gone" else "problem"}


def test_a_clock_before_what_is_stored_is_a_problem(desk) -> None:
    with Database.open(desk.database, writer=False) as db:
        found = status_rows.read(db, datetime.now(UTC))
    now = datetime.now(UTC)
    assert doctor.clock(found, now - timedelta(days=1), "yes").state is State.PROBLEM
    assert doctor.clock(found, now, "no").state is State.WARNING
    assert doctor.clock(found, now, "yes").state is State.OK


@pytest.mark.parametrize(
    ("free", "inodes", "state"),
    [
        (10**7, 10**6, State.PROBLEM),
        (10**8, 10**6, State.WARNING),
        (10**10, 10**6, State.OK),
        (10**10, 9, State.PROBLEM),
        (10**10, 0, State.OK),  # a file system without inodes
    ],
)
def test_a_disk_that_fills_up_is_told(tmp_path: Path, free: int, inodes: int, state: State) -> None:
    assert doctor.disk(tmp_path / "x.db", (free, inodes)).state is state


def test_a_unit_is_read(short_path: Path) -> None:
    ours = (Path(__file__).parents[2] / "systemd" / "storywatch.service").read_text()
    unit = short_path / "storywatch.service"
    unit.write_text(ours)
    assert doctor.unit([unit]).state is State.PROBLEM  # nothing is installed in /opt here
    program = short_path / "storywatch"
    program.touch()
    unit.write_text(ours.replace("/opt/storywatch/bin/storywatch", str(program)))
    assert doctor.unit([short_path / "none", unit]).state is State.OK
    unit.write_text(f"[Service]\nExecStart={program} run\n# User=storywatch\n")
    found = doctor.unit([unit])
    assert found.state is State.WARNING
    assert "User" in found.found
    assert doctor.unit([]).state is State.OK


def test_a_directory_of_another_user_is_told(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    tmp_path.chmod(0o500)
    (found,) = doctor.files(tmp_path / "x.db")
    assert found.state is State.PROBLEM


def test_without_any_configuration_it_says_how_to_begin(tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STORYWATCH_CONFIG", raising=False)
    assert main(["doctor"]) == 2
    assert "storywatch init" in capsys.readouterr().err
