"""The closed list of names of configured things, shared by writers (render), readers and whoever explains a line.

A `Ref` is a tuple of plain strings (no members of enumerations): first the kind, then what identifies the thing on its device.
Index parts are decimal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from intents.prefix import Family, format_address
from routing.model import Ref, StaticRoute

_V = TypeVar("_V")
_ACL_ENTRY = "acl-entry"


def interface_ref(name: str) -> Ref:
    return ("interface", name)


def binding_ref(interface: str, direction: str, family: Family) -> Ref:
    return ("binding", interface, str(direction), str(int(family)))


def vrf_ref(name: str) -> Ref:
    return ("vrf", name)


def vrf_import_ref(vrf: str, family: Family, target: str) -> Ref:
    return ("vrf-import", vrf, str(int(family)), target)


def vrf_export_ref(vrf: str, family: Family, target: str) -> Ref:
    return ("vrf-export", vrf, str(int(family)), target)


def acl_ref(name: str) -> Ref:
    return ("acl", name)


def acl_entry_ref(name: str, index: int) -> Ref:
    """The entry at `index` (from 0) of an ACL."""
    return (_ACL_ENTRY, name, str(index))


def policy_ref(name: str) -> Ref:
    return ("policy", name)


def clause_ref(policy: str, index: int) -> Ref:
    """The clause at `index` (from 0) of a route policy."""
    return ("clause", policy, str(index))


def prefix_rule_ref(policy: str, clause: int, index: int) -> Ref:
    """The prefix rule at `index` of a clause of a route policy."""
    return ("prefix-rule", policy, str(clause), str(index))


def static_ref(vrf: str | None, prefix: str, next_hop: str) -> Ref:
    """A static route; `next_hop` is what `static_name` returns."""
    return ("static", vrf or "", prefix, next_hop)


def static_name(route: StaticRoute) -> str:
    """Return the part of a static route's name that says how it leaves: interface, next hop, both, or "discard"."""
    address = None if route.next_hop is None else format_address(route.prefix.family, route.next_hop)
    return " ".join(word for word in (route.interface, address) if word is not None) or "discard"


def bgp_ref(vrf: str | None) -> Ref:
    return ("bgp", vrf or "")


def ospf_ref(vrf: str | None, family: Family) -> Ref:
    return ("ospf", vrf or "", str(int(family)))


def neighbor_ref(vrf: str | None, family: Family, address: str) -> Ref:
    return ("neighbor", vrf or "", str(int(family)), address)


def login_ref(service: str) -> Ref:
    return ("login", str(service))


def control_filter_ref(vrf: str | None, family: Family) -> Ref:
    return ("control-filter", vrf or "", str(int(family)))


class RefTable(Mapping[Ref, _V]):
    """What is known of each thing; entries of ACLs, by far the most, are looked up in place instead of being listed.

    `runs` has, by ACL, one value for each entry; a value that is false says nothing of its entry.
    """

    __slots__ = ("_runs", "_single")

    def __init__(self, single: Mapping[Ref, _V], runs: Mapping[str, Sequence[_V]]) -> None:
        self._single = single
        self._runs = runs

    def __getitem__(self, ref: Ref) -> _V:
        if ref[0] != _ACL_ENTRY:
            return self._single[ref]
        run, index = self._runs.get(ref[1], ()), int(ref[2])
        if 0 <= index < len(run) and run[index]:
            return run[index]
        raise KeyError(ref)

    def __iter__(self) -> Iterator[Ref]:
        yield from self._single
        for name, run in self._runs.items():
            for index, value in enumerate(run):
                if value:
                    yield acl_entry_ref(name, index)

    def __len__(self) -> int:
        return len(self._single) + sum(1 for run in self._runs.values() for value in run if value)
