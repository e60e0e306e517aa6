"""A device in words that both the reader's model and Batfish can say: interfaces, VRFs, static routes, BGP neighbours.

The one idea: a subject is a name ("interface ge-0/0/1.0 vlan"), and what is said of it a short text; whoever does not have the
thing says nothing. IPv6, route targets and what BGP originates are left out: none of these questions shows them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from intents.prefix import Family, format_address
from routing.model import BgpInstance, BgpNeighbor, Device, Direction, Interface
from tests.reader_devices import ReaderDevice
from verification.batfish.protocol import Row

_GLOBAL = "default"
Words = dict[str, str]


def model_words(device: ReaderDevice) -> Words:
    """Return what the reader's model says of a device."""
    model = device.read.device
    words: Words = {}
    for interface in model.interfaces:
        words |= _interface_words(model, interface)
    words |= {f"vrf {name}": "there" for name in (_GLOBAL, *(vrf.name for vrf in model.vrfs))}
    words |= dict(_static_words(model))
    for instance in model.bgp:
        words |= dict(_bgp_words(instance))
    return words


def _interface_words(model: Device, interface: Interface) -> Words:
    lists = {acl.name for acl in model.acls}
    bound = {
        binding.direction: binding.acl
        for binding in interface.bindings
        if binding.family is Family.V4 and binding.acl in lists  # a list that is not defined stops nothing
    }
    if interface.name.startswith("lo0."):  # a Junos filter there is one of the whole instance
        controls = {control.vrf: control.acl for control in model.control_filters if control.family is Family.V4}
        bound |= {Direction.IN: controls[interface.vrf]} if interface.vrf in controls else {}
    addresses = [
        f"{format_address(Family.V4, a.value)}/{a.length}" for a in interface.addresses if a.family is Family.V4
    ]
    return _interface(
        interface.name,
        interface.enabled,
        interface.vrf or _GLOBAL,
        interface.vlan,
        addresses,
        (bound.get(Direction.IN), bound.get(Direction.OUT)),
    )


def _interface(
    name: str, up: bool, vrf: str, vlan: int | None, addresses: Sequence[str], lists: tuple[str | None, str | None]
) -> Words:
    return {
        f"interface {name} state": "up" if up else "down",
        f"interface {name} vrf": vrf,
        f"interface {name} vlan": str(vlan or "none"),
        f"interface {name} addresses": " ".join(sorted(addresses)) or "none",
        f"interface {name} lists": " ".join(one or "none" for one in lists),
    }


def _static_words(model: Device) -> Iterator[tuple[str, str]]:
    """Yield each IPv4 static route by its ways: the next hop where there is one, and none out of an interface that is down."""
    found: dict[str, list[str]] = defaultdict(list)
    up = {item.name for item in model.interfaces if item.enabled}
    for route in model.statics:
        if route.prefix.family is Family.V4 and (route.interface is None or route.interface in up):
            next_hop = None if route.next_hop is None else format_address(Family.V4, route.next_hop)
            way = next_hop or route.interface or "discard"
            found[f"static {route.vrf or _GLOBAL} {route.prefix}"].append(f"{way} {route.distance}")
    return ((subject, ", ".join(sorted(ways))) for subject, ways in found.items())


def _bgp_words(instance: BgpInstance) -> Iterator[tuple[str, str]]:
    """Yield what is said of an instance that has IPv4 neighbours: Batfish has no process without one."""
    vrf = instance.vrf or _GLOBAL
    if not any(neighbor.family is Family.V4 and neighbor.enabled for neighbor in instance.neighbors):
        return
    if instance.router_id is not None:
        yield f"bgp {vrf} router-id", format_address(Family.V4, instance.router_id)
    yield f"bgp {vrf} paths", "several" if instance.maximum_paths > 1 else "one"
    for neighbor in instance.neighbors:
        if neighbor.family is Family.V4 and neighbor.enabled:
            yield from _neighbor_words(vrf, instance, neighbor)


def _neighbor_words(vrf: str, instance: BgpInstance, neighbor: BgpNeighbor) -> Iterator[tuple[str, str]]:
    head = f"neighbor {vrf} {format_address(Family.V4, neighbor.address)}"
    local = instance.asn if neighbor.local_as is None else neighbor.local_as.asn
    yield f"{head} session", f"{local} to {neighbor.remote_as}"
    yield f"{head} communities", "sent" if neighbor.send_communities else "not sent"
    for way, names in (("import", neighbor.imports), ("export", neighbor.exports)):
        yield f"{head} {way}", " ".join(sorted(_policies(names))) or "none"


def _policies(names: Sequence[str]) -> Iterator[str]:
    """Yield policies by their own names: Batfish counts neither a prefix list nor the protocol's own default among them."""
    for name in names:
        if not name.startswith(("prefix-list ", "(")):
            yield from name.split("+")


def seen_words(answers: Mapping[str, Sequence[Row]]) -> dict[str, Words]:
    """Return what Batfish says of each of its nodes."""
    found: dict[str, Words] = defaultdict(dict)
    for row in answers["interfaceProperties"]:
        filters = (row["Incoming_Filter_Name"], row["Outgoing_Filter_Name"])
        name, vlan = str(row["Interface"]["interface"]), row["Encapsulation_VLAN"]
        if name == "Null0":  # no interface that packets arrive at
            continue
        addresses = [str(one) for one in row["All_Prefixes"] or ()]
        found[str(row["Interface"]["hostname"])] |= _interface(
            name, bool(row["Admin_Up"]), str(row["VRF"]), vlan and int(vlan), addresses, filters
        )
    for row in answers["nodeProperties"]:
        found[str(row["Node"]["name"])] |= {f"vrf {name}": "there" for name in row["VRFs"]}
    for node, subject, said in _seen_statics(answers["routes"]):
        found[node][subject] = said
    for row in answers["bgpProcessConfiguration"]:
        found[str(row["Node"]["name"])] |= dict(_seen_process(row))
    for row in answers["bgpPeerConfiguration"]:
        found[str(row["Node"]["name"])] |= dict(_seen_neighbor(row))
    return found


def _seen_statics(rows: Sequence[Row]) -> Iterator[tuple[str, str, str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        hop = row["Next_Hop"] or {}
        way = str(hop.get("ip") or hop.get("interface") or hop.get("type"))
        key = (str(row["Node"]["name"]), f"static {row['VRF']} {row['Network']}")
        found[key].append(f"{way} {row['Admin_Distance']}")
    return ((node, subject, ", ".join(sorted(ways))) for (node, subject), ways in found.items())


def _seen_process(row: Row) -> Iterator[tuple[str, str]]:
    yield f"bgp {row['VRF']} router-id", str(row["Router_ID"])
    yield f"bgp {row['VRF']} paths", "several" if row["Multipath_EBGP"] else "one"


def _seen_neighbor(row: Row) -> Iterator[tuple[str, str]]:
    remote = row["Remote_IP"]
    head = f"neighbor {row['VRF']} {remote.get('value') if isinstance(remote, Mapping) else remote}"
    yield f"{head} session", f"{row['Local_AS']} to {row['Remote_AS']}"
    yield f"{head} communities", "sent" if row["Send_Community"] else "not sent"
    for way in ("Import", "Export"):
        yield f"{head} {way.lower()}", " ".join(sorted(map(str, row[f"{way}_Policy"] or ()))) or "none"
