"""Benchmarks: what Storywatch costs and how well it decides, each as one command that prints a table."""
