"""Made-up backbones with offices around them, in which everything that renaming a destination must keep can be different.

The one idea: structure is drawn, addresses and ASs are drawn apart from it, from pools so small that they fall in any order and
sometimes on each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations

from hypothesis import strategies as st

from intents.prefix import Family
from routing.model import (
    Action,
    AttachmentPort,
    BgpNeighbor,
    Device,
    Interface,
    Network,
    PhysicalLink,
    PolicyClause,
    RoutePolicy,
    Vrf,
    VrfFamily,
)
from tests.small_networks import bgp, complete, exactly, interface, link, neighbor

VRFS = ("V", "W")
"""Of the backbone; devices that leak let each import what the other one exports, and U both."""
AGGREGATION = {"agg-1": 65011, "agg-2": 65012}
CORE = {"core-1": 65001, "core-2": 65002}
OFFICE_ASNS = (65101, 65102, 65103, 65104, 65105, 65106, 65107, 65108, 65001, 65012)
LANS = ("10.1.{}.0/24", "2001:db8:1:{}::/64")
Key = tuple[str, str]


@dataclass(slots=True)
class Draft:
    """Sub-interfaces and neighbours by (device, VRF), route policies by device, and links."""

    interfaces: dict[Key, list[Interface]] = field(default_factory=dict)
    neighbors: dict[Key, list[BgpNeighbor]] = field(default_factory=dict)
    policies: dict[str, list[RoutePolicy]] = field(default_factory=dict)
    links: list[PhysicalLink] = field(default_factory=list)
    ports: list[AttachmentPort] = field(default_factory=list)


@st.composite
def stub_networks(draw: st.DrawFn) -> Network:
    """Draw a network of one or two cores, two aggregations, and two to five offices."""
    draft = Draft()
    numbers = _numbers(draw)
    cores = dict(list(CORE.items())[: draw(st.integers(1, 2))])
    offices = [f"cpe-{number}" for number in range(draw(st.integers(2, 5)))]
    asns = {name: draw(st.sampled_from(OFFICE_ASNS)) for name in offices}
    some = draw(st.permutations([*range(12), *draw(st.lists(st.integers(0, 11), max_size=1))]))
    lans = {name: sorted(set(some[2 * place : 2 * place + 2])) for place, name in enumerate(offices)}
    ducts = st.lists(st.sampled_from(("duct-1", "duct-2")), max_size=1)
    for (one, one_as), (other, other_as) in combinations([*cores.items(), *AGGREGATION.items()], 2):
        for vrf in VRFS if one in CORE else ():
            filters = [_hearing(draw, draft, device, often=False) for device in (one, other)]
            _join(draft, next(numbers), (one, vrf, one_as), (other, vrf, other_as), filters, draw(ducts))
    entering = {agg: _hearing(draw, draft, agg, often=True) for agg in AGGREGATION}
    for name in offices:
        _set_up_office(draft, name, asns[name], lans[name], is_bounded=draw(st.integers(0, 15)) > 0)
        for agg in draw(st.sampled_from([["agg-1"], ["agg-1", "agg-1"], ["agg-1", "agg-2"], ["agg-1", "agg-2"]])):
            joined = (agg, draw(st.sampled_from("VVVW")), AGGREGATION[agg])
            own = ("OWN",) if draft.policies[name] else ()
            _join(draft, next(numbers), joined, (name, "A", asns[name]), [entering[agg], own], draw(ducts))
    leaking = draw(st.sets(st.sampled_from([*cores, *AGGREGATION])))
    everybody = {**cores, **AGGREGATION, **asns}
    devices = [_device(draft, name, asn, leaks=name in leaking) for name, asn in everybody.items()]
    return Network(
        devices={device.name: complete(device) for device in devices},
        links=tuple(draft.links),
        ports=tuple(draft.ports),
    )


def _numbers(draw: st.DrawFn) -> Iterator[int]:
    """Return the numbers of links, which their addresses hang on, in any order; now and then there is one twice."""
    numbers = list(draw(st.permutations(range(32))))
    if draw(st.integers(0, 7)) == 0:
        numbers[draw(st.integers(6, 15))] = numbers[draw(st.integers(0, 15))]
    return iter(numbers)


def _join(
    draft: Draft,
    number: int,
    one: tuple[str, str, int],
    other: tuple[str, str, int],
    filters: list[tuple[str, ...]],
    ducts: list[str],
) -> None:
    """Lay a link between two VRFs of two devices, with a session in each family; `filters`: of what each end hears, an office's
    of what it tells."""
    ends = [(f"10.255.0.{2 * number + side}/31", f"2001:db8:ff::{2 * number + side:x}/127") for side in (0, 1)]
    port = f"p{len(draft.links)}"
    sides = ((one, other, ends[0], ends[1], filters[0]), (other, one, ends[1], ends[0], filters[1]))
    for (device, vrf, _), (_, _, remote_as), mine, theirs, names in sides:
        draft.interfaces.setdefault((device, vrf), []).append(interface(f"{port}.1", *mine, vrf=vrf, vlan=1))
        imports, exports = ((), names) if device.startswith("cpe") else (names, ())
        draft.neighbors.setdefault((device, vrf), []).extend(
            neighbor(address.partition("/")[0], remote_as, imports=imports, exports=exports) for address in theirs
        )
    draft.links.append(link(f"link-{port}", f"{one[0]} {port}", f"{other[0]} {port}", *ducts))


def _hearing(draw: st.DrawFn, draft: Draft, device: str, *, often: bool) -> tuple[str, ...]:
    """Return no filter, or one that takes some LANs only, prefers some, or puts an AS before every path."""
    kind = draw(st.sampled_from((*("none",) * (2 if often else 12), "some", "prefer", "prepend")))
    if kind == "none":
        return ()
    name = f"HEAR-{len(draft.policies.get(device, ()))}"
    some = draw(st.sets(st.integers(0, 11), min_size=6))
    clause = exactly(name, *_prefixes(some)).clauses[0]
    accept = PolicyClause(name="20", action=Action.PERMIT)
    clauses = {
        "some": (clause,),
        "prefer": (replace(clause, local_preference=draw(st.sampled_from((50, 200)))), accept),
        "prepend": (replace(accept, prepend=(draw(st.sampled_from(OFFICE_ASNS)),) * draw(st.integers(1, 2))),),
    }[kind]
    draft.policies.setdefault(device, []).append(RoutePolicy(name=name, clauses=clauses))
    return (name,)


def _prefixes(numbers: set[int] | list[int]) -> Iterator[str]:
    return (lan.format(number) for number in sorted(numbers) for lan in LANS)


def _set_up_office(draft: Draft, name: str, asn: int, lans: list[int], *, is_bounded: bool) -> None:
    """Give an office its LANs; if it is bounded, it tells nothing else."""
    for place, number in enumerate(lans):
        address = (f"10.1.{number}.1/24", f"2001:db8:1:{number}::1/64")
        draft.interfaces.setdefault((name, "A"), []).append(
            interface(f"lan{place}.1", *address[: 1 + (place + number) % 2], vrf="A", vlan=1)
        )
        draft.ports.append(AttachmentPort(attachment=f"{name}-{place}", device=name, interface=f"lan{place}.1"))
    draft.policies[name] = [exactly("OWN", *_prefixes(lans))] if is_bounded else []


def _device(draft: Draft, name: str, asn: int, *, leaks: bool) -> Device:
    vrfs = [*(vrf for device, vrf in draft.interfaces if device == name), *(["U"] if leaks else [])]
    return Device(
        name=name,
        platform="cisco_ios",
        interfaces=tuple(item for vrf in vrfs for item in draft.interfaces.get((name, vrf), ())),
        policies=tuple(draft.policies.get(name, ())),
        bgp=tuple(bgp(vrf, asn, *draft.neighbors.get((name, vrf), ())) for vrf in vrfs),
        vrfs=tuple(Vrf(name=vrf, families=_families(vrf, leaks)) for vrf in vrfs),
    )


def _families(vrf: str, leaks: bool) -> tuple[VrfFamily, ...]:
    imports = {"V": ("W",), "W": ("V",), "U": VRFS}.get(vrf, ()) if leaks else ()
    return tuple(VrfFamily(family=family, imports=imports, exports=(vrf,)) for family in Family)
