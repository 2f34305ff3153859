"""The local HTTP server and client of the feeds room serve here too; a certificate for it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.feeds.conftest import client, server

__all__ = ["certificate", "client", "server"]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make a certificate with")
    place = tmp_path_factory.mktemp("tls") / "both.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=feed.example"
    extra = ["-addext", "subjectAltName=DNS:feed.example", "-keyout", str(place), "-out", str(place) + ".crt"]
    subprocess.run([*command.split(), *extra], check=True, capture_output=True)
    place.write_text(place.read_text() + Path(str(place) + ".crt").read_text())
    return place
