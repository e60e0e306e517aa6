"""Drawings of OSPF networks for tests: routers, cables with a cost at each end, loopbacks, LANs, and what is told from elsewhere.

The one idea: a drawing becomes devices for the two meanings, and is looked at by brute force as it is: every way without a loop
is added up, and the cheapest are kept. No code is shared with either meaning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from hypothesis import strategies as st

from intents.prefix import Family, Prefix, parse_prefix
from routing.model import (
    Action,
    Device,
    Network,
    OspfDefault,
    OspfInstance,
    OspfInterface,
    OspfNetwork,
    OspfRedistribution,
    PolicyClause,
    PrefixRule,
    RoutePolicy,
    RouteSource,
    StaticRoute,
)
from tests.small_networks import interface, link, network
from verification.verdicts.failure import Failure


class Cable(NamedTuple):
    """Between two routers, with what it costs from each."""

    a: int
    b: int
    cost_a: int
    cost_b: int
    network: OspfNetwork


class External(NamedTuple):
    """A discard route of a router that it tells: which of a few, of what type, with what metric."""

    router: int
    number: int
    type: int
    metric: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """`lans`: the cost of each router's LAN; `beside`: routers with a LAN outside of OSPF that they redistribute; `default`:
    who tells a default route, always."""

    family: Family
    lans: tuple[int, ...]
    cables: tuple[Cable, ...]
    externals: tuple[External, ...] = ()
    beside: frozenset[int] = frozenset()
    default: int | None = None


class Way(NamedTuple):
    """How a router reaches a prefix: OSPF's metric, and the cables by which it leaves."""

    metric: int
    cables: frozenset[int]


@st.composite
def drawings(draw: st.DrawFn) -> Drawing:
    """Networks of two to five routers, parts of them perhaps not joined, with ways that are equally short."""
    count = draw(st.integers(2, 5))
    router, cost = st.integers(0, count - 1), st.integers(1, 3)
    cable = st.builds(Cable, router, router, cost, cost, st.sampled_from(OspfNetwork)).filter(lambda c: c.a < c.b)
    external = st.builds(External, router, st.integers(0, 2), st.integers(1, 2), st.integers(1, 3))
    found = draw(st.lists(external, max_size=4, unique_by=lambda item: (item.router, item.number)))
    return Drawing(
        family=draw(st.sampled_from(Family)),
        lans=tuple(draw(st.lists(cost, min_size=count, max_size=count))),
        cables=tuple(draw(st.lists(cable, min_size=1, max_size=7))),
        externals=tuple(found),
        beside=frozenset(draw(st.sets(router, max_size=1))),
        default=draw(st.none() | router),
    )


def subnet(drawing: Drawing, kind: int, number: int) -> str:
    """The prefix of a thing, as text: cables are of kind 0."""
    if drawing.family is Family.V6:
        return f"2001:db8:{kind:x}:{number:x}::/64"
    return f"10.{kind}.{number}.0/{30 if kind == 0 else 24}"


def host(drawing: Drawing, kind: int, number: int, place: int, *, alone: bool = False) -> str:
    """An address in the prefix of a thing, with its length."""
    prefix = parse_prefix(subnet(drawing, kind, number))
    text = subnet(drawing, kind, number).partition("/")[0]
    base = text.removesuffix("0") if drawing.family is Family.V4 else text
    return f"{base}{place}/{drawing.family.bits if alone else prefix.length}"


def built(drawing: Drawing) -> Network:
    """The network of a drawing."""
    devices = [_device(drawing, number) for number in range(len(drawing.lans))]
    links = [link(f"c{n}", f"r{c.a} c{n}", f"r{c.b} c{n}") for n, c in enumerate(drawing.cables)]
    return network(devices, links)


def _device(drawing: Drawing, number: int) -> Device:
    ports = [
        interface("Loopback0", host(drawing, 9, number, 1, alone=True)),
        interface("lan", host(drawing, 8, number, 1)),
    ]
    spoken = [
        OspfInterface(name="Loopback0", cost=1, passive=True, host=True),
        OspfInterface(name="lan", cost=drawing.lans[number], passive=True),
    ]
    for at, cable in enumerate(drawing.cables):
        if number in (cable.a, cable.b):
            ports.append(interface(f"c{at}", host(drawing, 0, at, 1 if number == cable.a else 2)))
            cost = cable.cost_a if number == cable.a else cable.cost_b
            spoken.append(OspfInterface(name=f"c{at}", cost=cost, network=cable.network))
    if number in drawing.beside:
        ports.append(interface("beside", host(drawing, 7, number, 1)))
    own = [item for item in drawing.externals if item.router == number]
    return Device(
        name=f"r{number}",
        platform="cisco_ios",
        interfaces=tuple(sorted(ports, key=lambda item: item.name)),
        statics=tuple(StaticRoute(vrf=None, prefix=_external(drawing, item), discard=True) for item in own),
        policies=tuple(_telling(drawing, item) for item in own),
        ospf=(
            OspfInstance(
                vrf=None,
                family=drawing.family,
                area=0,
                router_id=number + 1,
                interfaces=tuple(sorted(spoken, key=lambda item: item.name)),
                redistributions=(
                    *(
                        OspfRedistribution(
                            source=RouteSource.STATIC, policies=(f"tell{item.number}",), metric=20, type=item.type
                        )
                        for item in own
                    ),
                    *(
                        (OspfRedistribution(source=RouteSource.CONNECTED, metric=20),)
                        if number in drawing.beside
                        else ()
                    ),
                ),
                default=OspfDefault(always=True, metric=1) if number == drawing.default else None,
                distance=110,
                external_distance=110,
            ),
        ),
    )


def _external(drawing: Drawing, item: External) -> Prefix:
    return parse_prefix(subnet(drawing, 6, item.number))


def _telling(drawing: Drawing, item: External) -> RoutePolicy:
    """The policy that tells one static route, with its metric."""
    prefix = _external(drawing, item)
    rule = PrefixRule(prefix=prefix, low=prefix.length, high=prefix.length)
    clause = PolicyClause(name="10", action=Action.PERMIT, prefixes=(rule,), metric=item.metric)
    return RoutePolicy(name=f"tell{item.number}", clauses=(clause,))


def beside_ospf(drawing: Drawing) -> Iterator[tuple[int, Prefix]]:
    """Yield the routes that routers have of their own beside OSPF."""
    yield from ((item.router, _external(drawing, item)) for item in drawing.externals)
    yield from ((number, parse_prefix(subnet(drawing, 7, number))) for number in drawing.beside)


def expected(drawing: Drawing, failure: Failure) -> dict[tuple[int, Prefix], Way]:
    """What OSPF offers each router that works, by brute force."""
    alive = [number for number in range(len(drawing.lans)) if f"r{number}" not in failure.devices]
    cables = [at for at in range(len(drawing.cables)) if _holds(drawing, failure, at)]
    found: dict[tuple[int, Prefix], Way] = {}
    for root in alive:
        reach = {root: Way(0, frozenset())}
        for target, cost, first in _paths(drawing, cables, root, frozenset({root}), 0, None):
            reach[target] = _cheaper(reach.get(target), Way(cost, frozenset({first})))
        own = {prefix for prefix, _ in _attached(drawing, cables, root)}
        for target, way in reach.items():
            for prefix, cost in _attached(drawing, cables, target):
                if prefix not in own:
                    offer = Way(way.metric + cost, way.cables)
                    found[root, prefix] = _cheaper(found.get((root, prefix)), offer)
        for prefix, way in _externals(drawing, reach, root).items():
            if prefix not in own:
                found.setdefault((root, prefix), way)
    return found


def _holds(drawing: Drawing, failure: Failure, at: int) -> bool:
    cable = drawing.cables[at]
    return f"c{at}" not in failure.links and not failure.devices & {f"r{cable.a}", f"r{cable.b}"}


def _cheaper(held: Way | None, offer: Way) -> Way:
    if held is None or offer.metric < held.metric:
        return offer
    return Way(held.metric, held.cables | offer.cables) if offer.metric == held.metric else held


def _paths(
    drawing: Drawing, cables: list[int], near: int, seen: frozenset[int], cost: int, first: int | None
) -> Iterator[tuple[int, int, int]]:
    """Yield the end, cost and first cable of every way without a loop."""
    for at in cables:
        cable = drawing.cables[at]
        for here, there, step in ((cable.a, cable.b, cable.cost_a), (cable.b, cable.a, cable.cost_b)):
            if here == near and there not in seen:
                begun = at if first is None else first
                yield there, cost + step, begun
                yield from _paths(drawing, cables, there, seen | {there}, cost + step, begun)


def _attached(drawing: Drawing, cables: list[int], number: int) -> Iterator[tuple[Prefix, int]]:
    yield parse_prefix(host(drawing, 9, number, 1, alone=True)), 1
    yield parse_prefix(subnet(drawing, 8, number)), drawing.lans[number]
    for at in cables:
        cable = drawing.cables[at]
        if number in (cable.a, cable.b):
            yield parse_prefix(subnet(drawing, 0, at)), cable.cost_a if number == cable.a else cable.cost_b


def _externals(drawing: Drawing, reach: dict[int, Way], root: int) -> dict[Prefix, Way]:
    told = [(item.router, _external(drawing, item), item.type, item.metric) for item in drawing.externals]
    told += [(number, parse_prefix(subnet(drawing, 7, number)), 2, 20) for number in drawing.beside]
    if drawing.default is not None:
        told.append((drawing.default, Prefix(drawing.family, 0, 0), 2, 1))
    offers: dict[Prefix, list[tuple[tuple[int, int, int], Way]]] = {}
    for router, prefix, kind, metric in told:
        if router != root and router in reach:
            whole = metric + (reach[router].metric if kind == 1 else 0)
            rank = (kind, whole, reach[router].metric)
            offers.setdefault(prefix, []).append((rank, Way(whole, reach[router].cables)))
    best = {prefix: min(rank for rank, _ in found) for prefix, found in offers.items()}
    return {
        prefix: Way(best[prefix][1], frozenset().union(*(way.cables for rank, way in found if rank == best[prefix])))
        for prefix, found in offers.items()
    }
