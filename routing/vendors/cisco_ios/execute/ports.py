"""What lines about interfaces do: addresses, tags, VRFs, and interfaces that are made and deleted.

The one idea: what the device refuses where it stands (an address before its tag, a subnet that is another interface's) is looked
up in the tree at the moment when the line is typed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from intents.prefix import Family
from intents.reason import because
from routing.model import InterfaceAddress
from routing.vendors.cisco_ios.addresses import Standing, address_fault, clashes, standing
from routing.vendors.cisco_ios.execute.lines import EMPTY, Block, StandingLine, block_at, drop, put
from routing.vendors.cisco_ios.execute.state import LineOutcome, TypedLine, put_line, refused, take_line, unmodelled
from routing.vendors.cisco_ios.execute.vrfs import (
    NO_ADDRESS,
    interfaces,
    missing_vrf,
    vrf_block,
    vrf_of,
    without_addresses,
)
from routing.vendors.cisco_ios.names import ETHERNET_KINDS, interface_kind
from routing.vendors.cisco_ios.terms import ipv4, ipv6_interface, mask_length
from routing.vendors.execution import Accepted, Answer, Notice, Unmodelled

_SHUT = StandingLine("shutdown", (6,))
_WITHOUT_TAG = (
    "% Configuring IP routing on a LAN subinterface is only allowed if that subinterface is already configured as part of an "
    "IEEE 802.10, IEEE 802.1Q, or ISL vLAN."
)
_TAG_TAKEN = (
    "% Configuration of multiple subinterfaces of the same main interface with the same VID ({}) is not permitted."
)
_PLAIN = frozenset({"ip address", "encapsulation"})


def block_of_new(name: str) -> Block:
    """Return what stands on an interface that nobody has configured: a physical one is shut (IOS-UP-02)."""
    if interface_kind(name) == "Null":
        return EMPTY
    physical = "." not in name and interface_kind(name) in ETHERNET_KINDS
    return {"ip address": NO_ADDRESS, "shutdown": _SHUT} if physical else {"ip address": NO_ADDRESS}


def open_interface(turn: TypedLine) -> LineOutcome:
    """Open an interface; a logical one is made by it."""
    name = turn.match.words["if"]
    old = turn.standing
    if name in turn.state.gone:
        return LineOutcome(turn.state, (Unmodelled(because("deleted_interface_returns", interface=name)),))
    if old is not None and vrf_of(old.below or EMPTY) in turn.state.deleting:
        return unmodelled(turn, f"no vrf definition {vrf_of(old.below or EMPTY)}")
    return put_line(turn, block_of_new(name))


def remove_interface(turn: TypedLine) -> LineOutcome:
    """Delete a logical interface; what stood on it may come back with it (IOS-EXEC-08)."""
    name, old = turn.match.words["if"], turn.standing
    if "." not in name and interface_kind(name) != "Loopback":
        if interface_kind(name) in ETHERNET_KINDS:
            return refused(turn, "% Removal of physical interfaces is not permitted")
        return LineOutcome(turn.state, (Unmodelled(because("interface_kind_not_modelled")),))
    if old is None:
        return LineOutcome(turn.state)
    leaving = _route_by(turn.state.root, name)
    if leaving is not None:
        return unmodelled(turn, leaving)
    bare = set(old.below or EMPTY) <= _PLAIN and (old.below or EMPTY).get("ip address") == NO_ADDRESS
    gone = turn.state.gone if bare else turn.state.gone | {name}
    said: Answer = Accepted()
    if "." in name:
        said = Notice("% Not all config may be removed and may reappear after reactivating the sub-interface")
    return LineOutcome(replace(turn.state, root=drop(turn.state.root, turn.place), gone=gone), (said,))


def default_interface(turn: TypedLine) -> LineOutcome:
    """Make an interface what it is by default; whether a physical one is shut then is in no document found."""
    name, old = turn.match.words["if"], turn.standing
    if "." not in name and interface_kind(name) != "Loopback":
        return LineOutcome(turn.state, (Unmodelled(because("default_of_port_unknown", interface=name)),))
    leaving = _route_by(turn.state.root, name)
    if old is None or leaving is not None:
        return unmodelled(turn, leaving or f"interface {name}")
    root = put(turn.state.root, turn.place, old._replace(below=block_of_new(name)))
    return LineOutcome(replace(turn.state, root=root), (Notice(f"Interface {name} set to default configuration"),))


def _route_by(root: Block, interface: str) -> str | None:
    """Return a static route that leaves by an interface."""
    for key, entry in root.items():
        if key.startswith(("ip route", "ipv6 route")):
            for way in (entry.below or EMPTY).values():
                if interface in way.text.split():
                    return way.text
    return None


def set_tag(turn: TypedLine) -> LineOutcome:
    """Set the tag of a sub-interface: one tag on one sub-interface of a port (IOS-EXEC-09)."""
    name = _name(turn)
    parent, dot, _ = name.partition(".")
    block = block_at(turn.state.root, turn.at) or EMPTY
    old = block.get("encapsulation")
    if not dot or (old is not None and old.text != turn.match.text and block.get("ip address") != NO_ADDRESS):
        return unmodelled(turn, (old or NO_ADDRESS).text)
    for key, other in interfaces(turn.state.root):
        found = other.get("encapsulation")
        beside = key != turn.at[0] and key.startswith(f"interface {parent}.")
        if beside and found is not None and found.text == turn.match.text:
            return refused(turn, _TAG_TAKEN.format(turn.match.words["vlan"]))
    return put_line(turn)


def remove_tag(turn: TypedLine) -> LineOutcome:
    """Take the tag of a sub-interface without addresses."""
    block = block_at(turn.state.root, turn.at) or EMPTY
    found = next((entry.text for key, entry in block.items() if _is_address(key, entry)), None)
    return take_line(turn) if found is None else unmodelled(turn, found)


def _is_address(key: str, entry: StandingLine) -> bool:
    return key.startswith(("ip address", "ipv6 address ")) and entry != NO_ADDRESS


def set_vrf(turn: TypedLine) -> LineOutcome:
    """Move an interface into a VRF: it loses its addresses of both families, and says so (IOS-EXEC-06)."""
    vrf = turn.match.words["vrf"]
    if vrf_block(turn.state, vrf) is None:
        return missing_vrf(turn, vrf, f"% VRF {vrf} not configured.")  # IOS-REF-19
    return _moved(turn, vrf)


def leave_vrf(turn: TypedLine) -> LineOutcome:
    """Move an interface back into the global table: it loses its addresses, too."""
    old = turn.standing
    named = turn.match.words["vrf"]
    if old is None:
        return LineOutcome(turn.state)
    return unmodelled(turn, old.text) if named not in ("", old.text.split()[-1]) else _moved(turn, "")


def _moved(turn: TypedLine, vrf: str) -> LineOutcome:
    block = block_at(turn.state.root, turn.at) or EMPTY
    before = vrf_of(block)
    if before == vrf:
        return LineOutcome(turn.state)
    doubt = next((entry.text for key, entry in block.items() if key.startswith(("=ip ", "=ipv6 "))), None)
    doubt = doubt or _route_by(turn.state.root, _name(turn))
    if doubt is not None:
        return unmodelled(turn, doubt)
    why = f"enabling VRF {vrf}" if vrf else f"disabling VRF {before}"
    families = (("IPv4", "ip address"), ("IPv6", "ipv6 address "))
    said: list[Answer] = [
        Notice(f"% Interface {_name(turn)} {family} disabled and address(es) removed due to {why}")
        for family, start in families
        if any(key.startswith(start) and _is_address(key, entry) for key, entry in block.items())
    ]
    root = without_addresses(turn.state.root, turn.at[0])
    state = replace(turn.state, root=root)
    outcome = put_line(turn._replace(state=state)) if vrf else None
    state = outcome.state if outcome else replace(state, root=drop(root, (*turn.at, "vrf forwarding")))
    return LineOutcome(state, tuple(said) or (Accepted(),))


def add_address4(turn: TypedLine) -> LineOutcome:
    """Give an interface an IPv4 address; a primary one takes the place of the one before (IOS-ADDR-06)."""
    words = turn.match.words
    secondary = turn.match.text.endswith(" secondary")
    block = block_at(turn.state.root, turn.at) or EMPTY
    other = block.get("ip address" if secondary else f"ip address {words['a']}")
    if secondary and (other is None or other == NO_ADDRESS):
        return refused(turn, "")
    if (secondary and turn.standing not in (None, block.get(turn.match.key()))) or (
        not secondary and other is not None
    ):
        return unmodelled(turn, other.text if other else "")
    return _with_address(turn, turn.match.text)


def _with_address(turn: TypedLine, text: str) -> LineOutcome:
    address = _address(text)
    block = block_at(turn.state.root, turn.at) or EMPTY
    name, vrf = _name(turn), vrf_of(block)
    family = "IPv4" if address.family is Family.V4 else "IPv6"
    if "." in name and interface_kind(name) in ETHERNET_KINDS and "encapsulation" not in block:
        return refused(turn, _WITHOUT_TAG)  # IOS-UP-07, IOS-EXEC-09
    if address_fault(address) is not None:
        return refused(turn, f"Bad mask /{address.length} for address {text.split()[2]}")
    if vrf and f"address-family {family.lower()}" not in (vrf_block(turn.state, vrf) or EMPTY):
        return refused(turn, f"% {name} is linked to a VRF. Enable {family} on that VRF first.")  # IOS-UP-05
    outcome = put_line(turn)
    other = None if "shutdown" in block else _clash(outcome.state.root, turn.at[0])
    if other is None:
        return outcome
    if family == "IPv6":
        return unmodelled(turn, other)  # IOS-ADDR-04
    return refused(turn, f"% {text.split()[2]} overlaps with {other}")  # IOS-ADDR-02


def _clash(root: Block, changed: str) -> str | None:
    """Return an interface whose addresses don't stand beside those of another."""
    vrf = vrf_of(block_at(root, (changed,)) or EMPTY)
    found = [item for key, block in interfaces(root) if vrf_of(block) == vrf for item in _standing(key, block)]
    name = changed.removeprefix("interface ")
    pairs = clashes(found)
    return next(
        (b.interface if a.interface == name else a.interface for a, b in pairs if name in (a.interface, b.interface)),
        None,
    )


def _standing(key: str, block: Block) -> Iterator[Standing]:
    if "shutdown" not in block:
        for place, entry in block.items():
            if _is_address(place, entry):
                yield standing(None, key.removeprefix("interface "), _address(entry.text))


@lru_cache(maxsize=1 << 16)
def _address(line: str) -> InterfaceAddress:
    words = line.split()
    if words[0] == "ipv6":
        value, length = ipv6_interface(words[2])
        return InterfaceAddress(family=Family.V6, value=value, length=length)
    secondary = words[-1] == "secondary"
    return InterfaceAddress(family=Family.V4, value=ipv4(words[2]), length=mask_length(words[3]), secondary=secondary)


def add_address6(turn: TypedLine) -> LineOutcome:
    """Give an interface a further IPv6 address."""
    return _with_address(turn, turn.match.text)


def remove_address4(turn: TypedLine) -> LineOutcome:
    """Take the primary IPv4 address: secondary ones must be gone before (IOS-EXEC-04)."""
    old = turn.standing
    block = block_at(turn.state.root, turn.at) or EMPTY
    if old is None or old == NO_ADDRESS:
        return LineOutcome(turn.state)
    if old.text != turn.match.text.removeprefix("no "):
        return unmodelled(turn, old.text)
    if any(key.startswith("ip address ") for key in block):
        return refused(turn, "Must delete secondary before deleting primary")
    return LineOutcome(replace(turn.state, root=put(turn.state.root, turn.place, NO_ADDRESS)))


def remove_addresses4(turn: TypedLine) -> LineOutcome:
    """Take all IPv4 addresses."""
    return LineOutcome(replace(turn.state, root=without_addresses(turn.state.root, turn.at[0], ("ipv4",))))


def remove_addresses6(turn: TypedLine) -> LineOutcome:
    """Take all IPv6 addresses."""
    doubt = next((key[1:] for key in block_at(turn.state.root, turn.at) or EMPTY if key.startswith("=ipv6 ")), None)
    if doubt is not None:
        return unmodelled(turn, doubt)
    return LineOutcome(replace(turn.state, root=without_addresses(turn.state.root, turn.at[0], ("ipv6",))))


def open_port(turn: TypedLine) -> LineOutcome:
    """Open a shut interface, unless its subnets are another's by now (IOS-ADDR-02)."""
    outcome = take_line(turn)
    other = _clash(outcome.state.root, turn.at[0])
    if other is None:
        return outcome
    return refused(turn, f"% {_name(turn)} overlaps with {other}")


def _name(turn: TypedLine) -> str:
    return turn.at[0].removeprefix("interface ")
