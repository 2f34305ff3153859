"""Guard: what every request must be and every answer must say, whatever the page does.

The page listens on loopback or a unix socket, and asks for a password only where one is set. So a request must name
a host that is ours (else a web site could reach the page through a name that it points at 127.0.0.1: DNS rebinding),
and a request that changes something must come from the page itself (Origin, Sec-Fetch-Site, and a token in the form).
"""

from __future__ import annotations

import hmac
import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONGEST = 200_000  # bytes of a form
HEADERS = {
    # No inline script or style, nothing from elsewhere, no frames, forms only to ourselves.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Nothing to other sites. "no-referrer" would make browsers send "Origin: null" with our own forms (Fetch, 3.2).
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_SAFE = {"GET", "HEAD"}


def hosts_of(listen: str) -> frozenset[str] | None:
    """Return the Host headers that are ours when listening at ``listen``; None (any) for a unix socket.

    No browser reaches a unix socket but through a web server that a person has put in front of it.
    """
    if listen.startswith("unix:"):
        return None
    host, _, port = listen.rpartition(":")
    names = {host, *_LOOPBACK}
    return frozenset({f"{name}:{port}" for name in names} | (names if port == "80" else set()))


class Guard:
    """ASGI middleware around the whole page."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str] | None, password: Callable[[], str]) -> None:
        """``hosts``: the Host headers that are ours; None: any. ``password``: what is asked for now; "" for nothing."""
        self._app = app
        self._hosts = hosts
        self._password = password

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what is not meant for us; else pass it on, and put our headers on the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-cache")
                if message["status"] == 401:
                    headers["WWW-Authenticate"] = 'Basic realm="Storywatch", charset="UTF-8"'
            await send(message)

        refused = self._refused(scope["method"], Headers(scope=scope))
        app = PlainTextResponse(f"{refused[1]}\n", refused[0]) if refused else self._app
        await app(scope, receive, send_with_headers)

    def _refused(self, method: str, headers: Headers) -> tuple[int, str] | None:
        host = headers.get("host", "").lower()
        if self._hosts is not None and host not in self._hosts:
            return 421, "This page answers only to the address it listens on."
        password = self._password()
        if password and not knows(headers.get("authorization", ""), password):
            return 401, "This page asks for a password."
        if method in _SAFE:
            return None
        return (405, "Only GET, HEAD and POST are understood.") if method != "POST" else self._foreign(headers, host)

    def _foreign(self, headers: Headers, host: str) -> tuple[int, str] | None:
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host:
            return 403, "This form was sent from another site."
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return 403, "This form was sent from another site."
        return None


def knows(authorization: str, password: str) -> bool:
    """Return whether a header holds ``password``: as Bearer (RFC 6750), or Basic with any user (RFC 7617)."""
    scheme, _, rest = authorization.partition(" ")
    given = rest.strip().encode("utf-8", "replace")
    if scheme.lower() == "basic":
        try:
            given = b64decode(given, validate=True).partition(b":")[2]
        except ValueError:
            return False
    elif scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(given, password.encode())


async def form(request: Request, token: str) -> Mapping[str, str]:
    """Return the fields of a form of ours, or of a JSON object that says the same.

    Raises HTTPException 403 without ``token``, 413 for one that is too long, 400 for one that cannot be read.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST:
            raise HTTPException(413, "The form is too long.")
    fields = _fields(body.decode("utf-8", "replace"), request.headers.get("content-type", ""))
    if not hmac.compare_digest(fields.get("token", "").encode("utf-8", "replace"), token.encode()):
        raise HTTPException(403, "The form is out of date: load the page again.")
    return fields


def _fields(body: str, kind: str) -> Mapping[str, str]:
    try:
        if kind.partition(";")[0].strip().lower() != "application/json":
            return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=50))
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise HTTPException(400, "The form cannot be read.") from None
    return {name: value for name, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}
