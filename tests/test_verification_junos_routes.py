"""What Junos texts say of routes, both meanings say: two or three devices as text, the routes that reach the last one."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.prefix import parse_prefix
from routing.model import AsPathPattern, Network
from routing.vendors import VENDORS
from tests.small_networks import link
from tests.strategies_junos import AS_PATTERNS
from verification.reference.bgp_sessions import sessions
from verification.reference.bgp_tables import settle
from verification.reference.cabling import wire
from verification.reference.own_routes import own_routes
from verification.reference.paths import takes
from verification.routes.as_paths import fits
from verification.routes.control_plane import ControlPlane
from verification.routes.topology import build_topology
from verification.verdicts.failure import NO_FAILURE

_LEFT = """\
set interfaces ge-0/0/0 unit 0 family inet address 10.1.0.1/30
set interfaces lo0 unit 0 family inet address 10.9.0.1/32
set interfaces ge-0/0/5 unit 0 family inet address 10.5.0.1/24
set routing-options static route 10.7.0.0/16 discard
set routing-options static route 10.8.0.0/16 discard
set routing-options autonomous-system 65001
set protocols bgp group G peer-as 65002
set protocols bgp group G neighbor 10.1.0.2
"""
_MIDDLE = """\
set interfaces ge-0/0/0 unit 0 family inet address 10.1.0.2/30
set interfaces ge-0/0/1 unit 0 family inet address 10.2.0.1/30
set routing-options router-id 10.9.0.2
set routing-options autonomous-system 65002
set protocols bgp group G peer-as 65001
set protocols bgp group G neighbor 10.1.0.1
set protocols bgp group H peer-as 65003
set protocols bgp group H neighbor 10.2.0.2
"""
_RIGHT = """\
set interfaces ge-0/0/1 unit 0 family inet address 10.2.0.2/30
set routing-options router-id 10.9.0.3
set routing-options autonomous-system 65003
set protocols bgp group H peer-as 65002
set protocols bgp group H neighbor 10.2.0.1
"""
_EXPORTING = """\
set protocols bgp group G neighbor 10.1.0.2 export OUT
set policy-options policy-statement OUT term z from protocol [ direct static ]
set policy-options policy-statement OUT term z then accept
"""
ALL = {"10.5.0.0/24", "10.7.0.0/16", "10.8.0.0/16", "10.9.0.1/32"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A received route as either meaning holds it."""

    as_path: tuple[int, ...]
    local_preference: int
    metric: int | None
    origin: int
    communities: frozenset[str]


def network(left: str = _EXPORTING, middle: str = "", middle_text: str = _MIDDLE, right_text: str = _RIGHT) -> Network:
    texts = {"left": left + _LEFT, "middle": middle + middle_text, "right": right_text}
    reads = {name: VENDORS["junos"].read(name, text) for name, text in texts.items()}
    for read in reads.values():
        assert read.device.unknown == ()
    cables = (link("one", "left ge-0/0/0", "middle ge-0/0/0"), link("two", "middle ge-0/0/1", "right ge-0/0/1"))
    return Network(devices={name: read.device for name, read in reads.items()}, links=cables)


def by_engine(net: Network, device: str) -> dict[str, Held]:
    topology = build_topology(net)
    plane = ControlPlane(topology)
    node = topology.number[(device, None)]
    found = {}
    for prefix, state in plane.base.items():
        chosen = state.choice(node)
        if chosen is not None and chosen.used[0].neighbor:
            item = chosen.used[0].attributes
            found[str(prefix)] = Held(
                as_path=item.as_path,
                local_preference=item.local_preference,
                metric=item.metric,
                origin=item.origin,
                communities=item.communities,
            )
    return found


def by_walk(net: Network, device: str) -> dict[str, Held]:
    wiring = wire(net, NO_FAILURE)
    prefixes = tuple(sorted({parse_prefix(text) for text in ALL | {"10.1.0.0/30", "10.2.0.0/30"}}))
    nodes = [(name, None) for name in net.devices]
    tables = settle(wiring, sessions(wiring), {node: own_routes(wiring, node, prefixes) for node in nodes}, prefixes)
    assert tables is not None
    return {
        str(prefix): Held(
            as_path=paths[0].as_path,
            local_preference=paths[0].local_preference,
            metric=paths[0].metric,
            origin=paths[0].origin,
            communities=paths[0].communities,
        )
        for prefix, paths in tables.get((device, None), {}).items()
        if paths[0].neighbor
    }


def held(net: Network, device: str) -> dict[str, Held]:
    """Return the received routes of a device, in which both meanings agree."""
    one, other = by_engine(net, device), by_walk(net, device)
    assert one == other
    return one


def test_without_an_export_policy_a_junos_device_tells_nothing_of_its_own() -> None:
    assert held(network(left=""), "middle") == {}


def test_what_is_told_is_told_on() -> None:
    assert set(held(network(), "middle")) == ALL
    found = held(network(), "right")
    assert set(found) == ALL
    assert found["10.7.0.0/16"] == Held(
        as_path=(65002, 65001), local_preference=100, metric=None, origin=0, communities=frozenset()
    )


@pytest.mark.parametrize("ends", [(), ("left",), ("middle",), ("left", "middle")])
def test_a_session_is_up_unless_both_ends_wait(ends: tuple[str, ...]) -> None:
    passive = "set protocols bgp group G passive\n"
    net = network(left=_EXPORTING + (passive if "left" in ends else ""), middle=passive if "middle" in ends else "")
    assert set(held(net, "middle")) == (ALL if len(ends) < 2 else set())


_IMPORT = "set protocols bgp group G import IN\n"


def imported(*lines: str) -> Network:
    said = "".join(f"set policy-options policy-statement IN term {line}\n" for line in lines)
    return network(middle=_IMPORT + said)


def test_an_empty_prefix_list_matches_no_route() -> None:
    net = network(
        middle=_IMPORT
        + "set policy-options prefix-list NONE\n"
        + "set policy-options policy-statement IN term a from prefix-list NONE\n"
        + "set policy-options policy-statement IN term a then reject\n"
    )
    assert set(held(net, "middle")) == ALL


def test_an_empty_prefix_list_accepts_no_route_either() -> None:
    net = network(
        middle=_IMPORT
        + "set policy-options prefix-list NONE\n"
        + "set policy-options policy-statement IN term a from prefix-list NONE\n"
        + "set policy-options policy-statement IN term a then accept\n"
        + "set policy-options policy-statement IN term b then reject\n"
    )
    assert held(net, "middle") == {}


def test_a_policy_without_terms_leaves_the_protocols_default() -> None:
    assert set(held(network(middle=_IMPORT + "set policy-options policy-statement IN\n"), "middle")) == ALL
    net = network(left="set protocols bgp group G export OUT\nset policy-options policy-statement OUT\n")
    assert held(net, "middle") == {}


def test_an_empty_group_says_nothing() -> None:
    assert set(held(network(middle="set groups E\nset apply-groups E\n"), "middle")) == ALL


def test_next_term_decides_beside_accept() -> None:
    net = imported("a then next term", "a then accept", "b then reject")
    assert held(net, "middle") == {}


def test_next_policy_decides_beside_reject() -> None:
    assert set(held(imported("a then reject", "a then next policy"), "middle")) == ALL


def test_from_interface_is_the_direct_route_of_that_interface() -> None:
    lines = "set policy-options policy-statement OUT term a from interface [ lo0.0 ge-0/0/5.0 ]\n"
    net = network(
        left=lines
        + "set policy-options policy-statement OUT term a then accept\n"
        + "set protocols bgp group G export OUT\n"
    )
    assert set(held(net, "middle")) == {"10.5.0.0/24", "10.9.0.1/32"}


@pytest.mark.parametrize(
    ("regex", "matches"),
    [
        (".*", True),
        ("65001", True),
        ("65002 65001", False),
        (".* 65001", True),
        ("6500.*", False),
        (".", True),
        ("()", False),
    ],
)
def test_an_as_path_condition_takes_whole_paths(regex: str, matches: bool) -> None:
    net = network(
        middle=_IMPORT
        + f'set policy-options as-path A "{regex}"\n'
        + "set policy-options policy-statement IN term a from as-path A\n"
        + "set policy-options policy-statement IN term a then accept\n"
        + "set policy-options policy-statement IN term b then reject\n"
    )
    assert set(held(net, "middle")) == (ALL if matches else set())


def test_an_as_path_condition_of_an_export_policy_sees_the_path_without_the_own_as() -> None:
    policy = "set policy-options policy-statement OUT term"
    net = network(
        middle="set protocols bgp group H export OUT\nset policy-options as-path A 65001\n"
        f"{policy} a from protocol bgp\n{policy} a from as-path A\n{policy} a then as-path-prepend 65300\n"
        f'{policy} a then next term\nset policy-options as-path B "65300 65001"\n'
        f"{policy} b from protocol bgp\n{policy} b from as-path B\n{policy} b then community add C\n"
        f"{policy} b then accept\n{policy} c then reject\nset policy-options community C members 65002:1\n"
    )
    found = held(net, "right")
    assert set(found) == ALL
    assert {item.as_path for item in found.values()} == {(65300, 65002, 65001)}
    assert {item.communities for item in found.values()} == {frozenset({"65002:1"})}


def test_values_are_changed_and_stop_at_their_bounds() -> None:
    net = imported(
        "a from route-filter 10.7.0.0/16 exact",
        "a then local-preference add 50",
        "a then metric add 5",
        "a then accept",
        "b from route-filter 10.8.0.0/16 exact",
        "b then local-preference subtract 200",
        "b then metric subtract 5",
        "b then origin incomplete",
        "b then accept",
        "c from route-filter 10.5.0.0/24 exact",
        "c then local-preference add 4294967295",
        "c then accept",
        "d then local-preference 300",
        "e from local-preference 300",
        "e then origin egp",
        "e then local-preference add 1",
        "f from local-preference 300",
        "f then reject",
    )
    found = held(net, "middle")
    shown = {prefix: (item.local_preference, item.metric, item.origin) for prefix, item in found.items()}
    assert shown == {
        "10.7.0.0/16": (150, 5, 0),
        "10.8.0.0/16": (0, 0, 2),
        "10.5.0.0/24": (4294967295, None, 0),
        "10.9.0.1/32": (301, None, 1),
    }


def test_a_metric_and_a_preference_received_stay_at_home_and_an_origin_does_not() -> None:
    net = imported("a then local-preference add 50", "a then metric add 5", "a then origin egp", "a then accept")
    assert {(item.local_preference, item.metric, item.origin) for item in held(net, "right").values()} == {
        (100, None, 1)
    }


_PATHS = [(), (65111,), (65111, 65101, 65003), (65111, 25, 65003), (65111, 65101, 111), (25, 65111), (65534, 65111)]


@pytest.mark.parametrize("path", _PATHS)
@pytest.mark.parametrize("removal", ["", " all", " all replace"])
def test_both_meanings_leave_out_the_same_private_ases(path: tuple[int, ...], removal: str) -> None:
    """What is received from the left has a path that its export policy makes; the middle passes it on to AS 303 or 65003."""
    prepend = "".join(f" {asn}" for asn in path).strip()
    said = f'set policy-options policy-statement OUT term z then as-path-prepend "{prepend}"\n' if path else ""
    for peer in ("303", "65003") if not removal else ("303",):
        right = _RIGHT.replace("autonomous-system 65003", f"autonomous-system {peer}")
        net = network(
            left=_EXPORTING + said,
            middle=f"set protocols bgp group H neighbor 10.2.0.2 remove-private{removal}\n",
            middle_text=_MIDDLE.replace("peer-as 65003", f"peer-as {peer}"),
            right_text=right,
        )
        expected = (65002, *_sent((*path, 65001), removal, int(peer)))
        found = held(net, "right")
        loops = int(peer) in expected
        assert {item.as_path for item in found.values()} == (set() if loops else {expected})


def _sent(path: tuple[int, ...], removal: str, peer: int) -> list[int]:
    """Return what the lab's outputs show of a path held (junos_private_asn, AS 2345)."""
    private = [asn for asn in path if 64512 <= asn <= 65534]
    if removal == " all":
        return [asn for asn in path if asn not in private]
    if removal == " all replace":
        return [65002 if asn in private else asn for asn in path]
    kept = list(path)
    while kept and kept[0] in private and kept[0] != peer:
        kept.pop(0)
    return kept


_ASNS = st.lists(st.sampled_from([0, 3, 65001, 65002, 250, 4294967295]), max_size=5).map(tuple)


@given(AS_PATTERNS, _ASNS)
@settings(max_examples=400, deadline=None)
def test_both_meanings_take_the_same_paths(pattern: AsPathPattern, path: tuple[int, ...]) -> None:
    assert fits(pattern, path) == takes(list(pattern), list(path))
