"""Service: the daemon around the pipelines."""
