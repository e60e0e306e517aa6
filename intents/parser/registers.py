"""The registers of a workspace (records.csv, enterprises.csv, …) -> `Registers`.

The one idea: a register may be absent, which is kept as a fact; one that is there is read like every table, and what its rows
name (organisations, systems, sites, devices, channels) must be there. Whether a row fits what refers to it is asked elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from intents.finding import Finding, RuleRef, Severity, Where, make_finding, raise_errors
from intents.legal.registers import Register, Registers
from intents.parser.platform_models import read_model
from intents.parser.register_rows import (
    KnownNames,
    read_assessment,
    read_budget,
    read_counterpart,
    read_enterprise,
    read_exception,
    read_incident,
    read_record,
    read_room,
)
from intents.parser.registry import columns_of, read_table
from intents.reader.excerpts import add_excerpts
from intents.reader.fields import RowFields
from intents.reader.parser_context import A06, A07, A22, NameKind, ParserContext
from intents.registry import Registry, Validity
from intents.rule_packs import load_rules, rule_on

REGISTER_COLUMNS: Mapping[Register, Mapping[str, bool]] = {
    Register.RECORDS: columns_of("number kind date issuer subject", "valid_from valid_to"),
    Register.ENTERPRISES: columns_of(
        "name title levels security_level approval_ref contact", "reported_on valid_from valid_to"
    ),
    Register.COUNTERPARTS: columns_of("name title contact agreement_ref", "valid_from valid_to"),
    Register.ASSESSMENTS: columns_of("number subject unit date result open_findings valid_to", ""),
    Register.EXCEPTIONS: {
        **columns_of("name requirement subject reason approver decision_ref", "valid_from"),
        "valid_to": True,
    },
    Register.ROOMS: columns_of(
        "site host kind temperature humidity ups labelled contact phone", "inventoried_on condition"
    ),
    Register.BUDGET: columns_of("subject year source amount decision_ref", ""),
    Register.INCIDENTS: columns_of("number date kind subject description", "enterprise resolved_on"),
    Register.MODELS: columns_of("model lan_ports wan_ports throughput_mbps features source", ""),
}  # fmt: skip
_REFERRING = {"request_ref": A22, "decision_ref": A22, "subject": rule_on("A02")}
_RULES: Mapping[Register, Mapping[str, RuleRef]] = {
    Register.RECORDS: {"subject": A22},
    Register.ENTERPRISES: {"title": A06, "contact": A06},
    Register.COUNTERPARTS: {"title": A07, "contact": A07},
    Register.ASSESSMENTS: {**_REFERRING, "unit": rule_on("A15")},
    Register.EXCEPTIONS: {**_REFERRING, "reason": rule_on("E12")},
    Register.BUDGET: {**_REFERRING, "source": rule_on("A21.source")},
    Register.INCIDENTS: {**_REFERRING, "description": rule_on("E09.day")},
    Register.MODELS: {"source": rule_on("A13")},
}
"""The requirement behind a field, where there is one."""

Item = TypeVar("Item")


def load_registers(
    folder: Path,
    registry: Registry,
    intents: Collection[str],
    devices: Collection[str],
    channels: Collection[str],
) -> tuple[Registers, tuple[Finding, ...]]:
    """Read the registers of all days; FindingsError if anything is wrong, else warnings come along. Names are of all days."""
    reading = ParserContext()
    missing = frozenset(item for item in Register if not os.path.lexists(folder / item))
    names = KnownNames(registry, intents, devices, channels)
    # Who issues papers stands in two of the registers themselves, which name nothing else.
    first = _Reader(folder, reading, names, missing)
    enterprises = first.read(Register.ENTERPRISES, NameKind.ENTERPRISE, read_enterprise, lambda row: row.validity)
    counterparts = first.read(Register.COUNTERPARTS, NameKind.COUNTERPART, read_counterpart, lambda row: row.validity)
    declared = reading.declared
    names = replace(names, enterprises=declared[NameKind.ENTERPRISE], counterparts=declared[NameKind.COUNTERPART])
    reader = _Reader(folder, reading, names, missing)
    registers = Registers(
        records=reader.read(Register.RECORDS, NameKind.RECORD, read_record),
        enterprises=enterprises,
        counterparts=counterparts,
        assessments=reader.read(Register.ASSESSMENTS, NameKind.ASSESSMENT, read_assessment),
        exceptions=reader.read(Register.EXCEPTIONS, NameKind.EXCEPTION, read_exception),
        rooms=reader.read(Register.ROOMS, None, read_room),
        budget=reader.read(Register.BUDGET, None, read_budget),
        incidents=reader.read(Register.INCIDENTS, NameKind.INCIDENT, read_incident),
        models=reader.read(Register.MODELS, None, lambda fields, _: read_model(fields)),
        missing=missing,
        issuers=registry.organisations,
    )
    findings = raise_errors(add_excerpts(folder, reading.findings))
    return registers, (*findings, *_told(missing))


def _told(missing: Collection[Register]) -> tuple[Finding, ...]:
    """Return what is said of registers that are not kept: which requirements are checked by nobody."""
    if not missing:
        return ()
    rules = load_rules()
    resting = sorted({item.identifier for item in rules.requirements.values() if item.registers & set(missing)})
    files = ", ".join(sorted(missing))
    where = Where(file=min(missing))
    return (make_finding("TR160", where, severity=Severity.WARNING, files=files, rules=", ".join(resting)),)


@dataclass(frozen=True, slots=True)
class _Reader:
    folder: Path
    reading: ParserContext
    names: KnownNames
    missing: Collection[Register]

    def read(
        self,
        register: Register,
        kind: NameKind | None,
        read: Callable[[RowFields, KnownNames], tuple[str, Item] | None],
        days_of: Callable[[Item], Validity] | None = None,
    ) -> dict[str, Item]:
        """Read one register: its rows by key; a key that stands twice is a finding. Where rows have days, only if they share one;
        else the later row is kept beside the first, under its key and a number."""
        if register in self.missing:
            return {}
        kinds = () if kind is None else (kind,)
        table = read_table(self.folder, register, REGISTER_COLUMNS[register], self.reading, *kinds)
        if kind is not None:
            key_column = next(iter(REGISTER_COLUMNS[register]))
            for row in table.rows:
                self.reading.declared[kind].setdefault(row.text(key_column), row.start)
        found: dict[str, Item] = {}
        rows: dict[str, list[tuple[Where, Item]]] = {}
        for row in table.rows:
            if self.reading.findings.ends(Where(file=table.shown, line=row.line)):
                break
            pair = read(RowFields(row, self.reading, _RULES.get(register, _REFERRING)), self.names)
            if pair is None:
                continue
            key, item = pair
            again = next((place for place, other in rows.get(key, ()) if _clash(item, other, days_of)), None)
            if again is not None:
                told = make_finding("TR161", row.start, also=(again,), file=register, name=key)
                self.reading.findings.append(told)
                continue
            earlier = rows.setdefault(key, [])
            earlier.append((row.start, item))
            found[key if len(earlier) == 1 else f"{key} {len(earlier)}"] = item
        return dict(sorted(found.items()))


def _clash(item: Item, other: Item, days_of: Callable[[Item], Validity] | None) -> bool:
    """Return whether two rows of one name can't both be meant."""
    return days_of is None or days_of(item).overlaps(days_of(other))
