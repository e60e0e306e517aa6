"""VRF sections: `vrf definition` with its address families, and the older `ip vrf`, which has IPv4 only.

Turns the lines into `Vrf` values. The one idea: a route target outside any address family counts for all of them.
"""

from __future__ import annotations

import re

from intents.prefix import Family
from intents.reason import because
from routing.model import LinePath, Vrf, VrfFamily
from routing.refs import vrf_export_ref, vrf_import_ref, vrf_ref
from routing.vendors.cisco_ios.given_names import vrf_name_fault
from routing.vendors.cisco_ios.layout import Section, nested
from routing.vendors.cisco_ios.reader.partial import FamilyDraft, PartialDevice, VrfDraft

_FAMILIES = {"ipv4": Family.V4, "ipv6": Family.V6}
_DISTINGUISHER = re.compile(r"(\d{1,10}|\d{1,5}\.\d{1,5}|\d{1,3}(?:\.\d{1,3}){3}):(\d{1,10})")
_TWO_OCTETS, _FOUR_OCTETS = 0xFFFF, 0xFFFF_FFFF


def distinguisher(text: str) -> str | None:
    """Return a route distinguisher or target in its one form (AS in asplain), None if no device takes it.

    `a.b` is AS a * 65536 + b (BOTH-VAL-01); behind an AS of four octets or an address the number has two octets, else four
    (BOTH-VAL-02).
    """
    found = _DISTINGUISHER.fullmatch(text)
    if found is None:
        return None
    administrator, number = found[1], int(found[2])
    parts = [int(part) for part in administrator.split(".")]
    if len(parts) == 4:
        is_address = all(part <= 255 for part in parts)
        return f"{'.'.join(map(str, parts))}:{number}" if is_address and number <= _TWO_OCTETS else None
    if any(part > _TWO_OCTETS for part in parts[-2:]) and len(parts) == 2:
        return None
    asn = parts[0] if len(parts) == 1 else parts[0] << 16 | parts[1]
    most = _FOUR_OCTETS if asn <= _TWO_OCTETS and len(parts) == 1 else _TWO_OCTETS
    return f"{asn}:{number}" if asn <= _FOUR_OCTETS and number <= most else None


def read_vrf(partial: PartialDevice, section: Section, words: list[str]) -> None:
    """Read `vrf definition NAME` or `ip vrf NAME`."""
    fault = vrf_name_fault(words[2]) if len(words) == 3 else because("not_modelled")
    if fault is not None:
        for index, path in nested(partial.lines, section):
            partial.reject(index, path, fault)
        return
    legacy = words[0] == "ip"
    vrf = partial.vrfs.setdefault(words[2], VrfDraft(words[2], section.start))
    if partial.lines[vrf.index].split()[0] != words[0]:  # of the other form: refused (IOS-UP-22)
        for index, path in nested(partial.lines, section):
            partial.reject(index, path, because("vrf_of_other_form"))
        return
    partial.say(vrf_ref(vrf.name), section.start)
    if legacy:
        vrf.families.setdefault(Family.V4, FamilyDraft(section.start))
    for index, path in nested(partial.lines, section):
        if len(path) == 2:
            if path[1].startswith("rd "):
                vrf.rd_line = vrf.rd_line or (index, path)
            place = vrf.families[Family.V4] if legacy else vrf.both
            done = _read_vrf_line(vrf, index, path, legacy) or _read_family_line(
                partial, vrf, place, index, path, legacy
            )
        elif len(path) == 3:
            family = _family_of(path[1])
            done = not legacy and family is not None
            done = done and _read_family_line(partial, vrf, vrf.families[family or Family.V4], index, path, True)
        else:
            done = len(path) == 1
        if not done:
            partial.set_aside(index, path)


def _family_of(text: str) -> Family | None:
    match text.split():
        case ["address-family", family] | ["address-family", family, "unicast"]:
            return _FAMILIES.get(family)
        case _:
            return None


def _read_vrf_line(vrf: VrfDraft, index: int, path: LinePath, legacy: bool) -> bool:
    match path[1].split():
        case ["rd", rd] if distinguisher(rd) is not None and vrf.rd in (None, distinguisher(rd)):  # IOS-UP-06
            vrf.rd = distinguisher(rd)
        case ["description", _, *_]:
            vrf.description = path[1].partition(" ")[2].strip()
        case ["address-family", *_] if not legacy:
            family = _family_of(path[1])
            if family is None:
                return False
            vrf.families.setdefault(family, FamilyDraft(index))
        case _:
            return False
    return True


def _read_family_line(
    partial: PartialDevice, vrf: VrfDraft, place: FamilyDraft, index: int, path: LinePath, maps: bool
) -> bool:
    match path[-1].split():
        case ["route-target", way, text] if way in ("import", "export", "both"):
            target = distinguisher(text)
            if target is None:
                return False
            if way != "export":
                place.imports.setdefault(target, index)
            if way != "import":
                place.exports.setdefault(target, index)
            vrf.target_line = vrf.target_line or (index, path)
        case ["import", "map", name] if maps:
            place.import_map = name
            place.map_line = (index, path)
        case _:
            return False
    return True


def finish_vrfs(partial: PartialDevice) -> tuple[Vrf, ...]:
    """Return the VRFs, and report route targets that a VRF without route distinguisher can't have."""
    found = []
    taken: set[str] = set()
    for name, vrf in sorted(partial.vrfs.items()):
        if vrf.rd is not None and vrf.rd_line is not None:
            if vrf.rd in taken:
                partial.reject(*vrf.rd_line, because("distinguisher_of_other_vrf"))
            taken.add(vrf.rd)
        if vrf.target_line is not None and vrf.rd is None:
            partial.reject(*vrf.target_line, because("target_without_distinguisher"))
        elif vrf.target_line is not None and _has_targets(vrf.both) and any(map(_has_targets, vrf.families.values())):
            partial.reject(*vrf.target_line, because("targets_in_two_places"))  # IOS-VRF-09
        families = tuple(_finish_family(partial, vrf, family) for family in sorted(vrf.families))
        found.append(Vrf(name=name, rd=vrf.rd, families=families, description=vrf.description))
    return tuple(found)


def _has_targets(place: FamilyDraft) -> bool:
    return bool(place.imports or place.exports)


def _finish_family(partial: PartialDevice, vrf: VrfDraft, family: Family) -> VrfFamily:
    own = vrf.families[family]
    if own.map_line is not None and own.import_map not in partial.route_maps:
        partial.reject(*own.map_line, because("route_map_undefined"))
    imports = vrf.both.imports | own.imports
    exports = vrf.both.exports | own.exports
    for target, index in imports.items():
        partial.say(vrf_import_ref(vrf.name, family, target), index)
    for target, index in exports.items():
        partial.say(vrf_export_ref(vrf.name, family, target), index)
    return VrfFamily(
        family=family,
        imports=tuple(sorted(imports)),
        exports=tuple(sorted(exports)),
        import_map=own.import_map,
    )
