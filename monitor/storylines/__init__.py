"""Storylines: which items belong to which storyline, and why. Pure."""
