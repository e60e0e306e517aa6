"""Drifts put into the texts of the small example, each with the class that it has by construction and what must be told of it.

The one idea: what is put in is made from the address plan and the texts alone (an entry before a fence's first one, a line taken
out, a line that nobody knows), so that the class follows from what was done and not from what the judge says.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from controller.drift.found import find_drift
from controller.drift.texts import DriftTexts
from controller.jobs.compile import compile_workspace
from controller.jobs.judging import Extent
from controller.jobs.pipeline import Compiled
from controller.output.terminal import Output
from intents.prefix import Family, Prefix
from intents.registry import AttachmentName
from ipam.endpoints import Resolver
from routing.model import AttachmentPort, Direction
from routing.vendors import VENDORS
from tests.small_builds import network_of
from tests.small_commands import SMALL, edit
from verification.drift.classes import DriftClass
from verification.drift.difference import ReadKind
from verification.drift.found import DeviceDrift, Drifts

FORBIDS = """
  - forbid:
      id: no-shell-to-edoc
      domain: dept_ict
      title: Cấm (hư cấu)
      request_ref: "45/CV-SKHCN (hư cấu)"
      decision_ref: "120/QĐ-UBND (hư cấu)"
      from: [{categories: [peoples_committee_body], tiers: [commune]}]
      to: [{systems: [edoc], services: [shell]}]
  - forbid:
      id: no-shell-to-councils
      domain: dept_ict
      title: Cấm (hư cấu)
      request_ref: "46/CV-SKHCN (hư cấu)"
      decision_ref: "121/QĐ-UBND (hư cấu)"
      from: [{categories: [peoples_committee_body], tiers: [commune]}]
      to: [{categories: [elected_body], tiers: [commune]}]
      service: {tcp: [22]}
"""
COMMUNES = ("gia-sang", "phan-dinh-phung", "tan-cuong")
FORBIDDEN_PAIRS = tuple(
    (f"ubnd-{one}-cq", other)
    for one in COMMUNES
    for other in ("system-edoc", *(f"hdnd-{name}-cq" for name in COMMUNES))
)
"""Pairs that a forbid names, and that a permit of another service makes routable."""
OTHER_PAIRS = (
    *((f"ubnd-{one}-vc", f"ubnd-{other}-vc") for one in COMMUNES for other in COMMUNES if one != other),
    *((f"hdnd-{one}-cq", "system-edoc") for one in COMMUNES),
    *((f"dang-uy-{one}-dang", "system-party-edoc") for one in COMMUNES),
    ("so-tai-chinh-cq", "system-edoc"),
    ("so-tai-chinh-cq-2", "system-edoc"),
    ("so-khcn-cq", "system-edoc"),
)
"""Pairs that some permit makes routable, and no forbid names."""
PORTS = (21, 22, 23, 25, 110, 3389, 8080)


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """Texts of some devices with a drift in them. `shows`: whether what is told of a device is what was put in."""

    what: str
    drift_class: DriftClass
    texts: Mapping[str, str]
    shows: Callable[[DeviceDrift], bool]


@cache
def forbidding() -> Compiled:
    """The small example with two more forbids, of a service that nobody is permitted."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "small"
        shutil.copytree(SMALL, folder)
        path = folder / "intents" / "government.yaml"
        path.write_text(path.read_text(encoding="utf-8") + FORBIDS, encoding="utf-8")
        edit(
            folder / "systems.yaml", "      web: {tcp: [443]}\n", "      web: {tcp: [443]}\n      shell: {tcp: [22]}\n"
        )
        return compile_workspace(folder, None, Output("en"))


@cache
def expected() -> Mapping[str, str]:
    return {name: config.text for name, config in forbidding().configs.items()}


def drifts_of(texts: Mapping[str, str], **more: tuple[str, ...]) -> Drifts:
    """Return what `truc drift` finds where some devices have other texts."""
    accepted = {name.replace("_", "-"): found for name, found in more.items()}
    found = DriftTexts(expected=expected(), found={**expected(), **texts}, accepted=accepted)
    return find_drift(forbidding(), found, Output("en"), Extent(), None)


# Where things stand.


@cache
def _ports() -> Mapping[str, AttachmentPort]:
    return {port.attachment: port for port in network_of(forbidding()).ports}


def _lan(name: str, family: Family) -> Prefix:
    return Resolver(forbidding().addressed.address_plan).lans(family)[AttachmentName(name)]


def _list_at(port: AttachmentPort, direction: Direction, family: Family) -> str:
    device = forbidding().built.devices[port.device]
    interface = next(item for item in device.interfaces if item.name == port.interface)
    return next(item.acl for item in interface.bindings if (item.direction, item.family) == (direction, family))


def _is_junos(device: str) -> bool:
    return forbidding().configs[device].platform == "junos"


# What is put in.


def _admit(
    texts: dict[str, str], at: str, direction: Direction, pair: tuple[str, str], family: Family, port: int
) -> None:
    """Put an entry for sessions of a pair before all others of the fence at an attachment."""
    place = _ports()[at]
    name = _list_at(place, direction, family)
    source, destination = (_lan(end, family) for end in pair)
    text = texts.get(place.device, expected()[place.device])
    if _is_junos(place.device):
        family_word = "inet6" if family is Family.V6 else "inet"
        term = f"set firewall family {family_word} filter {name} term drift"
        first = f"set firewall family {family_word} filter {name} term "
        lines = (
            f"{term} from source-address {source}",
            f"{term} from destination-address {destination}",
            f"{term} from protocol tcp" if family is Family.V4 else f"{term} from next-header tcp",
            f"{term} from destination-port {port}",
            f"{term} then accept",
        )
        at_line = text.index(first)
        texts[place.device] = text[:at_line] + "".join(f"{line}\n" for line in lines) + text[at_line:]
        return
    if family is Family.V6:
        head = f"ipv6 access-list {name}\n"
        entry = f" sequence 1 permit tcp {source} {destination} eq {port}\n"
    else:
        head = f"ip access-list extended {name}\n"
        entry = f" 1 permit tcp {_wildcard(source)} {_wildcard(destination)} eq {port}\n"
    assert head in text
    texts[place.device] = text.replace(head, head + entry, 1)


def _wildcard(prefix: Prefix) -> str:
    network = ip_network(str(prefix))
    return f"{network.network_address} {network.hostmask}"


def opens(random: Random, pairs: tuple[tuple[str, str], ...], found: DriftClass) -> Injection:
    """Both fences of a routable pair admit a session that nobody may start."""
    pair, family, port = random.choice(pairs), random.choice(list(Family)), random.choice(PORTS)
    texts: dict[str, str] = {}
    _admit(texts, pair[0], Direction.IN, pair, family, port)
    _admit(texts, pair[1], Direction.OUT, pair, family, port)

    def shows(drift: DeviceDrift) -> bool:
        return any(
            (effect.source, effect.destination) == pair
            and effect.drift_class is found
            and effect.flow is not None
            and (effect.flow.family, effect.flow.destination_port) == (family, port)
            and effect.others == tuple(sorted(texts.keys() - {drift.device}))
            for effect in drift.effects
        )

    return Injection(what=f"{pair} {family} tcp/{port}", drift_class=found, texts=texts, shows=shows)


def opens_forbidden(random: Random) -> Injection:
    return opens(random, FORBIDDEN_PAIRS, DriftClass.OPENS_FORBIDDEN)


def opens_undeclared(random: Random) -> Injection:
    return opens(random, OTHER_PAIRS, DriftClass.OPENS_UNDECLARED)


def weakens_fence(random: Random) -> Injection:
    """One fence of a routable pair admits more, or the one at the destination is taken away: the other stops it all."""
    pair, family = random.choice((*FORBIDDEN_PAIRS, *OTHER_PAIRS)), random.choice(list(Family))
    texts: dict[str, str] = {}
    at_source = random.choice((True, False))
    name = pair[0] if at_source else pair[1]
    if at_source or random.choice((True, False)):
        direction = Direction.IN if at_source else Direction.OUT
        _admit(texts, name, direction, pair, family, random.choice(PORTS))
    else:
        _unbind(texts, name, family)
    kind = "source-fence" if at_source else "destination-fence"

    def shows(drift: DeviceDrift) -> bool:
        return any(effect.kind == kind and effect.subject == name for effect in drift.effects)

    return Injection(what=f"{kind} {name} {family}", drift_class=DriftClass.WEAKENS_FENCE, texts=texts, shows=shows)


def _unbind(texts: dict[str, str], name: str, family: Family) -> None:
    """Take the fence at a destination away."""
    place = _ports()[name]
    bound = _list_at(place, Direction.OUT, family)
    text = expected()[place.device]
    lines = [line for line in text.split("\n") if not (bound in line and _binds(line))]
    assert len(lines) < len(text.split("\n"))
    texts[place.device] = "\n".join(lines)


def _binds(line: str) -> bool:
    return " filter output " in line or line.startswith((" ip access-group", " ipv6 traffic-filter"))


def breaks_promise(random: Random) -> Injection:
    """A permit of a fence is taken out, or the interface of a LAN is shut."""
    name = random.choice([pair[0] for pair in (*FORBIDDEN_PAIRS, *OTHER_PAIRS)])
    place, family = _ports()[name], random.choice(list(Family))
    text = expected()[place.device]
    entries = list(_entries(text, place, family))
    if not entries or random.choice((True, False)):
        texts = {place.device: _shut(text, place)}
        what = "shut"
    else:
        texts = {place.device: random.choice(entries)}
        what = f"an entry of {family} less"

    def shows(drift: DeviceDrift) -> bool:
        told = [effect for effect in drift.effects if effect.drift_class is DriftClass.BREAKS_PROMISE]
        about = {str(effect.subject) for effect in told} | {effect.source for effect in told}
        return name in about or any(effect.kind == "session" for effect in told)

    return Injection(what=f"{name}: {what}", drift_class=DriftClass.BREAKS_PROMISE, texts=texts, shows=shows)


def _shut(text: str, place: AttachmentPort) -> str:
    if _is_junos(place.device):
        parent, _, unit = place.interface.partition(".")
        return f"{text}set interfaces {parent} unit {unit} disable\n"
    head = f"interface {place.interface}\n"
    assert head in text
    return text.replace(head, f"{head} shutdown\n", 1)


def _entries(text: str, place: AttachmentPort, family: Family) -> Iterator[str]:
    """Yield a text without each single permit of a TCP service in the fence at a source."""
    name = _list_at(place, Direction.IN, family)
    lines = text.split("\n")
    if _is_junos(place.device):
        said = " from protocol tcp" if family is Family.V4 else " from next-header tcp"
        for term in (line.removesuffix(said) for line in lines if f" {name} term " in line and line.endswith(said)):
            if f"{term} from destination-port" in text:
                yield "\n".join(line for line in lines if not line.startswith(f"{term} "))
        return
    heads = (f"ip access-list extended {name}", f"ipv6 access-list {name}")
    first = next(index for index, line in enumerate(lines) if line in heads)
    for index in range(first, lines.index("!", first)):
        if " permit tcp " in lines[index] and lines[index].split()[-2] == "eq":
            yield "\n".join((*lines[:index], *lines[index + 1 :]))


def neutral(random: Random) -> Injection:
    """A line of the baseline is taken out, or a description says something else."""
    device = random.choice(sorted(expected()))
    vendor = VENDORS[forbidding().configs[device].platform]
    lines = expected()[device].split("\n")
    if random.choice((True, True, False)):
        number, path = random.choice(_leaves(device))
        del lines[number - 1]

        def shows(drift: DeviceDrift) -> bool:
            return [(item.line, item.path) for item in drift.missing] == [(number, path)] and not drift.added

        what = path[-1]
    else:
        number, line = random.choice([(at, line) for at, line in enumerate(lines) if " description " in line])
        lines[number] = line.partition(" description ")[0] + " description other-words"

        def shows(drift: DeviceDrift) -> bool:
            return [item.line for item in (*drift.missing, *drift.added)] == [number + 1, number + 1]

        what = line
    assert vendor.read(device, "\n".join(lines)).device.unknown == ()
    return Injection(
        what=f"{device}: {what}", drift_class=DriftClass.NEUTRAL, texts={device: "\n".join(lines)}, shows=shows
    )


@cache
def _leaves(device: str) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Return the harmless lines of ours that devices show, that have nothing below them, and that no other line needs."""
    config = forbidding().configs[device]
    vendor = VENDORS[config.platform]
    harmless, paths = set(vendor.read(device, config.text).device.harmless), vendor.numbered_paths(config.text)
    heads = {path[:-1] for _, path in paths}
    lines = config.text.split("\n")
    found = []
    for number, path in paths:
        like = vendor.likeness(path)
        if path not in harmless or path not in config.ours or path in heads or like is None or like.default_of:
            continue
        rest = "\n".join((*lines[: number - 1], *lines[number:]))
        if not vendor.read(device, rest).device.unknown:
            found.append((number, path))
    return tuple(found)


UNKNOWN = {
    False: (
        "frobnicate all packets",
        "ip nat inside source list 10 interface GigabitEthernet0/0/0 overload",
        "crypto map X 10 ipsec-isakmp",
    ),
    True: (
        "set services nat rule one match-direction input",
        "set protocols frobnicate all",
        "set firewall family inet filter X frobnicate",
    ),
}


def not_modelled(random: Random) -> Injection:
    """A line that no reader knows, at the end, or in a section of ours."""
    device = random.choice(sorted(expected()))
    text, junos = expected()[device], _is_junos(device)
    ports = [port for port in _ports().values() if port.device == device]
    line = random.choice(UNKNOWN[junos])
    if ports and random.random() < 0.5:
        place = ports[random.randrange(len(ports))]
        parent, _, unit = place.interface.partition(".")
        line = f"set interfaces {parent} unit {unit} family inet rpf-check" if junos else " ip policy route-map DRIFT"
        head = f"interface {place.interface}\n"
        text = f"{text}{line}\n" if junos else text.replace(head, f"{head}{line}\n", 1)
    else:
        text = f"{text}{line}\n"
    said = line.strip().removeprefix("set ")

    def shows(drift: DeviceDrift) -> bool:
        return (said, ReadKind.UNKNOWN) in [(item.path[-1], item.kind) for item in drift.added]

    return Injection(what=f"{device}: {said}", drift_class=DriftClass.NOT_MODELLED, texts={device: text}, shows=shows)


INJECTIONS: Mapping[DriftClass, Callable[[Random], Injection]] = {
    DriftClass.OPENS_FORBIDDEN: opens_forbidden,
    DriftClass.OPENS_UNDECLARED: opens_undeclared,
    DriftClass.BREAKS_PROMISE: breaks_promise,
    DriftClass.WEAKENS_FENCE: weakens_fence,
    DriftClass.NEUTRAL: neutral,
    DriftClass.NOT_MODELLED: not_modelled,
}
