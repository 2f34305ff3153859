"""Unsure: what the fast reader says instead of guessing; the document then goes to feedparser."""

from __future__ import annotations


class UnsureError(Exception):
    """The fast reader met something that it does not read exactly as feedparser does."""
