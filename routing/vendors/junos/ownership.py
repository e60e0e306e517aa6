"""Which lines found on a Junos device are ours to change.

The one idea: ownership is by the start of a statement: a unit, a routing instance, or a name in our namespace `TRUC-` is
ours with all that stands in it; a parent interface is shared, so only its lines that we intend are ours.
"""

from __future__ import annotations

import re
from functools import lru_cache

from routing.model import LinePath
from routing.vendors.junos.tree import INACTIVE

_NAMESPACE = re.compile(
    r"(?:firewall (?:family inet6? )?filter|policy-options (?:policy-statement|prefix-list|community)"
    r"|protocols bgp group) TRUC-"
)
_CONTAINER = re.compile(r"(?:interfaces \S+ unit \d+|routing-instances \S+)(?= |$)")


def owned(path: LinePath, intended: frozenset[LinePath]) -> bool:
    """Return whether a line found on a device is ours, given the paths that we intend there."""
    if path in intended:
        return True
    statement = path[0].removeprefix(INACTIVE) if path else ""
    if _NAMESPACE.match(statement):
        return True
    container = _CONTAINER.match(statement)
    return container is not None and container.group() in _containers(intended)


@lru_cache(maxsize=64)
def _containers(intended: frozenset[LinePath]) -> frozenset[str]:
    matches = (_CONTAINER.match(path[0]) for path in intended if path)
    return frozenset(match.group() for match in matches if match is not None)
