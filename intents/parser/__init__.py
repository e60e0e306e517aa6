"""Rows and nodes to values of the registry, the settings and the intents."""
