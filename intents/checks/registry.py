"""The registry of one day against the regulation: A02, A09, A17 and A18 (one level).

The one idea: each check looks at one day's registry only, so a reference that led somewhere on another date is seen as
what it is today: a reference to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from intents.finding import Finding
from intents.registry import Attachment, ConnectionKind, LegalService, Organisation, Registry, Site
from intents.rule_packs import report_breach


def check_references(registry: Registry, on: date) -> Iterator[Finding]:
    """Yield attachments and systems whose organisation or site does not exist on the day (A02)."""
    for attachment in registry.attachments.values():
        known: list[tuple[str, str, bool]] = [("site", attachment.site, attachment.site in registry.sites)]
        if attachment.organisation is not None:
            known.append(("organisation", attachment.organisation, attachment.organisation in registry.organisations))
        system = registry.systems.get(attachment.system) if attachment.system is not None else None
        if system is not None:
            known.append(("organisation", system.owner, system.owner in registry.organisations))
        for kind, name, there in known:
            if not there:
                yield report_breach(
                    "A02", "TR401", attachment.where, on, attachment=attachment.name, kind=kind, name=name, on=on
                )


def check_services(registry: Registry, on: date) -> Iterator[Finding]:
    """Yield attachments with dedicated Internet access: it is for central bodies, and none is in a province (A09)."""
    for attachment in registry.attachments.values():
        if attachment.legal_service is LegalService.DEDICATED_INTERNET:
            yield report_breach("A09", "TR407", attachment.where, on, attachment=attachment.name)


def check_points(registry: Registry, on: date) -> Iterator[Finding]:
    """Yield a second main point of an organisation, points beside none, and further ones without justification (A17)."""
    mains: dict[str, Attachment] = {}
    for attachment, organisation, _ in _attached(registry):
        if attachment.connection is not ConnectionKind.MAIN:
            continue
        earlier = mains.setdefault(organisation.name, attachment)
        if earlier.site != attachment.site:
            yield report_breach(
                "A17",
                "TR410",
                attachment.where,
                on,
                also=(earlier.where,),
                about=attachment.name,
                attachment=attachment.name,
                organisation=organisation.name,
                purpose=attachment.purpose,
                site=attachment.site,
                first=earlier.site,
                first_purpose=earlier.purpose,
            )
    for attachment, organisation, _ in _attached(registry):
        if attachment.connection is ConnectionKind.JUSTIFIED and not attachment.justification_ref:
            yield report_breach("A17", "TR411", attachment.where, on, about=attachment.name, attachment=attachment.name)
        if attachment.connection is not ConnectionKind.MAIN and organisation.name not in mains:
            yield report_breach(
                "A17",
                "TR419",
                attachment.where,
                on,
                about=attachment.name,
                attachment=attachment.name,
                organisation=organisation.name,
                connection=attachment.connection,
            )


def check_levels(registry: Registry, on: date) -> Iterator[Finding]:
    """Yield attachments of an organisation with another security level than it has in the same purpose (A18)."""
    first: dict[tuple[str, str], Attachment] = {}
    for attachment, organisation, _ in _attached(registry):
        if attachment.connection is ConnectionKind.VIA_LAN:  # what has no LAN here has no level
            continue
        earlier = first.setdefault((organisation.name, attachment.purpose), attachment)
        if earlier.security_level != attachment.security_level:
            yield report_breach(
                "A18.level",
                "TR321",
                attachment.where,
                on,
                also=(earlier.where,),
                attachment=attachment.name,
                organisation=organisation.name,
                purpose=attachment.purpose,
                level=attachment.security_level,
                first=earlier.name,
                other=earlier.security_level,
            )


def _attached(registry: Registry) -> Iterator[tuple[Attachment, Organisation, Site]]:
    """Yield the attachments of organisations; those whose references lead nowhere are told of by A02."""
    for attachment in registry.attachments.values():
        organisation = registry.organisations.get(attachment.organisation) if attachment.organisation else None
        site = registry.sites.get(attachment.site)
        if organisation is not None and site is not None:
            yield attachment, organisation, site
