"""Whatever goes wrong is one clear line that says what, where and what to do next; never a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.cli import faults
from monitor.cli.main import hoisted, main
from monitor.errors import ConfigError, Problem, StoreBusy, StoreError, StoreFull, StoreInUse, UsageError
from monitor.store.lock import InstanceLock


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("bogus",), 2, ["No such command 'bogus'", "storywatch --help"]),
        (("rule", "tets"), 2, ["No such command 'tets'", "Did you mean 'test'", "storywatch rule --help"]),
        (("check", "--config"), 2, ["--config needs a path"]),
        (("rule",), 2, ["Missing command", "storywatch rule --help"]),
        (("check", "--jsno"), 2, ["--jsno", "storywatch check --help"]),
        (("alerts", "list", "--status", "lost"), 2, ["lost", "dead"]),
        (("explain",), 2, ["Missing argument", "storywatch explain --help"]),
        (("explain", "999"), 2, ["no item '999'"]),
        (("explain", "https://wire.example/none"), 2, ["no item"]),
        (("explain", "two", "words"), 2, ["two words", "storyline SLUG"]),
        (("explain", "alert"), 2, ["storywatch explain alert ID"]),
        (("explain", "alert", "no"), 2, ["no alert 'no'", "alerts list"]),
        (("explain", "1", "--storyline", "mosco"), 2, ['no rule "mosco"', "rule list"]),
        (("timeline", "mosco"), 2, ["mosco"]),
        (("timeline", "moscow", "--since", "yesterish"), 2, ["--since", "yesterish", "2025-03-18", "7d"]),
        (("rule", "test", "mosco", "x"), 2, ['did you mean "moscow"?', "rule list"]),
        (("rule", "new", "moscow", "x"), 2, ["moscow.toml", "already"]),
        (("rule", "new", "No Good", "x"), 1, ["No Good.toml", "rename"]),
        (("feeds", "poll", "world/wir"), 2, ['did you mean "world/wire"?', "feeds list"]),
        (("feeds", "add", "http://127.0.0.1:9/rss"), 2, ["followed already", "world/wire"]),
        (("feeds", "add", "http://127.0.0.1:9/none"), 1, ["cannot be fetched", "check the address"]),
        (("alerts", "test", "hok"), 2, ['did you mean "hook"?', "defines"]),
        (("alerts", "retry", "no"), 2, ["no delivery 'no'"]),
        (("alerts", "show", "no"), 2, ["no alert 'no'"]),
        (("db", "prune", "--keep", "long"), 2, ["--keep", "long", "90d"]),
        (("db", "backup", "none/there.db"), 1, ["no directory", "make it first"]),
        (("backtest", "--items", "none.jsonl"), 2, ["none.jsonl", "No such file"]),
        (("backtest", "--route", "dsk"), 2, ["dsk", "desk"]),
        (("backtest", "--rules", "none"), 1, ["none", "no such directory"]),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, tuple) else None,
)
def test_a_wrong_command_is_told_in_one_line(desk, words, code, says):
    answer = desk.run(*words)
    assert answer.code == code, answer.err
    assert answer.err.count("\n") == 1
    assert answer.err.startswith("storywatch: ")
    assert "Traceback" not in answer.err
    for part in says:
        assert part in answer.err


def test_every_problem_of_a_broken_configuration_has_its_line(bare):
    bare.write("storywatch.toml", 'timzone = "UTC"\n[polling]\nevery = "5m"\n')
    for words in (("check",), ("status",), ("run",), ("feeds", "list")):
        answer = bare.run(*words)
        told = answer.out + answer.err
        assert answer.code == 1
        assert 'storywatch.toml:1: timzone: unknown key (did you mean "timezone"?)' in told
        assert "storywatch.toml:3: polling.every:" in told


def test_a_broken_rule_is_named_and_the_others_are_listed(bare):
    bare.write("rules/boeing.toml", 'frase = "Boeing"\n')
    checked = bare.run("check")
    assert checked.code == 1
    assert "boeing.toml:1: frase: unknown key" in checked.out
    listed = bare.run("rule", "list")
    assert listed.code == 1
    assert "moscow" in listed.out
    assert "broken" in listed.out


def test_a_broken_rule_does_not_hide_the_state_of_the_rest(desk):
    desk.write("rules/boeing.toml", 'frase = 1\nphrase = "Boeing"\n')
    for words in (("timeline", "moscow"), ("explain", "1"), ("alerts", "list"), ("feeds", "list"), ("db", "path")):
        answer = desk.run(*words)
        assert answer.code == 0
        assert answer.err.count("\n") == 1
        assert "storywatch: warning: " in answer.err
        assert "boeing.toml:1: frase: unknown key" in answer.err
        assert "see: storywatch check" in answer.err


@pytest.mark.parametrize("words", [("status",), ("timeline", "moscow"), ("alerts", "list"), ("db", "migrate")])
def test_a_missing_database_says_how_to_get_one(bare, words):
    answer = bare.run(*words)
    assert answer.code == 1
    assert "there is no database here yet: start Storywatch once" in answer.err
    assert not bare.database.exists()


@pytest.mark.parametrize("words", [("run",), ("once",), ("db", "migrate")])
def test_a_second_daemon_on_the_same_database_is_refused(desk, words):
    with InstanceLock(desk.database):
        answer = desk.run(*words)
    assert answer.code == 1
    assert answer.err.count("\n") == 1
    assert f"another Storywatch runs on it (process {os.getpid()})" in answer.err
    assert "stop that one first" in answer.err


def test_a_foreign_file_in_place_of_the_database_is_left_alone(bare):
    bare.database.write_bytes(b"no database at all, but somebody's only copy of something else" * 4)
    before = bare.database.read_bytes()
    answer = bare.run("status")
    assert answer.code == 1
    assert "not a database" in answer.err
    assert bare.database.read_bytes() == before


def test_without_a_configuration_it_says_how_to_write_one(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STORYWATCH_CONFIG", raising=False)
    monkeypatch.setattr("monitor.cli.asked.SYSTEM", tmp_path / "etc" / "storywatch.toml")
    assert main(["check"]) == 2
    assert "storywatch init" in capsys.readouterr().err


def test_the_configuration_is_found_by_option_variable_and_place(bare, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("STORYWATCH_CONFIG", raising=False)
    assert main(["check"]) == 0
    monkeypatch.setenv("STORYWATCH_CONFIG", str(tmp_path / "none.toml"))
    assert main(["check"]) == 2
    assert "none.toml: there is no such file (from $STORYWATCH_CONFIG)" in capsys.readouterr().err
    assert main(["check", "--config", str(tmp_path)]) == 0
    assert main(["check", f"--config={tmp_path / 'other.toml'}"]) == 2
    del bare


def test_an_unforeseen_fault_has_no_traceback_unless_it_is_asked_for(bare, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("a bug\nof two lines")

    monkeypatch.setattr("monitor.pipeline.assemble.load", broken)
    answer = bare.run("check")
    assert answer.code == 1
    assert answer.err.count("\n") == 1
    assert "internal error: ZeroDivisionError: a bug of two lines" in answer.err
    assert "Traceback" in bare.run("--verbose", "check").err


def test_ctrl_c_is_quiet(bare, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("monitor.pipeline.assemble.load", interrupted)
    answer = bare.run("check")
    assert (answer.code, answer.out, answer.err) == (130, "", "")


def _command(*words: str, **more: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "monitor.cli.main", *words], **more)


def test_a_reader_that_leaves_is_no_fault(desk):
    reading, writing = os.pipe()
    os.close(reading)
    command = _command("--config", str(desk.directory), "timeline", "moscow", stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    _, err = command.communicate(timeout=90)
    assert err == b""
    assert command.returncode == 0


def test_commands_work_beside_a_daemon_that_ends_at_ctrl_c_in_silence(desk):
    command = _command("--config", str(desk.directory), "run", stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    told = b""
    while b"ready" not in told and (line := command.stderr.readline()):
        told += line
    beside = desk.run("status")
    second = desk.run("run")
    retried = desk.run("alerts", "retry", json.loads(desk.run("alerts", "list", "--json").out)[0]["key"])
    command.send_signal(signal.SIGINT)
    _, rest = command.communicate(timeout=90)
    assert b"ready" in told
    assert f"process {command.pid}" in beside.out
    assert "is running since" in beside.out
    assert second.code == 1
    assert f"another Storywatch runs on it (process {command.pid})" in second.err
    assert retried.code in (0, 2)  # 2: it is just being sent
    assert b"Traceback" not in told + rest
    assert command.returncode in (0, 130)


@pytest.mark.parametrize("error", [StoreInUse("x"), StoreBusy("x"), StoreFull("x")])
def test_a_state_of_the_store_says_what_to_do_next(error):
    assert faults.lines(error)[0].count(":") == 2
    assert faults.code(error) == 1


def test_codes_tell_usage_from_problems():
    problems = (Problem("a.toml", 1, "k", "is wrong"), Problem("b.toml", 0, "", "is wrong"))
    assert faults.code(UsageError("x")) == 2
    assert faults.code(StoreError("x")) == 1
    assert faults.lines(ConfigError(problems)) == [f"storywatch: {p}" for p in problems]


PIECES = st.sampled_from([("-v",), ("--config", "P"), ("--config=P",), ("--no-color",), ("check",), ("--json",)])
TAIL = st.lists(st.sampled_from(["-v", "--config", "x"])).map(lambda words: ["--", *words]) | st.just([])


@settings(deadline=None)
@given(st.lists(PIECES, max_size=6), TAIL)
def test_moving_the_common_options_loses_and_invents_no_word(pieces, tail):
    words = [word for piece in pieces for word in piece]
    moved = hoisted([*words, *tail])
    own = [word for piece in pieces if piece[0] in ("check", "--json") for word in piece]
    assert moved[len(words) - len(own) :] == [*own, *tail]
    assert sorted(moved) == sorted([*words, *tail])
