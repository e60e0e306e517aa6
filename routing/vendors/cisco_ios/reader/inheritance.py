"""What BGP neighbours take from peer groups and templates, settled when every line is read.

Turns the settings of a neighbour into those in force. The one idea: what a neighbour says itself goes before what it
inherits, setting by setting (IOS-REF-03, IOS-GROUP-01, IOS-GROUP-02); where a device would refuse a line, or its manual
doesn't say what counts, the line is not understood.
"""

from __future__ import annotations

from intents.prefix import Family
from intents.reason import because
from routing.model import KEY_NOT_SHOWN
from routing.vendors.cisco_ios.reader.partial import InstanceDraft, NeighborDraft, NeighborSettings, PartialDevice

_OF_GROUP_ONLY = (
    "route-map out",
    "prefix-list out",
    "send-community",
    "local-as",
    "next-hop-self",
    "route-reflector-client",
)
"""What a member of a peer group can't say itself: all members are sent the same (IOS-REF-03)."""


def settle_inheritance(partial: PartialDevice, instance: InstanceDraft) -> None:
    """Give every neighbour of an instance the settings in force."""
    for neighbor in instance.neighbors.values():
        if "session group" in neighbor.inherits:
            _from_group(partial, instance, neighbor)
        for kind in ("peer-session", "peer-policy"):
            if kind in neighbor.inherits:
                _from_template(partial, neighbor, kind)


def _from_group(partial: PartialDevice, instance: InstanceDraft, neighbor: NeighborDraft) -> None:
    name, line = neighbor.inherits["session group"]
    group = instance.groups[None if neighbor.vrf is None else neighbor.family, name]
    policy = group.policies.get(neighbor.family, NeighborSettings())
    own = neighbor.settings
    if "policy group" not in neighbor.inherits and policy.lines:
        partial.reject(*line, because("group_of_one_family"))
    for said in _OF_GROUP_ONLY:
        if said in own.lines:
            partial.reject(*own.lines[said], because("refused_for_group_member"))
    if group.session.remote_as is not None and own.remote_as not in (None, group.session.remote_as):
        partial.reject(*own.lines["remote-as"], because("refused_for_group_member"))
    if group.session.shutdown and own.shutdown is False:
        partial.reject(*own.lines["shutdown"], because("refused_for_group_member"))
    usual = partial.default_unicast and neighbor.family is Family.V4
    if own.activated is None and policy.activated not in (None, usual):
        partial.reject(*policy.lines["activate"], because("activation_by_group"))
    neighbor.settings = _over(own, _over(group.session, policy))


def _from_template(partial: PartialDevice, neighbor: NeighborDraft, kind: str) -> None:
    name, line = neighbor.inherits[kind]
    template = partial.templates.get((kind, name))
    if template is None:
        partial.reject(*line, because("template_undefined", name=name))
    elif "session group" in neighbor.inherits:
        partial.reject(*line, because("group_and_template"))
    elif line == neighbor.first and template.lines.get("remote-as", line)[0] > line[0]:
        partial.reject(*line, because("neighbor_not_made"))
    else:
        neighbor.settings = _over(neighbor.settings, template)


def _guards(own: NeighborSettings, other: NeighborSettings) -> dict[str, str]:
    """Return what keeps a session down; of two keys, one said and one inherited, no document says which counts."""
    differing = {guard for guard, value in own.guards.items() if other.guards.get(guard, value) != value}
    return other.guards | own.guards | dict.fromkeys(differing, KEY_NOT_SHOWN)


def _over(own: NeighborSettings, other: NeighborSettings) -> NeighborSettings:
    """Return settings where what the first says goes before what the other says."""
    return NeighborSettings(
        remote_as=other.remote_as if own.remote_as is None else own.remote_as,
        shutdown=other.shutdown if own.shutdown is None else own.shutdown,
        guards=_guards(own, other),
        activated=own.activated,
        local_as=other.local_as if own.local_as is None else own.local_as,
        maps=other.maps | own.maps,
        loops=other.loops if own.loops is None else own.loops,
        maximum_prefixes=other.maximum_prefixes if own.maximum_prefixes is None else own.maximum_prefixes,
        send_communities=other.send_communities if own.send_communities is None else own.send_communities,
        source=other.source if own.source is None else own.source,
        client=other.client if own.client is None else own.client,
        next_hop_self=other.next_hop_self if own.next_hop_self is None else own.next_hop_self,
        description=own.description,
        lines=other.lines | own.lines,
    )
