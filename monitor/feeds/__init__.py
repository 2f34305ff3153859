"""Feeds: fetch, parse, normalise, identify, cadence, OPML."""
