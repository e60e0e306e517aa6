"""What `no ipv6 unicast-routing` does: nothing beside the line, where nothing else of IPv6 stands (IOS-EXEC-12).

The one idea: what it takes along of routing protocols is documented only in general, so it is taken when there is nothing left
to take along.
"""

from __future__ import annotations

from collections.abc import Iterator

from intents.reason import because
from routing.vendors.cisco_ios.execute.lines import Block, paths_of
from routing.vendors.cisco_ios.execute.state import LineOutcome, TypedLine, take_line
from routing.vendors.execution import Unmodelled

_ROUTED = ("ipv6 route ", "ipv6 router ", "router ospfv3 ")
_FILTER = "ipv6 traffic-filter "


def stop_ipv6(turn: TypedLine) -> LineOutcome:
    """Take the line back if nothing on the device forwards IPv6 or tells routes of it."""
    first = next(_lines_of_ipv6(turn.state.root), None)
    if first is None:
        return take_line(turn)
    return LineOutcome(turn.state, (Unmodelled(because("effect_not_known", line=turn.match.text)),))


def _lines_of_ipv6(root: Block) -> Iterator[str]:
    """Yield the lines of interfaces, routing protocols and routes that are about IPv6."""
    for header, *below in paths_of(root):
        line = below[-1] if below else header
        if header.startswith(_ROUTED) or _is_of_section(header, line):
            yield line


def _is_of_section(header: str, line: str) -> bool:
    """Return whether a line of a section is about IPv6; a filter alone forwards nothing."""
    if header.startswith("router "):
        return line.startswith("address-family ipv6")
    return header.startswith("interface ") and line.startswith("ipv6 ") and not line.startswith(_FILTER)
