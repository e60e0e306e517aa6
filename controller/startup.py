"""Is the package `ipam` ours? Looked up without importing it, before anything else is.

The one idea: NetBox's wheel installs a top-level package of the same name; running its code in place of ours must never
happen silently.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

OURS = "address_plan.py"
THEIRS = ("apps.py", "models", "urls.py")
"""What a Django application has and our package never will, should both be installed over each other."""


def foreign_ipam() -> Path | None:
    """Return where `import ipam` leads if that is not our package, else None."""
    spec = find_spec("ipam")
    origin = None if spec is None or spec.origin is None else Path(spec.origin)
    folder = Path("(nowhere)") if origin is None else origin.parent
    beside_us = folder.resolve() == Path(__file__).resolve().parent.parent / "ipam"
    if beside_us and (folder / OURS).is_file() and not any((folder / name).exists() for name in THEIRS):
        return None
    return folder
