"""The text of one IOS-XE device to a `Device`: every line modelled, harmless or unknown, none skipped.

The one idea: top-level lines are dispatched by their first words to a reader of that section, which writes into a
`Draft`; cross references are settled at the end. Time is linear in the text; bodies of lists are read once per
content.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from intents.prefix import Family
from intents.reason import Reason, because
from routing.model import Device, UnknownLine
from routing.refs import RefTable
from routing.vendors.cisco_ios.harmless_conditions import Condition, relays_dhcp_alone
from routing.vendors.cisco_ios.layout import Section, banner_at, is_noise, nested, sections, split_lines, strange_lines
from routing.vendors.cisco_ios.reader.acl import EXTENDED, IPV6, STANDARD
from routing.vendors.cisco_ios.reader.acl_sections import (
    finish_acls,
    read_acl_section,
    read_numbered_acl,
    read_object_group,
)
from routing.vendors.cisco_ios.reader.bgp import finish_bgp, read_bgp
from routing.vendors.cisco_ios.reader.community_lists import read_community_list_line
from routing.vendors.cisco_ios.reader.interface import finish_interfaces, read_interface
from routing.vendors.cisco_ios.reader.login import (
    finish_logins,
    note_login_lists,
    read_http_line,
    read_line_section,
    read_netconf_line,
    read_snmp_line,
)
from routing.vendors.cisco_ios.reader.ospf import finish_ospf, read_ospf
from routing.vendors.cisco_ios.reader.partial import PartialDevice
from routing.vendors.cisco_ios.reader.policy import finish_policies, read_route_map
from routing.vendors.cisco_ios.reader.prefix_lists import read_prefix_list_line
from routing.vendors.cisco_ios.reader.static import finish_statics, read_static
from routing.vendors.cisco_ios.reader.vrf import finish_vrfs, read_vrf
from routing.vendors.vendor import ReadDevice

PLATFORM = "cisco_ios"

_SectionReader = Callable[[PartialDevice, Section, list[str]], None]
_LineReader = Callable[[PartialDevice, int, list[str]], bool]


def read(name: str, text: str) -> ReadDevice:
    """Return the device that a text configures; never raises for what stands in the text."""
    lines = split_lines(text)
    partial = PartialDevice(name, lines)
    strange = strange_lines(text, lines)
    ended = False
    for index in sorted(strange.keys() & range(next((item.start for item in sections(lines)), len(lines)))):
        partial.reject(index, (lines[index].strip(),), strange[index])  # what looks like a comment may end in a command
    for section in sections(lines):
        if ended or (strange and not strange.keys().isdisjoint(range(section.start, section.end))):
            _reject_section(partial, section, strange, because("after_the_end") if ended else None)
        else:
            ended = _read_section(partial, section)
    return _finish(partial)


def _reject_section(
    partial: PartialDevice, section: Section, strange: dict[int, Reason], reason: Reason | None
) -> None:
    """Reject a whole section: one strange line makes its neighbours doubtful too."""
    for index, path in nested(partial.lines, section):
        partial.reject(index, path, reason or strange.get(index, because("section_not_plain")))


def _read_section(partial: PartialDevice, section: Section) -> bool:
    """Read one section; True if it ends the configuration."""
    header = partial.lines[section.start]
    words = header.split()
    if header[0] in " \t":
        _reject_section(partial, section, {}, because("in_no_section"))
        return False
    if words == ["end"] or is_noise(header):
        for index, path in nested(partial.lines, section):
            if len(path) > 1:
                partial.reject(index, path, because("in_no_section"))
        return words == ["end"]
    if words[0] == "banner":
        _read_banner(partial, section)
        return False
    reader = _SECTIONS.get(words[0])
    if reader is not None:
        reader(partial, section, words)
    else:
        _set_aside_section(partial, section)
    return False


def _read_banner(partial: PartialDevice, section: Section) -> None:
    banner = banner_at(partial.lines, section.start)
    if banner is None:
        _reject_section(partial, section, {}, because("banner_without_end"))
        return
    if banner.fault is None:
        partial.harmless.add((banner.text,))
    else:
        partial.reject(section.start, (banner.text,), banner.fault)
    for index, path in nested(partial.lines, section):
        if index >= banner.end:
            partial.reject(index, path, because("in_no_section"))


def _set_aside_section(partial: PartialDevice, section: Section) -> None:
    """Set a section aside line by line; below a line that is not understood nothing is."""
    if section.end == section.start + 1:
        partial.set_aside(section.start, (partial.lines[section.start].strip(),))
        return
    lost: set[tuple[str, ...]] = set()
    for index, path in nested(partial.lines, section):
        if path[:-1] in lost:
            partial.reject(index, path, because("below_unknown_line"))
            lost.add(path)
            continue
        before = len(partial.unknown)
        partial.set_aside(index, path)
        if len(partial.unknown) > before:
            lost.add(path)


def _line(reader: _LineReader) -> _SectionReader:
    """Return a section reader for lines that have nothing below them."""

    def read_line(partial: PartialDevice, section: Section, words: list[str]) -> None:
        if section.end > section.start + 1:
            lines = list(nested(partial.lines, section))
            if len(lines) > 1:
                _reject_section(partial, section, {}, because("nothing_below_this_line"))
                return
        if not reader(partial, section.start, words):
            partial.set_aside(section.start, (partial.lines[section.start].strip(),))

    return read_line


def _read_hostname(partial: PartialDevice, index: int, words: list[str]) -> bool:
    if len(words) == 2 and words[1] != partial.name:
        partial.reject(index, (partial.lines[index].strip(),), because("other_hostname"))
    return len(words) == 2


def _read_unicast_routing(partial: PartialDevice, index: int, words: list[str]) -> bool:
    partial.ipv6_routing = partial.ipv6_routing or words == ["ipv6", "unicast-routing"]
    return words == ["ipv6", "unicast-routing"]


def _read_ip(partial: PartialDevice, section: Section, words: list[str]) -> None:
    second = words[1] if len(words) > 1 else ""
    if second == "access-list" and len(words) == 4 and words[2] in (STANDARD, EXTENDED):
        read_acl_section(partial, section, words[3], words[2])
    elif second == "vrf":
        read_vrf(partial, section, words)
    else:
        reader = _IP_LINES.get(second)
        if reader is not None:
            reader(partial, section, words)
        else:
            _set_aside_section(partial, section)


def _read_ipv6(partial: PartialDevice, section: Section, words: list[str]) -> None:
    if words[1:2] == ["access-list"] and len(words) == 3:
        read_acl_section(partial, section, words[2], IPV6)
        return
    if words[1:3] == ["router", "ospf"]:
        read_ospf(partial, section, words[2:])
        return
    reader = _IPV6_LINES.get(words[1] if len(words) > 1 else "")
    if reader is not None:
        reader(partial, section, words)
    else:
        _set_aside_section(partial, section)


def _read_router(partial: PartialDevice, section: Section, words: list[str]) -> None:
    if words[1:2] == ["bgp"]:
        read_bgp(partial, section, words)
    elif words[1:2] == ["ospf"]:
        read_ospf(partial, section, words[1:])
    else:
        _reject_section(partial, section, {}, because("routing_protocol_not_modelled"))


def _read_vrf_section(partial: PartialDevice, section: Section, words: list[str]) -> None:
    if words[1:2] == ["definition"]:
        read_vrf(partial, section, words)
    else:
        _reject_section(partial, section, {}, because("not_modelled"))


def _read_no(partial: PartialDevice, index: int, words: list[str]) -> bool:
    if words == ["no", "snmp-server"]:
        return not partial.snmp  # nobody says whether it takes back what stood before, or only stops the agent
    return read_http_line(partial, index, words) or read_netconf_line(partial, index, words)


_IP_LINES: dict[str, _SectionReader] = {
    "route": _line(read_static),
    "prefix-list": _line(read_prefix_list_line),
    "community-list": _line(read_community_list_line),
    "http": _line(read_http_line),
}
_IPV6_LINES: dict[str, _SectionReader] = {
    "route": _line(read_static),
    "prefix-list": _line(read_prefix_list_line),
    "unicast-routing": _line(_read_unicast_routing),
}
_SECTIONS: dict[str, _SectionReader] = {
    "interface": read_interface,
    "ip": _read_ip,
    "ipv6": _read_ipv6,
    "vrf": _read_vrf_section,
    "router": _read_router,
    "route-map": read_route_map,
    "access-list": _line(read_numbered_acl),
    "object-group": read_object_group,
    "line": read_line_section,
    "hostname": _line(_read_hostname),
    "netconf-yang": _line(read_netconf_line),
    "snmp-server": _line(read_snmp_line),
    "no": _line(_read_no),
}


def _settle_conditional(partial: PartialDevice) -> None:
    """Settle the lines that are harmless only in a text without others."""
    has_ipv6 = partial.ipv6_routing or any(
        item.ipv6_enable is not None
        or item.link_local is not None
        or any(address.family is Family.V6 for address in item.addresses)
        for item in partial.interfaces.values()
    )
    has_pim = any(path[-1].startswith("ip pim ") for _, path, _ in partial.unknown)
    broken = {}
    if has_ipv6:
        broken[Condition.IPV6] = because("harmless_without_ipv6")
    if has_pim:
        broken[Condition.MULTICAST] = because("harmless_without_pim")
    if not relays_dhcp_alone(partial.harmless):
        broken[Condition.RELAY] = because("relays_more_than_dhcp")
    for index, path, condition in partial.conditional:
        if condition in broken:
            partial.reject(index, path, broken[condition])
        else:
            partial.harmless.add(path)


def _finish(partial: PartialDevice) -> ReadDevice:
    _settle_conditional(partial)
    note_login_lists(partial)
    acls = finish_acls(partial)
    interfaces = finish_interfaces(partial)
    device = Device(
        name=partial.name,
        platform=PLATFORM,
        interfaces=interfaces,
        vrfs=finish_vrfs(partial),
        acls=acls,
        statics=finish_statics(partial, interfaces),
        bgp=finish_bgp(partial),
        ospf=finish_ospf(partial),
        policies=finish_policies(partial),
        logins=finish_logins(partial),
        harmless=tuple(sorted(partial.harmless)),
    )
    unknown: dict[int, UnknownLine] = {}
    for index, path, reason in sorted(partial.unknown, key=lambda item: item[:2]):
        unknown.setdefault(index, UnknownLine(path=path, reason=reason))
    return ReadDevice(
        device=replace(device, unknown=tuple(unknown.values())),
        lines=RefTable(partial.refs, partial.runs),
        unknown_lines=tuple(index + 1 for index in unknown),
    )
