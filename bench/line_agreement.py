"""Do both judges call the same lines unreachable? `python -m bench.line_agreement HOST[:PORT] [NETWORKS] [SEED]`.

Access lists of made-up provinces are replaced by random entries over few addresses and ports, so that many lines cover others.
A line that one judge alone calls unreachable, or for another reason, is told. Ends 1 if anything but fragments or a list that
Batfish has not whole explains it. Fences are broken on purpose; no other question is asked.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Iterator

from bench.agreement import make_network
from controller.jobs.second_judge import parse_address
from intents.prefix import Family
from routing.vendors import VENDORS
from verification.batfish.client import LiveBatfish
from verification.batfish.snapshot import network_snapshot
from verification.batfish.tables import gather_facts
from verification.batfish.unreachable_lines import ask_lines
from verification.evidence.evidence import Given
from verification.mutation.score import text_of, with_text
from verification.questions.line_differences import line_differences
from verification.questions.unreachable_lines import bound_acls, check_lines

PER_DEVICE = 3
"""Lists of a device that are replaced at most."""


def main(where: str, networks: int, seed: int) -> int:
    address = parse_address(where)
    session = LiveBatfish(address.host, address.port, address.deadline)
    counts: Counter[str] = Counter()
    for number in range(networks):
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 - no secret depends on it
        given = with_random_lists(make_network(chance, faulty=False)[0], chance)
        counts.update(compare(session, given))
        print(f"{number}: {dict(counts)}", flush=True)
    return 1 if counts["unexplained"] else 0


def compare(session: LiveBatfish, given: Given) -> Counter[str]:
    """Return how many lists were compared and lines found, and of the differences how many nothing explains."""
    snapshot = network_snapshot(given)
    session.upload(snapshot)
    opinion = ask_lines(session, snapshot, given, gather_facts(session, snapshot, given))
    session.discard(snapshot.name)
    found = check_lines(given).unreachable
    differences = line_differences(given, found, opinion)
    for item in differences:
        if item.unseen is None:
            print(f"    {item.judge} alone: {item.place}", flush=True)
    return Counter(
        {
            "lists": len(opinion.lists),
            "engine": sum(len(item.places) for item in found if item.family is Family.V4),
            "batfish": len(opinion.lines),
            "explained": sum(item.unseen is not None for item in differences),
            "unexplained": sum(item.unseen is None for item in differences),
        }
    )


def with_random_lists(given: Given, chance: random.Random) -> Given:
    """Return a network of which some IPv4 lists have other entries."""
    for name, device in given.network.devices.items():
        names = [acl.name for acl in bound_acls(device) if acl.family is Family.V4]
        text = text_of(given, name)
        for acl in chance.sample(names, min(PER_DEVICE, len(names))):
            if VENDORS[device.platform].capabilities.fences.several_values:
                text = "".join(_terms(acl, chance)) + text
            else:
                body = "".join(f" {_entry(chance)}\n" for _ in range(chance.randrange(3, 25)))
                text = re.sub(rf"(?m)^(ip access-list extended {acl}\n)(?: .*\n)*", rf"\g<1>{body}", text)
        given = with_text(given, name, text)
    return given


def _entry(chance: random.Random) -> str:
    protocol = chance.choice(("ip", "ip", "tcp", "tcp", "udp", "icmp", "47"))
    source, target = (_ports(chance) if protocol in ("tcp", "udp") else "" for _ in range(2))
    tails = {"tcp": ("", "", "", " established", " syn"), "icmp": ("", " echo", " echo-reply", " unreachable")}
    tail = chance.choice(tails.get(protocol, ("",)))
    if not source + target + tail and chance.random() < 0.1:
        tail = " fragments"
    action = chance.choice(("permit", "permit", "deny"))
    return f"{action} {protocol} {_wildcard(chance)}{source} {_wildcard(chance)}{target}{tail}"


def _ports(chance: random.Random) -> str:
    return chance.choice(("", "", " eq 80", " eq 443", " range 80 443", " range 0 65535", " gt 443", " lt 80"))


def _prefix(chance: random.Random) -> tuple[int, int]:
    """Return network and length of one of few prefixes, many of which lie in others."""
    length = chance.choice((8, 16, 22, 24, 25, 26, 32))
    address = 10 << 24 | chance.randrange(2) << 16 | chance.randrange(4) << 8 | chance.randrange(4) << 6
    return address >> 32 - length << 32 - length, length


def _dotted(value: int) -> str:
    return ".".join(str(byte) for byte in value.to_bytes(4, "big"))


def _wildcard(chance: random.Random) -> str:
    if chance.random() < 0.25:
        return "any"
    if chance.random() < 0.1:
        return "10.0.1.0 0.1.2.0"  # not one span
    network, length = _prefix(chance)
    return f"{_dotted(network)} {_dotted((1 << 32 - length) - 1)}"


def _terms(acl: str, chance: random.Random) -> Iterator[str]:
    for number in range(chance.randrange(2, 14)):
        term = f"set firewall family inet filter {acl} term x{number}"
        protocol = chance.choice(("", "tcp", "udp", "icmp"))
        conditions = [f"protocol {protocol}"] if protocol else []
        for end in ("source-address", "destination-address", "address"):
            if chance.random() < (0.1 if end == "address" else 0.6) and not any("address" in one for one in conditions):
                network, length = _prefix(chance)
                conditions.append(f"{end} {_dotted(network)}/{length}")
        if protocol in ("tcp", "udp") and chance.random() < 0.5:
            conditions.append(f"destination-port {chance.choice(('80', '443', '1-443', '0-65535'))}")
        if not protocol and chance.random() < 0.1:
            conditions.append("is-fragment")
        yield from (f"{term} from {condition}\n" for condition in conditions)
        yield f"{term} then {chance.choice(('accept', 'accept', 'discard'))}\n"


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.exit(main(arguments[0], *(int(item) for item in (*arguments[1:], *("20", "1")[len(arguments) - 1 :]))))
