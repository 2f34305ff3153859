"""Demo: a recorded storyline replayed through the real daemon."""
