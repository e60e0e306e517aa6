"""Facts with addresses -> the yearly review in the fields of the registration (D08, D09), the zone table of the dossier (D15).

The one idea: both are the address plan as it stands, with the attributes that the law asks for beside each prefix.
"""

from __future__ import annotations

from controller.office.facts import OfficeFacts, reported, written
from controller.office.report import Cell, Content, ReportedObject, ReportRow, counted, gaps_of, row, table, word
from intents.finding import Where
from intents.registry import Attachment, AttachmentName, OrganisationName, PurposeName, UnitKey
from ipam.address_plan import EntryState, NumberKind, PrefixEntry
from ipam.keys import AttachmentOwner, LanKey
from ipam.utilisation import utilisation

LOCKFILE = "truc.lock.csv"


def addresses(facts: OfficeFacts) -> Content:
    """Return every prefix with purpose, organisation, level, unit, registration, dates and state, and how full each pool is."""
    plan = facts.addressed.address_plan
    found = table(
        "addresses",
        "prefix state purpose organisation access_level unit registration since until used_for confirmed_by confirmed_on",
        (_address_row(facts, item) for item in plan.prefixes),
    )
    pools = table(
        "pools",
        "pool prefix used quarantined free free_percent",
        (
            row(
                (
                    item.pool.name,
                    str(item.pool.prefix),
                    item.used,
                    item.quarantined,
                    item.free,
                    f"{item.free_percent:.1f} %",
                ),
                (written(item.pool.name, Where(file="settings.yaml")),),
            )
            for item in utilisation(plan)
        ),
    )
    return Content(
        figures=tuple(
            counted(f"prefixes_{state}", (_entry(item) for item in plan.prefixes if item.state is state))
            for state in EntryState
        ),
        tables=(found, pools),
    )


def _entry(item: PrefixEntry) -> ReportedObject:
    return ReportedObject(name=f"{item.key} {item.prefix}", where=Where(file=LOCKFILE))


def _address_row(facts: OfficeFacts, item: PrefixEntry) -> ReportRow:
    organisation = facts.registry.organisations.get(OrganisationName(item.organisation))
    purpose = facts.registry.purposes.get(PurposeName(item.purpose))
    nothing = word("not_applicable")
    lan = isinstance(item.key, LanKey)
    cells: tuple[Cell, ...] = (
        str(item.prefix),
        word(f"entry_{item.state}"),
        purpose.title if purpose is not None else nothing,
        organisation.title if organisation is not None else nothing,
        str(item.level) if item.level else nothing,
        facts.place_of(UnitKey(item.unit)) if item.unit else nothing,
        item.registration_ref or ("" if lan else nothing),
        item.since,
        item.until or nothing,
        str(item.key),
        "" if lan and item.state is EntryState.ACTIVE else nothing,
        "" if lan and item.state is EntryState.ACTIVE else nothing,
    )
    return row(cells, (_entry(item), *(() if organisation is None else (reported(organisation),))))


def zones(facts: OfficeFacts) -> Content:
    """Return each zone (one party in one purpose at one site) with VRF, prefixes, security level and where it stands."""
    found = table(
        "zones",
        "zone party purpose site security_level vrf prefix4 prefix6 devices",
        (_zone_row(facts, item) for item in facts.registry.attachments.values()),
    )
    purposes = {item.purpose for item in facts.registry.attachments.values()}
    return Content(
        figures=(
            counted("zones", map(reported, facts.registry.attachments.values())),
            counted("purposes", (written(name, facts.registry.purposes[name].where) for name in sorted(purposes))),
            gaps_of(found),
        ),
        tables=(found,),
    )


def _zone_row(facts: OfficeFacts, item: Attachment) -> ReportRow:
    registry = facts.registry
    organisation = registry.organisations.get(item.organisation) if item.organisation is not None else None
    system = registry.systems.get(item.system) if item.system is not None else None
    outside = registry.outside_networks.get(item.outside) if item.outside is not None else None
    party = organisation or system or outside
    prefixes = _prefixes(facts, item.name)
    outer = ", ".join(str(prefix) for prefix in outside.prefixes) if outside is not None else ""
    nothing = word("not_applicable")
    places = facts.wanted.inventory.places.get(item.name, ())
    cells: tuple[Cell, ...] = (
        item.name,
        party.title if party is not None else "",
        registry.purposes[item.purpose].title,
        registry.sites[item.site].title,
        system.security_level if system is not None else nothing,
        _vrf(facts, item.name),
        outer or ", ".join(text for text in prefixes if ":" not in text) or nothing,
        ", ".join(text for text in prefixes if ":" in text) or nothing,
        ", ".join(sorted({place.device for place in places})) or nothing,
    )
    return row(cells, (reported(item), *(() if party is None else (reported(party),))))


def _prefixes(facts: OfficeFacts, name: AttachmentName) -> list[str]:
    return [
        str(item.prefix)
        for item in facts.addressed.address_plan.prefixes
        if isinstance(item.key, LanKey) and item.key.attachment == name and item.state is EntryState.ACTIVE
    ]


def _vrf(facts: OfficeFacts, name: AttachmentName) -> Cell:
    for item in facts.addressed.address_plan.numbers:
        if item.kind is NumberKind.VRF and isinstance(item.key, AttachmentOwner) and item.key.attachment == name:
            return str(item.value)
    return word("not_applicable")
