"""Facts with addresses -> the yearly review in the fields of the registration (D08, D09), the zone table of the dossier (D15).

The one idea: both are the address plan as it stands, with the attributes that the law asks for beside each prefix.
"""

from __future__ import annotations

from collections.abc import Sequence

from controller.office.facts import OfficeFacts, reported, written
from controller.office.report import Cell, Content, ReportedObject, ReportRow, counted, gaps_of, row, table, word
from intents.finding import Where
from intents.prefix import Family, Prefix
from intents.registry import Attachment, OrganisationName, OutsideNetwork, PurposeName, UnitKey, party_of
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
    """Return each zone (one party in one purpose at one site) with security level, VRF, prefixes, and where it stands."""
    plan = facts.addressed.address_plan
    prefixes: dict[str, list[Prefix]] = {}
    for item in plan.prefixes:
        if isinstance(item.key, LanKey) and item.state is EntryState.ACTIVE:
            prefixes.setdefault(item.key.attachment, []).append(item.prefix)
    vrfs = {
        item.key.attachment: str(item.value)
        for item in plan.numbers
        if item.kind is NumberKind.VRF and isinstance(item.key, AttachmentOwner) and item.state is EntryState.ACTIVE
    }
    attachments = facts.registry.attachments
    found = table(
        "zones",
        "zone party purpose site security_level control_points vrf prefix4 prefix6 devices",
        (_zone_row(facts, item, prefixes.get(name, ()), vrfs.get(name, "")) for name, item in attachments.items()),
    )
    purposes = {item.purpose for item in attachments.values()}
    return Content(
        figures=(
            counted("zones", map(reported, attachments.values())),
            counted("purposes", (written(name, facts.registry.purposes[name].where) for name in sorted(purposes))),
            gaps_of(found),
        ),
        tables=(found,),
    )


def _zone_row(facts: OfficeFacts, item: Attachment, lans: Sequence[Prefix], vrf: str) -> ReportRow:
    """Return one zone; behind an outside network stand the prefixes that were agreed on, not the link's."""
    registry, nothing = facts.registry, word("not_applicable")
    party = party_of(item, registry)
    prefixes = party.prefixes if isinstance(party, OutsideNetwork) else lans
    four, six = (", ".join(str(one) for one in prefixes if one.family is family) for family in (Family.V4, Family.V6))
    devices = {place.device for place in facts.wanted.inventory.places.get(item.name, ())}
    cells: tuple[Cell, ...] = (
        item.name,
        party.title if party is not None else "",
        registry.purposes[item.purpose].title,
        registry.sites[item.site].title,
        item.security_level,
        ", ".join(item.control_points) or nothing,
        vrf or nothing,
        four or nothing,
        six or nothing,
        ", ".join(sorted(devices)) or nothing,
    )
    return row(cells, (reported(item), *(() if party is None else (reported(party),))))
