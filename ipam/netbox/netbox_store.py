"""A NetBox as a store of an address plan.

The one idea: its revision is made of what every object of ours says and when NetBox last wrote it, so any edit makes
another; and what is saved is read again, because a server's word that it wrote is not yet what stands there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from intents.finding import Where
from ipam.address_plan import AddressPlan
from ipam.netbox.reading import ALL_READS, PLAN_READS, Reading, kept_plan, read_netbox, read_on
from ipam.netbox.route_targets import check_targets, say_targets
from ipam.netbox.server import Server
from ipam.netbox.writing import Writer, check_said, to_write
from ipam.store.plan_store import FilePlacing, KeptPlan, changed_since
from ipam.store.table_files import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class NetBoxStore:
    """A plan as objects that carry our tag; `known`: what was read already; `tables`: what is to be said with it.

    `target_asn`: the ASN of route distinguishers and targets, None where they are not to be said; `progress` is told how many
    objects were written, and `before` is called before each request that writes.
    """

    server: Server
    known: Reading | None = None
    tables: Tables | None = None
    target_asn: int | None = None
    progress: Callable[[int], None] = lambda _: None
    before: Callable[[], None] = lambda: None

    def load(self) -> KeptPlan:
        """Return what our objects say (FindingsError if it can't be read whole)."""
        return kept_plan(self._read())

    def save(self, plan: AddressPlan, read: KeptPlan, placing: FilePlacing) -> None:
        """Have the plan written when everything else is ready to be put in its place, if nothing of ours was changed since."""
        placing.before(lambda: self._write(plan, read))

    def _read(self) -> Reading:
        """Return what is there; of what is known only what was written since is read again."""
        if self.known is not None:
            return read_on(self.server, self.known)
        return read_netbox(self.server, kinds=PLAN_READS if self.tables is None else ALL_READS)

    def _write(self, plan: AddressPlan, read: KeptPlan) -> None:
        reading = self._read()
        if reading.revision != read.revision:
            raise changed_since(read, kept_plan(reading), Where(file=self.server.url))
        check_targets(self.server, reading, plan, self.target_asn)
        writer = Writer(self.server, reading.numbers(), self.progress, self.before)
        reading, changes = to_write(self.server, plan, reading, writer, self.tables)
        if changes.count:
            writer.write(changes)
            reading = check_said(self.server, plan, reading, self.tables)
        say_targets(self.server, reading, plan, self.target_asn, self.before)
