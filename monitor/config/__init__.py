"""Configuration: storywatch.toml and rules/*.toml -> frozen values; every problem at once, with its place."""
