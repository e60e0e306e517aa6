"""Tables (units, organisations, sites, attachments) -> values of the registry.

The one idea: every table is gone through twice: first its names are declared, then its rows are read, so that a reference
may point anywhere and is checked where it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from intents.finding import Finding, Where, make_finding
from intents.reader.conversions import UNIT_CODE, Complaint, to_date, to_name
from intents.reader.csv_reader import read_csv
from intents.reader.fields import RowFields
from intents.reader.parser_context import (
    A01,
    A02,
    A03,
    A06,
    A09,
    A18_LEVEL,
    A18_POINTS,
    A22,
    D10,
    NameKind,
    ParserContext,
    located,
)
from intents.reader.table import CsvTable
from intents.registry import (
    HIGHEST_LEVEL,
    LOWEST_LEVEL,
    REFERENCES,
    AdministrativeUnit,
    Attachment,
    AttachmentName,
    Category,
    ConnectionKind,
    Domain,
    LegalService,
    Organisation,
    OrganisationName,
    PurposeName,
    Site,
    SiteKind,
    SiteName,
    Tier,
    UnitKey,
    UnitType,
)

MOST_HOSTS = 65000


def columns_of(required: str, optional: str) -> dict[str, bool]:
    """Return the columns of a table: whether the cells of each must hold something."""
    return dict.fromkeys(required.split(), True) | dict.fromkeys(optional.split(), False)


UNIT_COLUMNS = columns_of("code valid_from name type root_block", "valid_to parent")
ORGANISATION_COLUMNS = columns_of("name title category tier unit domain", "labels valid_from valid_to renamed_from")
SITE_COLUMNS = columns_of("name title unit kind level", "valid_from valid_to renamed_from")
ATTACHMENT_COLUMNS = columns_of(
    "name organisation site purpose hosts legal_service connection request_ref decision_ref",
    "justification_ref device interface security_level control_points valid_from valid_to renamed_from",
)
_ACCESS_LEVELS = {SiteKind.OFFICE: (1, 2), SiteKind.DATA_CENTRE: (0,), SiteKind.NETWORK: (0,)}

Key = TypeVar("Key", bound=str)
Item = TypeVar("Item")


def read_table(
    folder: Path, file: str, columns: Mapping[str, bool], reading: ParserContext, *kinds: NameKind
) -> CsvTable:
    """Read one table of the workspace, which declares names of these kinds; its findings are recorded."""
    table, findings = read_csv(folder / file, file, columns)
    reading.add([_with_rule(finding) for finding in findings], *kinds)
    reading.findings.extend(table.warnings())
    return table


def _with_rule(finding: Finding) -> Finding:
    """Return a finding about a column with the requirement behind that column."""
    return replace(finding, rule=FIELD_RULES.get(str(dict(finding.values).get("field", ""))))


def declare_names(table: CsvTable, kind: NameKind, reading: ParserContext) -> None:
    """Declare the `name` of every row; a bad name is a finding, and references to such names are not checked then."""
    for row in table.rows:
        name, where = row.text("name"), row.where("name")
        if isinstance(complaint := to_name(name), Complaint):
            reading.unknown.add(kind)
            if not reading.findings.ends(where):
                reading.findings.append(located(complaint.code, where, (("field", "name"), *complaint.values)))
        reading.declare(kind, name, where)


def read_rows(
    table: CsvTable, read: Callable[[RowFields], tuple[Key, Item] | None], reading: ParserContext
) -> dict[Key, Item]:
    """Read rows with `read`, all but for very many errors; return the good ones sorted by key (the first of a repeated key)."""
    found: dict[Key, Item] = {}
    for row in table.rows:
        if reading.findings.ends(Where(file=table.shown, line=row.line)):
            break
        pair = read(RowFields(row, reading, FIELD_RULES))
        if pair is not None:
            found.setdefault(*pair)
    return dict(sorted(found.items()))


FIELD_RULES = {
    "category": A01,
    "organisation": A02,
    "medium": A06,
    "legal_service": A09,
    "request_ref": A22,
    "decision_ref": A22,
    "security_level": A18_LEVEL,
    "control_points": A18_POINTS,
    "code": D10,
}


def declare_units(table: CsvTable, reading: ParserContext) -> None:
    """Declare the key (code and first day) and the root block of every unit; where one can't be read, not all are known."""
    for row in table.rows:
        if not UNIT_CODE.fullmatch(row.text("code")) or isinstance(to_date(row.text("valid_from")), Complaint):
            reading.unknown.add(NameKind.UNIT)
        reading.declare(NameKind.UNIT, f"{row.text('code')}@{row.text('valid_from')}", row.where("code"))
        reading.declared[NameKind.ROOT_BLOCK].setdefault(row.text("root_block"), row.where("root_block"))


def read_unit(fields: RowFields) -> tuple[UnitKey, AdministrativeUnit] | None:
    """Read one row of units.csv."""
    code = fields.text("code")
    if not UNIT_CODE.fullmatch(code):
        fields.complain("TR205", fields.place("code"), field="code", text=code)
    key = UnitKey(f"{code}@{fields.text('valid_from')}")
    parent = fields.reference("parent", NameKind.UNIT, required=False)
    unit = AdministrativeUnit(
        key=key,
        code=code,
        name=fields.text("name"),
        type=fields.choice("type", UnitType),
        parent=UnitKey(parent) if parent else None,
        root_block=fields.name("root_block"),
        validity=fields.validity(),
        where=fields.place("code"),
    )
    return (key, unit) if fields.ok else None


def check_unit_tree(units: Mapping[UnitKey, AdministrativeUnit], reading: ParserContext) -> None:
    """Report every unit that is its own ancestor."""
    for key, unit in units.items():
        seen = {key}
        above = unit.parent
        while above is not None and above in units and above not in seen:
            seen.add(above)
            above = units[above].parent
        if above == key:
            reading.findings.append(make_finding("TR210", unit.where, rule=D10, unit=key))


def read_organisation(fields: RowFields) -> tuple[OrganisationName, Organisation] | None:
    """Read one row of organisations.csv."""
    name = OrganisationName(fields.text("name"))
    labels = fields.texts("labels")
    for label in labels:
        if label:
            fields.reading.declared[NameKind.LABEL].setdefault(label, fields.place("labels"))
    organisation = Organisation(
        name=name,
        title=fields.text("title"),
        category=fields.choice("category", Category),
        tier=fields.choice("tier", Tier),
        unit=UnitKey(fields.reference("unit", NameKind.UNIT)),
        domain=fields.choice("domain", Domain),
        labels=frozenset(labels),
        validity=fields.validity(),
        where=fields.place("name"),
        renamed_from=fields.earlier_names(NameKind.ORGANISATION, name),
    )
    return (name, organisation) if fields.ok else None


def read_site(fields: RowFields) -> tuple[SiteName, Site] | None:
    """Read one row of sites.csv; an office has access level 1 or 2, other sites have 0."""
    name = SiteName(fields.text("name"))
    site = Site(
        name=name,
        title=fields.text("title"),
        unit=UnitKey(fields.reference("unit", NameKind.UNIT)),
        kind=fields.choice("kind", SiteKind),
        level=fields.whole("level", 0, 2),
        validity=fields.validity(),
        where=fields.place("name"),
        renamed_from=fields.earlier_names(NameKind.SITE, name),
    )
    if fields.ok and site.level not in _ACCESS_LEVELS[site.kind]:
        allowed = ", ".join(str(level) for level in _ACCESS_LEVELS[site.kind])
        finding = make_finding(
            "TR207", fields.place("level"), rule=A03, site_kind=site.kind, level=site.level, allowed=allowed
        )
        fields.reading.findings.append(finding)
        return None
    return (name, site) if fields.ok else None


def read_attachment(fields: RowFields) -> tuple[AttachmentName, Attachment] | None:
    """Read one row of attachments.csv; whether device and interface exist is checked with the inventory."""
    name = AttachmentName(fields.text("name"))
    attachment = Attachment(
        name=name,
        organisation=OrganisationName(fields.reference("organisation", NameKind.ORGANISATION)),
        site=SiteName(fields.reference("site", NameKind.SITE)),
        purpose=PurposeName(fields.reference("purpose", NameKind.PURPOSE)),
        hosts=fields.whole("hosts", 1, MOST_HOSTS),
        legal_service=fields.choice("legal_service", LegalService),
        connection=fields.choice("connection", ConnectionKind),
        justification_ref=fields.optional("justification_ref"),
        request_ref=fields.text("request_ref"),
        decision_ref=fields.text("decision_ref"),
        device=fields.optional("device"),
        interface=fields.optional("interface"),
        interface_where=fields.place("interface"),
        security_level=fields.whole("security_level", LOWEST_LEVEL, HIGHEST_LEVEL, default=LOWEST_LEVEL),
        control_points=tuple(sorted(fields.references("control_points", NameKind.DEVICE))),
        validity=fields.validity(),
        where=fields.place("name"),
        renamed_from=fields.earlier_names(NameKind.ATTACHMENT, name),
        places={field: fields.place(field) for field in REFERENCES if fields.optional(field)},
    )
    return (name, attachment) if fields.ok else None
