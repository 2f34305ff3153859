"""Failures: what goes wrong between two machines, as one value with a stable kind and one safe line."""

from __future__ import annotations

import os
import ssl
from urllib.parse import urlsplit

import httpx

from monitor.model.poll import FetchFailed
from monitor.net.inflate import BodyRefusedError
from monitor.net.transport import EgressRefusedError, NameUnknownError

EXPECTED = (
    httpx.HTTPError,
    httpx.InvalidURL,
    BodyRefusedError,
    OSError,  # with ssl.SSLError and TimeoutError
    UnicodeError,
)
_TORN = "without sending complete message body"  # h11's words for a Content-Length or chunk that falls short


def place(url: str) -> str:
    """Return the host (and port) of ``url``: all of an address that a message may show."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "the address"
    return _line(f"{parts.hostname or 'the address'}{port}", 100)


def failure(error: BaseException, url: str, timeout_s: float) -> FetchFailed:
    """Return the failed poll that ``error`` means; its detail names the host, never path or query."""
    kind, detail = _described(error, place(url), timeout_s)
    return FetchFailed(kind, _line(detail, 200))


def _described(error: BaseException, host: str, timeout_s: float) -> tuple[str, str]:
    if isinstance(error, BodyRefusedError):
        return error.kind, f"{host}: {error.detail}"
    if isinstance(error, EgressRefusedError):
        return "egress", f"{host} leads to a private or reserved address; polling.allow_networks can allow it"
    if isinstance(error, NameUnknownError):
        return "dns", f"{host} has no address"
    if isinstance(error, ssl.SSLError):
        return "tls", f"{host}: {_tls_reason(error)}"
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return "timeout", f"{host} was not done in time ({timeout_s:g} s in all)"
    return _broken(error, host)


def _broken(error: BaseException, host: str) -> tuple[str, str]:
    if isinstance(error, httpx.InvalidURL | UnicodeError):
        return "url", f"not an http or https address: {host}"
    text = str(error)
    if _TORN in text:
        return "torn", f"{host} broke off before the end of the body"
    if isinstance(error, httpx.ProxyError):
        return "connect", f"the proxy refused to connect to {host}"
    if isinstance(error, httpx.ProtocolError):
        return "http", f"{host} does not speak HTTP: {_line(text, 80)}"
    if isinstance(error, OSError) and error.errno:
        return "connect", f"{host}: {_os_reason(error)}"
    return "connect", f"{host}: the connection failed"


def _line(text: str, limit: int) -> str:
    """Return ``text`` as one line of printable ASCII: host names and library messages may hold anything."""
    return " ".join("".join(c if " " <= c <= "~" else " " for c in text[: 4 * limit]).split())[:limit]


def _os_reason(error: OSError) -> str:
    # asyncio puts the address into strerror; the system's own words say what happened.
    return os.strerror(error.errno) if error.errno else "no connection"


def _tls_reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate not accepted: {error.verify_message}"
    return f"TLS failed: {(error.reason or 'handshake').replace('_', ' ').lower()}"
