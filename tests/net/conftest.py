"""The local HTTP server and client of the feeds room serve here too."""

from tests.feeds.conftest import client, server

__all__ = ["client", "server"]
