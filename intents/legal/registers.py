"""What an office keeps about its network besides the network: papers, assessments, rooms, money and the like.

The one idea: a reference (`decision_ref`, `assessment_ref`, …) is the number of a row in a register, and a row has a kind, an
issuer and days, so that a reference can be wrong. Each register is one table; one that the office does not keep is `missing`,
which is told, and not an empty one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from intents.finding import Where
from intents.registry import Organisation, OrganisationName, Validity


class Register(StrEnum):
    """The registers by the names of their files."""

    RECORDS = "records.csv"
    ENTERPRISES = "enterprises.csv"
    COUNTERPARTS = "counterparts.csv"
    ASSESSMENTS = "assessments.csv"
    EXCEPTIONS = "exceptions.csv"
    ROOMS = "rooms.csv"
    BUDGET = "budget.csv"
    INCIDENTS = "incidents.csv"
    MODELS = "models.csv"


class RecordKind(StrEnum):
    """Kinds of papers (Decision 46/2024 art. 9, 11.6, 14.2; Circular 06/2026 art. 5.3, 7.7, 8.6, 11)."""

    REQUEST = "request"
    DECISION = "decision"
    STOP_DECISION = "stop_decision"
    AGREEMENT = "agreement"
    JUSTIFICATION = "justification"
    APPOINTMENT = "appointment"
    APPROVAL = "approval"
    """Of a security level."""
    REGISTRATION = "registration"
    QUALITY_TARGET = "quality_target"
    """What states the quality that a service is promised (art. 8.3)."""
    INSPECTION = "inspection"
    REORGANISATION = "reorganisation"
    """Of administrative units; whoever may issue it is no part of a workspace."""
    DRILL = "drill"
    TRAINING = "training"


class AssessmentResult(StrEnum):
    PASSED = "passed"
    PASSED_AFTER_FIX = "passed_after_fix"
    FAILED = "failed"


class RoomKind(StrEnum):
    """Circular 06/2026 annex I.3: what climate is asked for depends on it."""

    MACHINE_ROOM = "machine_room"
    OFFICE = "office"


class EquipmentCondition(StrEnum):
    """What the yearly inventory found (art. 5.3a)."""

    GOOD = "good"
    REPAIR = "repair"
    REPLACE = "replace"


class BudgetSource(StrEnum):
    """Who pays: the province (art. 10), the locality (art. 14.3), the state (level I), or the organisation itself."""

    PROVINCIAL = "provincial"
    LOCAL = "local"
    CENTRAL = "central"
    OWN = "own"


class IncidentKind(StrEnum):
    """Art. 16.2, Circular 06/2026 art. 8.5."""

    OUTAGE = "outage"
    CABLE = "cable"
    EQUIPMENT = "equipment"
    POWER = "power"
    SECURITY = "security"


class ModelFeature(StrEnum):
    """What Circular 06/2026 annex I asks of terminal equipment beside its ports."""

    L2 = "l2"
    L3 = "l3"
    VLAN = "vlan"
    SNMP = "snmp"
    SYSLOG = "syslog"
    REMOTE_UPDATE = "remote_update"
    IPV6 = "ipv6"
    ENCRYPTED_MANAGEMENT = "encrypted_management"
    """From afar, authenticated and encrypted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One paper: `day` is when it was issued, `issuer` an organisation, an enterprise, a counterpart or an ownership domain;
    `validity` the days between which it counts."""

    number: str
    kind: RecordKind
    day: date
    issuer: str
    subject: str
    validity: Validity
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Enterprise:
    """A telecom enterprise: the levels of access network that it supplies, the security level of what it supplies with its
    approval (the number of a record), whom to call, and when it last reported (art. 16)."""

    name: str
    title: str
    levels: frozenset[int]
    security_level: int
    approval_ref: str
    contact: str
    reported_on: date | None
    validity: Validity
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterpart:
    """Who runs a network that is not ours: `agreement_ref` is the joint agreement about the routing at the gateway."""

    name: str
    title: str
    contact: str
    agreement_ref: str
    validity: Validity
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One assessment of a system, a data-centre site or a gateway device (art. 7.2): by which unit, with what result, and until
    when it counts."""

    number: str
    subject: str
    unit: str
    day: date
    result: AssessmentResult
    open_findings: int
    valid_to: date
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalException:
    """A requirement that is waived for one object, for a reason, by somebody, until a day (art. 17.2)."""

    name: str
    requirement: str
    subject: str
    reason: str
    approver: str
    decision_ref: str
    validity: Validity
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentRoom:
    """The room of a site's equipment (art. 5.3, Circular 06/2026 annex I.3); temperatures in °C, humidity in percent;
    `inventoried_on` and `condition` are of the last yearly inventory (both None: nothing is known of one)."""

    site: str
    host: str
    kind: RoomKind
    temperature: tuple[int, int]
    humidity: tuple[int, int]
    ups: bool
    labelled: bool
    contact: str
    phone: str
    inventoried_on: date | None
    condition: EquipmentCondition | None
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """Who pays for an attachment or a system in a year; the amount in million đồng."""

    subject: str
    year: int
    source: BudgetSource
    amount: int
    decision_ref: str
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something that went wrong (art. 16.2): `subject` is a channel, a device or a site; `enterprise` is who was told, if one."""

    number: str
    day: date
    kind: IncidentKind
    subject: str
    enterprise: str
    description: str
    resolved_on: date | None
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformModel:
    """A model of equipment as devices.csv names it: ports for LANs and for channels, what it forwards in Mbit/s as the office has
    it (with its licences), features, and where that is written (a data sheet, a contract)."""

    model: str
    lan_ports: int
    wan_ports: int
    throughput_mbps: int
    features: frozenset[ModelFeature]
    source: str
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Registers:
    """All registers; mappings by name or number (money: attachment and year; an enterprise or a counterpart of several periods:
    name and a number until the day is known), sorted; `missing`: what the workspace lacks;
    `issuers`: the organisations of all days, for who issued a paper may have ended since."""

    records: Mapping[str, Record] = field(default_factory=dict)
    enterprises: Mapping[str, Enterprise] = field(default_factory=dict)
    counterparts: Mapping[str, Counterpart] = field(default_factory=dict)
    assessments: Mapping[str, Assessment] = field(default_factory=dict)
    exceptions: Mapping[str, LegalException] = field(default_factory=dict)
    rooms: Mapping[str, EquipmentRoom] = field(default_factory=dict)
    budget: Mapping[str, BudgetLine] = field(default_factory=dict)
    incidents: Mapping[str, Incident] = field(default_factory=dict)
    models: Mapping[str, PlatformModel] = field(default_factory=dict)
    missing: frozenset[Register] = frozenset(Register)
    issuers: Mapping[OrganisationName, Organisation] = field(default_factory=dict)

    def keeps(self, register: Register) -> bool:
        """Return whether the workspace has that register."""
        return register not in self.missing


def registers_in_force(registers: Registers, on: date) -> Registers:
    """Return the registers with the enterprises and counterparts of one day, by name. Papers and assessments stay, whatever
    their days: who refers to one that comes too late, or is over, is told so."""
    return replace(
        registers,
        enterprises={item.name: item for item in registers.enterprises.values() if item.validity.holds(on)},
        counterparts={item.name: item for item in registers.counterparts.values() if item.validity.holds(on)},
    )


def registers_as_at(registers: Registers, on: date) -> Registers:
    """Return the registers as they were on one day: nothing in them was issued, decided, found, done or happened later.

    Of what is written over every year (an enterprise's report, a room's inventory) only the last is known: on a day before it
    nothing is. An end that lies ahead is no such thing: it is known beforehand."""
    there = registers_in_force(registers, on)
    to_come = {number for number, item in registers.records.items() if item.day > on}
    incidents = {key: item for key, item in there.incidents.items() if item.day <= on}
    return replace(
        there,
        records={key: item for key, item in there.records.items() if key not in to_come},
        assessments={key: item for key, item in there.assessments.items() if item.day <= on},
        incidents={key: replace(item, resolved_on=_until(item.resolved_on, on)) for key, item in incidents.items()},
        enterprises={
            key: replace(item, reported_on=_until(item.reported_on, on)) for key, item in there.enterprises.items()
        },
        rooms={key: _room_as_at(item, on) for key, item in there.rooms.items()},
        budget={key: item for key, item in there.budget.items() if item.decision_ref not in to_come},
        exceptions={key: item for key, item in there.exceptions.items() if item.decision_ref not in to_come},
    )


def _until(day: date | None, on: date) -> date | None:
    """Return the day of something done, None if that is still to come."""
    return day if day is not None and day <= on else None


def _room_as_at(item: EquipmentRoom, on: date) -> EquipmentRoom:
    if item.inventoried_on is None or item.inventoried_on <= on:
        return item
    return replace(item, inventoried_on=None, condition=None)
