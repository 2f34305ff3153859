"""Secrets come from files that only we can read, and are never told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from monitor.config import secrets
from monitor.errors import ConfigError


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("hunter2\n")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_of_the_owner_alone_is_read_without_its_line_end(kept: Path, mode: int) -> None:
    kept.chmod(mode)
    assert secrets.read("secret", kept.parent, {}) == "hunter2"
    assert secrets.read(kept, Path("/nowhere"), {}) == "hunter2"


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o666, 0o602, 0o601, 0o620])
def test_a_file_that_others_may_read_or_write_is_refused(kept: Path, mode: int) -> None:
    kept.chmod(mode)
    with pytest.raises(ConfigError) as caught:
        secrets.read("secret", kept.parent, {})
    assert str(caught.value).endswith(f"can be read by others (chmod 600 {kept})")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"one\ntwo\n", "more than one line"),
        (b"a\x00b", "more than one line or control characters"),
        (b"\xff\xfe", "is not text"),
        (b"x" * 65_537, "is too large"),
    ],
)
def test_what_is_no_secret_is_refused(kept: Path, body: bytes, said: str) -> None:
    kept.write_bytes(body)
    with pytest.raises(ConfigError, match=said):
        secrets.read("secret", kept.parent, {})


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo", 0o600)
    (tmp_path / "directory").mkdir()
    for name in ("fifo", "directory", "absent", "a\0b"):
        assert isinstance(secrets.look(name, tmp_path, {}), secrets.Refused)


def test_credentials_that_systemd_hands_over_come_first(kept: Path, tmp_path: Path) -> None:
    handed = tmp_path / "credentials"
    handed.mkdir()
    (handed / "secret").write_text("handed")
    (handed / "secret").chmod(0o440)  # as systemd shows them: the group bit is the mask of an access list
    environ = {"CREDENTIALS_DIRECTORY": str(handed)}
    assert secrets.read("secret", kept.parent, environ) == "handed"
    assert secrets.read(kept, Path("/nowhere"), environ) == "hunter2"
    (handed / "secret").chmod(0o444)
    assert isinstance(secrets.look("secret", kept.parent, environ), secrets.Refused)
    (handed / "secret").unlink()
    assert secrets.read("secret", kept.parent, environ) == "hunter2"


def test_a_secret_does_not_print_itself(kept: Path) -> None:
    assert "hunter2" not in repr(secrets.look("secret", kept.parent, {}))


HOOK = '[channels.h]\ntype = "webhook"\nurl = "https://h.example/"\nsecret_files = [\n"good",\n"secret"]\n'


@pytest.mark.parametrize("bad", ["hunter2", "whsec_c2hvcnQ=", "whsec_" + "A" * 400, "whsec_!!!!", "schlüssel"])
def test_a_webhook_secret_that_cannot_sign_is_told_without_being_told(desk, bad: str) -> None:
    desk.file("good", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=").file("secret", bad)
    problems = desk.site(HOOK).problems()
    assert len(problems) == 1
    assert problems[0].startswith(
        "storywatch.toml:6: channels.h.secret_files[1]: the secret file secret holds no webhook"
    )
    assert bad.removeprefix("whsec_") not in problems[0]


@pytest.mark.parametrize("key", ["token_file", "url_file"])
def test_a_secret_that_cannot_be_read_is_told_where_it_is_named(desk, key: str) -> None:
    url = "" if key == "url_file" else 'url = "https://h.example/"\n'
    desk.site(f'[channels.h]\ntype = "webhook"\n{url}{key} = "gone"').file("open", "x", 0o644)
    line = 3 if key == "url_file" else 4
    assert desk.problems()[0].startswith(
        f"storywatch.toml:{line}: channels.h.{key}: the secret file gone cannot be read"
    )


def test_a_secret_address_must_be_one(desk) -> None:
    desk.site('[channels.h]\ntype = "webhook"\nurl_file = "address"').file("address", "hooks.example/s3cret")
    assert desk.problems() == ["storywatch.toml:3: channels.h.url_file: the secret file address holds no web address"]


def test_mail_without_encryption_takes_no_password(desk) -> None:
    mail = '[channels.m]\ntype = "smtp"\nhost = "m"\nfrom = "a@b"\nto = ["a@b"]\nsecurity = "none"\n'
    desk.file("p", "x").site(mail + 'user = "u"\npassword_file = "p"')
    assert desk.problems() == [
        'storywatch.toml:6: channels.m.security: found "none"; allowed with user and password: "starttls", "tls"'
    ]
    assert desk.site(mail).problems() == []
