"""What an ACL entry says besides its addresses, as one small key.

The one idea: of a province's million entries nearly all have other addresses, while the rest of them is one of a few hundred;
so a platform writes the rest once per content.
"""

from __future__ import annotations

from typing import NamedTuple

from routing.model import AclEntry, Action, FlagMatch, IcmpMatch, NonInitial, PortRange


class Conditions(NamedTuple):
    """An entry without its sources and destinations; the fields are those of `AclEntry`."""

    action: Action
    protocols: tuple[int, ...] | None
    source_ports: tuple[PortRange, ...] | None
    destination_ports: tuple[PortRange, ...] | None
    tcp_flags: tuple[FlagMatch, ...] | None
    icmp: tuple[IcmpMatch, ...] | None
    non_initial: NonInitial
    log: bool

    @property
    def layer4(self) -> bool:
        """Return whether the entry looks beyond the protocol."""
        return (self.source_ports, self.destination_ports, self.tcp_flags, self.icmp) != (None, None, None, None)


def conditions_of(entry: AclEntry) -> Conditions:
    """Return what an entry says besides its addresses."""
    return Conditions(
        entry.action,
        entry.protocols,
        entry.source_ports,
        entry.destination_ports,
        entry.tcp_flags,
        entry.icmp,
        entry.non_initial,
        entry.log,
    )
