"""Where organisations and sites come to -> the fate of each attachment, and with that of each site.

The one idea: an attachment goes on with its organisation and keeps its name, and so its addresses; it ends with an organisation
that ends, or with a site that is given up. A site ends when nothing is left of what stood there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from intents.finding import Finding, make_finding
from intents.parser.site_choices import ChosenKind, SiteUse
from intents.reason import Reason, because
from intents.registry import Attachment, AttachmentName, ConnectionKind, OrganisationName, SiteKind, SiteName, UnitKey
from intents.reorganisation.fates import (
    AttachmentFate,
    FateGround,
    FateKind,
    Fates,
    OrganisationFate,
    PrefixAction,
    SiteFate,
)
from intents.reorganisation.naming import free_name
from intents.reorganisation.order import Order
from intents.reorganisation.organisations import Whereabouts, choose_seats, decide_organisations, place, undecided

OrganisationFates = Mapping[OrganisationName, OrganisationFate]


def decide(order: Order) -> tuple[Fates, tuple[Finding, ...]]:
    """Return the fate of everything, and what could not be decided or done as it was chosen."""
    placed = place(order)
    choose_seats(order, placed)
    organisations = decide_organisations(order, placed)
    attachments = _decide_attachments(order, placed, organisations)
    sites = _decide_sites(order, placed, attachments)
    fates = Fates(
        organisations=organisations,
        sites=sites,
        attachments=attachments,
        seats=placed.seats,
        leaving=frozenset(name for name in order.registry.sites if leaves_block(order, placed, name)),
    )
    return fates, tuple(placed.findings)


def _decide_attachments(
    order: Order, placed: Whereabouts, organisations: OrganisationFates
) -> Mapping[AttachmentName, AttachmentFate]:
    fates: dict[AttachmentName, AttachmentFate] = {}
    taken = set(order.names)
    for name, item in order.registry.attachments.items():
        if item.organisation is None:
            continue
        fate = _default(order, placed, item, organisations[item.organisation])
        action = order.actions.get(name)
        if action is not None:
            refused = _refusal(order, placed, item, fate, action)
            if refused is not None:
                placed.findings.append(make_finding("TR252", item.where, name=name, action=action, reason=refused))
            fate = _as_chosen(fate, action, organisations[item.organisation], order)
        if fate.renumbered:
            unit = placed.sites[item.site] or item.site
            fate = replace(fate, name=AttachmentName(free_name(name, unit.partition("@")[0], taken)))
            taken.add(fate.name)
        fates[name] = fate
    return _with_main_points(fates, order)


def _with_main_points(
    fates: Mapping[AttachmentName, AttachmentFate], order: Order
) -> Mapping[AttachmentName, AttachmentFate]:
    """Make a further point the main one where that of an organisation was given up: the first site by name that goes on."""
    going: dict[OrganisationName, dict[SiteName, list[AttachmentName]]] = {}
    for name, fate in fates.items():
        if fate.kind is not FateKind.ENDED:
            site = order.registry.attachments[name].site
            going.setdefault(fate.organisation, {}).setdefault(site, []).append(name)
    found = dict(fates)
    for sites in going.values():
        names = [name for members in sites.values() for name in members]
        if any(fates[name].connection is ConnectionKind.MAIN for name in names):
            continue
        for name in sites[min(sites)]:
            if fates[name].connection is ConnectionKind.JUSTIFIED:
                found[name] = replace(fates[name], connection=ConnectionKind.MAIN, justification_ref="")
    return found


def _default(order: Order, placed: Whereabouts, item: Attachment, owner: OrganisationFate) -> AttachmentFate:
    """Return the fate of an attachment as the rules say."""
    use, seat = order.use_of(item.site), None if owner.unit is None else placed.seats.get(owner.unit)
    fate = AttachmentFate(
        kind=FateKind.MOVED,
        ground=FateGround.SEAT if seat == order.registry.sites[item.site].unit else FateGround.UNIT,
        name=item.name,
        organisation=owner.name,
        connection=item.connection,
        justification_ref=item.justification_ref,
    )
    if owner.kind is FateKind.ENDED:
        return replace(fate, kind=FateKind.ENDED, ground=owner.ground)
    if use is SiteUse.RELEASE:
        return replace(fate, kind=FateKind.ENDED, ground=FateGround.CHOSEN)
    if owner.kind is FateKind.MERGED and use is None and order.others is SiteUse.RELEASE:
        return replace(fate, kind=FateKind.ENDED, ground=FateGround.RELEASED)
    if owner.kind is FateKind.MERGED or use is SiteUse.FURTHER:
        fate = _further(fate, order)
    elif owner.kind is FateKind.UNCHANGED and placed.sites[item.site] == order.registry.sites[item.site].unit:
        fate = replace(fate, kind=FateKind.UNCHANGED, ground=FateGround.UNTOUCHED)
    leaves = leaves_block(order, placed, item.site)
    return replace(fate, ground=FateGround.ROOT_BLOCK, renumbered=True) if leaves else fate


def _further(fate: AttachmentFate, order: Order) -> AttachmentFate:
    """Return a fate as that of a further point; the decision is its justification, if it has none (TT06 art. 5.3b)."""
    if fate.connection is not ConnectionKind.MAIN:
        return replace(fate, ground=FateGround.FURTHER)
    return replace(
        fate,
        ground=FateGround.FURTHER,
        connection=ConnectionKind.JUSTIFIED,
        justification_ref=order.reform.decision_ref,
    )


def leaves_block(order: Order, placed: Whereabouts, site: SiteName) -> bool:
    """Return whether a site comes into a unit of another root block, where the addresses of its LANs have no place."""
    unit, goal = order.registry.sites[site].unit, placed.sites[site]
    if goal is None or goal == unit:
        return False
    units = {**order.succession.old, **order.succession.new}
    return units[goal].root_block != units[unit].root_block


def _refusal(
    order: Order, placed: Whereabouts, item: Attachment, fate: AttachmentFate, action: PrefixAction
) -> Reason | None:
    """Return why what was chosen for an attachment's prefixes can't be done."""
    if fate.kind is FateKind.UNCHANGED and action is not PrefixAction.KEEP:
        return because("prefix_untouched")
    if fate.ground is FateGround.ABOLISHED and action is not PrefixAction.RELEASE:
        return because("prefix_of_nobody")
    if action is PrefixAction.KEEP and leaves_block(order, placed, item.site):
        return because("prefix_of_another_block")
    return None


def _as_chosen(fate: AttachmentFate, action: PrefixAction, owner: OrganisationFate, order: Order) -> AttachmentFate:
    """Return a fate with what was chosen for its prefixes."""
    if action is PrefixAction.RELEASE:
        return fate if fate.kind is FateKind.ENDED else replace(
            fate, kind=FateKind.ENDED, ground=FateGround.CHOSEN, renumbered=False
        )  # fmt: skip
    kept = fate
    if fate.kind is FateKind.ENDED:
        kept = replace(fate, kind=FateKind.MOVED, ground=FateGround.CHOSEN)
        kept = _further(kept, order) if owner.kind is FateKind.MERGED else kept
    if action is PrefixAction.RENUMBER:
        return replace(kept, renumbered=True, ground=kept.ground if fate.renumbered else FateGround.CHOSEN)
    return replace(kept, renumbered=False)


def _decide_sites(
    order: Order, placed: Whereabouts, attachments: Mapping[AttachmentName, AttachmentFate]
) -> Mapping[SiteName, SiteFate]:
    left: dict[SiteName, list[Attachment]] = {}
    ended: dict[SiteName, list[FateGround]] = {}
    for item in order.registry.attachments.values():
        fate = attachments.get(item.name)
        if fate is not None and fate.kind is FateKind.ENDED:
            ended.setdefault(item.site, []).append(fate.ground)
        else:
            left.setdefault(item.site, []).append(item)
    fates: dict[SiteName, SiteFate] = {}
    for name, site in order.registry.sites.items():
        goal, released = placed.sites[name], order.use_of(name) is SiteUse.RELEASE
        if released and name in left:
            stands = left[name][0]
            choice = order.choices[ChosenKind.SITE, name]
            placed.findings.append(
                make_finding("TR253", choice.where, also=(stands.where,), site=name, name=stands.name)
            )
        if site.kind is SiteKind.OFFICE and name not in left and (name in ended or released):
            ground = FateGround.CHOSEN if released else _common(ended[name])
            fates[name] = SiteFate(kind=FateKind.ENDED, ground=ground, unit=None)
        elif goal is None:
            fates[name] = SiteFate(kind=FateKind.ENDED, ground=FateGround.ABOLISHED, unit=None)
            placed.findings.append(undecided(order, ChosenKind.SITE, name, site.unit, site.where))
        else:
            fates[name] = _standing(site.unit, goal)
    return fates


def _common(grounds: list[FateGround]) -> FateGround:
    """Return the one ground of all that ended at a site, or that all of it did."""
    return grounds[0] if len(set(grounds)) == 1 else FateGround.EMPTY


def _standing(unit: UnitKey, goal: UnitKey) -> SiteFate:
    moved = unit != goal
    kind, ground = (FateKind.MOVED, FateGround.UNIT) if moved else (FateKind.UNCHANGED, FateGround.UNTOUCHED)
    return SiteFate(kind=kind, ground=ground, unit=goal)
