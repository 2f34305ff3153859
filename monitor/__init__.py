"""Storywatch: a news-monitoring daemon that alerts when a storyline develops."""

__version__ = "0.1.0"
