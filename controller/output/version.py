"""Which version of truc this is, as the installed package says."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def product_version() -> str:
    """Return the version, or "(not installed)" for a checkout that runs as it lies."""
    try:
        return version("truc")
    except PackageNotFoundError:
        return "(not installed)"
