"""Pools as written in the settings into pools that may be allocated from.

The one idea: the tree of pools is only two levels deep (root block, pool), so that one sweep over sorted prefixes finds
every child outside its parent and every overlap. Requirements D01, D02, D03 and D05.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from intents.finding import Finding, Severity, Where, make_finding, sort_findings
from intents.prefix import Family
from intents.reader.reserved import is_public
from intents.registry import Domain
from intents.rule_packs import report_breach, rule_on
from intents.settings import Grant, PoolSpec
from ipam.address_plan import AddressPlan, DedicatedClass, Pool, PoolUse


class Placed(NamedTuple):
    """A pool with the place that wrote it."""

    pool: Pool
    where: Where


def make_pools(
    specs: Iterable[PoolSpec], previous: AddressPlan, on: date | None = None
) -> tuple[tuple[Pool, ...], tuple[Finding, ...]]:
    """Return the pools sorted by name, and what is wrong with them; `previous` holds the root blocks granted before.

    `on` chooses the circular that findings name (None: the latest).
    """
    placed = sorted((Placed(_pool(spec), spec.where) for spec in specs), key=lambda item: item.pool.name)
    roots = [item for item in placed if item.pool.use is PoolUse.ROOT]
    others = [item for item in placed if item.pool.use is not PoolUse.ROOT]
    found: list[tuple[str, list[Finding]]] = [
        ("D02", _outside_root(placed)),
        ("D01", [*_overlaps(roots), *_overlaps(others)]),
        ("D05", _public(placed)),
        ("D03", [*_owners(placed), *_changed_roots(placed, previous)]),
    ]
    ruled = [replace(item, rule=rule_on(requirement, on)) for requirement, items in found for item in items]
    findings = [*ruled, *_repeated_names(placed), *_slots(placed), *_not_alone(placed)]
    return tuple(item.pool for item in placed), sort_findings(findings)


def check_grants(
    pools: Iterable[PoolSpec], granted: Sequence[Grant], previous: AddressPlan, on: date
) -> tuple[Finding, ...]:
    """Return root blocks that are none of those granted (D03), and pools in a block that another was given (D12).

    Where neither the settings nor a lockfile say what was granted, nothing shows that a block was widened, and a note says that.
    """
    specs = sorted(pools, key=lambda spec: spec.name)
    if not granted and not any(pool.use is PoolUse.ROOT for pool in previous.pools):
        roots = [spec for spec in specs if spec.use == PoolUse.ROOT]
        return (report_breach("D03.first", "TR553", roots[0].where, on, count=len(roots)),) if roots else ()
    findings = [_not_granted(spec, granted, on) for spec in specs if spec.use == PoolUse.ROOT]
    foreign = [
        _of_another(spec, grant, on)
        for spec in specs
        for grant in granted
        if grant.to and grant.prefix.overlaps(spec.prefix)
    ]
    return sort_findings([*(item for item in findings if item is not None), *foreign])


def _not_granted(spec: PoolSpec, granted: Sequence[Grant], on: date) -> Finding | None:
    family = spec.prefix.family
    own = [item for item in granted if item.root_block == spec.root_block and item.prefix.family is family]
    if not granted or any(grant.prefix == spec.prefix for grant in own):
        return None
    return report_breach(
        "D03",
        "TR548",
        spec.where,
        on,
        also=tuple(grant.where for grant in own),
        pool=spec.name,
        root_block=spec.root_block,
        prefix=spec.prefix,
        granted=", ".join(f"{grant.prefix} ({grant.decision_ref})" for grant in own) or "-",
    )


def _of_another(spec: PoolSpec, grant: Grant, on: date) -> Finding:
    return report_breach(
        "D12",
        "TR549",
        spec.where,
        on,
        also=(grant.where,),
        pool=spec.name,
        prefix=spec.prefix,
        foreign=grant.prefix,
        to=grant.to,
        decision_ref=grant.decision_ref,
    )


def _pool(spec: PoolSpec) -> Pool:
    purpose = spec.purpose or ""
    dedicated = None
    if spec.dedicated is not None:
        dedicated = DedicatedClass(category=spec.dedicated.category, tier=spec.dedicated.tier, purpose=purpose)
    return Pool(
        name=spec.name,
        use=PoolUse(spec.use),
        prefix=spec.prefix,
        root_block=spec.root_block,
        slot=spec.slot,
        purpose=purpose,
        dedicated=dedicated,
        level=spec.level,
        owner=spec.owner,
        alone=spec.alone,
    )


def _repeated_names(placed: Sequence[Placed]) -> list[Finding]:
    return [
        make_finding("TR501", later.where, also=(first.where,), pool=later.pool.name)
        for first, later in pairwise(placed)
        if first.pool.name == later.pool.name
    ]


def _outside_root(placed: Sequence[Placed]) -> list[Finding]:
    roots = [item.pool for item in placed if item.pool.use is PoolUse.ROOT]
    findings: list[Finding] = []
    for pool, where in placed:
        if pool.use is PoolUse.ROOT or any(_is_child(root, pool) for root in roots):
            continue
        foreign = [root for root in roots if root.prefix.covers(pool.prefix)]
        if foreign:
            values = {"root": foreign[0].name, "other": foreign[0].root_block}
            findings.append(_about("TR503", pool, where, values))
        else:
            findings.append(_about("TR502", pool, where, {}))
    return findings


def _is_child(root: Pool, pool: Pool) -> bool:
    return root.root_block == pool.root_block and root.prefix.covers(pool.prefix)


def _about(code: str, pool: Pool, where: Where, values: Mapping[str, str]) -> Finding:
    """Return an error about a pool; `values` are further parameters of its message."""
    known = {"pool": pool.name, "prefix": str(pool.prefix), "root_block": pool.root_block, **values}
    return Finding(code=code, severity=Severity.ERROR, where=where, values=tuple(sorted(known.items())))


def _overlaps(placed: Sequence[Placed]) -> list[Finding]:
    """Return one finding for each pool that overlaps one before it, by address."""
    findings: list[Finding] = []
    last: Placed | None = None
    for item in sorted(placed, key=lambda one: one.pool.prefix):
        if last is not None and last.pool.prefix.overlaps(item.pool.prefix):
            values = {"other": last.pool.name, "other_prefix": str(last.pool.prefix)}
            findings.append(replace(_about("TR504", item.pool, item.where, values), also=(last.where,)))
        else:
            last = item
    return findings


def _public(placed: Sequence[Placed]) -> list[Finding]:
    """Return a finding for each public block (D05): those who may have such addresses are central bodies, and none is here."""
    return [_about("TR505", pool, where, {}) for pool, where in placed if is_public(pool.prefix)]


def _owners(placed: Sequence[Placed]) -> list[Finding]:
    """Return a finding for each root block that is not said to be the Central Post Department's (D03)."""
    roots = [item for item in placed if item.pool.use is PoolUse.ROOT]
    return [
        _about("TR527", pool, where, {"owner": pool.owner or "-", "wanted": Domain.CENTRAL_POST})
        for pool, where in roots
        if pool.owner != Domain.CENTRAL_POST
    ]


def _slots(placed: Sequence[Placed]) -> list[Finding]:
    """Return a finding for each pool whose slots are bigger than the pool, or of a size that its use can't have."""
    findings: list[Finding] = []
    for pool, where in placed:
        family = pool.prefix.family
        fixed = {PoolUse.LINK: family.bits - 1, PoolUse.LOOPBACK: family.bits}.get(pool.use, pool.slot)
        smallest = family.bits - 2 if family is Family.V4 else 64
        too_small = pool.use is PoolUse.LAN and pool.slot > smallest
        if pool.slot != fixed or pool.slot < pool.prefix.length or too_small:
            findings.append(_about("TR506", pool, where, {"slot": str(pool.slot)}))
    return findings


def _not_alone(placed: Sequence[Placed]) -> list[Finding]:
    """Return a finding for each pool that is said to be alone, though what has a LAN there has a pool of the other family."""
    lans = [item for item in placed if item.pool.use is PoolUse.LAN]
    return [
        replace(_about("TR528", alone.pool, alone.where, {"other": other.pool.name}), also=(other.where,))
        for alone in lans
        for other in lans
        if alone.pool.alone and _serve_alike(alone.pool, other.pool)
    ]


def _serve_alike(one: Pool, other: Pool) -> bool:
    of_one, of_other = ((item.root_block, item.purpose, item.dedicated, item.level) for item in (one, other))
    return of_one == of_other and one.prefix.family is not other.prefix.family


def _changed_roots(placed: Sequence[Placed], previous: AddressPlan) -> list[Finding]:
    """Return a finding for each root block that isn't what the lockfile says, whoever is said to own it (D03)."""
    granted = [pool for pool in previous.pools if pool.use is PoolUse.ROOT]
    roots = [item for item in placed if item.pool.use is PoolUse.ROOT]
    findings: list[Finding] = []
    for root, where in roots:
        before = [old for old in granted if _same_block(old, root)]
        if before and not any(old.prefix == root.prefix for old in before):
            text = ", ".join(str(old.prefix) for old in before)
            findings.append(_about("TR507", root, where, {"granted": text}))
    for old in granted:
        if not any(_same_block(old, root) for root, _ in roots):
            where = roots[0].where if roots else Where()
            findings.append(_about("TR508", old, Where(file=where.file), {}))
    return findings


def _same_block(one: Pool, other: Pool) -> bool:
    return one.root_block == other.root_block and one.prefix.family is other.prefix.family
