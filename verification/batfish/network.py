"""Rules about the network as a whole, from the tables that Batfish computed: interfaces, sessions and routes.

The one idea: the rules are those that the engine proves, the tables are Batfish's own; only the whole network is looked at, and
IPv4 only. Each check yields what is wrong, the first one is the answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from intents.prefix import Family, Prefix, format_address, parse_prefix, prefix_of
from intents.reason import Reason, because
from intents.registry import AttachmentName, PurposeName
from ipam.keys import Owner
from routing.model import AttachmentPort
from verification.batfish.tables import Facts, SeenRoute
from verification.evidence.evidence import Evidence
from verification.evidence.management_plane import kept_loopbacks, planned_loopbacks
from verification.packets.flow_sets import Span, span_of
from verification.questions.addressing import (
    PlannedInterface,
    addresses_named,
    interface_of,
    planned_places,
    tag_named,
)
from verification.questions.network import planned_links, talking_purposes
from verification.questions.purposes import MANAGEMENT, no_route, talks_to_others
from verification.routes.adjacency import parent_of

_OWN_ROUTES = frozenset({"connected", "static"})
Where = tuple[str, str]
"""Device and VRF, or device and interface."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Facts with look-ups. `holders`: the device that has an address. `starts`: the VRFs that attachments stand in, with
    their ports. `purposes`: the purpose of each backbone VRF, by the planned links in it. `owners`: sorted spans with whose
    they are."""

    evidence: Evidence
    facts: Facts
    holders: Mapping[str, frozenset[str]]
    starts: Mapping[Where, tuple[AttachmentPort, ...]]
    purposes: Mapping[Where, PurposeName]
    owners: tuple[tuple[int, int, AttachmentName], ...]
    ports: frozenset[Where]
    on_device: Mapping[str, tuple[str, ...]]
    """The names of each device's interfaces, sorted."""
    _owned: dict[Prefix, frozenset[AttachmentName]] = field(default_factory=dict, repr=False)

    def owners_in(self, prefix: Prefix) -> frozenset[AttachmentName]:
        """Return who has addresses in a prefix."""
        if prefix not in self._owned:
            first, last = span_of(prefix)
            self._owned[prefix] = frozenset(name for low, high, name in self.owners if low <= last and first <= high)
        return self._owned[prefix]

    def devices_of(self, name: AttachmentName) -> frozenset[str]:
        """Return the devices that an attachment stands on."""
        return frozenset(port.device for port in self.evidence.ports.get(name, ()))

    def deliverers_of(self, names: Collection[AttachmentName]) -> dict[AttachmentName, frozenset[str]]:
        """Return, of each attachment, the devices with a route of their own to some of its addresses, connected or static; a
        default route is to nobody, and a question of its own."""
        found: dict[AttachmentName, set[str]] = {name: set() for name in names}
        for (device, _), routes in self.facts.routes.items():
            for route in routes:
                if route.protocol in _OWN_ROUTES and route.prefix.length:
                    for name in self.owners_in(route.prefix) & found.keys():
                        found[name].add(device)
        return {name: frozenset(devices) for name, devices in found.items()}


def make_tables(evidence: Evidence, facts: Facts) -> Tables:
    """Return the facts with look-ups."""
    holders: dict[str, set[str]] = {}
    for (device, _), seen in facts.interfaces.items():
        for address, _length in seen.addresses if seen.active else ():
            holders.setdefault(address, set()).add(device)
    starts: dict[Where, tuple[AttachmentPort, ...]] = {}
    for port in evidence.given.network.ports:
        found = facts.interfaces.get((port.device, port.interface))
        if found is not None:
            where = (port.device, found.vrf)
            starts[where] = (*starts.get(where, ()), port)
    return Tables(
        evidence=evidence,
        facts=facts,
        holders={address: frozenset(devices) for address, devices in holders.items()},
        starts=starts,
        purposes=_purposes(evidence, facts, starts),
        owners=_owners(evidence.own),
        ports=frozenset((port.device, port.interface) for port in evidence.given.network.ports),
        on_device=_by_device(facts),
    )


def _owners(
    held: Mapping[tuple[AttachmentName, Family], tuple[Span, ...]],
) -> tuple[tuple[int, int, AttachmentName], ...]:
    """Return whose which IPv4 addresses are, sorted."""
    found = ((low, high, name) for (name, family), spans in held.items() if family is Family.V4 for low, high in spans)
    return tuple(sorted(found))


def _by_device(facts: Facts) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for device, name in sorted(facts.interfaces):
        found.setdefault(device, []).append(name)
    return {device: tuple(names) for device, names in found.items()}


def _purposes(evidence: Evidence, facts: Facts, starts: Mapping[Where, object]) -> dict[Where, PurposeName]:
    planned = planned_links(evidence.given)
    found: dict[Where, PurposeName] = {}
    for (device, _), seen in facts.interfaces.items():
        where = (device, seen.vrf)
        if device in evidence.given.roles.backbone and where not in starts and seen.active:
            for address in seen.addresses:
                purpose = planned.get(_prefix(address))
                if purpose is not None:
                    found[where] = purpose
    return found


def _prefix(address: tuple[str, int]) -> Prefix:
    value = parse_prefix(f"{address[0]}/32").network
    return prefix_of(Family.V4, value, address[1])


def check_addressing(tables: Tables) -> Iterator[Reason]:
    """Yield interfaces that are not as planned: addresses, tag, VRF, switched off, stray filters, no session."""
    found: dict[Where, PlannedInterface] = {}
    for place in planned_places(tables.evidence):
        wanted = {item: held for item in place.options if (held := _addresses_v4(item))}
        standing = {item: name for item, held in wanted.items() if (name := _standing(tables, item, held)) is not None}
        if len(wanted) == len(place.options) and not standing and place.is_needed:
            yield because("interface_missing_for", device=place.options[0].device, owner=place.options[0].owner)
        for name in dict.fromkeys(standing.values()):
            faults = {
                item: tuple(_wrong(tables, item, name, wanted[item])) for item in standing if standing[item] == name
            }
            planned = min(faults, key=lambda item: bool(faults[item]))
            found[(planned.device, name)] = planned
            yield from faults[planned]
    yield from _mixed_vrfs(tables, found)
    yield from _unplanned(tables, found)


def _addresses_v4(planned: PlannedInterface) -> frozenset[tuple[str, int]]:
    """Return an interface's planned addresses as Batfish's tables say them."""
    return frozenset(
        (format_address(Family.V4, value), length) for family, value, length in planned.addresses if family is Family.V4
    )


def _standing(tables: Tables, planned: PlannedInterface, wanted: frozenset[tuple[str, int]]) -> str | None:
    for name in tables.on_device.get(planned.device, ()):
        seen = tables.facts.interfaces[(planned.device, name)]
        if planned.name:
            if name == planned.name:
                return name
        elif planned.port:
            if parent_of(name) == planned.port and seen.vlan == planned.vlan and "." in name:
                return name
        elif seen.addresses & wanted:
            return name
    return None


def _wrong(
    tables: Tables, planned: PlannedInterface, name: str, wanted: frozenset[tuple[str, int]]
) -> Iterator[Reason]:
    seen = tables.facts.interfaces[(planned.device, name)]
    where = interface_of(planned, name)
    if seen.addresses != wanted:
        yield because("other_addresses", where=where, found=_shown(seen.addresses), planned=_shown(wanted))
    if seen.vlan != planned.vlan:
        yield because("other_tag", where=where, found=tag_named(seen.vlan), planned=tag_named(planned.vlan))
    if not seen.active:
        yield because("switched_off", where=where)
    is_port = (planned.device, name) in tables.ports
    if not is_port and any(seen.filters) and not seen.is_loopback:
        yield because("stray_filter", where=where)
    if planned.peers and planned.kept:
        own = {address for address, _ in wanted}
        if not any(
            (device, local) == (planned.device, one) for device, _, local, _ in tables.facts.sessions for one in own
        ):
            yield because("no_session_from", addresses=_shown(wanted), owner=planned.owner)


def _shown(addresses: Iterable[tuple[str, int]]) -> Reason | str:
    return addresses_named(f"{value}/{length}" for value, length in sorted(addresses))


def _mixed_vrfs(tables: Tables, found: Mapping[Where, PlannedInterface]) -> Iterator[Reason]:
    owner_of: dict[Where, Owner] = {}
    vrf_of: dict[tuple[str, Owner], str] = {}
    for (device, name), planned in found.items():
        vrf = tables.facts.interfaces[(device, name)].vrf
        first = owner_of.setdefault((device, vrf), planned.owner)
        own_vrf = vrf_of.setdefault((device, planned.owner), vrf)
        if vrf == "default":
            yield because("in_no_vrf", where=interface_of(planned, name))
        elif first != planned.owner:
            yield because("vrf_of_two_owners", vrf=vrf, device=device, owner=first, other_owner=planned.owner)
        elif own_vrf != vrf:
            yield because("owner_in_two_vrfs", owner=planned.owner, device=device, vrf=own_vrf, other_vrf=vrf)


def _unplanned(tables: Tables, found: Mapping[Where, PlannedInterface]) -> Iterator[Reason]:
    ours = {(device, tables.facts.interfaces[(device, name)].vrf) for device, name in found}
    for (device, name), seen in sorted(tables.facts.interfaces.items()):
        if seen.addresses and (device, name) not in found and (device, seen.vrf) in ours:
            where = {"device": device, "interface": name, "addresses": _shown(seen.addresses)}
            yield because("interface_not_planned", vrf=seen.vrf, **where)


def check_overlaps(tables: Tables) -> Iterator[Reason]:
    """Yield LANs of two attachments that share an address."""
    found: list[tuple[Prefix, str]] = []
    for port in tables.evidence.given.network.ports:
        seen = tables.facts.interfaces.get((port.device, port.interface))
        found += [
            (_prefix(item), port.attachment) for item in (seen.addresses if seen is not None and seen.active else ())
        ]
    found.sort()
    for index, (prefix, name) in enumerate(found):
        for other, other_name in found[index + 1 : index + 2]:
            if name != other_name and prefix.overlaps(other):
                ends = {"prefix": prefix, "owner": name, "other_prefix": other, "other_owner": other_name}
                yield because("prefixes_overlap", **ends)


def check_default_routes(tables: Tables) -> Iterator[Reason]:
    """Yield VRFs with a default route (A10)."""
    for (device, vrf), routes in sorted(tables.facts.routes.items()):
        if any(route.prefix.length == 0 for route in routes):
            yield because("has_default_route", vrf=vrf, device=device)


def check_backbone(tables: Tables) -> Iterator[Reason]:
    """Yield LANs that nobody declared, and routes of attachments' VRFs to each other that need no backbone device (A05)."""
    backbone = tables.evidence.given.roles.backbone
    yield from _undeclared_lans(tables)
    for (device, vrf), ports in sorted(tables.starts.items()):
        here = frozenset(port.attachment for port in ports)
        for route in tables.facts.routes.get((device, vrf), ()):
            others = [name for name in sorted(tables.owners_in(route.prefix)) if name not in here]
            if not others or device in backbone:
                continue
            over = tables.holders.get(route.next_hop, frozenset())
            if (over and not over & backbone) or (
                not route.next_hop and route.protocol in ("connected", "local", "static")
            ):
                yield because("reaches_without_backbone", source=min(here), destination=others[0])
        if device not in backbone and len(here) > 1:
            first, second = sorted(here)[:2]
            yield because("reaches_without_backbone", source=first, destination=second)


def _undeclared_lans(tables: Tables) -> Iterator[Reason]:
    links = tables.evidence.given.network.links
    ends = {end for link in links for end in ((link.a_device, link.a_interface), (link.b_device, link.b_interface))}
    for (device, name), seen in sorted(tables.facts.interfaces.items()):
        if (
            seen.active
            and not seen.is_loopback
            and (device, name) not in tables.ports
            and (device, parent_of(name)) not in ends
        ):
            yield because("undeclared_lan", interface=name, device=device)


def check_transit(tables: Tables) -> Iterator[Reason]:
    """Yield backbone routes that lead over a site which does not hold what they lead to."""
    sites = tables.evidence.given.roles.sites
    for (device, vrf), routes in sorted(tables.facts.routes.items()):
        if device in sites or (device, vrf) in tables.starts:
            continue
        for route in routes:
            over = tables.holders.get(route.next_hop, frozenset()) & sites
            for name in sorted(tables.owners_in(route.prefix)) if over else ():
                if not over <= tables.devices_of(name):
                    yield because("sends_over_site", device=device, destination=name, site=min(over))


def check_leaks(tables: Tables) -> Iterator[Reason]:
    """Yield routes that stand in a backbone VRF where nobody talks to their owner, and routes that nobody planned to be told."""
    attachments = tables.evidence.given.bounds.attachments
    permitted_matrix = talking_purposes(tables.evidence)
    for where, purpose in sorted(tables.purposes.items()):
        for route in _learned(tables, where):
            for name in sorted(tables.owners_in(route.prefix)):
                welcome = {attachments[name].purpose, *permitted_matrix.get((name, Family.V4), ())}
                if purpose not in welcome:
                    place = {"vrf": where[1], "device": where[0], "purpose": purpose}
                    yield because("leaked_to_strangers", prefix=route.prefix, owner=name, **place)
    yield from _strays(tables)


def _strays(tables: Tables) -> Iterator[Reason]:
    loopbacks = planned_loopbacks(tables.evidence)
    sources = {source for state in tables.evidence.states for source in state.declared.login_sources}
    own = {prefix for held in loopbacks.values() for prefix in held}
    management = {
        (device, seen.vrf)
        for (device, _), seen in tables.facts.interfaces.items()
        if any(_prefix(address) in loopbacks.get(device, ()) for address in seen.addresses)
    }
    for where in sorted(tables.facts.routes):
        for route in _learned(tables, where) if where not in tables.starts else ():
            if where in management and where[0] in tables.evidence.given.roles.sites:
                welcome = any(source.covers(route.prefix) for source in sources)
            else:
                welcome = bool(tables.owners_in(route.prefix)) or (where in management and route.prefix in own)
            if not welcome:
                yield because("stray_route", vrf=where[1], device=where[0], prefix=route.prefix)


def _learned(tables: Tables, where: Where) -> Iterator[SeenRoute]:
    return (route for route in tables.facts.routes.get(where, ()) if route.protocol in ("bgp", "ibgp"))


def check_purposes(tables: Tables) -> Iterator[Reason]:
    """Yield backbone VRFs that lack a route to a prefix of their purpose."""
    attachments = tables.evidence.given.bounds.attachments
    homes = [
        (Prefix(Family.V4, low, _length(low, high)), attachments[name].purpose)
        for low, high, name in _owners(tables.evidence.kept)
        if not (
            tables.devices_of(name) <= tables.evidence.given.roles.backbone
            and not talks_to_others(tables.evidence, name, Family.V4)
        )
        and _length(low, high) >= 0
    ]
    homes += [
        (prefix, MANAGEMENT)
        for kept in kept_loopbacks(tables.evidence).values()
        for prefix in kept
        if prefix.family is Family.V4
    ]
    held = {
        route.prefix
        for routes in tables.facts.routes.values()
        for route in routes
        if route.protocol in ("connected", "static")
    }
    homes = [item for item in homes if item[0] in held]  # who has no working interface can't be announced
    for where, purpose in sorted(tables.purposes.items()):
        routes = [route.prefix for route in tables.facts.routes.get(where, ())]
        known = frozenset(routes)
        for prefix, wanted in homes:
            if wanted == purpose and prefix not in known and not any(route.covers(prefix) for route in routes):
                yield no_route(where[0], where[1], purpose, prefix)


def _length(low: int, high: int) -> int:
    """Return the length of the prefix that a span is, -1 if it is none."""
    size = high - low + 1
    return Family.V4.bits - size.bit_length() + 1 if size & (size - 1) == 0 and low % size == 0 else -1


def routed_from(tables: Tables, port: AttachmentPort) -> frozenset[AttachmentName]:
    """Return the attachments that a port's VRF has any route to."""
    seen = tables.facts.interfaces[(port.device, port.interface)]
    routes = tables.facts.routes.get((port.device, seen.vrf), ())
    return frozenset().union(*(tables.owners_in(route.prefix) for route in routes))
