"""Where an address plan is kept: read with its revision, and saved only over what was read.

The one idea: between reading and saving others may write, with an editor, with git, in another store's own pages. So whoever
saves says what was read, and is refused if that is not what is kept any more: nobody's change is written over unseen (ADR 53).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NewType, Protocol

from intents.finding import Finding, FindingsError, Where, make_finding
from intents.reason import Reason, because
from ipam.address_plan import AddressPlan
from ipam.store.lockfile import print_plan

Revision = NewType("Revision", str)
"""Which state of a kept plan it is: equal exactly if nothing was changed."""
NOTHING = Revision("")
"""The revision where no plan is kept yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPlan:
    """What was read of a store: plan and revision, or what is wrong with what is kept there."""

    plan: AddressPlan
    revision: Revision
    findings: tuple[Finding, ...] = ()

    @property
    def is_there(self) -> bool:
        """Return whether a plan was kept at all."""
        return self.revision != NOTHING


NO_PLAN = KeptPlan(plan=AddressPlan(), revision=NOTHING)
"""What is read where no plan is kept yet."""


class FilePlacing(Protocol):
    """Files that are put in their places together, or not at all; what is wanted `before` may still refuse all of them."""

    def before(self, look: Callable[[], None]) -> None: ...

    def file(self, path: Path, data: bytes) -> None: ...


class PlanStore(Protocol):
    """A place where an address plan is kept."""

    def load(self) -> KeptPlan:
        """Return what is kept (OSError)."""

    def save(self, plan: AddressPlan, read: KeptPlan, placing: FilePlacing) -> None:
        """Have a plan kept when `placing` puts what belongs to it in its place; it is refused then (FindingsError, TR912) if what
        was `read` is not what is kept any more. A plan that is the one read is not written again, but looked for all the same."""


def changed_since(read: KeptPlan, kept: KeptPlan, where: Where) -> FindingsError:
    """Return the refusal (TR912) that says what became of a plan since it was read, to be raised."""
    return FindingsError([make_finding("TR912", where, change=_change(read, kept))])


def _change(read: KeptPlan, kept: KeptPlan) -> Reason:
    """Return what became of a plan since it was read."""
    if not read.is_there:
        return because("plan_made")
    if not kept.is_there:
        return because("plan_gone")
    if kept.findings:
        return because("plan_broken", code=kept.findings[0].code)
    before, after = (set(print_plan(item.plan).splitlines()) for item in (read, kept))
    come, gone = sorted(after - before), sorted(before - after)
    if not come and not gone:
        return because("plan_layout")
    return because("plan_lines", come=len(come), gone=len(gone), first=(come or gone)[0])
