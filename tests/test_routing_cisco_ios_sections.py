"""Hand-written sections of IOS-XE text mean what the vendor's documents say; every construct claimed has a snippet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from intents.prefix import Family, format_address
from routing.model import (
    AclBinding,
    BgpInstance,
    BgpNeighbor,
    Device,
    Interface,
    Login,
    OspfInterface,
    OspfNetwork,
    PolicyClause,
    VrfFamily,
)
from routing.vendors.cisco_ios import VENDOR
from routing.vendors.cisco_ios.reader.interface import advertises

DATA = Path(__file__).parent / "readers" / "cisco_ios"
Case = dict[str, object]
MARK = re.compile(r" [0-9a-f]{16}")
"""What stands for a key: tests/test_routing_session_keys.py."""


def load(name: str) -> list[Case]:
    found = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    assert all(case["source"] in found for case in found["snippets"])
    return list(found["snippets"])


def words(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)


def show_interface(interface: Interface) -> str:
    addresses = [
        f"{format_address(a.family, a.value)}/{a.length}{'s' if a.secondary else ''}" for a in interface.addresses
    ]
    return words(
        interface.name,
        f"vrf={interface.vrf}" if interface.vrf else None,
        f"vlan={interface.vlan}" if interface.vlan else None,
        "up" if interface.enabled else "down",
        *addresses,
        *map(show_binding, interface.bindings),
        f"'{interface.description}'" if interface.description else None,
        *(f"[{setting}]" for setting in interface.medium),
        "silent" if interface.advertises is not advertises(interface.name, interface.addresses) else None,
    )


def show_binding(binding: AclBinding) -> str:
    return f"{binding.direction.value}{int(binding.family)}={binding.acl}"


def show_vrf_family(family: VrfFamily) -> str:
    inner = words(
        "import " + " ".join(family.imports) if family.imports else None,
        "export " + " ".join(family.exports) if family.exports else None,
        f"map {family.import_map}" if family.import_map else None,
    )
    return f"{int(family.family)}({inner})"


def show_vrfs(device: Device) -> Iterator[str]:
    for vrf in device.vrfs:
        families = map(show_vrf_family, vrf.families)
        description = f"'{vrf.description}'" if vrf.description else None
        yield words(vrf.name, f"rd={vrf.rd}" if vrf.rd else None, *families, description)


def show_statics(device: Device) -> Iterator[str]:
    for route in device.statics:
        way = "discard" if route.discard else route.interface
        hop = None if route.next_hop is None else format_address(route.prefix.family, route.next_hop)
        yield words(route.vrf, str(route.prefix), "via", way, hop, str(route.distance) if route.distance != 1 else None)


def show_policies(device: Device) -> Iterator[str]:
    for policy in device.policies:
        for clause in policy.clauses:
            yield f"{policy.name} {show_clause(clause)}"


def show_clause(clause: PolicyClause) -> str:
    rules = " ".join(f"{'+' if r.permit else '-'}{r.prefix} {r.low}-{r.high}" for r in clause.prefixes or ())
    ranges = [f"{item.high}:{item.first}-{item.last}" for item in clause.community_ranges]
    communities = " ".join([*("+".join(found) for found in clause.communities or ()), *ranges])
    put = "put" if clause.replace_communities else "add" if clause.add_communities else None
    return words(
        clause.name,
        None if clause.action is None else clause.action.value,
        None if clause.prefixes is None else f"[{rules}]",
        f"{{{communities}}}" if clause.asks_communities else None,
        put,
        *clause.add_communities,
        None if clause.local_preference is None else f"lp {clause.local_preference}",
        None if clause.metric is None else f"med {clause.metric}",
        "prepend" if clause.prepend else None,
        *map(str, clause.prepend),
    )


def show_bgp(device: Device) -> Iterator[str]:
    for instance in device.bgp:
        name = instance.vrf or "-"
        yield words(
            f"{name} as {instance.asn}",
            None if instance.router_id is None else f"id {format_address(Family.V4, instance.router_id)}",
            "loop",
            *map(str, instance.loop_asns),
            f"paths {instance.maximum_paths}" if instance.maximum_paths != 1 else None,
            None if instance.cluster_id is None else f"cluster {instance.cluster_id}",
            f"lp {instance.default_preference}" if instance.default_preference != 100 else None,
            "deterministic" if instance.deterministic_med else None,
        )
        yield from (f"{name} {line}" for line in show_instance(instance))


def show_instance(instance: BgpInstance) -> Iterator[str]:
    for neighbor in instance.neighbors:
        yield show_neighbor(neighbor)
    for redistribution in instance.redistributions:
        yield words(f"redistribute {int(redistribution.family)} {redistribution.source.value}", redistribution.policy)
    yield from (f"network {prefix}" for prefix in instance.networks)
    yield from (f"aggregate {a.prefix}{' only' if a.summary_only else ''}" for a in instance.aggregates)


def show_neighbor(neighbor: BgpNeighbor) -> str:
    local = neighbor.local_as
    return words(
        f"neighbor {format_address(neighbor.family, neighbor.address)} as {neighbor.remote_as}",
        "up" if neighbor.enabled else "down",
        None if local is None else f"local {local.asn}",
        "prepend-in" if local is not None and local.prepend_in else None,
        "replace" if local is not None and local.replace else None,
        *(f"in {name}" for name in neighbor.imports),
        *(f"out {name}" for name in neighbor.exports),
        None if neighbor.source is None else f"from {format_address(neighbor.family, neighbor.source)}",
        "client" if neighbor.client else None,
        "self" if neighbor.next_hop_self else None,
        f"loops {neighbor.loops}" if neighbor.loops else None,
        f"max {neighbor.maximum_prefixes}" if neighbor.maximum_prefixes else None,
        "communities" if neighbor.send_communities else None,
        f"'{neighbor.description}'" if neighbor.description else None,
    )


def show_ospf(device: Device) -> Iterator[str]:
    for process in device.ospf:
        name = words(process.vrf or "-", str(int(process.family)))
        default = process.default
        yield words(
            f"{name} area {process.area}",
            None if process.router_id is None else f"id {format_address(Family.V4, process.router_id)}",
            None
            if default is None
            else f"default {'always ' if default.always else ''}{default.metric} E{default.type}",
        )
        yield from (f"{name} {show_ospf_interface(item)}" for item in process.interfaces)
        for told in process.redistributions:
            yield words(name, f"redistribute {told.source.value}", *told.policies, f"{told.metric} E{told.type}")


def show_ospf_interface(item: OspfInterface) -> str:
    return words(
        item.name,
        f"cost {'?' if item.cost is None else item.cost}",
        None if item.speed is None else f"of {item.speed}",
        "passive" if item.passive else None,
        "host" if item.host else None,
        "point-to-point" if item.network is OspfNetwork.POINT_TO_POINT else None,
        f"timers {item.hello} {item.dead}" if (item.hello, item.dead) != (10, 40) else None,
        f"mtu {'?' if item.mtu is None else item.mtu}" if item.mtu != 1500 else None,
        f"authentication {MARK.sub('', item.authentication)}" if item.authentication else None,
        f"priority {item.priority}" if item.priority != 1 else None,
    )


def show_login(login: Login) -> str:
    acls = [f"{int(family)}={acl}" for family, acl in login.acls]
    only = f"({int(login.families[0])})" if len(login.families) == 1 else None
    return words(login.service.value, "any" if login.vrfs is None else "global", *acls, only)


FACETS: dict[str, Callable[[Device], list[str]]] = {
    "interfaces": lambda device: list(map(show_interface, device.interfaces)),
    "vrfs": lambda device: list(show_vrfs(device)),
    "statics": lambda device: list(show_statics(device)),
    "policies": lambda device: list(show_policies(device)),
    "bgp": lambda device: list(show_bgp(device)),
    "ospf": lambda device: list(show_ospf(device)),
    "logins": lambda device: list(map(show_login, device.logins)),
}

CASES = load("sections.yaml")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_section_means_what_the_document_says(case: Case) -> None:
    read = VENDOR.read("r1", str(case["text"]))
    assert list(read.unknown_lines) == case.get("unknown", []), read.device.unknown
    wanted = {facet: case[facet] for facet in FACETS if facet in case}
    assert {facet: FACETS[facet](read.device) for facet in wanted} == wanted
    assert wanted or case.get("unknown")


def test_snippet_names_are_distinct() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES)


def test_every_construct_that_the_reader_claims_has_a_snippet_and_no_other() -> None:
    claimed = (DATA / "constructs.txt").read_text(encoding="utf-8").split("\n")
    shown = {str(case["construct"]) for name in ("acl.yaml", "sections.yaml") for case in load(name)}
    assert {line for line in claimed if line and not line.startswith("#")} == shown
