"""A `Policy` as text that people read, one rule a line, and back.

The one idea: the grammar has no defaults and no abbreviations, so that each rule has exactly one text and each text at
most one rule: `permit class peoples_committee_body/commune in government -> system edoc : tcp 443 # edoc-communes`.
"""

from __future__ import annotations

import re

from intents.finding import Finding, FindingsError, Where, make_finding
from intents.policy import (
    ClassEndpoint,
    DevicesEndpoint,
    Effect,
    Endpoint,
    OrganisationEndpoint,
    OutsideEndpoint,
    Policy,
    Rule,
    SystemEndpoint,
    ViaAssertion,
)
from intents.policy_order import Asked, normal_policy
from intents.registry import Category, OrganisationName, OutsideName, PurposeName, SystemName, Tier
from intents.service import ServiceSet, Transport, service_set

HEADER = "truc policy, format 1"
INSIDE = "inside one organisation"
_NAME = r"[^\s,/#:]+"
_LINE = re.compile(r"(?P<effect>permit|forbid) (?P<source>.+?) -> (?P<destination>.+?) : (?P<service>.+)")
_VIA = re.compile(
    r"via (?P<source>.+?) -> (?P<destination>.+?) : (?P<devices>[^;]+)(?:; from level (?P<low>\d) into level (?P<high>\d))?"
)
_CLASS = re.compile(rf"class (?P<category>\w+)/(?P<tier>\w+) in (?P<purpose>{_NAME})(?: except (?P<excluding>.+))?")
_ORGANISATION = re.compile(rf"organisation (?P<name>{_NAME}) in (?P<purpose>{_NAME})")
_SYSTEM = re.compile(rf"system (?P<name>{_NAME})")
_OUTSIDE = re.compile(rf"outside (?P<name>{_NAME})")
_DEVICES = "every device"
_PORTS = re.compile(r"(?P<transport>tcp|udp) (?P<low>0|[1-9]\d*)(?:-(?P<high>0|[1-9]\d*))?")


def print_policy(policy: Policy) -> str:
    """Return the text of a policy: a header, then a line for each rule and assertion, with the intents that ask for it."""
    lines = [HEADER]
    for rule in policy.rules:
        inside = f", {INSIDE}" if rule.same_organisation else ""
        ends = f"{_endpoint_text(rule.source)} -> {_endpoint_text(rule.destination)}"
        lines.append(f"{rule.effect} {ends} : {rule.service}{inside}{_sources_text(policy, rule)}")
    for via in policy.vias:
        ends = f"{_endpoint_text(via.source)} -> {_endpoint_text(via.destination)}"
        upwards = "" if via.levels is None else "; from level {} into level {}".format(*via.levels)
        lines.append(f"via {ends} : {', '.join(via.devices)}{upwards}{_sources_text(policy, via)}")
    return "\n".join(lines) + "\n"


def read_policy(text: str, shown: str = "policy") -> Policy:
    """Return the policy that a text says; FindingsError with the place of every line that says none."""
    findings: list[Finding] = []
    asked: list[Asked] = []
    lines = text.split("\n")
    if lines[0] != HEADER:
        where = Where(file=shown, line=1, column=1)
        raise FindingsError([make_finding("TR319", where, excerpt=lines[0], header=HEADER)])
    for number, line in enumerate(lines[1:], start=2):
        if not line:
            continue
        said, _, comment = line.partition(" # ")
        try:
            asked.append((_read_line(said), tuple(comment.split(", ")) if comment else ()))
        except ValueError:
            findings.append(make_finding("TR318", Where(file=shown, line=number, column=1), excerpt=line))
    if findings:
        raise FindingsError(findings)
    return normal_policy(asked)


def _sources_text(policy: Policy, item: Rule | ViaAssertion) -> str:
    named = policy.sources.get(item, ())
    return f" # {', '.join(named)}" if named else ""


def _endpoint_text(endpoint: Endpoint) -> str:
    match endpoint:
        case ClassEndpoint():
            return f"class {endpoint}"
        case OrganisationEndpoint():
            return f"organisation {endpoint}"
        case SystemEndpoint():
            return f"system {endpoint}"
        case OutsideEndpoint():
            return f"outside {endpoint}"
        case DevicesEndpoint():
            return _DEVICES


def _read_line(line: str) -> Rule | ViaAssertion:
    if found := _VIA.fullmatch(line):
        return ViaAssertion(
            source=_read_endpoint(found["source"]),
            destination=_read_endpoint(found["destination"]),
            devices=tuple(found["devices"].split(", ")),
            levels=None if found["low"] is None else (int(found["low"]), int(found["high"])),
        )
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError("not 'permit|forbid SOURCE -> DESTINATION : SERVICES' and not 'via … : DEVICES'")
    service = found["service"].removesuffix(f", {INSIDE}")
    return Rule(
        effect=Effect(found["effect"]),
        source=_read_endpoint(found["source"]),
        destination=_read_endpoint(found["destination"]),
        service=_read_service(service),
        same_organisation=service != found["service"],
    )


def _read_endpoint(text: str) -> Endpoint:
    if found := _CLASS.fullmatch(text):
        excluding = found["excluding"].split(", ") if found["excluding"] else []
        return ClassEndpoint(
            category=Category(found["category"]),
            tier=Tier(found["tier"]),
            purpose=PurposeName(found["purpose"]),
            excluding=tuple(OrganisationName(name) for name in excluding),
        )
    if found := _ORGANISATION.fullmatch(text):
        name, purpose = OrganisationName(found["name"]), PurposeName(found["purpose"])
        return OrganisationEndpoint(organisation=name, purpose=purpose)
    if found := _SYSTEM.fullmatch(text):
        return SystemEndpoint(system=SystemName(found["name"]))
    if found := _OUTSIDE.fullmatch(text):
        return OutsideEndpoint(outside=OutsideName(found["name"]))
    if text == _DEVICES:
        return DevicesEndpoint()
    raise ValueError(f"not an endpoint: {text!r}")


def _read_service(text: str) -> ServiceSet:
    ranges: list[tuple[Transport, int, int]] = []
    for part in text.split(", "):
        found = _PORTS.fullmatch(part)
        if part == Transport.ICMP_ECHO:
            ranges.append((Transport.ICMP_ECHO, 0, 0))
        elif found is not None:
            low = int(found["low"])
            ranges.append((Transport(found["transport"]), low, int(found["high"] or low)))
        else:
            raise ValueError(f"not a service: {part!r}")
    service = service_set(ranges)
    if str(service) != text:
        raise ValueError(f"services are not in their normal form: {service}")
    return service
