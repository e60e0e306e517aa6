"""Static routes: `ip route` and `ipv6 route`, with or without `vrf`.

Turns one line into one `StaticRoute`. The one idea: the same prefix by the same way twice is one route, the later
line's. Names and tags are read over: nothing modelled looks at them (a `match tag` in a route map is an unknown
line).
"""

from __future__ import annotations

from functools import lru_cache

from intents.prefix import Family, Prefix, parse_address, prefix_of, truncate
from intents.reason import UnclearError, because, unclear
from routing.model import Interface, StaticRoute
from routing.refs import static_name, static_ref
from routing.vendors.cisco_ios.addresses import is_no_destination
from routing.vendors.cisco_ios.names import ETHERNET_KINDS, interface_kind, interface_name, small_number
from routing.vendors.cisco_ios.reader.partial import PartialDevice
from routing.vendors.cisco_ios.terms import LINK_LOCAL, ipv4, ipv6_interface, mask_length

_OPTIONS = frozenset({"name", "tag"})


def read_static(partial: PartialDevice, index: int, words: list[str]) -> bool:
    """Read one static route line; False if it is not exactly understood."""
    try:
        route = static_route(Family.V4 if words[0] == "ip" else Family.V6, words[2:])
    except UnclearError as error:
        partial.reject(index, (partial.lines[index].strip(),), error.reason)
        return True
    except IndexError:
        return False
    way = static_name(route)
    partial.statics[route.vrf, route.prefix, way] = (route, index)
    return True


def static_route(family: Family, words: list[str]) -> StaticRoute:
    """Return the route that the words after `ip route` say; UnclearError or IndexError."""
    vrf = None
    if words[0] == "vrf":
        vrf, words = words[1], words[2:]
    if family is Family.V4:
        prefix, rest = prefix4(words[0], words[1]), words[2:]
    else:
        prefix, rest = prefix6(words[0]), words[1:]
    if is_no_destination(prefix):
        raise unclear("no_destination")
    if rest[0].lower() in ("null0", "null"):
        return StaticRoute(vrf=vrf, prefix=prefix, discard=True, distance=_distance(family, rest[1:]))
    interface = None
    if not _is_address(rest[0]):
        interface = interface_name(rest[0])
        if interface is None or interface_kind(interface) not in ETHERNET_KINDS:
            raise unclear("exit_interface")
        rest = rest[1:]
    next_hop = _next_hop(family, rest[0]) if rest and _is_address(rest[0]) else None
    options = rest if next_hop is None else rest[1:]
    return StaticRoute(
        vrf=vrf, prefix=prefix, interface=interface, next_hop=next_hop, distance=_distance(family, options)
    )


def _is_address(word: str) -> bool:
    return ("." in word and word[0].isdigit()) or ":" in word


@lru_cache(maxsize=1 << 16)
def prefix4(address: str, mask: str) -> Prefix:
    """Return the prefix of an address and a mask; UnclearError if host bits are set."""
    value, length = ipv4(address), mask_length(mask)
    if truncate(Family.V4, value, length) != value:
        raise unclear("host_bits_set")
    return Prefix(Family.V4, value, length)


@lru_cache(maxsize=1 << 16)
def prefix6(word: str) -> Prefix:
    """Return an IPv6 prefix; the device clears host bits."""
    return prefix_of(Family.V6, *ipv6_interface(word))


def _next_hop(family: Family, word: str) -> int:
    try:
        found = parse_address(word)
    except ValueError:
        raise unclear("next_hop_not_an_address") from None
    if found.family is not family:
        raise unclear("next_hop_of_other_family")
    if family is Family.V6 and found.value >> 118 == LINK_LOCAL:
        raise unclear("link_local_next_hop")  # IOS-STAT-10
    return found.value


def farthest(family: Family) -> int:
    """Return the largest distance of a static route (IOS-VAL-12)."""
    return 255 if family is Family.V4 else 254


def _distance(family: Family, words: list[str]) -> int:
    """Return the distance among what follows the way, reading over tag and name; UnclearError for anything else."""
    distance = small_number(words[0], farthest(family)) if words and words[0] not in _OPTIONS else 1
    options = words if words and words[0] in _OPTIONS else words[1:]
    names, values = options[::2], options[1::2]
    if not distance or len(names) != len(values) or len(set(names)) < len(names) or not _OPTIONS.issuperset(names):
        raise unclear("option_of_route")
    if not small_number(dict(zip(names, values, strict=True)).get("tag", "1"), 0xFFFFFFFF):
        raise unclear("option_of_route")
    return distance


def static_order(route: StaticRoute) -> tuple[str, Prefix, int, str]:
    """Return the sort key of static routes: VRF, prefix, next hop, interface."""
    next_hop = -1 if route.next_hop is None else route.next_hop
    return route.vrf or "", route.prefix, next_hop, route.interface or ""


def is_on_link(route: StaticRoute, interface: Interface | None) -> bool:
    """Return whether the next hop of a route by interface is another's address on that interface, in the route's VRF."""
    if interface is None or interface.vrf != route.vrf or route.next_hop is None:
        return False
    own = [address for address in interface.addresses if address.family is route.prefix.family]
    return all(address.value != route.next_hop for address in own) and any(
        prefix_of(address.family, address.value, address.length).holds(route.next_hop) for address in own
    )


def finish_statics(partial: PartialDevice, interfaces: tuple[Interface, ...]) -> tuple[StaticRoute, ...]:
    """Return the static routes in order, and report those that a device would refuse or resolve in ways not modelled."""
    named = {interface.name: interface for interface in interfaces}
    for route, index in partial.statics.values():
        partial.say(static_ref(route.vrf, str(route.prefix), static_name(route)), index)
        if route.vrf is not None and route.vrf not in partial.vrfs:
            partial.reject(index, (partial.lines[index].strip(),), because("vrf_undefined"))
        if (
            route.interface is not None
            and route.next_hop is not None
            and not is_on_link(route, named.get(route.interface))
        ):
            partial.reject(index, (partial.lines[index].strip(),), because("next_hop_not_on_link"))
    return tuple(sorted((route for route, _ in partial.statics.values()), key=static_order))
