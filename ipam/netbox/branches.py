"""Branches of a NetBox (its plugin netbox-branching): how many are open, and no more.

The one idea: what is in a branch is not in the NetBox that everybody sees, and addresses allocated there are not reserved; so
branches are told, and never read or written.
"""

from __future__ import annotations

import http
from collections.abc import Mapping

from ipam.netbox.server import NoAnswerError, Server

PATH = "plugins/branching/branches/?limit=1000"
"""Where the plugin lists branches; 404 where there is no plugin, 403 where the token may not view them."""
_CLOSED = frozenset({"merged", "archived"})


def open_branches(server: Server) -> int:
    """Return how many branches are open, as far as the token may see them; 0 where nothing says that there is any."""
    try:
        answer = server.ask("GET", PATH)
    except NoAnswerError:
        return 0
    listed = answer.body.get("results") if isinstance(answer.body, dict) else None
    if answer.status != http.HTTPStatus.OK or not isinstance(listed, list):
        return 0
    return sum(isinstance(one, dict) and _status_of(one) not in _CLOSED for one in listed)


def _status_of(branch: Mapping[str, object]) -> str:
    status = branch.get("status")
    return str(status.get("value")) if isinstance(status, dict) else ""
