"""What a session leaves out of a path that it passes on, for the engine.

The one idea: the path is split where removal ends; behind that it stays as it is.
"""

from __future__ import annotations

from itertools import takewhile

from routing.model import BgpNeighbor, PrivateRemoval

PRIVATE = (range(64512, 65535), range(4200000000, 4294967295))


def without_private(path: tuple[int, ...], statement: BgpNeighbor, own: int) -> tuple[int, ...]:
    """Return a path held as it is sent behind the own AS (JUN-SEND-06)."""
    match statement.remove_private:
        case None:
            return path
        case PrivateRemoval.LEADING:
            removed = takewhile(lambda asn: _is_private(asn) and asn != statement.remote_as, path)
            return path[sum(1 for _ in removed) :]
        case PrivateRemoval.ALL:
            return tuple(asn for asn in path if not _is_private(asn))
        case PrivateRemoval.REPLACE:
            return tuple(own if _is_private(asn) else asn for asn in path)


def _is_private(asn: int) -> bool:
    return any(asn in numbers for numbers in PRIVATE)
