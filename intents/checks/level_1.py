"""The access network of level I (A03, A16): it leads to the offices that host the three ends of art. 3.1, and to nobody else.

The one idea: which organisations these offices are can't be told from category and tier (a department has those of the office
of the People's Committee), so the office that fills in the tables marks them with the label `level1_host`, one for each end.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from intents.finding import Finding
from intents.registry import Attachment, Category, Organisation, Registry, Site, Tier, organisation_of
from intents.rule_packs import report_breach

LEVEL_1_SITES = 3
"""Decision 46/2024 art. 3.1: to the provincial Party committee, People's Council and People's Committee."""
LEVEL_1_CATEGORIES = frozenset({Category.PARTY_BUILDING_BODY, Category.ELECTED_BODY, Category.PEOPLES_COMMITTEE_BODY})
"""What the offices that host the three ends are (art. 5.3a), one of each."""
LEVEL_1_HOST = "level1_host"
"""The label of the three offices."""


def check_level_1(registry: Registry, on: date) -> Iterator[Finding]:
    """Yield sites of level I beyond the three, hosts that can be none, and what stands there and is no host's (A03)."""
    sites = [site for site in registry.sites.values() if site.level == 1]
    others = tuple(site.where for site in sites[:LEVEL_1_SITES])
    for site in sites[LEVEL_1_SITES:]:
        yield report_breach(
            "A03", "TR402", site.where, on, also=others, site=site.name, found=len(sites), limit=LEVEL_1_SITES
        )
    yield from _hosts(registry, on)
    for attachment, organisation, site in _standing(registry):
        if not _is_end(organisation):
            yield _no_end(attachment, organisation, site, on)
        elif LEVEL_1_HOST not in organisation.labels:
            yield _no_host("TR414", attachment, organisation, site, on)
        elif attachment.system is not None and not _is_at_home(attachment, organisation, registry):
            yield _no_host("TR416", attachment, organisation, site, on)


def check_level_1_points(registry: Registry, on: date) -> Iterator[Finding]:
    """Yield attachments of an organisation at a second site of level I (A16)."""
    first: dict[str, Attachment] = {}
    for attachment, organisation, site in _standing(registry):
        earlier = first.setdefault(organisation.name, attachment)
        if earlier.site != attachment.site:
            yield report_breach(
                "A16",
                "TR409",
                attachment.where,
                on,
                also=(earlier.where,),
                attachment=attachment.name,
                organisation=organisation.name,
                site=site.name,
                first=earlier.site,
            )


def _hosts(registry: Registry, on: date) -> Iterator[Finding]:
    """Yield organisations that bear the label and are no end, and a second one of an end."""
    first: dict[Category, Organisation] = {}
    for organisation in registry.organisations.values():
        if LEVEL_1_HOST not in organisation.labels:
            continue
        other = first.setdefault(organisation.category, organisation) if _is_end(organisation) else None
        if other is not organisation:
            yield report_breach(
                "A03",
                "TR415",
                organisation.where,
                on,
                also=(other.where,) if other is not None else (),
                organisation=organisation.name,
                category=organisation.category,
                tier=organisation.tier,
                label=LEVEL_1_HOST,
                other=other.name if other is not None else "-",
            )


def _standing(registry: Registry) -> Iterator[tuple[Attachment, Organisation, Site]]:
    """Yield what is attached at sites of level I, with the organisation whose it is (of a system: its owner)."""
    for attachment in registry.attachments.values():
        site = registry.sites.get(attachment.site)
        organisation = organisation_of(attachment, registry)
        if site is not None and site.level == 1 and organisation is not None:
            yield attachment, organisation, site


def _is_end(organisation: Organisation) -> bool:
    return organisation.tier is Tier.PROVINCE and organisation.category in LEVEL_1_CATEGORIES


def _is_at_home(attachment: Attachment, organisation: Organisation, registry: Registry) -> bool:
    """Return whether a system serves its owner's own purpose; one that others share reaches the network through a gateway."""
    return organisation.category in registry.purposes[attachment.purpose].home_of


def _no_end(attachment: Attachment, organisation: Organisation, site: Site, on: date) -> Finding:
    return report_breach(
        "A03",
        "TR403",
        attachment.where,
        on,
        also=(organisation.where,),
        attachment=attachment.name,
        site=site.name,
        organisation=organisation.name,
        category=organisation.category,
        tier=organisation.tier,
    )


def _no_host(code: str, attachment: Attachment, organisation: Organisation, site: Site, on: date) -> Finding:
    return report_breach(
        "A03",
        code,
        attachment.where,
        on,
        also=(organisation.where,),
        attachment=attachment.name,
        site=site.name,
        organisation=organisation.name,
        purpose=attachment.purpose,
        label=LEVEL_1_HOST,
    )
