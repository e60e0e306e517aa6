"""Small networks of one AS with others around it: loopbacks over static routes, reflectors, and what stands at the borders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from intents.prefix import Family, parse_prefix
from routing.model import (
    Action,
    BgpInstance,
    BgpNeighbor,
    Device,
    Network,
    OspfInstance,
    OspfInterface,
    OspfNetwork,
    PolicyClause,
    PolicyDefault,
    RoutePolicy,
    StaticRoute,
)
from tests.small_networks import interface, link, network, value

AS = 65000
IOS, JUNOS = "cisco_ios", "junos"


@dataclass(slots=True, kw_only=True)
class Inner:
    """Routers of one AS by name, in the order of their loopbacks; `cables` between them, `borders` to other ASs.

    `reflects`: the clients of each reflector; every other pair of routers in `meshed` has a plain session. A border is (router,
    AS, prefix that it tells, local preference given to it, MED that it tells).
    """

    routers: tuple[str, ...]
    cables: tuple[tuple[str, str], ...]
    meshed: tuple[tuple[str, str], ...] = ()
    reflects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    borders: tuple[tuple[str, int, str, int, int | None], ...] = ()
    platforms: Mapping[str, str] = field(default_factory=dict)
    next_hop_self: bool = True
    clusters: Mapping[str, int] = field(default_factory=dict)
    costs: Mapping[tuple[str, str], int] | None = None
    """OSPF with these costs by cable, in the place of static routes between loopbacks."""
    changes: Mapping[tuple[str, str], dict[str, object]] = field(default_factory=dict)
    """What is said otherwise of a neighbour, by router and neighbour."""

    def loopback(self, router: str) -> str:
        return f"192.168.0.{self.routers.index(router) + 1}"

    def build(self) -> Network:
        devices = [self._router(name) for name in self.routers]
        devices += [self._outsider(place) for place in range(len(self.borders))]
        cables = [link(f"{a}-{b}", f"{a} to-{b}", f"{b} to-{a}") for a, b in self.cables]
        cables += [
            link(f"{item[0]}-x{n}", f"{item[0]} to-x{n}", f"x{n} to-{item[0]}") for n, item in enumerate(self.borders)
        ]
        return network(devices, cables)

    def _router(self, name: str) -> Device:
        platform = self.platforms.get(name, IOS)
        ports = [interface("lo0", f"{self.loopback(name)}/32")]
        for number, (a, b) in enumerate(self.cables):
            if name in (a, b):
                far = b if name == a else a
                ports.append(interface(f"to-{far}", f"10.0.{number}.{1 if name == a else 2}/30"))
        peers, policies = [], [_next_hop_self(), RoutePolicy(name="ALL", clauses=(), default=PolicyDefault.PROTOCOL)]
        for number, (router, asn, _, preference, _med) in enumerate(self.borders):
            if router == name:
                ports.append(interface(f"to-x{number}", f"10.1.{number}.1/30"))
                policies.append(_preferring(preference))
                peers.append(
                    BgpNeighbor(
                        family=Family.V4,
                        address=value(f"10.1.{number}.2"),
                        remote_as=asn,
                        imports=() if preference == 100 else (f"P{preference}",),
                        exports=("ALL",) if platform == JUNOS else (),
                        send_communities=True,
                    )
                )
        peers += [self._inside(name, far, platform) for far in self.routers if self._speaks(name, far)]
        return Device(
            name=name,
            platform=platform,
            interfaces=tuple(ports),
            policies=tuple(sorted(set(policies), key=lambda item: item.name)),
            statics=tuple(self._statics(name)) if self.costs is None else (),
            ospf=() if self.costs is None else (self._ospf(name, self.costs),),
            bgp=(
                BgpInstance(
                    vrf=None,
                    asn=AS,
                    router_id=value(self.loopback(name)),
                    cluster_id=self.clusters.get(name),
                    loop_asns=(AS,),
                    neighbors=tuple(sorted(peers, key=lambda item: item.address)),
                ),
            ),
        )

    def _speaks(self, one: str, other: str) -> bool:
        pair = {(one, other), (other, one)}
        return (
            bool(pair & set(self.meshed)) or other in self.reflects.get(one, ()) or one in self.reflects.get(other, ())
        )

    def _inside(self, name: str, far: str, platform: str) -> BgpNeighbor:
        said = BgpNeighbor(
            family=Family.V4,
            address=value(self.loopback(far)),
            remote_as=AS,
            source=value(self.loopback(name)),
            client=far in self.reflects.get(name, ()),
            next_hop_self=self.next_hop_self and platform == IOS,
            exports=("NHS",) if platform == JUNOS and self.next_hop_self else (("ALL",) if platform == JUNOS else ()),
            send_communities=True,
        )
        return replace(said, **self.changes.get((name, far), {}))  # type: ignore[arg-type] # each of its own type

    def _ospf(self, name: str, costs: Mapping[tuple[str, str], int]) -> OspfInstance:
        spoken = [OspfInterface(name="lo0", cost=1, passive=True, host=True)]
        for pair in self.cables:
            if name in pair:
                far = pair[1] if name == pair[0] else pair[0]
                network_type = OspfNetwork.POINT_TO_POINT
                spoken.append(OspfInterface(name=f"to-{far}", cost=costs.get(pair, 1), network=network_type))
        return OspfInstance(
            vrf=None,
            family=Family.V4,
            area=0,
            router_id=value(self.loopback(name)),
            interfaces=tuple(sorted(spoken, key=lambda item: item.name)),
            distance=110 if self.platforms.get(name, IOS) == IOS else 10,
            external_distance=110 if self.platforms.get(name, IOS) == IOS else 150,
        )

    def _statics(self, name: str) -> list[StaticRoute]:
        """Return routes to every other loopback by every shortest way."""
        found = []
        for far in self.routers:
            steps = self._distances(far)
            for number, (a, b) in enumerate(self.cables):
                near = b if a == name else a if b == name else None
                if near is not None and steps.get(near, 99) < steps.get(name, 99):
                    hop = value(f"10.0.{number}.{2 if a == name else 1}")
                    prefix = parse_prefix(f"{self.loopback(far)}/32")
                    found.append(StaticRoute(vrf=None, prefix=prefix, next_hop=hop))
        return found

    def _distances(self, target: str) -> dict[str, int]:
        found, queue = {target: 0}, [target]
        while queue:
            here = queue.pop(0)
            for a, b in self.cables:
                for one, other in ((a, b), (b, a)):
                    if one == here and other not in found:
                        found[other] = found[here] + 1
                        queue.append(other)
        return found

    def _outsider(self, number: int) -> Device:
        router, asn, prefix, _, med = self.borders[number]
        policies = (RoutePolicy(name="MED", clauses=(PolicyClause(name="10", action=Action.PERMIT, metric=med),)),)
        base = parse_prefix(prefix)
        peer = BgpNeighbor(
            family=Family.V4, address=value(f"10.1.{number}.1"), remote_as=AS, exports=() if med is None else ("MED",)
        )
        return Device(
            name=f"x{number}",
            platform=IOS,
            interfaces=(interface(f"to-{router}", f"10.1.{number}.2/30"),),
            policies=policies,
            statics=(StaticRoute(vrf=None, prefix=base, discard=True),),
            bgp=(
                BgpInstance(
                    vrf=None,
                    asn=asn,
                    router_id=value(f"172.16.0.{number + 1}"),
                    loop_asns=(asn,),
                    neighbors=(peer,),
                    networks=(base,),
                ),
            ),
        )


def _preferring(preference: int) -> RoutePolicy:
    clause = PolicyClause(name="10", action=Action.PERMIT, local_preference=preference)
    return RoutePolicy(name=f"P{preference}", clauses=(clause,))


def _next_hop_self() -> RoutePolicy:
    """As Junos writes it: what other ASs told is told with this end as the next hop; then the default policy decides."""
    return RoutePolicy(
        name="NHS",
        clauses=(PolicyClause(name="a", action=None, next_hop_self=True),),
        default=PolicyDefault.PROTOCOL,
    )
