"""Configuration: storywatch.toml and rules/*.toml into frozen objects, every error at once."""
