"""What was found -> the files of a workspace that says it, with every cell left empty that only a person can fill.

The one idea: a proposal must not become valid by itself. Names of devices, ports, cables, addresses and who reaches whom are
filled in; whose a LAN is, where it stands, for what, and by which decision are empty, and `truc validate` names these cells.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from controller.adopt.standing import Facing, FoundPlace, FoundStanding, slug_of
from controller.adopt.today import TodayIntent
from intents.messages import printable
from intents.prefix import Prefix, prefix_of
from intents.registry import AttachmentName, PurposeName
from intents.service import EVERY_SERVICE, ServiceSet, Transport
from ipam.keys import AttachmentOwner, LanKey, LinkKey, LoopbackKey, Owner, PrefixKey, PurposeOwner
from routing.model import Device, Interface, Network, PhysicalLink
from routing.subnet_links import port_of

GLOBAL_TABLE = "global-table"
_TO_REVIEW = (
    "# TO REVIEW: proposed by `truc adopt` from texts of devices; empty cells are for a person, nothing is decided.\n"
    "# CẦN XEM LẠI: `truc adopt` đề xuất từ văn bản của thiết bị; ô trống do con người điền, chưa quyết định gì.\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is written about: the network, what stands in it, and what is reached today."""

    network: Network
    standing: FoundStanding
    today: tuple[TodayIntent, ...]

    @property
    def places(self) -> Mapping[str, FoundPlace]:
        """Return the places by name."""
        return {item.name: item for item in self.standing.places}

    @property
    def channels(self) -> tuple[PhysicalLink, ...]:
        """Return the cables between devices of which both ends are proposed as ours."""
        facings = self.standing.facings
        ours = {(device, port_of(name)) for (device, name), facing in facings.items() if facing is Facing.CABLE}
        return tuple(
            link
            for link in self.network.links
            if {(link.a_device, link.a_interface), (link.b_device, link.b_interface)} <= ours
        )


def purpose_name(vrf: str) -> str:
    """Return the name of the purpose that a table is of."""
    return slug_of(vrf) if vrf else GLOBAL_TABLE


def purpose_of(place: FoundPlace) -> str:
    """Return the purpose of a place, "" if several are possible."""
    return purpose_name(place.purposes[0]) if len(place.purposes) == 1 else ""


def channel_name(link: PhysicalLink) -> str:
    """Return the name of a channel."""
    return slug_of(f"{link.a_device}-{link.a_interface}-{link.b_device}-{link.b_interface}")


def organisation_of(place: FoundPlace) -> str:
    """Return the name that stands for a LAN's organisation until somebody says whose it is."""
    return slug_of(f"org-{place.name}")


def site_of(device: str) -> str:
    """Return the name that stands for a device's site."""
    return slug_of(f"site-{device}")


def workspace_files(proposal: Proposal) -> dict[str, str]:
    """Return the texts of a workspace's files, by name."""
    devices = [proposal.network.devices[name] for name in sorted(proposal.network.devices)]
    lans = [item for item in proposal.standing.places if item.facing is Facing.LAN]
    outside = [item for item in proposal.standing.places if item.facing is Facing.OUTSIDE]
    return {
        "units.csv": _table("code,valid_from,valid_to,name,type,parent,root_block", []),
        "organisations.csv": _table(
            "name,title,category,tier,unit,domain,labels,valid_from,valid_to",
            ([organisation_of(item), *[""] * 8] for item in lans),
        ),
        "sites.csv": _table(
            "name,title,unit,kind,level,valid_from,valid_to", ([site_of(item.name), *[""] * 6] for item in devices)
        ),
        "devices.csv": _table(
            "name,role,platform,model,site,domain,lan_interface,ipv6,valid_from,valid_to",
            (_device_row(item, lans) for item in devices),
        ),
        "channels.csv": _table(
            "name,a_device,a_interface,b_device,b_interface,level,medium,enterprise,ducts,bandwidth_mbps,valid_from,valid_to",
            (
                [channel_name(i), slug_of(i.a_device), i.a_interface, slug_of(i.b_device), i.b_interface, *[""] * 7]
                for i in proposal.channels
            ),
        ),
        "attachments.csv": _table(
            "name,organisation,site,purpose,hosts,legal_service,connection,justification_ref,request_ref,decision_ref,device,"
            "interface,valid_from,valid_to",
            (_attachment_row(item) for item in lans),
            (f"{item.name}: {_about(item)}" for item in lans),
        ),
        "purposes.yaml": _purposes(proposal),
        "systems.yaml": f"{_TO_REVIEW}systems: {{}}\n",
        "outside_networks.yaml": _outside_networks(outside, proposal.today),
        "settings.yaml": f'{_TO_REVIEW}province: ""\npools: []\n',
        "intents/today.yaml": _intents(proposal),
    }


def _table(header: str, rows: Iterable[Sequence[str]], notes: Iterable[str] = ()) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return "".join([_TO_REVIEW, *(f"# {note}\n" for note in notes), text.getvalue()])


def _device_row(device: Device, lans: Sequence[FoundPlace]) -> list[str]:
    ports = sorted({port_of(item.interface) for item in lans if item.device == device.name})
    ipv6 = any(address.family.bits > 32 for item in device.interfaces for address in item.addresses)
    name = slug_of(device.name)
    return [name, "", device.platform, "", site_of(name), "", ports[0] if len(ports) == 1 else "", _yes(ipv6), "", ""]


def _yes(said: bool) -> str:
    return "yes" if said else "no"


def _attachment_row(place: FoundPlace) -> list[str]:
    port = port_of(place.interface)
    return [
        place.name,
        organisation_of(place),
        site_of(slug_of(place.device)),
        purpose_of(place),
        *[""] * 6,
        slug_of(place.device),
        port,
        "",
        "",
    ]


def _about(place: FoundPlace) -> str:
    """Return what is known of a place, for whoever fills in the rest; nothing in it can end its line."""
    prefixes = ", ".join(map(str, place.prefixes))
    tag = "" if place.vlan is None else f", VLAN {place.vlan}"
    purposes = "" if len(place.purposes) == 1 else f", purpose one of: {', '.join(map(purpose_name, place.purposes))}"
    hint = f", description: {place.hint}" if place.hint else ""
    return printable(f"VRF {place.vrf or '-'}{tag}, {prefixes}{purposes}{hint}")


def _purposes(proposal: Proposal) -> str:
    vrfs = sorted({vrf for item in proposal.standing.places for vrf in item.purposes})
    lines = [f'  {purpose_name(vrf)}: {{title: "", home_of: []}}  # VRF {printable(vrf) or "-"}\n' for vrf in vrfs]
    return "".join([_TO_REVIEW, "purposes:\n" if lines else "purposes: {}\n", *lines])


def _outside_networks(places: Sequence[FoundPlace], today: Sequence[TodayIntent]) -> str:
    lines = [_TO_REVIEW, "outside_networks:\n" if places else "outside_networks: {}\n"]
    for place in places:
        lines += [
            f"  {place.name}:  # {_about(place)}\n",
            '    title: ""\n',
            '    counterpart: ""\n',
            f"    purpose: {json.dumps(purpose_of(place))}\n",
            f"    gateway: {slug_of(place.device)}\n",
            f"    interface: {json.dumps(port_of(place.interface))}\n",
            f"    prefixes: [{', '.join(json.dumps(str(prefix)) for prefix in place.behind)}]\n",
            f"    services: {{{', '.join(_named_services(place.name, today))}}}\n",
            '    request_ref: ""\n',
            '    decision_ref: ""\n',
        ]
    return "".join(lines)


def _services_of(name: str, today: Sequence[TodayIntent]) -> dict[ServiceSet, str]:
    """Return the services by which an outside network is reached today, with a name for each."""
    found = dict.fromkeys(item.services for item in today if name in item.destinations)
    return {services: f"today-{number}" for number, services in enumerate(found, start=1)}


def _named_services(name: str, today: Sequence[TodayIntent]) -> Iterator[str]:
    for services, word in _services_of(name, today).items():
        yield f"{word}: {_service(services)}"


def _service(services: ServiceSet) -> str:
    """Return services as YAML."""
    if services == EVERY_SERVICE:
        return "any"
    parts = []
    for transport in (Transport.TCP, Transport.UDP):
        ports = [str(low) if low == high else f'"{low}-{high}"' for low, high in services.of(transport)]
        if ports:
            parts.append(f"{transport}: [{', '.join(ports)}]")
    if services.of(Transport.ICMP_ECHO):
        parts.append("icmp: echo")
    return f"{{{', '.join(parts)}}}"


def _intents(proposal: Proposal) -> str:
    lines = [_TO_REVIEW, "intents:\n" if proposal.today else "intents: []\n"]
    number = 0
    for item in proposal.today:
        for part in _parts(item, proposal.places):
            number += 1
            lines += _intent(number, item, part, proposal)
    return "".join(lines)


def _parts(item: TodayIntent, places: Mapping[str, FoundPlace]) -> Iterator[tuple[str, ...]]:
    """Yield the destinations of a statement in parts that one intent can name: LANs together, each outside network alone."""
    lans = tuple(name for name in item.destinations if places[name].facing is Facing.LAN)
    if lans:
        yield lans
    yield from ((name,) for name in item.destinations if places[name].facing is Facing.OUTSIDE)


def _intent(number: int, item: TodayIntent, destinations: Sequence[str], proposal: Proposal) -> Iterator[str]:
    places = proposal.places
    is_lan = places[destinations[0]].facing is Facing.LAN
    yield f"  # {item.services}: {len(item.sources)} -> {len(destinations)}"
    yield f"; to review: {', '.join(item.remarks)}\n" if item.remarks else "\n"
    yield "  - permit:\n"
    yield f"      id: today-{number}\n"
    yield '      title: ""\n      domain: ""\n      request_ref: ""\n      decision_ref: ""\n'
    yield f"      from: [{', '.join(_selectors(item.sources, places))}]\n"
    if is_lan:
        yield f"      to: [{', '.join(_selectors(destinations, places))}]\n"
        yield f"      service: {_service(item.services)}\n"
    else:
        service = _services_of(destinations[0], proposal.today)[item.services]
        yield f"      to: [{{outside_networks: [{destinations[0]}], services: [{service}]}}]\n"


def _selectors(names: Sequence[str], places: Mapping[str, FoundPlace]) -> Iterator[str]:
    """Yield selectors that name places: one for the LANs of each purpose, one for outside networks."""
    by_purpose: dict[str, list[str]] = {}
    for name in names:
        if places[name].facing is Facing.LAN:
            by_purpose.setdefault(purpose_of(places[name]), []).append(organisation_of(places[name]))
    for purpose, found in sorted(by_purpose.items()):
        yield f"{{names: [{', '.join(found)}], purpose: {json.dumps(purpose)}}}"
    outside = [name for name in names if places[name].facing is Facing.OUTSIDE]
    if outside:
        yield f"{{outside_networks: [{', '.join(outside)}]}}"


def address_table(proposal: Proposal) -> str:
    """Return the addresses of today as `truc ipam import` takes them: LANs, loopbacks and links, by their keys."""
    rows = sorted({(str(key), str(prefix)) for key, prefix in _addresses(proposal)})
    return _table("key,prefix,registration_ref,since", ([key, prefix, "", ""] for key, prefix in rows))


def _addresses(proposal: Proposal) -> Iterator[tuple[PrefixKey, Prefix]]:
    """Yield key and prefix of what has an address; a link between a table with one place and another is that place's."""
    standing = proposal.standing
    for place in standing.places:
        name = place.name if place.facing is Facing.LAN else f"outside-{place.name}"
        yield from ((LanKey(AttachmentName(name)), prefix) for prefix in place.prefixes)
    for device in proposal.network.devices.values():
        for item in device.interfaces:
            if standing.facings[device.name, item.name] is Facing.LOOPBACK:
                yield from ((LoopbackKey(slug_of(device.name)), prefix) for prefix in _prefixes(item))
    yield from _link_addresses(proposal)


def _link_addresses(proposal: Proposal) -> Iterator[tuple[PrefixKey, Prefix]]:
    served: dict[tuple[str, str], list[str]] = {}
    for place in proposal.standing.places:
        served.setdefault((place.device, place.vrf), []).append(place.name)
    links = {end: channel_name(link) for link in proposal.channels for end in _ends(link)}
    found: dict[tuple[str, Prefix], Owner] = {}
    for device in proposal.network.devices.values():
        for item in device.interfaces:
            channel = links.get((device.name, port_of(item.name)))
            if channel is None or proposal.standing.facings[device.name, item.name] is not Facing.CABLE:
                continue
            names = served.get((device.name, item.vrf or ""), [])
            for prefix in _prefixes(item):
                if len(names) == 1:
                    found[channel, prefix] = AttachmentOwner(AttachmentName(names[0]))
                else:
                    found.setdefault((channel, prefix), PurposeOwner(PurposeName(purpose_name(item.vrf or ""))))
    yield from ((LinkKey(channel, owner), prefix) for (channel, prefix), owner in found.items())


def _prefixes(interface: Interface) -> Iterator[Prefix]:
    return (prefix_of(item.family, item.value, item.length) for item in interface.addresses)


def _ends(link: PhysicalLink) -> tuple[tuple[str, str], tuple[str, str]]:
    return (link.a_device, link.a_interface), (link.b_device, link.b_interface)
