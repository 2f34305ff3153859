"""Notify: the daemon's word to systemd (sd_notify(3)): READY, STATUS, WATCHDOG, RELOADING, STOPPING."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress

SEND_S = 5.0  # a manager that does not read is waited for so long, as libsystemd does


class Notifier:
    """Sends states to $NOTIFY_SOCKET; does nothing where the variable is not set."""

    def __init__(self) -> None:
        """Read the socket's address and the watchdog's interval from the environment."""
        self._address = os.environ.get("NOTIFY_SOCKET", "")
        usec = os.environ.get("WATCHDOG_USEC", "")
        ours = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.watchdog_s = int(usec) / 1e6 if usec.isdigit() and ours else 0.0

    def ready(self, status: str) -> None:
        """Start-up (or a reload) is complete."""
        self._send(f"READY=1\nSTATUS={status}")

    def status(self, status: str) -> None:
        """One line for ``systemctl status``."""
        self._send(f"STATUS={status}")

    def waiting(self, status: str, at_most_s: float) -> None:
        """The start takes longer, for a reason; systemd is to wait ``at_most_s`` more."""
        self._send(f"STATUS={status}\nEXTEND_TIMEOUT_USEC={int(at_most_s * 1e6)}")

    def reloading(self) -> None:
        """A reload begins (MONOTONIC_USEC as Type=notify-reload asks for)."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The end begins."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """Feed the watchdog; to be called only while both pipelines make progress."""
        self._send("WATCHDOG=1")

    def _send(self, state: str) -> None:
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            sock.settimeout(SEND_S)
            sock.sendto(state.encode(), address)
