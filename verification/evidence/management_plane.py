"""Where the management plane is: each device's own address in it, the VRF that holds it, and the stations that log in.

The one idea: all of it is read off the address plan (the devices' loopbacks, the stations' LANs) and found again in the
texts by address, so no name of a VRF or interface needs to be known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from intents.prefix import Family, Prefix
from intents.registry import AttachmentName
from ipam.keys import LoopbackKey
from verification.evidence.declared_state import DeclaredState
from verification.evidence.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagementPlane:
    """The stations, each device's planned own addresses, and the node that holds them (None: no interface has them).

    `stations`, `kept`: those that every declared state has, which are promised to reach each other; `loopbacks`: those of any."""

    stations: tuple[AttachmentName, ...]
    loopbacks: Mapping[str, tuple[Prefix, ...]]
    kept: Mapping[str, tuple[Prefix, ...]]
    nodes: Mapping[str, int | None]
    vrfs: Mapping[str, str | None]
    """The names of the VRFs of `nodes`; a device without any is absent."""


def management_plane(evidence: Evidence) -> ManagementPlane:
    """Return the management plane, looked up once."""
    loopbacks = planned_loopbacks(evidence)
    holding: dict[tuple[str, tuple[Family, int]], int] = {}
    for node, held in enumerate(evidence.topology.own):
        for address in held:
            holding.setdefault((evidence.topology.nodes[node][0], address), node)
    nodes = {
        device: next(
            (holding[key] for item in prefixes if (key := (device, (item.family, item.network))) in holding), None
        )
        for device, prefixes in loopbacks.items()
    }
    return ManagementPlane(
        stations=stations(evidence),
        loopbacks=loopbacks,
        kept=kept_loopbacks(evidence),
        nodes=nodes,
        vrfs={device: evidence.topology.nodes[node][1] for device, node in nodes.items() if node is not None},
    )


def planned_loopbacks(evidence: Evidence) -> dict[str, tuple[Prefix, ...]]:
    """Return each device's planned own addresses in any declared state, by device, for devices whose texts are judged."""
    found: dict[str, set[Prefix]] = {}
    for state in evidence.states:
        for device, prefixes in _loopbacks_in(evidence, state).items():
            found.setdefault(device, set()).update(prefixes)
    return {device: tuple(sorted(prefixes)) for device, prefixes in found.items()}


def kept_loopbacks(evidence: Evidence) -> dict[str, tuple[Prefix, ...]]:
    """Return those of them that every declared state plans."""
    first, *others = (_loopbacks_in(evidence, state) for state in evidence.states)
    kept = {
        device: tuple(item for item in prefixes if all(item in other.get(device, ()) for other in others))
        for device, prefixes in first.items()
    }
    return {device: prefixes for device, prefixes in kept.items() if prefixes}


def _loopbacks_in(evidence: Evidence, state: DeclaredState) -> dict[str, tuple[Prefix, ...]]:
    found: dict[str, tuple[Prefix, ...]] = {}
    for entry in state.declared.active():
        if isinstance(entry.key, LoopbackKey) and entry.key.device in evidence.given.network.devices:
            found[entry.key.device] = (*found.get(entry.key.device, ()), entry.prefix)
    return found


def stations(evidence: Evidence) -> tuple[AttachmentName, ...]:
    """Return the attachments whose addresses may log in to devices by every declared state, sorted."""
    first, *others = (_stations_in(state) for state in evidence.states)
    return tuple(sorted(first.intersection(*others)))


def _stations_in(state: DeclaredState) -> frozenset[AttachmentName]:
    return frozenset(
        name
        for family, pairs in state.pairs.items()
        for name, spans in pairs.own.items()
        for low, high in spans
        for source in state.declared.login_sources
        if source.family is family and source.network <= high and low <= source.last
    )
