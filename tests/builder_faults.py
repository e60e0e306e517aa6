"""Faults in the code that builds networks: one place each, made by a wrapper around one function of the builder.

The table is what a programmer may get wrong. The judge must see each, although every text that it reads was written by the faulty
builder: what it expects must come from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import pytest

from intents.prefix import Family, Prefix, parse_prefix, prefix_of
from ipam.keys import ChannelScope, LanScope, NumberKey, Scope
from routing.build.context import DeviceBuilder, Plans
from routing.build.peers import Peer
from routing.build.placement import AttachmentCircuit, Numbers
from routing.build.platform_entries import SourcedEntry
from routing.build.route_filters import RouteFilter
from routing.model import AclEntry, Action, Direction

Wrapper = Callable[[Callable[..., Any]], Callable[..., Any]]
Circuits = tuple[AttachmentCircuit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuilderFault:
    """A function of the builder as one of its users knows it, and what stands in its place."""

    module: str
    """The modules that know it, by their names and a space between."""
    function: str
    wrap: Wrapper

    def inject(self, patch: pytest.MonkeyPatch) -> None:
        """Put the wrapper in the place of the function."""
        for name in self.module.split():
            module = import_module(f"routing.build.{name}")
            patch.setattr(module, self.function, self.wrap(getattr(module, self.function)))


def _circuits(change: Callable[[Circuits], Circuits]) -> BuilderFault:
    """A fault in where attachments stand and what their devices know of them."""
    return BuilderFault(
        module="context", function="place_circuits", wrap=lambda real: lambda *given: change(real(*given))
    )


def _numbers(change: Callable[[Numbers], Numbers]) -> BuilderFault:
    """A fault in how the builder reads the address plan."""
    return BuilderFault(module="context", function="index_plan", wrap=lambda real: lambda plan: change(real(plan)))


def _first(circuits: Circuits, wanted: Callable[[AttachmentCircuit], bool], **values: Any) -> Circuits:
    """Change the first circuit of a kind."""
    index = next(index for index, item in enumerate(circuits) if wanted(item))
    return (*circuits[:index], replace(circuits[index], **values), *circuits[index + 1 :])


def _office(circuit: AttachmentCircuit) -> bool:
    return not circuit.external and circuit.attachment.organisation is not None


def _neighbours(circuits: Circuits) -> tuple[AttachmentCircuit, AttachmentCircuit]:
    """Return two attachments on one interface of one device."""
    return next(
        (one, other)
        for one in circuits
        for other in circuits
        if one is not other and (one.place.device, one.place.interface) == (other.place.device, other.place.interface)
    )


def _swap(circuits: Circuits, *fields: str) -> Circuits:
    """Give each of two neighbours what is the other's."""
    one, other = _neighbours(circuits)
    changed = {
        id(one): replace(one, **{name: getattr(other, name) for name in fields}),
        id(other): replace(other, **{name: getattr(one, name) for name in fields}),
    }
    return tuple(changed.get(id(item), item) for item in circuits)


def _rotate(values: Mapping[Any, int], wanted: Callable[[Any], bool]) -> dict[Any, int]:
    """Give two keys each the other's value."""
    one, other = [key for key in values if wanted(key)][:2]
    return {**values, one: values[other], other: values[one]}


def _one_scope(values: Mapping[tuple[Scope, NumberKey], int], of: type) -> Callable[[tuple[Scope, NumberKey]], bool]:
    """Return whether a key is in the first scope of a kind that has two."""
    scopes = [scope for scope, _ in values if isinstance(scope, of)]
    chosen = next(scope for scope in scopes if scopes.count(scope) > 1)
    return lambda key: key[0] == chosen


def _wider(prefix: Prefix, bits: int = 1) -> Prefix:
    length = prefix.length - bits
    size = prefix.family.bits - length
    return prefix_of(prefix.family, prefix.network >> size << size, length)


def _wide_class(real: Callable[..., Any]) -> Callable[..., Any]:
    """The widest prefixes that a fence names are one bit too short: the pool of a class, and what lies beside it."""

    def peer(*given: Any) -> Peer:
        found: Peer = real(*given)
        pools = {Family.V4: range(17, 23), Family.V6: range(40, 48)}
        return (
            replace(found, prefix=_wider(found.prefix)) if found.prefix.length in pools[found.prefix.family] else found
        )

    return peer


def _one_peer_more(real: Callable[..., RouteFilter]) -> Callable[..., RouteFilter]:
    """What an attachment may learn has one prefix more: the lowest LAN that it has no business with."""

    def filter_of(peers: tuple[Peer, ...]) -> RouteFilter:
        lan = parse_prefix("10.196.64.64/26")
        extra = (
            replace(peers[0], prefix=lan, longest=26)
            if peers and not any(p.prefix.overlaps(lan) for p in peers)
            else None
        )
        return real((extra, *peers) if extra is not None and peers[0].prefix.family is Family.V4 else peers)

    return filter_of


def _one_prefix_more(real: Callable[..., RouteFilter]) -> Callable[..., RouteFilter]:
    """An exact filter accepts one prefix more: what lies beside its first one."""

    def filter_of(prefixes: Any, *given: Any) -> RouteFilter:
        held = list(prefixes)
        return real([*held, *(_beside(item) for item in held[:1])], *given)

    return filter_of


def _beside(prefix: Prefix) -> Prefix:
    size = prefix.family.bits - prefix.length
    return prefix_of(prefix.family, prefix.network ^ (1 << size), prefix.length)


def _nothing(real: Callable[..., Any]) -> Callable[..., Iterator[Any]]:
    assert real is not None
    return lambda *_: iter(())


def _without_entries(wanted: Callable[[AclEntry], bool]) -> Wrapper:
    """A fence lacks the entries of a kind."""

    def wrap(real: Callable[..., tuple[SourcedEntry, ...]]) -> Callable[..., tuple[SourcedEntry, ...]]:
        return lambda *given: tuple(item for item in real(*given) if not wanted(item.entry))

    return wrap


def _open_end(real: Callable[..., tuple[SourcedEntry, ...]]) -> Callable[..., tuple[SourcedEntry, ...]]:
    """The last entry of a fence permits what it should deny."""

    def entries(*given: Any) -> tuple[SourcedEntry, ...]:
        *others, last = real(*given)
        return (*others, replace(last, entry=replace(last.entry, action=Action.PERMIT)))

    return entries


def _bound_one_way(real: Callable[..., None]) -> Callable[..., None]:
    """The filter towards an attachment is written and never bound."""

    def add(builder: DeviceBuilder, circuit: AttachmentCircuit, plans: Plans) -> None:
        real(builder, circuit, plans)
        found = builder.interfaces[circuit.interface]
        kept = tuple(item for item in found.bindings if item.direction is Direction.IN)
        builder.interfaces[circuit.interface] = replace(found, bindings=kept)

    return add


def _no_statics(real: Callable[..., None]) -> Callable[..., None]:
    """What lies behind a far end has no route."""

    def add(builder: DeviceBuilder, circuit: AttachmentCircuit, plans: Plans) -> None:
        before = list(builder.statics)
        real(builder, circuit, plans)
        builder.statics[:] = before

    return add


def _foreign_target(real: Callable[..., None]) -> Callable[..., None]:
    """What a VRF exports has the route target of the next VRF."""

    def set_leak(
        builder: DeviceBuilder, vrf: str, family: Family, targets: set[str], accepted: RouteFilter, own: str
    ) -> None:
        asn, _, number = own.partition(":")
        real(builder, vrf, family, targets, accepted, f"{asn}:{int(number) + 1}")

    return set_leak


BUILDER_FAULTS: dict[str, BuilderFault] = {
    "the tags of two LANs on one interface are swapped": _numbers(
        lambda found: replace(found, vlan=_rotate(found.vlan, _one_scope(found.vlan, LanScope)))
    ),
    "the tags of two links on one channel are swapped": _numbers(
        lambda found: replace(found, vlan=_rotate(found.vlan, _one_scope(found.vlan, ChannelScope)))
    ),
    "an attachment stands on another interface": _circuits(
        lambda found: _first(found, _office, interface="GigabitEthernet0/0/7.100")
    ),
    "the device has an address that is not the gateway's": _circuits(
        lambda found: _first(
            found,
            _office,
            gateway={f: value + 1 for f, value in next(filter(_office, found)).gateway.items()},
        )
    ),
    "an attachment stands in the VRF of its neighbour": _circuits(
        lambda found: _first(found, lambda item: item is _neighbours(found)[0], vrf=_neighbours(found)[1].vrf)
    ),
    "two attachments have each the other's VRF": _circuits(lambda found: _swap(found, "vrf", "number")),
    "two attachments have each the other's fence": _circuits(lambda found: _swap(found, "membership")),
    "two attachments have each the other's LAN": _circuits(lambda found: _swap(found, "own", "subnet", "gateway")),
    "what is behind a far end is sent to the device itself": _circuits(
        lambda found: _first(
            found,
            lambda item: item.external,
            next_hop=next(item for item in found if item.external).gateway,
        )
    ),
    "two devices have each the other's AS": _numbers(
        lambda found: replace(found, asn=_rotate(found.asn, lambda key: str(key).startswith("device/c")))
    ),
    "the prefix of a class is one bit too wide": BuilderFault(module="peers", function="_peer", wrap=_wide_class),
    "no reply is let through": BuilderFault(module="fence_entries", function="_answered", wrap=_nothing),
    "no ICMP error is let through": BuilderFault(module="fence_entries", function="_errors", wrap=_nothing),
    "a forbid inside a permit is not written": BuilderFault(
        module="fences",
        function="fence_entries",
        wrap=_without_entries(lambda entry: entry.action is Action.DENY and entry.sources is not None),
    ),
    "a fence ends by letting everything through": BuilderFault(
        module="fences", function="fence_entries", wrap=_open_end
    ),
    "neighbour discovery is not let through": BuilderFault(
        module="fences",
        function="fence_entries",
        wrap=_without_entries(
            lambda entry: entry.icmp is not None and any(item.type in (135, 136) for item in entry.icmp)
        ),
    ),
    "the gateway does not answer a ping": BuilderFault(
        module="fence_entries",
        function="_builtins",
        wrap=lambda real: lambda *given: (item for item in real(*given) if item.entry.icmp[0].type not in (8, 128)),
    ),
    "the filter towards an attachment is not bound": BuilderFault(
        module="builder", function="add_attachment", wrap=_bound_one_way
    ),
    "what is behind a far end has no route": BuilderFault(
        module="builder", function="add_attachment", wrap=_no_statics
    ),
    "an import list has one prefix too many": BuilderFault(
        module="route_filters", function="reachability_filter", wrap=_one_peer_more
    ),
    "a site announces one prefix too many": BuilderFault(module="bgp", function="exact_filter", wrap=_one_prefix_more),
    "what a VRF exports has the route target of another": BuilderFault(
        module="vrfs", function="_set_leak", wrap=_foreign_target
    ),
    "logins are let in from too wide a prefix": BuilderFault(
        module="logins",
        function="_stations",
        wrap=lambda real: lambda *given: tuple(_wider(item) for item in real(*given)),
    ),
    "nobody may log in": BuilderFault(module="logins", function="_stations", wrap=lambda _: lambda *_: ()),
    "the ends of every link have each the other's address": BuilderFault(
        module="vrfs bgp", function="subnet_address", wrap=lambda real: lambda prefix, far: real(prefix, not far)
    ),
    "no interface of a channel is made for one purpose": BuilderFault(
        module="vrfs bgp",
        function="link_keys",
        wrap=lambda real: lambda *given: tuple(item for item in real(*given) if item[1] != "government"),
    ),
    "an attachment may send to purposes that it has no business with": BuilderFault(
        module="vrfs",
        function="_peer_purposes",
        wrap=lambda _: lambda _circuit, _family, plans: frozenset(plans.purposes),
    ),
}
"""Every fault by its name. What is no fault is not here: a test holds that each changes some text."""
