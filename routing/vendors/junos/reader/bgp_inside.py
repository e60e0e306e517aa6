"""What is said about sessions inside the AS: which statements are not understood there, and the cluster of a reflector.

The one idea: a statement that is not documented for internal neighbours is unknown as soon as one of them inherits it.
"""

from __future__ import annotations

from collections.abc import Iterable

from intents.reason import because
from routing.model import BgpInstance
from routing.vendors.junos.reader.bgp_lines import BgpLines, Level
from routing.vendors.junos.reader.reading import JunosReading
from routing.vendors.junos.tree import JunosStatement

_NOT_INSIDE = ("local-as", "remove-private", "multipath")
"""Statements that change paths, or use several, towards neighbours of other ASs."""


def check_inside(levels: list[Level], reading: JunosReading, *, internal: bool) -> None:
    """Report the statements that a neighbour inherits and that are not understood, given whether it is of the own AS."""
    for level in levels:
        for name in _NOT_INSIDE if internal else ("cluster",):
            if name in level.leaves:
                reason = because("not_inside") if internal else because("client_of_other_as")
                reading.unknown(level.leaves[name].statement, reason)
        for options in level.options.values() if internal else ():
            if "loops" in options:
                reading.unknown(options["loops"].statement, because("not_inside"))


def one_cluster(lines: BgpLines, reading: JunosReading) -> int | None:
    """Return the cluster ID of an instance, None if it reflects nothing; several in one instance are not modelled (JUN-RR-01)."""
    leaves = [level.leaves["cluster"] for level in lines.levels.values() if "cluster" in level.leaves]
    found = {leaf.value: leaf for leaf in leaves}
    for leaf in found.values() if len(found) > 1 else ():
        reading.unknown(leaf.statement, because("several_clusters"))
    return min(map(int, found), default=None)


def check_sources(bgp: Iterable[BgpInstance], statements: Iterable[JunosStatement], reading: JunosReading) -> None:
    """Report address selection beside internal sessions that say no address of their own: lo0's would be theirs (JUN-SRC-02)."""
    is_open = any(i.is_internal(item) and item.source is None for i in bgp for item in i.neighbors)
    for statement in statements if is_open else ():
        if statement.text == "system default-address-selection":
            reading.unknown(statement, because("source_of_inner_sessions"))
