"""Commands of IOS-XE that do more than stand in a slot: addresses, VRFs, entries with numbers, neighbours, matches.

The one idea: one function a command, which returns the answer, or None where the common rule may go on. The notices are those of
Cisco's command references and of public captures; where neither gives the words, the answer only begins with `%` as refusals do.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Interface

from tests.device_ios_config import Block, IosConfig
from tests.device_ios_words import NEIGHBOR, NEIGHBOR_DIRECTED

Answer = str | None
DUPLICATE = "% Duplicate sequence number\n% Failed to add ace\n"
NO_DOT1Q = (
    "\n% Configuring IP routing on a LAN subinterface is only allowed if that\n"
    "subinterface is already configured as part of an IEEE 802.10, IEEE 802.1Q,\nor ISL vLAN.\n\n"
)


def _upper(words: list[str]) -> str:
    """Return the words with IPv6 addresses in capitals, as IOS prints them."""
    return " ".join(word.upper() if ":" in word and re.fullmatch(r"[0-9A-Fa-f:./]+", word) else word for word in words)


def _vrf_forwarding(config: IosConfig, block: Block | None, body: list[str], negate: bool) -> Answer:
    assert block is not None
    bound = block.lines.get("vrf forwarding")
    if negate and not isinstance(bound, str):
        return ""
    name = bound.split()[-1] if negate and isinstance(bound, str) else body[-1]
    if not negate and config.block(f"vrf definition {name}") is None:
        return f"% VRF {name} does not exist\n"
    if not negate and bound == f"vrf forwarding {name}":
        return ""
    why = "disabling" if negate else "enabling"
    said = "".join(
        f"% Interface {block.head.split()[1]} {family} disabled and address(es) removed due to {why} VRF {name}\n"
        for family in drop_addresses(block, ("ip", "ipv6"))
    )
    if negate:
        del block.lines["vrf forwarding"]
    else:
        block.lines["vrf forwarding"] = f"vrf forwarding {name}"
    return said


def drop_addresses(block: Block, families: tuple[str, ...]) -> list[str]:
    """Take away an interface's addresses and name the families that had some."""
    had = []
    for family in families:
        keys = [key for key in block.lines if key.startswith(f"{family} address")]
        for key in keys:
            del block.lines[key]
        if keys:
            had.append("IPv4" if family == "ip" else "IPv6")
            block.touch()
    return had


def _ip_address(config: IosConfig, block: Block | None, body: list[str], negate: bool) -> Answer:
    assert block is not None
    secondary = body[-1] == "secondary"
    said = " ".join(body)
    if negate:
        for key in [key for key, line in block.lines.items() if f"{line} ".startswith(f"{said} ")]:
            del block.lines[key]
        return ""
    refusal = _no_family(config, block, "IPv4") or _overlap(config, block, body)
    if refusal:
        return refusal
    if refusal := _no_tag(block):
        return refusal
    block.lines[said if secondary else "ip address"] = said
    return ""


def _no_tag(block: Block) -> str:
    return NO_DOT1Q if block.mode == "subinterface" and "encapsulation" not in block.lines else ""


def _overlap(config: IosConfig, block: Block, body: list[str]) -> str:
    if body[2] in {"dhcp", "negotiated"}:
        return ""
    try:
        ours = IPv4Interface(f"{body[2]}/{body[3]}").network
    except ValueError:
        return f"Bad mask for address {body[2]}\n" if len(body) > 3 else "% Incomplete command.\n"
    vrf = block.lines.get("vrf forwarding")
    key = (str(ours.network_address), body[3])
    for other in config.interfaces():
        if other is block or other.lines.get("vrf forwarding") != vrf:
            continue
        for line in other.lines.values():
            words = line.split() if isinstance(line, str) and line.startswith("ip address ") else []
            if len(words) > 3 and (
                words[2] == body[2] or IPv4Interface(f"{words[2]}/{words[3]}").network.overlaps(ours)
            ):
                return f"% {key[0]} overlaps with {other.head.split()[1]}\n"
    return ""


def _no_family(config: IosConfig, block: Block, family: str) -> str:
    bound = block.lines.get("vrf forwarding")
    if not isinstance(bound, str):
        return ""
    name = bound.split()[-1]
    vrf = config.block(f"vrf definition {name}")
    if vrf is not None and f"address-family {family.lower()}" in vrf.lines:
        return ""
    return f"% {family} is not enabled in VRF {name}\n"


def _ipv6_address(config: IosConfig, block: Block | None, body: list[str], negate: bool) -> Answer:
    assert block is not None
    if not negate and (refusal := _no_family(config, block, "IPv6") or _no_tag(block)):
        return refusal
    said = _upper(body)
    if negate:
        for key in [key for key in block.lines if f"{key} ".startswith(f"{said} ")]:
            del block.lines[key]
    else:
        block.lines[said] = said
    return ""


def _route_target(config: IosConfig, block: Block | None, body: list[str], negate: bool) -> Answer:
    """A target needs the distinguisher of its VRF (Cisco, MPLS Layer 3 VPNs Configuration Guide: the words are ours)."""
    for vrf in config.lines.values():
        if isinstance(vrf, Block) and vrf.mode == "vrf" and block in vrf.lines.values():
            return None if negate or "rd" in vrf.lines else f"% VRF {vrf.head.split()[-1]} does not have an RD\n"
    return None


def _rd(config: IosConfig, block: Block | None, body: list[str], negate: bool) -> Answer:
    assert block is not None
    now = block.lines.get("rd")
    if negate and isinstance(now, str):
        del block.lines["rd"]
        return f'% "{now}" for VRF {block.head.split()[-1]} scheduled for deletion\n'
    if not negate and isinstance(now, str) and now != " ".join(body):
        return "% Cannot change RD: delete the RD first\n"
    return None


def _entry(config: IosConfig, block: Block | None, body: list[str], negate: bool) -> Answer:
    """An entry of an access list, `10 permit …` or `sequence 10 permit …`, or without its number."""
    assert block is not None
    prefix = "sequence " if block.mode == "acl6" else ""
    words = body[1:] if body[0] == "sequence" else body
    number = words[0] if words and words[0].isdigit() else None
    rule = _upper(words[1:] if number else words)
    if not number and not rule:
        return "% Incomplete command.\n"
    same = [key for key, line in block.lines.items() if str(line).endswith(rule) and line == f"{prefix}{key} {rule}"]
    if negate:
        for key in [number] if number else same:
            block.lines.pop(key, None)
    elif number and not rule:
        return "% Incomplete command.\n"
    elif same:
        return ""  # an entry that is there under another number: nothing changes (Cisco, IP Access List Entry Sequence Numbering)
    elif number and number in block.lines:
        return DUPLICATE
    else:
        number = number or str(max((int(key) for key in block.lines), default=0) + 10)
        block.lines[number] = f"{prefix}{number} {rule}"
    return ""


def _prefix_list(config: IosConfig, block: Block | None, body: list[str], negate: bool) -> Answer:
    slot = " ".join(body[:3])
    found = config.block(slot)
    if negate and len(body) == 3:
        config.lines.pop(slot, None)
        return ""
    entries = found if found is not None else Block("", "prefix-list")
    words = body[3:]
    number = words[1] if words[0] == "seq" and len(words) > 1 else None
    rule = _upper(words[2:] if number else words)
    same = [key for key, line in entries.lines.items() if key.isdigit() and line == f"{slot} seq {key} {rule}"]
    if negate:
        for key in [number] if number else same or ["description"]:
            entries.lines.pop(key, None)
        if not entries.lines:
            config.lines.pop(slot, None)
    elif words[0] == "description":
        entries.lines["description"] = " ".join(body)
    elif not re.match(r"(permit|deny) \S+", rule):
        return "% Incomplete command.\n"
    elif same and number in {None, same[0]}:
        return ""
    elif same or (number and number in entries.lines):
        return f"%Insertion failed - prefix-list entry exists:\n {' '.join(body[2:])}\n"
    else:
        number = number or str(max((int(key) for key in entries.lines if key.isdigit()), default=0) + 5)
        entries.lines[number] = f"{slot} seq {number} {rule}"
    if entries.lines:
        config.lines[slot] = entries
    entries.touch()
    return ""


def _neighbor(config: IosConfig, block: Block | None, body: list[str], negate: bool) -> Answer:
    assert block is not None
    address, attribute = _upper(body[1:2]), body[2] if len(body) > 2 else ""
    start = f"neighbor {address}"
    bgp = config.block("router bgp")
    if negate:
        whole = attribute in {"", "remote-as"}
        gone = f"{start} " if whole else f"{start} {' '.join(body[2:])} "
        families = [one for one in block.lines.values() if isinstance(one, Block) and " vrf " not in one.head]
        for one in [block, *(families if whole else ())]:
            for key in [
                key for key, line in one.lines.items() if isinstance(line, str) and f"{line} ".startswith(gone)
            ]:
                del one.lines[key]
            one.touch()
    else:
        known = [block] if bgp is None or " vrf " in block.head else [block, bgp]
        first = any(f"{start} {word}" in one.lines for one in known for word in NEIGHBOR[:2])
        if attribute not in NEIGHBOR[:2] and not first:
            return "% Specify remote-as or peer-group commands first\n"
        direction = f" {body[-1]}" if attribute in NEIGHBOR_DIRECTED else ""
        block.lines[f"{start} {attribute}{direction}"] = f"{start} {' '.join(body[2:])}"
    return ""


def _match(config: IosConfig, block: Block | None, body: list[str], negate: bool) -> Answer:
    """Further values of one match come to the line that is there; `no` takes those away that it names."""
    assert block is not None
    count = next(
        (n for n in (4, 3, 2) if body[1:n][-1:] in (["prefix-list"], ["address"], ["community"], ["tag"], ["metric"])),
        2,
    )
    slot, values = " ".join(body[:count]), body[count:]
    now = block.lines.get(slot, "")
    standing = now.split()[count:] if isinstance(now, str) else []
    kept = (
        [one for one in standing if one not in values]
        if negate
        else standing + [one for one in values if one not in standing]
    )
    if kept and (values or not negate):
        block.lines[slot] = f"{slot} {' '.join(kept)}"
    else:
        block.lines.pop(slot, None)
    return ""


def _access_list(config: IosConfig, block: Block | None, body: list[str], negate: bool) -> Answer:
    slot = " ".join(body[:2])
    if negate:
        config.lines.pop(slot, None)
        return ""
    found = config.block(slot) or Block("", "access-list")
    found.lines[" ".join(body)] = " ".join(body)
    found.touch()
    config.lines[slot] = found
    return ""


def _resequence(config: IosConfig, block: Block | None, body: list[str], negate: bool) -> Answer:
    """`ip access-list resequence NAME START STEP`: the same entries under new numbers."""
    if body[2:3] != ["resequence"] or len(body) < 6 or not (body[4] + body[5]).isdigit():
        return "% Incomplete command.\n"
    found = config.block(f"ip access-list extended {body[3]}")
    if found is not None:
        rules = [str(found.lines[key]).partition(" ")[2] for key in sorted(found.lines, key=int)]
        numbers = [int(body[4]) + at * int(body[5]) for at in range(len(rules))]
        found.lines = {str(number): f"{number} {rule}" for number, rule in zip(numbers, rules, strict=True)}
        found.touch()
    return ""


Special = Callable[[IosConfig, Block | None, list[str], bool], Answer]
SPECIAL: dict[tuple[str, str], Special] = {
    ("vrf", "rd"): _rd,
    ("vrf-family", "route-target"): _route_target,
    ("route-map", "match"): _match,
    ("bgp", "neighbor"): _neighbor,
    ("bgp-family", "neighbor"): _neighbor,
    ("global", "ip prefix-list"): _prefix_list,
    ("global", "ipv6 prefix-list"): _prefix_list,
    ("global", "access-list"): _access_list,
    ("global", "ip access-list"): _resequence,
    **{(mode, "vrf forwarding"): _vrf_forwarding for mode in ("interface", "subinterface")},
    **{(mode, "ip address"): _ip_address for mode in ("interface", "subinterface")},
    **{(mode, "ipv6 address"): _ipv6_address for mode in ("interface", "subinterface")},
    **{(mode, word): _entry for mode in ("acl4", "acl4-standard") for word in ("N", "permit", "deny", "remark")},
    **{("acl6", word): _entry for word in ("permit", "deny", "remark", "sequence")},
}
