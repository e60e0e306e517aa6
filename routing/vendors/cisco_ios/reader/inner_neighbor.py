"""What a BGP neighbour says about sessions inside the AS, and what is not understood there.

The one idea: settled when every line is read, for whether a neighbour is of the own AS, and which address an interface has,
stands anywhere in the text.
"""

from __future__ import annotations

from intents.prefix import Family, prefix_of
from intents.reason import Reason, because
from routing.model import InterfaceAddress
from routing.vendors.cisco_ios.reader.partial import NeighborDraft, PartialDevice

_NOT_INSIDE = ("local-as", "ttl-security", "allowas-in")
"""What is not documented, or refused, towards a neighbour of the own AS."""


def check_neighbor(partial: PartialDevice, neighbor: NeighborDraft, *, internal: bool) -> None:
    """Report what of a neighbour's lines is not understood, given whether it is of the own AS."""
    said = neighbor.settings
    for word in _NOT_INSIDE if internal else ():
        if word in said.lines:
            partial.reject(*said.lines[word], because("not_inside"))
    if said.client and not internal:
        partial.reject(*said.lines["route-reflector-client"], because("client_of_other_as"))
    if said.source is not None:
        reason = _source_fault(partial, neighbor, internal=internal)
        if reason is not None:
            partial.reject(*said.lines["update-source"], reason)


def source_of(partial: PartialDevice, neighbor: NeighborDraft) -> int | None:
    """Return the address that a neighbour is spoken to from, None if no line says an interface that has one."""
    address = _address(partial, neighbor)
    return None if address is None else address.value


def _address(partial: PartialDevice, neighbor: NeighborDraft) -> InterfaceAddress | None:
    """Return the first address of the family on the interface that is named (IOS-SESS-07)."""
    interface = partial.interfaces.get(neighbor.settings.source or "")
    if interface is None or interface.vrf != neighbor.vrf:
        return None
    found = [item for item in interface.addresses if item.family is neighbor.family and not item.secondary]
    return found[0] if len(found) == 1 else None


def _source_fault(partial: PartialDevice, neighbor: NeighborDraft, *, internal: bool) -> Reason | None:
    """Return why an update source is not understood: nothing is there, or another AS would be called from elsewhere than next to
    it."""
    address = _address(partial, neighbor)
    if address is None:
        return because("source_without_address")
    family: Family = neighbor.family
    is_near = prefix_of(family, address.value, address.length).holds(neighbor.address)
    return None if internal or is_near else because("source_elsewhere")
