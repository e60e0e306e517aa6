"""A NetBox as a store of an address plan.

The one idea: its revision is made of what every object of ours says and when NetBox last wrote it, so any edit makes
another; and what is saved is read again, because a server's word that it wrote is not yet what stands there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from intents.finding import FindingsError, Where
from ipam.address_plan import AddressPlan
from ipam.netbox.changes import changes_to
from ipam.netbox.mapping import PLAN_KINDS
from ipam.netbox.reading import Reading, kept_plan, mark_of, read_netbox
from ipam.netbox.server import Server
from ipam.netbox.thing import ObjectKind
from ipam.netbox.writing import Writer, check_said
from ipam.store.plan_store import FilePlacing, KeptPlan, changed_since
from ipam.store.table_files import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class NetBoxStore:
    """A plan as objects that carry our tag; `known`: what was read already; `tables`: what is to be said with it; `progress` is
    told how many objects were written."""

    server: Server
    known: Reading | None = None
    tables: Tables | None = None
    progress: Callable[[int], None] = lambda _: None

    def load(self) -> KeptPlan:
        """Return what our objects say (FindingsError if it can't be read whole)."""
        return kept_plan(self._read())

    def save(self, plan: AddressPlan, read: KeptPlan, placing: FilePlacing) -> None:
        """Have the plan written when everything else is ready to be put in its place, if nothing of ours was changed since."""
        placing.before(lambda: self._write(plan, read))

    def _read(self) -> Reading:
        """Return what is there; what is known is that, as long as nothing at all was written since."""
        if self.known is not None and self.known.mark == mark_of(self.server):
            return self.known
        return read_netbox(self.server, kinds=PLAN_KINDS if self.tables is None else tuple(ObjectKind))

    def _write(self, plan: AddressPlan, read: KeptPlan) -> None:
        reading = self._read()
        if reading.revision != read.revision:
            raise changed_since(read, kept_plan(reading), Where(file=self.server.url))
        changes = changes_to(reading, plan, self.tables)
        if changes.conflicts:
            raise FindingsError(changes.conflicts)
        if changes.count:
            Writer(self.server, reading.numbers(), self.progress).write(changes)
            check_said(self.server, plan, self.tables)
