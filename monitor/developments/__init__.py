"""Developments: what is new in a storyline, and what only repeats it. Pure."""
